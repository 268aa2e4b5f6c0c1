from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.local_regression import lowess
from ebayes_lm.core.mean_variance import MeanVarianceTrend, fit_trend, fitted_values, log_cpm, log_millions
from ebayes_lm.core.weighted_local import weighted_lowess

#: Two ways to the same logarithm or power.
ROUNDING = 1e-12


@pytest.mark.parametrize("kind", [np.int32, np.uint16, np.float32, np.float64])
def test_counts_of_any_kind_become_log_counts_per_million(kind):
    counts, sizes = np.array([[0, 5, 1000], [3, 7, 2]], dtype=kind), np.array([10.0, 2000.0, 1e6])
    assert_allclose(log_cpm(counts, sizes), np.log2((counts + 0.5) / (sizes + 1) * 1e6), rtol=ROUNDING)
    each = np.outer([1.0, 2.0], sizes)
    assert_allclose(log_cpm(counts, each) + log_millions(each), np.log2(counts + 0.5), rtol=1e-6)


def test_the_trend_is_lowess_at_distinct_points():
    rng = np.random.default_rng(0)
    x, y, df = np.round(rng.normal(size=200), 1), rng.normal(size=200), rng.integers(1, 5, 200).astype(float)
    for trend, curve in (
        (fit_trend(x, y, 0.4), lowess(x, y, span=0.4)),
        (fit_trend(x, y, 0.4, df), weighted_lowess(x, y, df, span=0.4)),
    ):
        assert (np.diff(trend.x) > 0).all()
        assert_allclose(np.interp(x, trend.x, trend.y), curve, rtol=ROUNDING)


@pytest.mark.parametrize("use_kernel", [False, True])
def test_weights_between_at_and_beyond_knots(use_kernel):
    trend = MeanVarianceTrend(np.array([0.0, 1.0, 1.0 + 1e-12, 8.0]), np.array([2.0, 1.0, 0.5, 0.25]), 0.5)
    means = np.array([[-9.0, 0.0, 0.5, 1.0, 1.0 + 1e-12, 4.5, 8.0, 99.0, np.nan]])
    expected = np.array([[2.0, 2.0, 1.5, 1.0, 0.5, 0.375, 0.25, 0.25, np.nan]]) ** -4.0
    assert_allclose(trend.weights(means, use_kernel=use_kernel), expected, rtol=1e-9)


def test_one_knot_is_a_constant():
    trend = fit_trend(np.full(5, 3.0), np.arange(5.0), 1.0)
    assert_array_equal(trend.x, [3.0])
    weights = trend.weights(np.array([-1.0, 9.0]), use_kernel=True)
    assert weights[0] == weights[1]


def test_coefficients_that_are_missing_have_no_part_in_fitted_values():
    fitted = fitted_values(np.array([[1.0, np.nan], [2.0, 3.0]]), np.array([[1.0, 0.0], [1.0, 1.0]]))
    assert_array_equal(fitted, [[1.0, 1.0], [2.0, 5.0]])
