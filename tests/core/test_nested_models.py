from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from ebayes_lm.core.nested_models import NestedModels

#: Projections by two factorizations.
SAME = 1e-10

RNG = np.random.default_rng(1)
DESIGN = np.column_stack([np.ones(12), np.arange(12) % 2, RNG.normal(size=12), RNG.normal(size=12)])
HIDDEN = RNG.normal(size=(12, 2))


def rss(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    return np.array([np.sum((row - x @ np.linalg.lstsq(x, row, rcond=None)[0]) ** 2) for row in y])


def f_test(y: np.ndarray, larger: np.ndarray, smaller: np.ndarray) -> np.ndarray:
    df = larger.shape[1] - smaller.shape[1], y.shape[1] - larger.shape[1]
    big, small = rss(y, larger), rss(y, smaller)
    return stats.f.sf((small - big) / df[0] / (big / df[1]), *df)


def p_values(models: NestedModels, hidden: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    directions = models.beside(hidden)
    of_hidden, of_interest = directions.f_statistics(y, models.residuals(y)[1])
    return stats.f.sf(of_hidden, *directions.df_hidden), stats.f.sf(of_interest, *directions.df_interest)


@pytest.mark.parametrize("p0", [1, 2, 3])
@pytest.mark.parametrize("level", [0.0, 1e4])
def test_tests_are_those_of_two_fits(p0: int, level: float) -> None:
    y = RNG.normal(level, 1.0, (30, 12))
    null = DESIGN[:, :p0]
    p_hidden, p_interest = p_values(NestedModels.of(DESIGN, null), HIDDEN, y)
    tolerance = SAME if level == 0 else 1e-6  # the two fits cancel what the level is
    assert_allclose(p_hidden, f_test(y, np.hstack([null, HIDDEN]), null), rtol=tolerance)
    assert_allclose(p_interest, f_test(y, np.hstack([DESIGN, HIDDEN]), np.hstack([null, HIDDEN])), rtol=tolerance)


def test_bounds() -> None:
    models = NestedModels.of(DESIGN[:, :2], DESIGN[:, :1])
    y = np.vstack([np.full(12, 7.1), np.zeros(12), 3.0 + HIDDEN[:, 0], 2.0 - DESIGN[:, 1]])
    p_hidden, p_interest = p_values(models, HIDDEN, y)
    assert np.isnan([p_hidden[:2], p_interest[:2]]).all()
    assert p_hidden[2] < 1e-50
    assert p_interest[3] < 1e-50


def test_bases_and_rank() -> None:
    singular = np.column_stack([DESIGN, DESIGN[:, 1] - DESIGN[:, 2]])
    models = NestedModels.of(singular, DESIGN[:, :1])
    assert models.df_residual == 8
    left = models.residuals(np.eye(12))[0]
    assert_allclose(left @ singular, 0.0, atol=SAME)
    assert np.trace(left) == pytest.approx(8)
    assert not models.beside(HIDDEN).degenerate
    assert models.beside(DESIGN[:, 1:2]).degenerate


def test_share_explained_is_that_of_a_regression() -> None:
    models = NestedModels.of(DESIGN, DESIGN[:, :2])
    shares = models.explained(HIDDEN)
    expected = 1.0 - rss(HIDDEN.T, DESIGN) / rss(HIDDEN.T, DESIGN[:, :2])
    assert_allclose(shares, expected, atol=SAME)
    assert models.explained(DESIGN[:, :1]) == 0.0
