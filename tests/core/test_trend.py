from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebayes_lm.core import trend
from ebayes_lm.core.trend import natural_spline_trend

#: A least-squares fit of four well-conditioned columns.
FIT_RTOL = 1e-11
#: Adding 1e6 to a covariate costs it six digits before the fit sees it.
SHIFT_RTOL = 1e-7


def oracle(e, x, knots, at):
    """Natural cubic spline in truncated powers on [0, 1] (Hastie, Tibshirani and Friedman, 5.2.1), fitted by lstsq."""
    low, high = x.min(), x.max()
    knots = (np.array([low, *knots, high]) - low) / (high - low)

    def basis(u):
        u = (u - low) / (high - low)
        cubes = np.maximum(u[:, None] - knots, 0.0) ** 3
        d = (cubes[:, :-1] - cubes[:, -1:]) / (knots[-1] - knots[:-1])
        return np.column_stack([np.ones_like(u), u, d[:, :-1] - d[:, -1:]])

    b = np.linalg.lstsq(basis(x), e, rcond=None)[0]
    residual = e - basis(x) @ b
    return basis(at) @ b, residual @ residual / (e.size - b.size)


@pytest.fixture
def problem():
    rng = np.random.default_rng(7)
    x = rng.gamma(2.0, 3.0, size=500)
    return np.cos(x) + 0.1 * rng.normal(size=500), x


@pytest.mark.parametrize(("n", "df"), [(2, 1), (3, 2), (5, 2), (6, 3), (29, 3), (30, 4), (500, 4)])
def test_df_grow_with_the_number_of_points(problem, n, df):
    e, x = (a[:n] for a in problem)
    result = natural_spline_trend(e, x, np.full(n, True))
    assert result.df == df
    if df > 1:
        fitted, variance = oracle(e, x, np.quantile(x, np.arange(1, df - 1) / (df - 1)), x)
        assert_allclose(result.fitted, fitted, rtol=FIT_RTOL, atol=FIT_RTOL)
        assert_allclose(result.residual_variance, variance, rtol=FIT_RTOL)


def test_goes_on_as_a_line_beyond_the_points(problem):
    e, x = problem
    usable = (x > np.quantile(x, 0.1)) & (x < np.quantile(x, 0.9))
    e = np.where(usable, e, np.nan)
    result = natural_spline_trend(e, x, usable)
    knots = np.quantile(x[usable], [1 / 3, 2 / 3])
    assert_allclose(result.fitted, oracle(e[usable], x[usable], knots, x)[0], rtol=FIT_RTOL, atol=FIT_RTOL)


def test_unit_of_the_covariate_does_not_matter(problem):
    e, x = problem
    usable = np.full(x.size, True)
    base = natural_spline_trend(e, x, usable)
    for factor in (1e-12, -1.0, 1e200, 2.0**-1000):
        assert_allclose(natural_spline_trend(e, x * factor, usable).fitted, base.fitted, rtol=FIT_RTOL, atol=FIT_RTOL)
    shifted = natural_spline_trend(e, x + 1e6, usable)
    assert_allclose(shifted.fitted, base.fitted, rtol=SHIFT_RTOL, atol=SHIFT_RTOL)


def test_blocks_do_not_matter(problem, monkeypatch):
    e, x = problem
    usable = np.arange(x.size) % 7 > 0
    whole = natural_spline_trend(e, x, usable)
    monkeypatch.setattr(trend, "_BLOCK", 13)
    parts = natural_spline_trend(e, x, usable)
    assert_allclose(parts.fitted, whole.fitted, rtol=FIT_RTOL, atol=FIT_RTOL)
    assert_allclose(parts.residual_variance, whole.residual_variance, rtol=FIT_RTOL)


def test_a_straight_line_is_met_exactly():
    x = np.linspace(-3, 9, 50)
    result = natural_spline_trend(2.0 * x - 5.0, x, np.full(50, True))
    assert_allclose(result.fitted, 2.0 * x - 5.0, rtol=1e-13, atol=1e-13)
    assert result.residual_variance < 1e-26


def test_constant_covariate_is_not_looked_at(problem):
    e, x = problem
    result = natural_spline_trend(e, np.full(x.size, 4.0), np.full(x.size, True))
    assert result.df == 1
    assert_allclose(result.fitted, e.mean())
    assert_allclose(result.residual_variance, e.var(ddof=1))


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_all_knots_tied_to_one_end(problem, end):
    # here limma stops with an error
    e, _ = problem
    x = np.where(np.arange(e.size) < 450, end, np.linspace(0, 1, e.size))
    result = natural_spline_trend(e, x, np.full(e.size, True))
    assert np.isfinite(result.fitted).all()
    assert result.residual_variance > 0
