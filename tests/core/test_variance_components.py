from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.variance_components import variance_components
from tests.core.residual_spectra import by_value, gamma_regression
from tests.weights.answers.reader import answers

#: The same steps in another order of summation; where a row comes to rest by damping, its rounding is amplified.
SAME_STEPS = 1e-10

RNG = np.random.default_rng(5)


def components(d, squares):
    """Of one row, whose squares of one df each are first added up by eigenvalue."""
    values, df, sums = by_value(d, squares)
    found = variance_components(values, df.astype(int), sums[None, :])
    return np.array([found.residual[0], found.block[0]])


@answers("components", "correlation")
def test_as_statmod_climbs(args, expected):
    beta = expected["beta"]
    assert_allclose(components(args["d"], args["squares"]), beta, rtol=0, atol=SAME_STEPS * np.abs(beta).max())


@pytest.mark.parametrize("m", [3, 6, 12])
def test_rows_of_their_own_against_the_slow_climb(m):
    values = np.column_stack([np.zeros(60), RNG.uniform(0.1, 3, size=(60, m))])
    df = np.column_stack([RNG.integers(1, 6, size=60), RNG.integers(0, 2, size=(60, m))])
    df[:, 1:3] = 1
    sums = RNG.chisquare(np.maximum(df, 1e-3)) * (1 + RNG.uniform(-0.3, 3, size=(60, 1)) * values)
    found = variance_components(values, df, sums)
    for i in range(60):
        d = np.repeat(values[i], df[i])
        beta = gamma_regression(d, np.repeat(sums[i] / np.maximum(df[i], 1), df[i]))
        got = [found.residual[i], found.block[i]]
        assert_allclose(got, beta, rtol=0, atol=SAME_STEPS * np.abs(beta).max())


def test_two_variances_are_solved_at_once():
    found = variance_components(np.array([0.0, 2.0]), np.array([4, 3]), np.array([[4.0, 12.0], [4.0, 0.0], [0.0, 6.0]]))
    assert_allclose(found.residual, [1, 1, 0])
    assert_allclose(found.block, [1.5, -0.5, 1])
    assert_allclose(found.correlation, [0.6, -1, 1])


def test_units_do_not_matter():
    values, df = np.array([0.0, 0.5, 2.0]), np.array([4, 2, 3])
    sums = RNG.chisquare(3, size=(20, 3))
    plain = variance_components(values, df, sums)
    for power in (-600, -60, 60, 600):
        scaled = variance_components(values, df, np.ldexp(sums, power))
        assert_array_equal(scaled.correlation, plain.correlation)
        assert_array_equal(scaled.residual, np.ldexp(plain.residual, power))


@pytest.mark.parametrize("values", [[0.0], [2.0], [2.0, 2.0]])
def test_one_eigenvalue_tells_nothing(values):
    found = variance_components(np.array(values), np.full(len(values), 3), np.ones((2, len(values))))
    assert np.isnan(found.correlation).all()


def test_no_variance_and_no_rows():
    found = variance_components(np.array([0.0, 1.0, 2.0]), np.array([3, 2, 1]), np.zeros((2, 3)))
    assert np.isnan(found.correlation).all()
    assert variance_components(np.array([0.0, 2.0]), np.array([3, 2]), np.empty((0, 2))).block.shape == (0,)
    assert np.isnan(variance_components(np.empty(0), np.empty(0, dtype=int), np.empty((2, 0))).block).all()
