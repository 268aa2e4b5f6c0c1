from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.assembly import assemble
from ebayes_lm.core.contrast import combine, is_estimable
from ebayes_lm.core.linear_plan import linear_plan
from ebayes_lm.core.qr import pivoted_qr
from tests.reference import least_squares_of_rows

#: The same model under two codings, condition below 100.
CODING = 1e-12

CELLS = np.kron(np.eye(3), np.ones((3, 1)))
Y = np.random.default_rng(0).normal(5.0, 1.0, size=(20, 9))


def record_of(x, y=Y):
    plan = linear_plan(x)
    rows, own = plan.rows(y, None, use_kernel=False)
    return assemble(plan, rows, own, cells=None, features=None, limma=False).record


def test_is_the_same_model_under_another_coding():
    treatment = np.column_stack([np.ones(9), CELLS[:, 1:]])
    contrasts = np.array([[1.0, -1, -1], [0, 1, 0], [0, 0, 1]])
    combined, direct = combine(record_of(CELLS), contrasts), record_of(treatment)
    assert_allclose(combined.coefficients, direct.coefficients, rtol=CODING, atol=CODING)
    assert_allclose(combined.stdev_unscaled, direct.stdev_unscaled, rtol=CODING)
    assert_allclose(combined.cov_coefficients, direct.cov_coefficients, rtol=CODING, atol=CODING)
    assert_array_equal(combined.sigma, record_of(CELLS).sigma)


def test_standard_errors_feature_by_feature():
    x = np.column_stack([np.ones(9), np.arange(9.0), np.random.default_rng(1).normal(size=9)])
    contrasts = np.array([[0.0, 1], [1, -1], [2, 0.5]])
    combined = combine(record_of(x), contrasts)
    beta, _, _ = least_squares_of_rows(Y, x)
    covariance = np.linalg.inv(x.T @ x)
    for row, b in zip(combined.coefficients, beta, strict=True):
        assert_allclose(row, [b @ contrasts[:, 0], b @ contrasts[:, 1]], rtol=CODING, atol=CODING)
    for k in range(2):
        expected = np.sqrt(contrasts[:, k] @ covariance @ contrasts[:, k])
        assert_allclose(combined.stdev_unscaled[:, k], expected, rtol=CODING)


def test_rows_without_values_stay_without():
    y = Y.copy()
    y[4] = np.nan
    combined = combine(record_of(CELLS, y), np.array([[1.0], [-1], [0]]))
    assert np.flatnonzero(np.isnan(combined.coefficients[:, 0])).tolist() == [4]
    assert np.flatnonzero(np.isnan(combined.stdev_unscaled[:, 0])).tolist() == [4]


def test_a_zero_contrast_has_no_error():
    combined = combine(record_of(CELLS), np.zeros((3, 1)))
    assert_array_equal(combined.coefficients, 0.0)
    assert_array_equal(combined.stdev_unscaled, 0.0)


class TestEstimable:
    x = np.column_stack([np.ones(9), CELLS])

    @pytest.mark.parametrize(
        ("contrast", "fits"),
        [
            ([0, 1, -1, 0], True),
            ([1, 1, 0, 0], True),
            ([1, 0, 0, 1], True),
            ([3, 1, 1, 1], True),
            ([0, 0, 0, 1], False),
            ([1, 0, 0, 0], False),
            ([0, 1, 0, 0], False),
            ([0, 0, 1, -1], True),
            ([0, 0, 0, 0], True),
        ],
    )
    def test_of_a_design_with_all_cells_and_an_intercept(self, contrast, fits):
        qr = pivoted_qr(self.x)
        assert is_estimable(qr, np.array([contrast], dtype=float).T).tolist() == [fits]
        assert is_estimable(qr, 1e-9 * np.array([contrast], dtype=float).T).tolist() == [fits]

    def test_means_a_combination_of_rows(self):
        rng = np.random.default_rng(3)
        inside = self.x.T @ rng.normal(size=(9, 6))
        outside = inside + np.array([[1.0], [-1], [-1], [-1]])
        qr = pivoted_qr(self.x)
        assert is_estimable(qr, inside).all()
        assert not is_estimable(qr, outside).any()

    def test_full_rank_estimates_everything(self):
        assert is_estimable(pivoted_qr(CELLS), np.random.default_rng(4).normal(size=(3, 5))).all()

    def test_aliased_coefficients_enter_by_what_they_stand_for(self):
        record = record_of(self.x)
        combined = combine(record, np.array([[0.0], [0], [1], [-1]]))
        cells, _, _ = least_squares_of_rows(Y, CELLS)
        assert_allclose(combined.coefficients[:, 0], cells[:, 1] - cells[:, 2], rtol=1e-11, atol=CODING)
