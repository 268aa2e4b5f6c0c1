from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from ebayes_lm.core.shared_variation import (
    bins_of_equal_size,
    robust_correlation,
    robust_slope,
    share_between,
    two_sided_p,
)

# Sums in another order.
SUMS = 1e-12

RNG = np.random.default_rng(1)


def test_bins_hold_the_same_number_each():
    codes = bins_of_equal_size(RNG.permutation(np.arange(1000.0)), 10)
    assert_array_equal(np.bincount(codes), [100] * 10)
    assert_array_equal(bins_of_equal_size(np.arange(5.0), 10), np.arange(5))


def test_values_that_tie_share_a_bin():
    values = np.array([0.0] * 6 + [1.0, 2, 3, 4])
    codes = bins_of_equal_size(values, 5)
    assert_array_equal(codes, [0] * 6 + [1, 1, 2, 2])
    assert_array_equal(bins_of_equal_size(np.ones(7), 5), np.zeros(7))


def test_bins_follow_values_not_places():
    values = RNG.normal(size=200)
    codes = bins_of_equal_size(values, 8)
    order = np.argsort(values)
    assert (np.diff(codes[order]) >= 0).all()


def share_by_regression(values, codes):
    """Adjusted R2 of a regression on indicators of the groups."""
    x = (codes[:, None] == np.unique(codes)).astype(float)
    rest = values - x @ np.linalg.lstsq(x, values, rcond=None)[0]
    n, k = x.shape
    return 1 - (rest @ rest / (n - k)) / np.var(values, ddof=1)


@pytest.mark.parametrize("effect", [0.3, 2.0])
def test_share_is_adjusted_r2(effect):
    codes = RNG.choice([0, 2, 3], size=60)
    values = RNG.normal(size=60) + effect * codes
    assert_allclose(share_between(values, codes), max(share_by_regression(values, codes), 0), rtol=SUMS)


def test_chance_gives_no_share():
    shares = [share_between(RNG.normal(size=50), RNG.integers(10, size=50)) for _ in range(200)]
    assert np.mean(shares) < 0.06
    assert min(shares) == 0


@pytest.mark.parametrize(
    ("values", "codes"), [([1.0, 2], [0, 1]), ([1.0, 1, 1], [0, 1, 1]), ([], []), ([3.0], [0])], ids=repr
)
def test_nothing_to_share(values, codes):
    assert share_between(np.array(values), np.array(codes, dtype=np.intp)) == 0


def test_slope_of_points_on_a_line_is_exact():
    x = RNG.normal(size=30)
    assert_allclose(robust_slope(x, -2.5 * x, np.zeros(30)), -2.5, rtol=SUMS)
    assert robust_slope(np.zeros(4), np.ones(4), np.zeros(4)) == 0
    assert robust_slope(x, x, np.full(30, 9.0)) == 0


@pytest.mark.parametrize("slope", [-3.0, 0.0, 0.5])
def test_errors_of_x_do_not_draw_the_slope_to_zero(slope):
    signal = RNG.normal(size=40_000)
    x, y = signal + 0.7 * RNG.normal(size=40_000), slope * signal + RNG.normal(size=40_000)
    assert_allclose(robust_slope(x, y, np.full(40_000, 0.49)), slope, atol=0.05 * max(abs(slope), 1))
    if slope:
        assert abs(x @ y / (x @ x)) < 0.75 * abs(slope)


def test_few_outliers_do_not_move_the_slope():
    x = RNG.normal(size=5000)
    y = 0.7 * x + RNG.normal(size=5000)
    y[:150] += 20 * np.sign(x[:150])
    assert abs(robust_slope(x, y, np.zeros(5000)) - 0.7) < 0.05 < abs(x @ y / (x @ x) - 0.7)


def test_slope_is_where_weighted_residuals_balance():
    x, y = RNG.normal(size=80), RNG.standard_t(2, size=80)
    slope = robust_slope(x, y, np.zeros(80))
    rest = y - slope * x
    scale = np.median(np.abs(rest)) / stats.norm.ppf(0.75)
    weights = np.where(np.abs(rest) < 4.685 * scale, (1 - (rest / (4.685 * scale)) ** 2) ** 2, 0)
    assert abs(np.sum(weights * x * rest)) < 1e-5 * np.sum(np.abs(x)) * scale


def test_p_is_that_of_t():
    assert_allclose(two_sided_p(-2.1, 9), 2 * stats.t.sf(2.1, 9), rtol=SUMS)


@pytest.mark.parametrize("rho", [-0.6, 0.0, 0.5, 0.9])
def test_correlation_of_the_bulk(rho):
    a, b = RNG.multivariate_normal([1, -2], [[1, rho * 3], [rho * 3, 9]], size=40_000).T
    assert_allclose(robust_correlation(a, b), rho, atol=0.02)
    a[:800] += 30
    b[:800] -= 90
    assert_allclose(robust_correlation(a, b), rho, atol=0.05)
    assert abs(np.corrcoef(a, b)[0, 1] - rho) > 0.3


def test_correlation_of_what_does_not_vary():
    assert np.isnan(robust_correlation(np.ones(9), np.arange(9.0)))
