from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.sample_variances import sample_weights
from ebayes_lm.core.variance_model import group_directions
from ebayes_lm.errors import ArgumentError, DataError

#: The same sums in another order, over some iterations.
ROUNDING = 1e-9
X = np.column_stack([np.ones(8), [0, 1] * 4])


def rows(g=300, seed=1):
    spread = np.array([1, 1, 2, 1, 1, 0.5, 1, 1])
    return 6 + np.random.default_rng(seed).normal(size=(g, 8)) * spread


# Standard errors are about 0.02; a pass gene by gene has not come all the way from one where a weight is large.
@pytest.mark.parametrize(("method", "near"), [("genebygene", 0.2), ("reml", 0.05)])
def test_weights_are_inverse_variances_up_to_a_factor(method, near):
    found = sample_weights(rows(20_000), X, method=method)
    truth = 1 / np.array([1, 1, 4, 1, 1, 0.25, 1, 1])
    assert_allclose(found.weights, truth, rtol=near)
    assert_allclose(np.log(found.weights).sum(), 0.0, atol=ROUNDING)


def test_the_method_follows_from_the_data():
    y = rows()
    gaps = y.copy()
    gaps[3, 3] = np.nan
    assert sample_weights(y, X).method == "reml"
    assert sample_weights(gaps, X).method == "genebygene"
    assert sample_weights(y, X, None, np.ones_like(y)).method == "genebygene"
    left_out = sample_weights(gaps, X, method="reml")
    assert left_out.n_incomplete == 1
    assert_allclose(left_out.weights, sample_weights(np.delete(y, 3, 0), X).weights, rtol=ROUNDING)


def test_too_little_to_learn_from():
    y = rows()
    for few in (
        sample_weights(y[:1], X), sample_weights(y, np.eye(8)[:, :7]), sample_weights(np.ones((9, 8)), X),
        sample_weights(np.full((9, 8), np.nan), X, method="reml"),
    ):  # fmt: skip
        assert few.method is None
        assert_array_equal(few.weights, 1.0)


def test_groups_share_a_weight():
    groups = np.array([0, 0, 1, 1, 2, 2, 2, 2])
    for method in ("genebygene", "reml"):
        weights = sample_weights(rows(), X, group_directions(groups), method=method).weights
        assert len(np.unique(weights.round(12))) == 3
        assert_allclose(np.log(weights).sum(), 0.0, atol=ROUNDING)


def test_a_coding_of_the_same_variances_changes_nothing():
    z = group_directions(np.array([0, 0, 1, 1, 2, 2, 2, 2]))
    other = z @ np.random.default_rng(0).normal(size=(3, 3)) + 5
    for method in ("genebygene", "reml"):
        a, b = (sample_weights(rows(), X, terms, method=method).weights for terms in (z, other))
        assert_allclose(a, b, rtol=ROUNDING)


@pytest.mark.parametrize("order", [1, 3, 5, 7])
def test_rows_that_lack_whole_groups_have_the_rank_of_what_they_have(order):
    """Of the design's columns they may see nothing but rounding errors, in one coding or another."""
    cells = np.eye(4)[np.arange(24) * order % 4]
    y = np.random.default_rng(order).normal(size=(40, 24))
    y[::2, (cells[:, 0] + cells[:, 1]) > 0] = np.nan
    y[1::4, cells[:, 3] > 0] = np.nan
    reference = np.column_stack([np.ones(24), cells[:, 1:]])
    expected = sample_weights(y, cells, method="genebygene").weights
    assert_allclose(sample_weights(y, reference, method="genebygene").weights, expected, rtol=ROUNDING)


def test_units_of_rows_change_nothing():
    y, units = rows(), np.exp(np.random.default_rng(1).normal(0, 3, (300, 1)))
    for method in ("genebygene", "reml"):
        assert_allclose(
            sample_weights(y * units, X, method=method).weights, sample_weights(y, X, method=method).weights,
            rtol=ROUNDING,
        )  # fmt: skip


def test_the_order_of_rows_matters_to_one_method_only():
    y = rows()
    turned = y[::-1]
    assert_allclose(sample_weights(turned, X).weights, sample_weights(y, X).weights, rtol=ROUNDING)
    a, b = (sample_weights(v, X, method="genebygene").weights for v in (y, turned))
    assert 1e-4 < np.abs(a / b - 1).max() < 0.2


def test_a_prior_of_many_rows_leaves_weights_at_one():
    for method in ("genebygene", "reml"):
        assert_allclose(sample_weights(rows(), X, prior_n=1e9, method=method).weights, 1.0, atol=1e-6)


def test_what_cannot_be_computed_is_an_error():
    y = rows(20)
    y[0, :2] = np.nan
    with pytest.raises(ArgumentError, match="prior_n=0"):
        sample_weights(y, X, np.eye(8)[:, :2] @ [[1], [-1]], prior_n=0)
    with pytest.raises(DataError, match="too large"):
        sample_weights(rows(20) * 1e200, X, method="genebygene")


def test_iterations_that_end_early_say_so():
    assert sample_weights(rows(), X, max_iter=1).stopped == "limit"
    assert sample_weights(rows(), X, tol=0).stopped == "stalled"
