"""Splines and polynomials beyond what the answers of R in test_model.py hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebayes_lm.design.polynomials import orthogonal_polynomials
from ebayes_lm.design.splines import b_spline_basis, natural_spline_basis
from ebayes_lm.errors import DesignError

#: A few dozen roundings of numbers near 1.
ROUNDING = 1e-11

seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.integers(1, 6), st.sampled_from([1e-6, 1.0, 1e6]), st.sampled_from([0.0, -3.0, 1e4]))
def test_polynomials_are_orthonormal_in_any_units(seed, degree, unit, shift):
    x = (np.random.default_rng(seed).normal(size=20) + shift) * unit
    p = orthogonal_polynomials(x, degree)(x)
    np.testing.assert_allclose(p.T @ p, np.eye(degree), atol=1e-9)
    np.testing.assert_allclose(p.sum(axis=0), 0, atol=1e-9)


@given(seeds, st.integers(3, 9))
def test_b_splines_with_intercept_sum_to_one(seed, interior):
    x = np.random.default_rng(seed).normal(size=40)
    basis = b_spline_basis(x, df=interior + 4, intercept=True)(x)
    np.testing.assert_allclose(basis.sum(axis=1), 1, atol=ROUNDING)
    assert basis.min() >= -ROUNDING


@given(seeds, st.integers(1, 6), st.booleans())
def test_natural_splines_hold_straight_lines_and_continue_as_such(seed, df, intercept):
    x = np.random.default_rng(seed).normal(size=40)
    basis = natural_spline_basis(x, df=df + intercept, intercept=intercept)
    outside = np.array([x.max() + 1, x.max() + 2, x.max() + 3])
    np.testing.assert_allclose(np.diff(basis(outside), n=2, axis=0), 0, atol=1e-9)
    columns = np.column_stack([basis(x), np.ones(40)])
    fitted = columns @ np.linalg.lstsq(columns, x)[0]
    np.testing.assert_allclose(fitted, x, atol=1e-9)


@pytest.mark.parametrize("basis", [b_spline_basis, natural_spline_basis])
def test_what_no_spline_can_be_made_of(basis):
    with pytest.raises(DesignError, match="all values are 1"):
        basis(np.ones(4))
    with pytest.raises(DesignError, match="strictly between the boundary knots 0 and 3"):
        basis(np.arange(4.0), knots=np.array([1.0, 3.0]))
    with pytest.raises(DesignError, match="take fewer df"):
        basis(np.array([0.0] * 9 + [1.0]), df=5)
