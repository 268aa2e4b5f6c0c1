from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.linear_plan import linear_plan
from tests.reference import generalised_least_squares_of_row

#: Least squares of one row by two methods.
EXACT = 1e-11

X = np.column_stack([np.ones(9), np.repeat([0.0, 1, 0], 3), np.repeat([0.0, 0, 1], 3)])
Y = np.random.default_rng(0).normal(5, 1, (8, 9))


def gaps():
    y = Y.copy()
    y[1, 0] = np.nan
    y[3] = np.nan
    y[6, [4, 8]] = np.nan, np.inf
    return y


def test_complete_rows_have_nothing_of_their_own():
    _, own = linear_plan(X).rows(Y, None, use_kernel=False)
    assert own is None


@pytest.mark.parametrize("kernel", [False, True])
@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 2, 9)])
@pytest.mark.parametrize("rho", [0.0, 0.4])
def test_rows_with_gaps_are_fitted_to_what_they_have(kernel, weights, rho):
    correlation = BlockCorrelation(np.arange(9) % 3, rho)
    fits, own = linear_plan(X, weights, correlation).rows(gaps(), None, use_kernel=kernel)
    assert own.rows.tolist() == [1, 3, 6]
    assert own.n_fitted.tolist() == [8, 0, 7]
    assert own.rank.tolist() == [3, 0, 3]
    assert fits.n_observed.tolist() == [9, 8, 9, 0, 9, 9, 7, 9]
    assert fits.n_infinite.tolist() == [0, 0, 0, 0, 0, 0, 1, 0]
    for i, row in enumerate(gaps()):
        if i == 3:
            assert np.isnan(fits.coefficients[i]).all()
            continue
        w = np.ones(9) if weights is None else weights
        expected = generalised_least_squares_of_row(row, X, w, correlation.matrix())
        assert_allclose(fits.coefficients[i], expected.coefficients, rtol=EXACT, atol=EXACT)
        assert_allclose(fits.sigma[i], expected.sigma, rtol=EXACT)
        assert_allclose(fits.mean[i], row[np.isfinite(row)].mean(), rtol=EXACT)


def test_one_by_one_or_together_is_the_same():
    together, _ = linear_plan(X).rows(Y, None, use_kernel=False)
    singly, own = linear_plan(X, singly=True).rows(Y, None, use_kernel=False)
    assert own.rows.tolist() == list(range(8))
    for a, b in zip(together, singly, strict=True):
        assert_allclose(a, b, rtol=EXACT, atol=EXACT)


def test_too_few_observations():
    fits, own = linear_plan(X, min_observed=8).rows(gaps(), None, use_kernel=False)
    assert own.n_fitted.tolist() == [8, 0, 0]
    assert fits.n_observed[6] == 7
    assert np.isnan(fits.coefficients[6]).all()


def test_gaps_are_kept_as_bits():
    _, own = linear_plan(X).rows(gaps(), None, use_kernel=False)
    assert_array_equal(np.unpackbits(own.missing, axis=1, count=9), ~np.isfinite(gaps()[[1, 3, 6]]))


def test_robust_rows_keep_their_weights():
    y = Y.copy()
    y[:, 4] += 50
    _, own = linear_plan(X, robust_iterations=50).rows(y, None, use_kernel=False)
    assert own.weights.shape == (8, 9)
    assert (own.weights[:, 4] < 0.5).all()
