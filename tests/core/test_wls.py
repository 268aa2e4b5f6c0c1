from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.wls import row_designs
from tests.reference import generalised_least_squares_of_row

#: Least squares of one row by two methods, condition below 100.
EXACT = 1e-11
#: The same with weights over ten orders of magnitude.
UNEVEN = 1e-8

RNG = np.random.default_rng(1)
GROUP = np.repeat(np.eye(3), 4, axis=0)
X = np.column_stack([np.ones(12), GROUP[:, 1:], RNG.normal(size=12)])
Y = RNG.normal(5, 1, (25, 12))
BLOCKS = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 4, 5])


def weights(spread, missing=0.1, seed=2):
    rng = np.random.default_rng(seed)
    return np.exp(rng.normal(0, spread, Y.shape)) * (rng.random(Y.shape) > missing)


@pytest.mark.parametrize("rho", [0.0, 0.6, -0.3])
@pytest.mark.parametrize("spread", [0.0, 1.0, 5.0])
def test_as_row_by_row(spread, rho):
    correlation, w = BlockCorrelation(BLOCKS, rho), weights(spread)
    fits = row_designs(X, correlation).fit(Y, w)
    tolerance = UNEVEN if spread > 2 else EXACT
    for i, row in enumerate(Y):
        expected = generalised_least_squares_of_row(row, X, w[i], correlation.matrix())
        assert_allclose(fits.coefficients[i], expected.coefficients, rtol=tolerance, atol=tolerance)
        assert_allclose(fits.stdev[i], np.sqrt(np.diag(expected.covariance)), rtol=tolerance)
        assert_allclose(fits.sigma[i], expected.sigma, rtol=tolerance)
        assert (w[i] > 0).sum() - fits.rank[i] == expected.df
        # sequential sums of squares and the residual one make up the whole
        whole = generalised_least_squares_of_row(row, np.empty((12, 0)), w[i], correlation.matrix())
        total = np.square(fits.effects[i]).sum() + expected.df * expected.sigma**2
        assert_allclose(total, whole.sigma**2 * (w[i] > 0).sum(), rtol=tolerance)
    assert not row_designs(X, correlation).not_estimable(w).any()


def test_columns_in_any_unit():
    w = weights(1.0)
    units = np.array([1e-200, 1.0, 1e150, 3e4])
    plain, scaled = row_designs(X).fit(Y, w), row_designs(X * units).fit(Y, w)
    assert_allclose(scaled.coefficients * units, plain.coefficients, rtol=EXACT, atol=EXACT)
    assert_allclose(scaled.stdev * units, plain.stdev, rtol=EXACT)


@pytest.mark.parametrize("exponent", [-1000, -600, 520, 1000])
def test_rows_of_any_scale(exponent):
    w = weights(1.0)
    plain, scaled = row_designs(X).fit(Y, w), row_designs(X).fit(np.ldexp(Y, exponent), w)
    assert_allclose(np.ldexp(scaled.coefficients, -exponent), plain.coefficients, rtol=EXACT)
    assert_allclose(np.ldexp(scaled.sigma, -exponent), plain.sigma, rtol=EXACT)
    assert_array_equal(scaled.zero_variance, False)


class TestRowsThatCannotEstimateEverything:
    W = np.ones((4, 12))
    W[0, :4] = 0  # the reference group
    W[1, 4:8] = 0
    W[2] = 0
    W[3, 1:] = 0

    def test_what_cannot_be_estimated(self):
        lost = row_designs(X[:, :3]).not_estimable(self.W).tolist()
        assert lost == [[True] * 3, [False, True, False], [True] * 3, [False, True, True]]

    def test_the_later_column_loses(self):
        fits = row_designs(X[:, :3]).fit(Y[:4], self.W)
        assert_allclose(fits.coefficients[0], [Y[0, 8:].mean(), Y[0, 4:8].mean() - Y[0, 8:].mean(), np.nan], rtol=EXACT)
        assert fits.rank.tolist() == [2, 2, 0, 1]
        assert_array_equal(np.isnan(fits.sigma), [False, False, True, True])

    def test_contrasts(self):
        contrasts = np.array([[0.0, 1, 0], [0, -1, 1], [1, 1, 0]]).T
        stdev = row_designs(X[:, :3]).stdev(self.W, contrasts)
        half = np.sqrt(0.5)
        assert_allclose(stdev, [[np.nan, half, 0.5], [np.nan] * 3, [np.nan] * 3, [np.nan] * 3], rtol=EXACT)

    def test_f_is_of_what_there_is_a_t_for(self):
        contrasts = np.array([[0.0, -1, 1], [0, -2, 2]]).T
        f, df1 = row_designs(X[:, :3]).f(self.W[:1], contrasts, np.array([[3.0, 3.0]]))
        assert_allclose(f, 9)
        assert df1.tolist() == [1]
        f, _ = row_designs(X[:, :3]).f(self.W[:1], contrasts, np.array([[3.0, np.nan]]))
        assert np.isnan(f).all()


def test_f_of_any_t():
    w, c = weights(1.0), np.array([[0.0, 1, 0, 0], [0, 0, 1, 0], [0, -1, 1, 0], [0, 0, 0, 1]]).T
    t = RNG.normal(size=(25, 4))
    t[:, 2] = np.nan
    independent = [0, 1, 3]
    f, df1 = row_designs(X).f(w, c[:, independent], t[:, independent])
    for i in range(25):
        covariance = c.T @ generalised_least_squares_of_row(Y[i], X, w[i]).covariance @ c
        root = np.sqrt(np.diag(covariance))
        correlation = (covariance / root / root[:, None])[np.ix_(independent, independent)]
        own = t[i, independent]
        assert_allclose(f[i], own @ np.linalg.solve(correlation, own) / 3, rtol=1e-9)
    assert (df1 == 3).all()


def test_what_the_design_explains_has_no_variance():
    y = np.vstack([X @ [1, 2, 3, 4], np.full(12, 7.0), Y[0], np.zeros(12)])
    fits = row_designs(X).fit(y, weights(1.0)[:4])
    assert fits.zero_variance.tolist() == [True, True, False, True]


def test_no_row():
    fits = row_designs(X).fit(np.empty((0, 12)), np.empty((0, 12)))
    assert fits.coefficients.shape == (0, 4)


def test_the_covariance_of_a_complete_row():
    correlation = BlockCorrelation(BLOCKS, 0.5)
    x = X * [1.0, 1, 1, 1e8]
    expected = generalised_least_squares_of_row(Y[0], x, np.ones(12), correlation.matrix()).covariance
    assert_allclose(row_designs(x, correlation).covariance(), expected, rtol=1e-9)


def test_a_correlation_for_each_row():
    w, c, rho = weights(1.0), np.array([[0.0, 1, 0, 0], [0, -1, 1, 0]]).T, np.linspace(-0.4, 0.9, 25)
    designs = row_designs(X, BlockCorrelation(BLOCKS, 0.1))
    fits, (stdev, slope) = designs.fit(Y, w, rho), designs.stdev_and_slope(w, c, rho)
    t = RNG.normal(size=(25, 2))
    f, _ = designs.f(w, c, t, rho)
    for i in range(25):
        alone = row_designs(X, BlockCorrelation(BLOCKS, rho[i]))
        for together, single in zip(fits, alone.fit(Y[i : i + 1], w[i : i + 1]), strict=True):
            assert_array_equal(together[i], single[0])
        assert_array_equal(stdev[i], alone.stdev(w[i : i + 1], c)[0])
        assert_array_equal(f[i], alone.f(w[i : i + 1], c, t[i : i + 1])[0])
    above, below = (np.square(designs.stdev_and_slope(w, c, rho + step)[0]) for step in (1e-5, -1e-5))
    # differences over 2e-5 of numbers near one
    assert_allclose(slope, (above - below) / 2e-5, rtol=1e-6, atol=1e-6)
