from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.sample_weights import (
    carriers,
    effective_number,
    is_difference,
    leverages,
    weights_of_samples,
    weights_without,
)

# Least squares by pseudo-inverse and by orthogonal decomposition, condition below 100.
SOLVED = 1e-12

TWO = np.column_stack([np.ones(8), [0, 0, 0, 0, 1, 1, 1, 1]])
AGED = np.column_stack([TWO, [1.0, 2, 3, 4, 3, 4, 5, 9]])
ALIASED = np.column_stack([TWO, 1 - TWO[:, 1]])


@pytest.mark.parametrize("x", [TWO, AGED, ALIASED], ids=["groups", "a covariate", "aliased"])
def test_weights_are_those_of_the_pseudo_inverse(x):
    contrast = np.eye(x.shape[1])[1] if x is not ALIASED else np.array([0, 1.0, -1])
    weights = weights_of_samples(x, contrast)
    assert_allclose(weights, contrast @ np.linalg.pinv(x), rtol=SOLVED, atol=SOLVED)


def test_samples_that_tell_nothing_have_weight_zero():
    x = np.column_stack([np.ones(6), [0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1]])
    assert_array_equal(weights_of_samples(x, np.array([0, 1.0, 0]))[4:], [0, 0])


def test_no_weights_estimate_what_cannot_be():
    assert weights_of_samples(ALIASED, np.array([0, 1.0, 0])) is None
    assert weights_of_samples(TWO, np.zeros(2)) is None


def test_differences_and_means():
    assert is_difference(weights_of_samples(AGED, np.array([0, 0, 1.0])))
    assert not is_difference(weights_of_samples(AGED, np.array([1.0, 0, 0])))


def test_leverage_is_the_diagonal_of_the_hat_matrix():
    assert_allclose(leverages(AGED), np.diag(AGED @ np.linalg.pinv(AGED)), rtol=SOLVED)
    alone = np.column_stack([AGED, np.eye(8)[3]])
    assert leverages(alone)[3] == 1
    assert leverages(alone).max() == 1


@pytest.mark.parametrize(("n", "m", "wanted"), [(4, 4, 8), (1, 100, 4 * 100 / 101), (2, 6, 6)])
def test_effective_number(n, m, wanted):
    assert_allclose(effective_number(np.repeat([1 / n, -1 / m], [n, m])), wanted)


def test_carriers_are_the_fewest_that_reach_a_share():
    weights = np.array([0.1, -0.9, 0.0, 0.5, -0.2])
    assert_array_equal(carriers(weights, 0.7), [1])
    assert_array_equal(carriers(weights, 0.9), [1, 3])
    assert_array_equal(carriers(weights, 1.0), [1, 3, 4, 0])
    assert_array_equal(carriers(np.ones(4), 0.5), [0, 1])


def test_without_other_columns_weights_are_those_of_the_smaller_design():
    contrast, kept = np.array([0.0, 1, 0]), np.array([False, True, False])
    assert_allclose(weights_without(AGED, contrast, kept), weights_of_samples(TWO, contrast[:2]), rtol=SOLVED)


def test_the_constant_stays_in_any_form():
    batch = np.array([1.0, 0, 1, 0, 1, 0, 0, 0])
    x = np.column_stack([batch, 1 - batch, TWO[:, 1]])
    found = weights_without(x, np.array([0.0, 0, 1]), np.array([False, False, True]))
    assert_allclose(found, weights_of_samples(TWO, np.array([0.0, 1])), rtol=SOLVED)
    no_constant = weights_without(x[:, 1:], np.array([0.0, 1]), np.array([False, True]))
    assert_allclose(no_constant, TWO[:, 1] / 4, rtol=SOLVED, atol=SOLVED)


def test_without_the_columns_that_matter_there_is_no_estimate():
    assert weights_without(TWO, np.array([0.0, 1]), np.array([True, False])) is None
