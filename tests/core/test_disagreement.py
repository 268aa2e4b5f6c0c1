from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from ebayes_lm.core.disagreement import disagreement

FEATURES, DF = 4000, 20
#: Of a share of 4,000 features near 0.05.
SAMPLING = 0.01


def rows(loadings: np.ndarray, scores: np.ndarray, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(len(loadings), len(scores))) + loadings @ scores.T


def scaled(scores: np.ndarray, association: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same factors as orthogonal columns of length ``sqrt(m)``, and their association."""
    basis, triangle = np.linalg.qr(scores)
    return basis * np.sqrt(DF), np.linalg.solve(triangle.T, association) * np.sqrt(DF)


@pytest.fixture
def hidden() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    return rng.normal(size=(FEATURES, 1)), rng.normal(size=(DF, 1))


def test_one_opinion_is_no_disagreement(hidden):
    loadings, scores = hidden
    found = disagreement(rows(loadings, scores), 0.2, scores, np.array([0.7]), *scaled(scores, np.array([0.7])))
    assert found.rejected == pytest.approx(0.05, abs=1e-12)
    assert found.share == pytest.approx(found.other_share)


def test_a_missed_association_rejects_as_often_as_the_bias_says(hidden):
    """The truth is 0.7, in use is 0: the effect is off by 0.7 times the loading, in standard errors."""
    loadings, scores = hidden
    found = disagreement(rows(loadings, scores), 0.2, scores, np.zeros(1), *scaled(scores, np.array([0.7])))
    bias = 0.7 * loadings[:, 0] / np.sqrt(0.2)
    expected = np.mean(norm.sf(1.96 - bias) + norm.cdf(-1.96 - bias))
    assert found.rejected == pytest.approx(expected, abs=SAMPLING)
    assert found.share == 0.0


def test_without_loadings_any_association_does(hidden):
    """Features that do not depend on the factor are tested rightly whatever is taken out of their effects."""
    _, scores = hidden
    noise = rows(np.zeros((FEATURES, 1)), scores)
    found = disagreement(noise, 0.2, scores, np.zeros(1), *scaled(scores, np.array([2.0])))
    assert found.rejected == pytest.approx(0.05, abs=0.1 * SAMPLING)


def test_turned_factors_are_the_same(hidden):
    rng = np.random.default_rng(8)
    loadings, scores = rng.normal(size=(FEATURES, 2)), rng.normal(size=(DF, 2))
    y, other, turn = rows(loadings, scores), scaled(scores, rng.normal(size=2)), rng.normal(size=(2, 2))
    one = disagreement(y, 0.2, scores, np.array([1.0, 0.2]), *other)
    two = disagreement(y, 0.2, scores @ turn, np.array([1.0, 0.2]) @ turn, *other)
    assert one.rejected == pytest.approx(two.rejected, rel=1e-9)
    assert one.share == pytest.approx(two.share, rel=1e-9)


def test_a_factor_in_the_noise_is_no_disagreement(hidden):
    """Rows vary most along their first direction, and no more so where nothing is hidden: it is noise still."""
    _, scores = hidden
    noise = rows(np.zeros((200, 1)), scores)
    first = np.linalg.svd(noise, full_matrices=False)[2][:1].T
    other, alpha = scaled(scores - first @ (first.T @ scores), np.zeros(1))
    found = disagreement(noise, 0.2, first, np.array([2.0]), other, alpha)
    assert found.rejected == pytest.approx(0.05, abs=1e-12)
    assert found.share > 0.9
