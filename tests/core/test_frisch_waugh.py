from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebayes_lm.core.frisch_waugh import covariates_of, own_covariates
from ebayes_lm.core.row_layout import squared_lengths

RNG = np.random.default_rng(4)
N = 30
X = RNG.normal(size=(N, 3))
Y = RNG.normal(size=(5, N))
# Two projections of numbers near one.
ROUNDING = 1e-14


def least_squares_residuals(y, x):
    design = np.column_stack([np.ones(len(x)), x])
    return y - design @ np.linalg.lstsq(design, y, rcond=None)[0]


def test_what_is_left_is_what_least_squares_leaves():
    rest, left = covariates_of(X).residuals(Y, squared_lengths(Y))
    assert_allclose(rest, [least_squares_residuals(y, X) for y in Y], atol=ROUNDING)
    assert_allclose(left, squared_lengths(rest))


@pytest.mark.parametrize(
    ("x", "rank"),
    [
        (np.empty((N, 0)), 1), (np.ones((N, 2)), 1), (X, 4), (np.column_stack([X, X @ [1, 2, 3], np.ones(N)]), 4),
        (np.full((N, 1), 0.1), 1), (X + 1e12, 4),
    ],
)  # fmt: skip
def test_a_constant_is_always_there_and_nothing_counts_twice(x, rank):
    covariates = covariates_of(x)
    assert covariates.rank == rank
    assert_allclose(covariates.basis.T @ covariates.basis, np.eye(rank), atol=ROUNDING)
    assert_allclose(np.ptp(covariates.basis[:, 0]), 0, atol=ROUNDING)


def test_little_that_is_left_has_its_digits():
    """A thousandth of a millionth beside covariates: a second projection makes it orthogonal again."""
    covariates = covariates_of(X)
    small = 1e-9 * covariates.residuals(Y, squared_lengths(Y))[0]
    rest, _ = covariates.residuals(X @ [1, 2, 3] + small, squared_lengths(X @ [1, 2, 3] + small))
    assert_allclose(rest, small, atol=1e-15 * np.linalg.norm(X))
    assert_allclose(rest @ covariates.basis, 0, atol=1e-22)


def test_rows_with_samples_of_their_own():
    present = RNG.random(Y.shape) > 0.3
    own = own_covariates(covariates_of(X), present)
    rest, _ = own.residuals(np.where(present, Y, 0.0))
    outcome = covariates_of(X).residuals(Y[:2], squared_lengths(Y[:2]))[0]
    for k, there in enumerate(present):
        assert_allclose(rest[k, there], least_squares_residuals(Y[k, there], X[there]), atol=ROUNDING)
        assert (rest[k, ~there] == 0).all()
        expected = [np.sum(least_squares_residuals(y[there], X[there]) ** 2) for y in outcome]
        assert_allclose(own.shares(outcome)[k], expected, rtol=1e-13)
    assert not own.poor.any()


def test_samples_that_do_not_tell_covariates_apart_are_known():
    groups = (np.arange(N)[:, None] // 10 == [1, 2]).astype(float)
    present = np.ones((3, N), dtype=bool)
    present[0, 10:20] = False  # a group is missing
    present[1, :20] = False  # one is left
    covariates = covariates_of(groups)
    assert own_covariates(covariates, present).poor.tolist() == [True, True, False]
    assert [covariates.restricted(there).rank for there in present] == [2, 1, 3]
    assert covariates.restricted(np.zeros(N, dtype=bool)).rank == 0
