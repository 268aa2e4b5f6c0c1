from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.intrablock import blocks_within, intrablock_plan

#: A row among complete ones and the same row on its own: two routes to the same eigenvectors.
ROUTES = 1e-9

RNG = np.random.default_rng(8)
BLOCKS = np.array([0, 1, 2, 0, 0, 1, 3, 3, 3, 3, 4, 1, 2, 0])
N = len(BLOCKS)
X = np.column_stack([np.ones(N), np.tile([0.0, 1], 7)])
Y = RNG.normal(size=(30, N)) + RNG.normal(size=(30, 5))[:, BLOCKS]


def test_weights_of_one_change_nothing():
    plan = intrablock_plan(X, BLOCKS)
    assert_allclose(plan.correlations(Y, np.ones_like(Y)), plan.correlations(Y), rtol=ROUTES, atol=ROUTES)


def test_a_missing_value_is_a_sample_that_is_not_there():
    y = Y.copy()
    y[::3, 4] = np.nan
    found = intrablock_plan(X, BLOCKS).correlations(y)
    kept = np.arange(N) != 4
    without = intrablock_plan(X[kept], BLOCKS[kept]).correlations(Y[:, kept])
    assert_allclose(found[::3], without[::3], rtol=ROUTES, atol=ROUTES)
    assert_allclose(found[1::3], intrablock_plan(X, BLOCKS).correlations(Y)[1::3], rtol=ROUTES)


def test_sample_weights_of_zero_whatever_stands_there():
    w = RNG.uniform(0.5, 2, N)
    w[[4, 7]] = 0
    y = Y.copy()
    y[:5, 4] = np.nan
    found = intrablock_plan(X, BLOCKS, w).correlations(y)
    assert_allclose(found, intrablock_plan(X, BLOCKS).correlations(Y, np.tile(w, (30, 1))), rtol=ROUTES, atol=ROUTES)


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e200])
def test_units_do_not_matter(scale):
    plan, w = intrablock_plan(X * 1e200, BLOCKS), RNG.uniform(0.5, 2, Y.shape)
    assert_allclose(plan.correlations(Y * scale), plan.correlations(Y), rtol=ROUTES, atol=ROUTES)
    assert_allclose(plan.correlations(Y * scale, w), plan.correlations(Y, w), rtol=ROUTES, atol=ROUTES)


def test_float32_rows():
    plan = intrablock_plan(X, BLOCKS)
    y = Y.astype(np.float32)
    assert_array_equal(plan.correlations(y), plan.correlations(y.astype(np.float64)))


@pytest.mark.parametrize("single", [False, True])
def test_rows_without_variance(single):
    y = np.stack([np.zeros(N), np.full(N, 3.7), 1e6 * X[:, 1] + 0.1, Y[0]])
    found = intrablock_plan(X, BLOCKS).correlations(y, np.ones_like(y) if single else None)
    assert_array_equal(np.isnan(found), [True, True, True, False])


@pytest.mark.parametrize(
    ("seen", "tells"),
    [
        ([0, 3, 4, 1, 5], True),  # 5 = p + 3 observations in two blocks
        ([0, 3, 1, 5], False),  # p + 2
        ([0, 3, 4, 13, 6, 7, 8], True),
        ([6, 7, 8, 9, 6], False),  # one block
        ([0, 1, 2, 6, 10, 3], False),  # a pair and four single samples: blocks are observations less one
        ([0, 1, 2, 6, 3, 5], True),
    ],
)
def test_what_a_row_needs(seen, tells):
    y = np.full((1, N), np.nan)
    y[0, seen] = Y[0, seen]
    assert np.isfinite(intrablock_plan(X, BLOCKS).correlations(y)[0]) == tells
    at = np.unique(seen)
    _, blocks = np.unique(BLOCKS[at], return_inverse=True)
    assert np.isfinite(intrablock_plan(X[at], blocks).correlations(y[:, at])[0]) == tells


def test_residuals_within_blocks_alone_tell_nothing():
    x = np.equal.outer(BLOCKS, np.arange(5)).astype(float)
    y = Y.copy()
    y[0, 3] = np.nan
    assert np.isnan(intrablock_plan(x, BLOCKS).correlations(y)).all()


def test_bounds_go_by_the_largest_block():
    assert_allclose(intrablock_plan(X, BLOCKS).bounds, (-1 / 3 + 0.01, 0.99))


def test_blocks_within_a_design():
    indicators = np.equal.outer(BLOCKS, np.arange(5)).astype(float)
    assert blocks_within(indicators, BLOCKS)
    assert blocks_within(np.column_stack([np.ones(N), indicators[:, 1:], X[:, 1]]), BLOCKS)
    assert not blocks_within(indicators[:, :3], BLOCKS)
    assert not blocks_within(X, BLOCKS)
