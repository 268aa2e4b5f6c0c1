from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebayes_lm.core.pooled_scoring import Scoring
from ebayes_lm.core.variance_model import variance_model

#: Derivatives by central differences.
DIFFERENCES = 1e-6
#: The same sums in another order.
ROUNDING = 1e-10


def example(g=30, n=7):
    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    return variance_model(x, rng.normal(size=(n, 3))), x, 4 + rng.normal(size=(g, n)), rng.uniform(0.3, 2, (g, n))


def restricted_log_likelihood(y, x, weights):
    """Twice that of one row with its own variance profiled out, but for constants."""
    n, p = x.shape
    root = np.sqrt(weights)
    beta = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0]
    rss = np.sum(weights * (y - x @ beta) ** 2)
    return np.log(weights).sum() - (n - p) * np.log(rss) - np.linalg.slogdet(x.T @ (x * weights[:, None]))[1]


@pytest.mark.parametrize("weighted", [False, True])
def test_the_gain_is_that_of_the_restricted_likelihood(weighted):
    model, x, y, cells = example()
    scoring = Scoring(model, len(y), 2.0, weighted)
    at = np.array([0.3, -0.2, 0.5])
    own = cells if weighted else np.ones_like(cells)

    def penalized(coefficients):
        w = scoring.weights(coefficients)
        rows = sum(restricted_log_likelihood(row, x, w * c) for row, c in zip(y, own, strict=True))
        return rows - 2.0 * np.sum(w - np.log(w))

    slope = [(penalized(at + h) - penalized(at - h)) / (2 * 1e-5) for h in 1e-5 * np.eye(3)]
    weights = scoring.weights(at)
    step = scoring.step(weights, scoring.sums(y, cells if weighted else None, weights))
    assert_allclose(step.gain, np.array(slope) @ step.move, rtol=DIFFERENCES)


def test_equal_weights_of_cells_change_nothing():
    model, _, y, _ = example()
    weights = np.exp(-0.3 * model.directions[0])
    plain, weighted = Scoring(model, len(y), 10.0, False), Scoring(model, len(y), 10.0, True)
    a = plain.step(weights, plain.sums(y, None, weights))
    b = weighted.step(weights, weighted.sums(y, np.ones_like(y), weights))
    assert_allclose(a.move, b.move, rtol=ROUNDING)
    assert_allclose(a.gain, b.gain, rtol=ROUNDING)
    assert_allclose(plain.criterion(a), weighted.criterion(b) * (len(y) + 10.0), rtol=ROUNDING)
