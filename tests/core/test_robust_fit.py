from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.core.robust_fit import HUBER, huber_weights, median_size, robust_fits
from ebayes_lm.core.wls import row_designs
from ebayes_lm.errors import ArgumentError, ConvergenceWarning

#: Both iterate until residuals change by less than 1e-4 of their length, the other one on its own scale.
CONVERGED = 5e-4
#: The same weighted least squares by another method.
SAME = 1e-10

X = np.column_stack([np.ones(12), np.repeat([0.0, 1.0], 6), np.linspace(-1, 1, 12)])


def outlying(g=30, seed=1):
    y = np.random.default_rng(seed).normal(5, 1, (g, 12))
    y[::3, 4] += 15
    return y


def test_agrees_with_another_implementation():
    from statsmodels.robust import norms
    from statsmodels.robust.robust_linear_model import RLM

    y = outlying()
    found = robust_fits(row_designs(X), y, np.ones_like(y), 50)
    assert found.converged.all()
    for row, beta, scale in zip(y, found.fits.coefficients, found.fits.sigma, strict=True):
        other = RLM(row, X, M=norms.HuberT(HUBER)).fit(scale_est="mad", maxiter=200, tol=1e-10)
        assert_allclose(beta, other.params, atol=CONVERGED * 10)
        # the other implementation centres nothing either, and divides by the exact normal quantile
        assert_allclose(scale * 0.6745, other.scale * 0.6744897501960817, rtol=CONVERGED * 10)


def test_is_a_weighted_fit_with_the_last_weights():
    y, prior = outlying(), np.random.default_rng(2).uniform(0.2, 3, (30, 12))
    prior[:, 3] = 0.0
    designs = row_designs(X)
    found = robust_fits(designs, y, prior, 20)
    weighted = designs.fit(y, found.weights)
    assert_allclose(found.fits.coefficients, weighted.coefficients, rtol=SAME)
    assert_allclose(found.fits.stdev, weighted.stdev, rtol=SAME)
    assert (found.weights <= prior).all()
    assert (found.weights[::3, 4] < 0.5 * prior[::3, 4]).all()


def test_outliers_lose_weight():
    assert huber_weights(np.array([0.0, -1, HUBER, -2 * HUBER])).tolist() == [1, 1, 1, 0.5]


def test_the_median_of_what_is_present():
    residuals = np.array([[3.0, -1, 100, 2], [5, -7, 1, 1]])
    present = np.array([[True, True, False, True], [True, True, False, False]])
    assert median_size(residuals, present).tolist() == [2, 6]


def test_exact_fits_keep_their_weights():
    """Their residuals are rounding errors, which tell nothing about outliers."""
    y = np.vstack([X @ [1, 2, 3], np.full(12, 4.0), outlying(1)[0]])
    found = robust_fits(row_designs(X), y, np.ones_like(y), 20)
    assert found.fits.zero_variance.tolist() == [True, True, False]
    assert_array_equal(found.weights[:2], 1)
    assert found.converged.all()


class TestTheVerb:
    def test_native_answers(self):
        y = outlying()
        fit = el.lm_fit(y, X, method="robust")
        found = robust_fits(row_designs(X), y, np.ones_like(y), 20)
        assert_array_equal(fit.coefficients, found.fits.coefficients)
        assert_array_equal(fit.sigma, found.fits.sigma)
        assert (fit.df_residual == 9).all()

    def test_codings_agree(self):
        y = outlying()
        cells = np.column_stack([X[:, 0] - X[:, 1], X[:, 1:]])
        a = el.lm_fit(y, X, method="robust").contrast(np.array([[0.0, 1, 0], [0, 0, 1]]).T).ebayes()
        b = el.lm_fit(y, cells, method="robust").contrast(np.array([[-1.0, 1, 0], [0, 0, 1]]).T).ebayes()
        assert_allclose(a.t, b.t, rtol=SAME)
        assert_allclose(a.F, b.F, rtol=SAME)

    def test_missing_values_are_left_out(self):
        y = outlying()
        gaps = y.copy()
        gaps[:, 2] = np.nan
        more = {"method": "robust", "max_iter": 60}
        a, b = el.lm_fit(gaps, X, **more), el.lm_fit(np.delete(y, 2, 1), np.delete(X, 2, 0), **more)
        assert_allclose(a.coefficients, b.coefficients, rtol=SAME)
        assert_allclose(a.sigma, b.sigma, rtol=SAME)

    def test_needs_a_residual_to_judge_by(self):
        y = outlying(3)
        y[0, :9] = np.nan
        fit = el.lm_fit(y, X, method="robust")
        assert fit.status.tolist() == ["few_observed", "ok", "ok"]
        assert np.isnan(fit.coefficients.iloc[0]).all()

    def test_an_iteration_that_ends_early_is_announced(self):
        with pytest.warns(ConvergenceWarning, match="had not converged after 1 iteration; the last one is taken"):
            el.lm_fit(outlying(), X, method="robust", max_iter=1)

    @pytest.mark.parametrize(
        ("options", "message"),
        [({"block": np.arange(12) // 2, "correlation": 0.5}, "independent"), ({"max_iter": 0}, "1 at least")],
    )
    def test_what_does_not_go_together(self, options, message):
        with pytest.raises(ArgumentError, match=message):
            el.lm_fit(outlying(), X, method="robust", **options)


@pytest.mark.parametrize("exponent", [-1000, -44, 40, 530])
def test_the_unit_does_not_matter(exponent):
    y, prior = outlying(), np.random.default_rng(2).uniform(0.2, 3, (30, 12))
    designs = row_designs(X)
    one, other = robust_fits(designs, y, prior, 20), robust_fits(designs, np.ldexp(y, exponent), prior, 20)
    assert_array_equal(one.converged, other.converged)
    assert_array_equal(one.weights, other.weights)
    assert_array_equal(np.ldexp(one.fits.sigma, exponent), other.fits.sigma)
    assert_array_equal(np.ldexp(one.fits.coefficients, exponent), other.fits.coefficients)
