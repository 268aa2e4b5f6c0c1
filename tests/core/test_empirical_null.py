from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.empirical_null import binned, genomic_lambda, null_of_controls, null_of_most

# Two chains of a few thousand draws from one posterior: their means differ by some hundredths of its spread.
CHAINS = 0.006


def drawn(n, *, seed, inflation=1.0, bias=0.0, share=0.0, effect=3.0):
    rng = np.random.default_rng(seed)
    z = rng.normal(bias, inflation, n)
    k = round(share * n)
    z[:k] += rng.normal(0, effect, k)
    return z


def one_by_one(z, rng, sweeps=1500):
    """The same sampler with a component for every value, as the paper has it."""
    lam, tau, gamma = np.array([0.0, 3, -3]), np.array([1000.0, 100, 100]), np.array([90.0, 5, 5])
    mu, sd, share = lam.copy(), np.ones(3), gamma / 100
    kept = []
    for sweep in range(sweeps):
        density = share / sd * np.exp(-0.5 * ((z[:, None] - mu) / sd) ** 2)
        cut = np.cumsum(density / density.sum(axis=1, keepdims=True), axis=1)
        which = (rng.uniform(size=len(z))[:, None] > cut).sum(axis=1).clip(max=2)
        for j in range(3):
            mine = z[which == j]
            n = len(mine)
            centre = (tau[j] * lam[j] + mine.sum()) / (tau[j] + n)
            squares = ((mine - centre) ** 2).sum() + tau[j] * (lam[j] - centre) ** 2
            sd[j] = 1 / np.sqrt(rng.gamma(1.28 + n / 2, 1 / (0.36 + squares / 2)))
            mu[j] = rng.normal(centre, sd[j] / np.sqrt(tau[j] + n))
        share = rng.dirichlet(gamma + np.bincount(which, minlength=3))
        if sweep >= 300:
            kept.append((mu[0], sd[0], share[0]))
    return np.mean(kept, axis=0)


def test_bins_hold_every_value():
    z = np.array([0.0, 0.011, -0.02, 1.0, 99.0, -99.0])
    x, counts = binned(z)
    assert_array_equal(counts, [1, 1, 2, 1, 1])
    assert_allclose(x, [-30, -0.03, 0, 0.99, 30], atol=1e-12)


def test_values_of_one_bin_move_together():
    z = drawn(3000, seed=1, inflation=1.15, bias=0.1, share=0.05)
    found = null_of_most(z, np.random.default_rng(1))
    wanted = one_by_one(z, np.random.default_rng(2))
    assert_allclose([found.bias, found.inflation, found.share], wanted, atol=CHAINS)


def test_one_seed_one_answer():
    z = drawn(2000, seed=1)
    assert null_of_most(z, np.random.default_rng(3)) == null_of_most(z, np.random.default_rng(3))
    assert null_of_most(z, np.random.default_rng(3)) != null_of_most(z, np.random.default_rng(4))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("n", [5_000, 200_000])
def test_without_effects_there_is_no_inflation(n, seed):
    found = null_of_most(drawn(n, seed=seed), np.random.default_rng(1))
    assert abs(found.inflation - 1) < 0.03
    assert abs(found.bias) < 0.03
    assert found.share > 0.97


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("effect", [3.0, 6.0])
def test_planted_inflation_is_found_beside_effects(effect, seed):
    z = drawn(20_000, seed=seed, inflation=1.2, bias=0.15, share=0.05, effect=effect)
    found = null_of_most(z, np.random.default_rng(1))
    assert abs(found.inflation - 1.2) < 0.05
    assert abs(found.bias - 0.15) < 0.05
    assert genomic_lambda(z) > 1.2**2


def test_standard_errors_are_those_of_independent_features():
    found = null_of_most(drawn(50_000, seed=1), np.random.default_rng(1))
    assert_allclose(found.bias_se, 1 / np.sqrt(50_000), rtol=0.15)
    assert 1 / np.sqrt(2 * 50_000) < found.inflation_se < 2 / np.sqrt(2 * 50_000)


def test_controls_are_described_by_their_moments():
    z = drawn(400, seed=2, inflation=1.3, bias=0.4)
    found = null_of_controls(z)
    assert (found.bias, found.inflation) == (z.mean(), z.std(ddof=1))
    assert_allclose((found.bias_se, found.inflation_se), (1.3 / 20, 1.3 / np.sqrt(798)), rtol=0.05)


def test_lambda_is_one_without_inflation_and_its_square_with():
    assert_allclose(genomic_lambda(drawn(400_000, seed=1)), 1, atol=0.01)
    assert_allclose(genomic_lambda(drawn(400_000, seed=1, inflation=1.3)), 1.69, atol=0.02)


@pytest.mark.parametrize("z", [np.zeros(50), np.array([0.1]), np.full(20, 1e9), np.array([-40.0, 40.0])])
def test_odd_values_give_numbers(z):
    assert np.isfinite(null_of_most(z, np.random.default_rng(1))).all()
