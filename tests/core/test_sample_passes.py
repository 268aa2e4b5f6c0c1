from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.ols import least_squares
from ebayes_lm.core.rooms import Room
from ebayes_lm.core.sample_passes import TILE_FEATURES, TILE_SAMPLES, SamplePasses

#: Sums over samples in another order, of well-scaled data.
ACROSS_BLOCKS = 1e-13
#: Residuals of 1e-4 about a mean of 1e6: of sixteen digits, ten go in the subtraction.
CANCELLATION = 1e-5


def design(n, p=4, seed=1):
    return np.column_stack([np.ones(n), np.random.default_rng(seed).normal(size=(n, p - 1))])


def data(g=50, n=40, seed=2):
    return np.random.default_rng(seed).normal(7.0, 2.0, size=(g, n))


def passed(plan, y, block=None, cut=None):
    """Fits of rows by samples, in blocks of so many samples and of features that are cut there."""
    passes, (g, n) = SamplePasses.of(plan, y.shape[1]), y.shape
    sums, block = passes.sums(g), block or n
    bounds = [0, *([cut] if cut else []), g]
    for step in (passes.first, passes.second):
        for start in range(0, n, block):
            for low, high in pairwise(bounds):
                at = slice(start, min(n, start + block))
                step(sums, np.ascontiguousarray(y[low:high, at].T), at, slice(low, high))
    return passes.fits(sums, Room())


def assert_same(fits, rows, tolerance=ACROSS_BLOCKS):
    for name in ("coefficients", "sigma", "mean"):
        assert_allclose(getattr(fits, name), getattr(rows, name), rtol=tolerance, atol=tolerance * 10, err_msg=name)
    for name in ("n_observed", "n_infinite", "zero_variance"):
        assert_array_equal(getattr(fits, name), getattr(rows, name), err_msg=name)


@pytest.mark.parametrize("block", [1, 7, 40])
@pytest.mark.parametrize("weights", [None, "positive", "zeros"])
@pytest.mark.parametrize("p", [1, 4])
def test_as_row_by_row(block, weights, p):
    y, x, w = data(), design(40, p), None
    if weights:
        w = np.random.default_rng(3).uniform(0.2, 3.0, 40)
        w[:9] *= weights != "zeros"
    plan = least_squares(x, w)
    fits, apart = passed(plan, y, block)
    assert apart.size == 0
    assert_same(fits, plan.rows(y, use_kernel=False))


def test_an_aliased_coefficient_is_missing():
    x = design(40)
    plan = least_squares(np.column_stack([x, x[:, 1] - x[:, 2]]))
    assert_same(passed(plan, data())[0], plan.rows(data(), use_kernel=False))


def test_a_design_without_residual_df():
    y = data(n=4)
    plan = least_squares(design(4))
    fits, apart = passed(plan, y)
    assert apart.size == 0
    assert_allclose(fits.coefficients, plan.rows(y, use_kernel=False).coefficients, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.int16, np.bool_])
def test_numbers_of_any_type_are_added_up_as_float64(dtype):
    y = data() > 7.0 if dtype == np.bool_ else data().astype(dtype)
    plan = least_squares(design(40))
    rows = plan.rows(y.astype(np.float64), use_kernel=False)
    assert_same(passed(plan, y)[0], rows)


def test_residuals_keep_their_digits_beside_a_large_mean():
    noise = np.random.default_rng(5).normal(scale=1e-4, size=(20, 40))
    plan = least_squares(design(40))
    fits, apart = passed(plan, 1e6 + noise, block=9)
    assert apart.size == 0
    assert_allclose(fits.sigma, plan.rows(noise, use_kernel=False).sigma, rtol=CANCELLATION)


def test_what_has_to_be_fitted_on_its_own_is_named():
    y = data(g=9)
    y[0, 3], y[1, 39], y[2, :] = np.nan, -np.inf, 5.25
    y[3] *= 1e200
    y[4] *= 1e-170
    y[5, :2] = np.inf, -np.inf
    y[6] *= 1e160  # the sum of squares is too large, the effects are not
    fits, apart = passed(least_squares(design(40)), y, block=11)
    assert_array_equal(apart, [0, 1, 2, 3, 4, 5, 6])
    assert np.isfinite(fits.sigma[7:]).all()


def test_a_row_of_zeros_needs_no_second_look_but_one_of_tiny_values_does():
    y = np.zeros((3, 4))
    y[1] = 1e-170, -1e-170, 1e-170, -1e-170  # effects that cancel, squares that vanish
    plan = least_squares(np.ones((4, 1)))
    fits, apart = passed(plan, y, block=2)
    assert_array_equal(apart, [1])
    assert_array_equal(fits.zero_variance, [True, False, True])
    rows = plan.rows(y, use_kernel=False)
    assert_same(type(fits)(*(part[::2] for part in fits)), type(rows)(*(part[::2] for part in rows)))


def test_values_in_samples_without_weight_count_for_the_mean_alone():
    y, w = data(), np.ones(40)
    w[5] = 0.0
    y[3, 5], y[4, 5] = np.nan, 1e6
    plan = least_squares(design(40), w)
    fits, apart = passed(plan, y)
    assert_array_equal(apart, [3])
    rows = plan.rows(y, use_kernel=False)
    kept = np.arange(len(y)) != 3
    assert_same(type(fits)(*(a[kept] for a in fits)), type(rows)(*(a[kept] for a in rows)))


def test_the_same_bits_where_features_are_cut_between_tiles():
    y = np.random.default_rng(7).normal(size=(2 * TILE_FEATURES + 100, TILE_SAMPLES + 8))
    plan = least_squares(design(y.shape[1]))
    for whole, parts in zip(passed(plan, y)[0], passed(plan, y, cut=TILE_FEATURES)[0], strict=True):
        assert_array_equal(whole, parts)
