from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import log_ndtr

from ebayes_lm.core.tails import (
    DEEP,
    f_p_value,
    log_f_p_value,
    log_t_p_value,
    t_p_value,
    t_quantile,
    t_quantile_from_log,
)
from tests.core.answers.reader import answers

#: R and scipy each claim 12 to 14 digits.
P_RTOL = 1e-11
#: The logarithm of p near 1 is as exact as p: absolutely.
LOG_P_TOLERANCE = {"rtol": 1e-12, "atol": 1e-12}
QUANTILE_RTOL = 1e-11


@answers("t_tail")
def test_t_tail_as_in_r(args, expected):
    p = t_p_value(args["t"], args["df"])
    plain = expected["p"] > 1e-300
    assert_allclose(p[plain], expected["p"][plain], rtol=P_RTOL)
    assert_allclose(log_t_p_value(args["t"], args["df"]), expected["log_p"], **LOG_P_TOLERANCE)


@answers("f_tail")
def test_f_tail_as_in_r(args, expected):
    p = f_p_value(args["f"], args["df1"], args["df2"])
    plain = expected["p"] > 1e-300
    assert_allclose(p[plain], expected["p"][plain], rtol=P_RTOL)
    assert_allclose(log_f_p_value(args["f"], args["df1"], args["df2"]), expected["log_p"], **LOG_P_TOLERANCE)


@answers("t_quantile")
def test_t_quantile_as_in_r(args, expected):
    df = args["df"]
    assert_allclose(t_quantile_from_log(args["log_p"], df), expected["t"], rtol=QUANTILE_RTOL)
    assert_allclose(t_quantile(np.exp(args["log_p"]), df), expected["t"], rtol=QUANTILE_RTOL)


@pytest.mark.parametrize("df", [0.3, 1.0, 2.5, 7.0, 40.0, 1e3, 1e6, 1e9, np.inf])
def test_quantile_inverts_the_log_tail_far_beyond_underflow(df):
    log_p = -np.array([1e-3, 0.1, 1, 50, 640, 650, 800, 1e4, 1e5])
    log_p = log_p[log_p > -600 * df]  # below, t itself overflows
    assert_allclose(log_t_p_value(t_quantile_from_log(log_p, df), df), log_p, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("df", [2.2, 3.0, 12.0, 200.0, 1e5])
def test_plain_and_series_tail_meet(df):
    t = t_quantile_from_log(np.log(DEEP) + np.array([-1.0, 1.0]) * 1e-9, df)
    assert_allclose(np.diff(log_t_p_value(t, df)), 2e-9, rtol=1e-3)


def test_huge_df_tend_to_the_normal():
    t = np.array([3.0, 30.0, 60.0, 1e3])
    assert_allclose(log_t_p_value(t, np.inf), np.log(2) + log_ndtr(-t), rtol=1e-13)
    assert_allclose(log_t_p_value(t, 1e17), np.log(2) + log_ndtr(-t), rtol=1e-9)


@pytest.mark.parametrize("df2", [3.0, 50.0, 1e4, 1e5, 1e6])
@pytest.mark.parametrize("df1", [2, 4, 30])
def test_deep_f_tail_against_the_finite_sum(df1, df2):
    # for even df1 the tail is a finite sum: x^a sum_{k < df1/2} (a)_k (1-x)^k / k!
    f = np.array([1e3, 1e5, 1e8, 1e120])
    x, y, a = df2 / (df2 + df1 * f), 1 / (1 + df2 / (df1 * f)), df2 / 2
    k = np.arange(df1 // 2)
    terms = np.cumprod(np.concatenate([[1.0], (a + k[:-1]) / (k[1:])]))
    total = (terms * y[:, None] ** k).sum(axis=1)
    log_x = -np.log1p(df1 * f / df2)
    assert np.all(x > 0)
    assert_allclose(log_f_p_value(f, df1, df2), a * log_x + np.log(total), rtol=1e-12)


def test_f_tail_beyond_a_million_df_is_chi_square():
    assert_array_equal(f_p_value([2.0, 5.0], 3, 1e6 + 1), f_p_value([2.0, 5.0], 3, np.inf))
    assert_array_equal(f_p_value([2.0, 2.0], 3, [7.0, np.inf])[1], f_p_value(2.0, 3, np.inf))
    assert_allclose(log_f_p_value([1e4, 1e9], 2, 2e6), [-1e4, -1e9])


def test_one_numerator_df_is_t_squared():
    t = np.array([0.5, 4.0, 50.0, 1e100])
    assert_allclose(log_f_p_value(t * t, 1, 6.5), log_t_p_value(t, 6.5), rtol=1e-12)


def test_missing_and_infinite_values():
    assert_array_equal(t_p_value([np.nan, 1.0, 1.0, np.inf, 0.0], [3, np.nan, 0, 3, 3]), [np.nan, np.nan, np.nan, 0, 1])
    assert_array_equal(
        log_t_p_value([np.nan, 1.0, np.inf, -np.inf], [3, 0, 3, np.inf]), [np.nan, np.nan, -np.inf, -np.inf]
    )
    assert_array_equal(f_p_value([np.nan, np.inf, 1.0, 0.0], 2, [3, 3, np.nan, 3]), [np.nan, 0, np.nan, 1])
    assert_array_equal(log_f_p_value([np.nan, np.inf, np.inf], 2, [3, 3, np.inf]), [np.nan, -np.inf, -np.inf])


def test_broadcasting():
    t = np.array([[1.0, 2.0], [50.0, 1e200]])
    assert log_t_p_value(t, np.array([[3.0], [1e3]])).shape == (2, 2)
    assert t_p_value(1.0, 3.0).shape == ()
    assert log_t_p_value(1e60, 9.0).shape == ()
    assert t_p_value(np.empty((0, 3)), 4.0).shape == (0, 3)
    assert log_f_p_value(np.empty(0), 2, np.empty(0)).shape == (0,)
