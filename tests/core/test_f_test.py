from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.f_test import f_statistic
from tests.reference import f_by_quadratic_form

#: Rotation by eigenvectors against a linear solve; rounding times the condition of the correlation, below 1e3.
QUADRATIC_FORM = 1e-11


def example(k, g=30, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(12, k))
    covariance = np.linalg.inv(x.T @ x) * np.outer(10.0 ** np.arange(k), 10.0 ** np.arange(k))
    s2 = rng.uniform(0.5, 2, g)
    beta = rng.normal(size=(g, k)) * np.sqrt(np.diag(covariance))
    return beta, covariance, s2, beta / np.sqrt(s2[:, None] * np.diag(covariance))


@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_is_the_quadratic_form(k):
    beta, covariance, s2, t = example(k)
    f, rank = f_statistic(t, covariance)
    assert rank == k
    assert_allclose(f, f_by_quadratic_form(beta, covariance, s2), rtol=QUADRATIC_FORM)


def test_of_one_coefficient_is_t_squared():
    _, covariance, _, t = example(1)
    assert_allclose(f_statistic(t, covariance)[0], t[:, 0] ** 2, rtol=1e-15)


def test_combinations_of_others_add_no_df():
    beta, covariance, s2, _ = example(3)
    weights = np.array([[1.0, 0, 0, 1, 2], [0, 1, 0, -1, 0], [0, 0, 1, 0, 1]])
    whole = weights.T @ covariance @ weights
    t = beta @ weights / np.sqrt(s2[:, None] * np.diag(whole))
    f, rank = f_statistic(t, whole)
    assert rank == 3
    assert_allclose(f, f_by_quadratic_form(beta, covariance, s2), rtol=1e-8)


def test_coefficients_that_are_not_estimable_are_left_out():
    beta, covariance, s2, t = example(3)
    wide = np.full((4, 4), np.nan)
    wide[:3, :3] = covariance
    f, rank = f_statistic(np.column_stack([t, np.full(30, np.nan)]), wide)
    assert rank == 3
    assert_allclose(f, f_by_quadratic_form(beta, covariance, s2), rtol=QUADRATIC_FORM)


def test_nothing_estimable():
    f, rank = f_statistic(np.full((3, 1), np.nan), np.array([[np.nan]]))
    assert rank == 0
    assert np.isnan(f).all()


def test_a_contrast_of_nothing_is_no_trouble():
    f, rank = f_statistic(np.array([[2.0, np.nan]]), np.diag([1.0, 0.0]))
    assert rank >= 1
    assert np.isnan(f).all()


def test_missing_and_enormous_t():
    f, _ = f_statistic(np.array([[np.nan, 1.0], [1e200, 1.0], [0.0, 0.0]]), np.eye(2))
    assert_array_equal(f, [np.nan, np.inf, 0.0])


def test_order_of_coefficients_does_not_matter():
    _, covariance, _, t = example(4)
    order = [2, 0, 3, 1]
    assert_allclose(
        f_statistic(t[:, order], covariance[np.ix_(order, order)])[0],
        f_statistic(t, covariance)[0],
        rtol=QUADRATIC_FORM,
    )
