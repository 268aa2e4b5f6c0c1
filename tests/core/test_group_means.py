from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.group_means import group_means, group_sums

#: The same sums in another order.
SUMS = 1e-13


def slow_means(values, groups, n_groups, weights):
    means = np.full((n_groups, values.shape[1]), np.nan)
    for group in range(n_groups):
        for column in range(values.shape[1]):
            rows = [r for r in np.flatnonzero(groups == group) if not np.isnan(values[r, column])]
            total = sum(weights[r, column] for r in rows)
            if total > 0:
                means[group, column] = sum(weights[r, column] * values[r, column] for r in rows) / total
    return means


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_means_are_those_of_a_loop(gaps, weighted):
    rng = np.random.default_rng(3)
    values, groups = rng.normal(size=(60, 5)), rng.permutation(np.arange(60) % 23)
    weights = rng.choice([0.0, 0.3, 1.0, 2.0], size=values.shape)
    if gaps:
        values[rng.random(values.shape) < 0.4] = np.nan
    expected = slow_means(values, groups, 23, weights if weighted else np.ones_like(weights))
    answer = group_means(values, groups, 23, weights if weighted else None)
    assert_allclose(answer, expected, rtol=SUMS, atol=SUMS)
    assert np.isnan(answer).any() == (gaps or weighted)


def test_an_infinite_value_stays_in_its_group():
    answer = group_means(np.array([[np.inf], [1.0], [3.0], [2.0]]), np.array([0, 1, 1, 0]), 2)
    assert_array_equal(answer, [[np.inf], [2.0]])


def test_sums_take_rows_in_the_order_in_which_they_stand():
    values = np.array([[1e16], [1.0], [-1e16], [1.0]])
    assert group_sums(values, np.zeros(4, dtype=int), 1) == 1.0
