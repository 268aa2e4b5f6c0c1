from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from ebayes_lm.core.association import crossing, of_factors, of_number_and_factor, of_numbers

# Sums in another order.
SUMS = 1e-12

RNG = np.random.default_rng(1)
A, B = RNG.integers(3, size=40), RNG.integers(4, size=40)
X = RNG.normal(size=40) + A


def test_crossing_counts_pairs():
    assert_array_equal(crossing(np.array([0, 2, 2]), np.array([1, 0, 0])), [[0, 1], [0, 0], [2, 0]])


def test_cramers_v():
    wanted = stats.contingency.association(crossing(A, B), method="cramer")
    found = of_factors(A, B)
    assert_allclose(found.value, wanted, rtol=SUMS)
    assert found[::3] == ("Cramér's V", "")
    assert found.strength < found.value


def test_levels_that_are_not_there_do_not_count():
    assert of_factors(A * 2, B + 5) == of_factors(A, B)


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ([0, 0, 1, 1, 2, 2], [2, 2, 0, 0, 1, 1], "same"),
        ([0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 1, 1], "first tells second"),
        ([0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 2, 2], "second tells first"),
        ([0, 0, 1, 1], [0, 1, 0, 1], ""),
    ],
)
def test_relations(a, b, relation):
    found = of_factors(np.array(a), np.array(b))
    assert found.relation == relation
    assert_allclose(found.value, 1 if relation else 0, atol=SUMS)
    assert (found.strength == 1) == (relation == "same")


def test_strength_has_no_part_of_chance():
    pairs = [of_factors(RNG.integers(4, size=16), RNG.integers(4, size=16)) for _ in range(200)]
    assert np.mean([p.value for p in pairs]) > 0.35
    assert np.mean([p.strength**2 for p in pairs]) < 0.05


def test_r2_of_a_factor():
    means = np.array([X[k == A].mean() for k in range(3)])[A]
    found = of_number_and_factor(X, A)
    assert_allclose(found.value, np.var(means) / np.var(X), rtol=SUMS)
    assert_allclose(found.strength**2, 1 - (1 - found.value) * 39 / 37, rtol=SUMS)


def test_correlation():
    y = X + RNG.normal(size=40)
    found = of_numbers(X, -y)
    assert_allclose(found.value, -np.corrcoef(X, y)[0, 1], rtol=SUMS)
    assert 0 < found.strength < -found.value


def test_constants_go_along_with_nothing():
    zeros, ones = np.zeros(5, dtype=np.intp), np.ones(5)
    for found in (of_factors(zeros, A[:5]), of_number_and_factor(ones, A[:5]), of_numbers(ones, X[:5])):
        assert np.isnan(found.value)
        assert found.strength == 0
    assert of_factors(np.arange(4), np.arange(4)).strength == 1
