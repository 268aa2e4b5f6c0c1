from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.assembly import assemble
from ebayes_lm.core.linear_plan import linear_plan
from ebayes_lm.core.ols import Status, least_squares
from tests.reference import least_squares_of_rows, unscaled_covariance

#: Two ways to solve well-conditioned least squares, in units of the row's size.
AGREEMENT = 1e-13
#: Residuals of 1e-4 about a mean of 1e6: of sixteen digits, ten go in the subtraction.
CANCELLATION = 1e-5

paths = pytest.mark.parametrize("kernel", [False, True], ids=["numpy", "kernel"])


def design(n=11, p=5, seed=1):
    x = np.random.default_rng(seed).normal(size=(n, p))
    x[:, 0] = 1.0
    return x


def data(g=40, n=11, seed=2):
    return np.random.default_rng(seed).normal(7.0, 2.0, size=(g, n))


def record_of(x, y, weights=None, kernel=False):
    plan = linear_plan(x, weights)
    rows, own = plan.rows(y, None, use_kernel=kernel)
    return assemble(plan, rows, own, cells=None, features=None, limma=False).record


def assert_as_reference(rows, y, x, weights=None, tolerance=AGREEMENT):
    beta, sigma, mean = least_squares_of_rows(y, x, weights)
    size = np.abs(np.asarray(y, dtype=float)).max()
    assert_allclose(rows.coefficients, beta, rtol=tolerance, atol=tolerance * size)
    assert_allclose(rows.sigma, sigma, rtol=tolerance, atol=tolerance * size)
    assert_allclose(rows.mean, mean, rtol=tolerance, atol=tolerance * size)


@paths
@pytest.mark.parametrize("p", range(1, 10))
def test_as_row_by_row(kernel, p):
    x, y = design(p=p), data()
    assert_as_reference(least_squares(x).rows(y, use_kernel=kernel), y, x)


@paths
@pytest.mark.parametrize("weights", ["positive", "zeros", "units apart"])
def test_sample_weights(kernel, weights):
    x, y = design(p=3), data()
    w = np.random.default_rng(3).uniform(0.2, 3.0, 11)
    if weights == "zeros":
        w[[0, 7]] = 0.0
    if weights == "units apart":
        w *= np.where(np.arange(11) < 5, 1e-6, 1.0)
    plan = least_squares(x, w)
    rows = plan.rows(y, use_kernel=kernel)
    assert_as_reference(rows, y, x, w, tolerance=AGREEMENT * (100 if weights == "units apart" else 1))
    record = record_of(x, y, w, kernel)
    used = (w > 0).sum()
    assert_array_equal(record.df_residual, used - 3)
    assert_array_equal(record.n_observed, used)
    covariance = unscaled_covariance(x, w)
    assert_allclose(record.cov_coefficients, covariance, rtol=1e-10, atol=1e-14)
    assert_allclose(record.stdev_unscaled[0], np.sqrt(np.diag(covariance)), rtol=1e-10)


@paths
@pytest.mark.parametrize("layout", ["Fortran", "strided", "reversed", "read-only", "transposed"])
def test_layouts(kernel, layout):
    y, x = data(), design()
    other = {
        "Fortran": np.asfortranarray(y),
        "strided": np.repeat(np.repeat(y, 2, axis=0), 3, axis=1)[::2, ::3],
        "reversed": np.ascontiguousarray(y[::-1, ::-1])[::-1, ::-1],
        "read-only": y.copy(),
        "transposed": np.ascontiguousarray(y.T).T,
    }[layout]
    other.flags.writeable = False
    plan = least_squares(x)
    got, plain = plan.rows(other, use_kernel=kernel), plan.rows(y, use_kernel=kernel)
    assert_allclose(got.coefficients, plain.coefficients, rtol=AGREEMENT, atol=AGREEMENT)
    assert_allclose(got.sigma, plain.sigma, rtol=AGREEMENT)
    assert_array_equal(other, y)


@paths
@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.int64, np.float16, np.float32, np.longdouble, ">f8"])
def test_types_are_read_exactly_and_accumulated_in_float64(kernel, dtype):
    x = design(p=3)
    y = (data() > 7) if dtype is bool else np.round(data() * 8) / (8 if np.dtype(dtype).kind == "f" else 1)
    y = y.astype(dtype)
    rows = least_squares(x).rows(y, use_kernel=kernel)
    assert all(part.dtype == np.float64 for part in rows[:3])
    assert_as_reference(rows, y.astype(float), x)


@paths
def test_float32_is_not_rounded_again(kernel):
    x, y = design(), (data() + 1e4).astype(np.float32)
    assert_as_reference(least_squares(x).rows(y, use_kernel=kernel), y.astype(float), x)


@paths
class TestRowsThatAreNotPlain:
    def test_counts_of_missing_and_infinite(self, kernel):
        y = data(6)
        y[1, :] = np.nan
        y[2, [0, 4]] = np.nan
        y[3, 5] = np.inf
        y[4, [1, 2]] = -np.inf, np.nan
        rows = least_squares(design()).rows(y, use_kernel=kernel)
        assert rows.n_observed.tolist() == [11, 0, 9, 10, 9, 11]
        assert rows.n_infinite.tolist() == [0, 0, 0, 1, 1, 0]
        assert_array_equal(np.isnan(rows.coefficients).all(axis=1), [False, True, True, True, True, False])
        assert_array_equal(np.isnan(rows.sigma), [False, True, True, True, True, False])
        assert_as_reference(type(rows)(*(part[[0, 5]] for part in rows)), y[[0, 5]], design())

    def test_missing_values_of_samples_without_weight_do_not_count(self, kernel):
        y, w = data(3), np.ones(11)
        w[4] = 0.0
        y[1, 4] = np.nan
        rows = least_squares(design(), w).rows(y, use_kernel=kernel)
        assert rows.n_observed.tolist() == [10, 10, 10]
        assert np.isfinite(rows.coefficients).all()
        # the mean is that of what is observed, used or not, as limma's Amean
        assert_allclose(rows.mean, np.nanmean(y, axis=1), rtol=AGREEMENT)

    @pytest.mark.parametrize("value", [np.inf, -np.inf])
    def test_infinite_values_of_samples_without_weight_do_count(self, kernel, value):
        """They would make the mean infinite, and with it a trend."""
        y, w = data(4), np.ones(11)
        w[[4, 5]] = 0.0
        y[1, 4] = value
        y[2, [4, 5]] = np.inf, -np.inf
        y[3] = np.nan
        rows = least_squares(design(), w).rows(y, use_kernel=kernel)
        assert rows.n_infinite.tolist() == [0, 1, 2, 0]

    def test_rows_that_the_design_explains(self, kernel):
        x = design()
        y = np.vstack([np.full(11, 3.7), x @ [1, 2, 3, 4, 5], np.zeros(11), data(1)[0]])
        rows = least_squares(x).rows(y, use_kernel=kernel)
        assert rows.zero_variance.tolist() == [True, True, True, False]
        assert (rows.sigma[:3] <= 1e-14 * np.array([4, 30, 1])).all()
        assert_allclose(rows.coefficients[1], [1, 2, 3, 4, 5], rtol=AGREEMENT)
        assert_allclose(rows.coefficients[0], [3.7, 0, 0, 0, 0], atol=1e-14)

    def test_small_variance_beside_a_large_mean_is_not_zero(self, kernel):
        y = 1e6 + 1e-4 * data(5)
        rows = least_squares(np.ones((11, 1))).rows(y, use_kernel=kernel)
        assert not rows.zero_variance.any()
        assert_allclose(rows.sigma, y.std(axis=1, ddof=1), rtol=CANCELLATION)

    @pytest.mark.parametrize("exponent", [-1000, -1040, -600, 520, 900, 1010])
    def test_any_scale(self, kernel, exponent):
        y, plan = data(7), least_squares(design())
        plain = plan.rows(y, use_kernel=kernel)
        scaled = plan.rows(np.ldexp(y, exponent), use_kernel=kernel)
        # subnormal numbers carry fewer digits
        tolerance = AGREEMENT if exponent > -1022 else 1e-7
        assert_allclose(np.ldexp(scaled.sigma, -exponent), plain.sigma, rtol=tolerance)
        assert_allclose(np.ldexp(scaled.coefficients, -exponent), plain.coefficients, rtol=tolerance, atol=tolerance)
        assert_allclose(np.ldexp(scaled.mean, -exponent), plain.mean, rtol=tolerance)
        assert not scaled.zero_variance.any()

    def test_scales_side_by_side(self, kernel):
        factors = np.array([1.0, 1e-300, 1e160, 1e300, 1e-200])[:, None]
        y = np.tile(data(1), (5, 1))
        rows = least_squares(design()).rows(y * factors, use_kernel=kernel)
        assert_allclose(rows.sigma / factors[:, 0], np.repeat(rows.sigma[0], 5), rtol=AGREEMENT)

    def test_no_row_at_all(self, kernel):
        rows = least_squares(design()).rows(np.empty((0, 11)), use_kernel=kernel)
        assert rows.coefficients.shape == (0, 5)

    def test_as_many_coefficients_as_samples(self, kernel):
        plan = least_squares(design(5, 5))
        rows = plan.rows(data(4, 5), use_kernel=kernel)
        assert plan.df_residual == 0
        record = record_of(design(5, 5), data(4, 5), kernel=kernel)
        assert np.isnan(record.sigma).all()
        assert (record.status == Status.no_df).all()
        assert_allclose(rows.coefficients @ design(5, 5).T, data(4, 5), rtol=1e-10)

    def test_aliased_columns(self, kernel):
        x = design(p=3)
        x = np.column_stack([x, x[:, 1] + x[:, 2]])
        record = record_of(x, data(), kernel=kernel)
        assert np.isnan(record.coefficients[:, 3]).all()
        assert np.isnan(record.cov_coefficients[3]).all()
        assert np.isnan(record.cov_coefficients[:, 3]).all()
        assert np.isnan(record.stdev_unscaled[:, 3]).all()
        beta, sigma, _ = least_squares_of_rows(data(), x[:, :3])
        assert_allclose(record.coefficients[:, :3], beta, rtol=AGREEMENT, atol=AGREEMENT * 10)
        assert_allclose(record.sigma, sigma, rtol=AGREEMENT)


def test_both_paths_agree():
    x, y, w = design(60, 9), data(300, 60), np.random.default_rng(5).uniform(0.1, 2, 60)
    plan = least_squares(x, w)
    numpy_path, kernel = plan.rows(y, use_kernel=False), plan.rows(y, use_kernel=True)
    for a, b in zip(numpy_path, kernel, strict=True):
        assert_allclose(a, b, rtol=AGREEMENT, atol=AGREEMENT * 10)


def test_record_of_rows_without_any_value():
    y = data(4)
    y[2] = np.nan
    record = record_of(design(), y)
    assert record.status.tolist() == [Status.ok, Status.ok, Status.all_missing, Status.ok]
    assert record.n_observed.tolist() == [11, 11, 0, 11]
    assert record.df_residual.tolist() == [6, 6, 0, 6]
    assert np.isnan(record.amean[2])
    assert np.isnan(record.stdev_unscaled[2]).all()
    assert np.isfinite(record.stdev_unscaled[[0, 1, 3]]).all()


def test_status_of_zero_variance():
    y = np.vstack([data(2), np.full((1, 11), 2.0)])
    record = record_of(design(), y)
    assert record.status.tolist() == [Status.ok, Status.ok, Status.zero_variance]


def test_all_weights_equal_change_nothing_but_the_unit_of_sigma():
    y, x = data(), design()
    plain = least_squares(x).rows(y, use_kernel=False)
    heavy = least_squares(x, np.full(11, 4.0)).rows(y, use_kernel=False)
    assert_allclose(heavy.coefficients, plain.coefficients, rtol=AGREEMENT, atol=AGREEMENT * 10)
    assert_allclose(heavy.sigma, 2 * plain.sigma, rtol=AGREEMENT)
