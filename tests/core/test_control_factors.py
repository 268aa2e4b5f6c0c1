from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebayes_lm.core.control_factors import (
    Controls,
    Regression,
    association,
    f_of_regression,
    inverse,
    regressed,
    scatter,
    shared,
)
from ebayes_lm.core.sample_variances import ArrayRows
from ebayes_lm.core.shared_directions import spaces

#: The formulas of the papers multiply and invert moments, the code keeps to orthonormal bases.
FORMULAS = 1e-8

RNG = np.random.default_rng(8)
N, CONTROLS = 14, np.arange(5, 45)
KNOWN = np.column_stack([np.ones(N), RNG.normal(size=N)])
INTEREST = np.column_stack([np.repeat([0.0, 1.0], 7), RNG.normal(size=N)])
HIDDEN = RNG.normal(size=(N, 2)) + INTEREST[:, :1]
Y = RNG.normal(size=(120, N)) + RNG.normal(size=(120, 2)) @ HIDDEN.T + 5
AT = spaces(KNOWN, INTEREST)
FOUND = Controls(Y[CONTROLS], CONTROLS)
PUBLISHED = {"corrected": False}


def estimates(factors):
    """Effects of interest (2, 120) under a design with the factors."""
    return np.linalg.lstsq(np.hstack([KNOWN, INTEREST, factors]), Y.T, rcond=None)[0][2:4]


def beside_known(columns):
    return columns - KNOWN @ np.linalg.lstsq(KNOWN, columns, rcond=None)[0]


def ruv4_of_the_report(k):
    """Estimates as naive effects less association times loadings, samples x features throughout."""
    y, x = beside_known(Y.T), beside_known(INTEREST)
    naive = np.linalg.inv(x.T @ x) @ x.T @ y
    u, d, vt = np.linalg.svd(y - x @ naive, full_matrices=False)
    w0 = u[:, :k] * d[:k]
    alpha = np.linalg.inv(w0.T @ w0) @ w0.T @ y
    assert_allclose(alpha, vt[:k], atol=FORMULAS)
    of_controls = alpha[:, CONTROLS]
    b = naive[:, CONTROLS] @ of_controls.T @ np.linalg.inv(of_controls @ of_controls.T)
    return naive - b @ alpha


@pytest.mark.parametrize("k", [1, 2, 5])
def test_ruv4_is_the_formula_of_the_report(k):
    factors, _ = regressed(ArrayRows(Y), AT, FOUND, k, **PUBLISHED)
    assert_allclose(estimates(factors), ruv4_of_the_report(k), rtol=FORMULAS, atol=FORMULAS)


@pytest.mark.parametrize("k", [0, 3])
@pytest.mark.parametrize("corrected", [True, False])
def test_inverse_is_generalised_least_squares(k, corrected):
    factors, regression = inverse(ArrayRows(Y), AT, FOUND, INTEREST, k, corrected=corrected)
    assert factors.shape == (N, 2 + k)
    basis = np.hstack([AT.interest, AT.residual])
    rotated, x = Y @ basis, basis.T @ INTEREST
    values = rotated[CONTROLS] * np.sqrt(regression.precision)[:, None]
    precision = np.linalg.inv(values.T @ values)
    expected = np.linalg.inv(x.T @ precision @ x) @ x.T @ precision @ rotated.T
    assert_allclose(estimates(factors), expected, rtol=FORMULAS, atol=FORMULAS)


def test_a_factor_for_each_column_gives_its_estimate_alone():
    factors, _ = inverse(ArrayRows(Y), AT, FOUND, INTEREST, 0, **PUBLISHED)
    both = estimates(factors)
    for j in range(2):
        assert_allclose(estimates(factors[:, [j]])[j], both[j], rtol=FORMULAS, atol=FORMULAS)


@pytest.mark.parametrize("k", [1, 3])
def test_ruv2_is_a_decomposition_of_the_controls(k):
    left = np.linalg.svd(beside_known(Y[CONTROLS].T))[0][:, :k]
    factors = shared(ArrayRows(Y), AT, FOUND, k, **PUBLISHED)
    assert_allclose(factors @ factors.T, left @ left.T, atol=FORMULAS)


@pytest.mark.parametrize("corrected", [True, False])
def test_what_factors_are_does_not_depend_on_the_coding(corrected):
    other = spaces(KNOWN @ [[1, 2], [0, 3]], INTEREST @ [[1, -1], [1, 2]] + KNOWN)
    for find in (regressed, shared):
        one, two = (find(ArrayRows(Y), at, FOUND, 2, corrected=corrected) for at in (AT, other))
        one, two = (found[0] if find is regressed else found for found in (one, two))
        assert_allclose(one @ np.linalg.pinv(one), two @ np.linalg.pinv(two), atol=FORMULAS)


class TestAssociation:
    """Regression of responses on predictors that have errors."""

    TRUE = np.array([[0.8, -0.5]])
    AXES = RNG.normal(size=(4000, 2))
    NOISE = RNG.uniform(0.3, 1.2, size=4000)

    def found(self, axes, corrected):
        predictors = axes + RNG.normal(size=axes.shape) * self.NOISE[:, None]
        responses = axes @ self.TRUE.T + 0.1 * RNG.normal(size=(len(axes), 1))
        return association(Regression(responses, predictors, self.NOISE**-2.0), corrected=corrected)

    def test_errors_of_predictors_draw_to_zero_unless_corrected(self):
        # standard errors of either coefficient are below 0.02
        assert_allclose(self.found(self.AXES, True), self.TRUE, atol=0.06)
        assert (np.abs(self.found(self.AXES, False)) < 0.85 * np.abs(self.TRUE)).all()

    def test_nothing_changes_where_there_are_no_errors(self):
        exact = Regression(self.AXES @ self.TRUE.T, self.AXES, np.full(4000, 1e9))
        for corrected in (True, False):
            assert_allclose(association(exact, corrected=corrected), self.TRUE, rtol=1e-6)

    def test_an_axis_of_errors_alone_is_not_magnified(self):
        only = self.AXES * [1.0, 0.0]
        plain, corrected = self.found(only, False), self.found(only, True)
        assert abs(corrected[0, 1]) < abs(plain[0, 1]) + 0.02
        assert_allclose(corrected[0, 0], 0.8, atol=0.06)

    def test_an_axis_without_predictors_has_no_association(self):
        predictors = np.column_stack([self.AXES[:, 0], np.zeros(4000)])
        found = association(Regression(self.AXES @ self.TRUE.T, predictors, np.ones(4000)), corrected=False)
        assert found[0, 1] == 0.0


def test_f_is_that_of_least_squares():
    response, predictors, weights = RNG.normal(size=30), RNG.normal(size=(30, 3)), RNG.uniform(0.5, 2, size=30)
    f, df1, df2 = f_of_regression(response, predictors, weights)
    root = np.sqrt(weights)
    _, left, *_ = np.linalg.lstsq(predictors * root[:, None], response * root, rcond=None)
    total = np.square(response * root).sum()
    assert (df1, df2) == (3, 27)
    assert_allclose(f, (total - left[0]) / 3 / (left[0] / 27), rtol=1e-10)
    assert np.isnan(f_of_regression(response[:3], predictors[:3], weights[:3])[0])


def test_scatter_is_that_of_a_fit_with_the_factors():
    at = spaces(KNOWN, INTEREST[:, :1])
    squares, variances, df = scatter(Y, at, HIDDEN)
    whole, rest = np.hstack([KNOWN, HIDDEN, INTEREST[:, :1]]), np.hstack([KNOWN, HIDDEN])
    left = [np.square(Y.T - x @ np.linalg.lstsq(x, Y.T, rcond=None)[0]).sum(axis=0) for x in (whole, rest)]
    assert df == N - 5
    assert_allclose(variances, left[0] / df, rtol=FORMULAS)
    assert_allclose(squares, left[1] - left[0], rtol=1e-6, atol=FORMULAS)
