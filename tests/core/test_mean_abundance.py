"""Against the root of the score, found by bisection; against edgeR in tests/counts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import brentq

from ebayes_lm.core.mean_abundance import group_rates, log_rates_per_million

# Both come to rest at the last digits of a rate.
AT_REST = 1e-12


def by_bisection(y, sizes, phi):
    def score(log_rate):
        mean = np.exp(log_rate) * sizes
        return ((y - mean) / (1 + phi * mean)).sum()

    return np.exp(brentq(score, -60, 60, xtol=1e-15, rtol=1e-15))


@pytest.mark.parametrize("phi", [1e-3, 0.05, 1.0, 30.0])
def test_rates_are_roots_of_the_score(phi):
    rng = np.random.default_rng(1)
    sizes = np.exp(rng.normal(12, 1.5, 6))
    y = rng.negative_binomial(0.5, 0.01, (40, 6)) + 0.3
    y[0, 0] = 1e7
    expected = [by_bisection(row, sizes, phi) for row in y]
    assert_allclose(group_rates(y, sizes, np.full(40, phi)), expected, rtol=AT_REST)


def test_each_feature_has_its_own_dispersion():
    rng = np.random.default_rng(2)
    y, sizes, phi = rng.poisson(9, (12, 4)).astype(float), np.array([1.0, 4, 9, 2]), np.linspace(0, 3, 12)
    one_by_one = [group_rates(y[[i]], sizes, phi[[i]])[0] for i in range(12)]
    assert_allclose(group_rates(y, sizes, phi), one_by_one, rtol=AT_REST)
    assert_allclose(one_by_one[0], y[0].sum() / 16, rtol=1e-15)


def test_nothing_counted_has_no_rate():
    assert group_rates(np.zeros((1, 3)), np.ones(3), np.ones(1))[0] == 0
    assert_array_equal(log_rates_per_million(np.array([0.0, 2e-6])), [-np.inf, 1.0])
