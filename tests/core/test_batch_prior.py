from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core import batch_prior as module
from ebayes_lm.core.batch_pool import pool_of, posterior_averages
from ebayes_lm.core.batch_prior import BatchEffects, BatchPrior, batch_prior, posterior_locations, posterior_modes

#: The same sums in another order.
SAME = 1e-12
#: Steps end below 1e-4 of what changes, and each is a small share of the one before.
STEPS = 1e-3


@pytest.fixture
def effects():
    rng = np.random.default_rng(1)
    counts = rng.integers(3, 12, (40, 2)).astype(float)
    return BatchEffects(
        np.zeros(40), np.ones(40), rng.normal(1.0, 0.7, (40, 2)), 1 / rng.gamma(4, 0.3, (40, 2)), counts
    )


def test_priors_by_moments():
    location, spread = np.array([1.0, 2.0, np.nan, 6.0]), np.array([0.5, np.nan, 1.5, 4.0])
    assert batch_prior(location, spread) == BatchPrior(3.0, 7.0, 2.0, 3.25)
    assert batch_prior(location, np.full(4, np.nan)) == BatchPrior(3.0, 7.0, 1.0, 0.0)


def test_modes_are_the_modes(effects):
    """Each is most probable given the other, under a normal and an inverse gamma prior of the moments."""
    prior = BatchPrior(0.8, 0.4, 1.2, 0.3)
    location, spread, converged = posterior_modes(effects, 0, prior)
    assert converged
    shape = 2 + prior.spread**2 / prior.spread_variance
    rate = prior.spread * (shape - 1)
    for i in range(40):
        n, own, squares = effects.counts[i, 0], effects.location[i, 0], effects.scatter[i, 0]
        mean = (n * own / spread[i] + prior.mean / prior.variance) / (n / spread[i] + 1 / prior.variance)
        variance = (rate + 0.5 * (squares + n * (own - location[i]) ** 2)) / (shape + n / 2 - 1)
        assert_allclose([location[i], spread[i]], [mean, variance], rtol=STEPS)


def test_steps_without_an_end_are_told(effects, monkeypatch):
    monkeypatch.setattr(module, "MOST_STEPS", 1)
    assert not posterior_modes(effects, 0, BatchPrior(0.8, 0.4, 1.2, 0.3)).converged


def test_priors_without_variance(effects):
    """All features have the same batch effect, to the last digit."""
    location, spread, _ = posterior_modes(effects, 0, BatchPrior(0.8, 0.0, 1.2, 0.0))
    assert_allclose(location, 0.8, rtol=SAME)
    assert_allclose(spread, 1.2, rtol=SAME)
    assert_allclose(posterior_locations(effects, 0, BatchPrior(0.8, 0.0, 1.0, 0.0)), 0.8, rtol=SAME)


def test_locations_under_spreads_of_one(effects):
    found = posterior_locations(effects, 1, BatchPrior(0.5, 3.0, 1.0, 0.0))
    assert_allclose(found, (3.0 * effects.location[:, 1] + 0.5) / 4.0, rtol=SAME)


def averages_by_the_book(effects, batch, mean_only, i):
    """Likelihoods of one feature under the location and spread of each other feature, as products of densities."""
    location = effects.location[:, batch]
    spread = np.ones(40) if mean_only else effects.spread[:, batch]
    n, own, squares = effects.counts[i, batch], location[i], effects.scatter[i, batch]
    others = [k for k in range(40) if k != i]
    weights = [
        (2 * np.pi * spread[k]) ** (-n / 2) * np.exp(-(squares + n * (own - location[k]) ** 2) / (2 * spread[k]))
        for k in others
    ]
    return [np.average(values[others], weights=weights) for values in (location, spread)]


@pytest.mark.parametrize("mean_only", [False, True])
def test_averages_over_the_other_features(effects, mean_only):
    found = np.array(posterior_averages(pool_of(effects, 1, mean_only=mean_only), slice(5, 30)))
    expected = [averages_by_the_book(effects, 1, mean_only, i) for i in range(5, 30)]
    assert_allclose(found.T, expected, rtol=SAME)


def test_features_without_a_spread_learn_but_do_not_teach(effects):
    spread = effects.spread.copy()
    spread[3, 0], spread[4, 0] = np.nan, 0.0
    counts = effects.counts.copy()
    counts[3, 0] = 1.0
    pool = pool_of(replace(effects, spread=spread, counts=counts), 0, mean_only=False)
    assert pool.size == 38
    assert_array_equal(pool.places[2:6], [2, -1, -1, 3])
    assert np.isfinite(posterior_averages(pool, slice(0, 40))).all()


def test_likelihoods_below_the_smallest_number(effects):
    """A feature far from all others is averaged over the nearest of them."""
    location, counts = effects.location.copy(), effects.counts * 1000
    location[0, 0] = 900.0
    pool = pool_of(replace(effects, location=location, spread=np.ones((40, 2)), counts=counts), 0, mean_only=False)
    found, spread = posterior_averages(pool, slice(0, 1))
    assert_allclose(found, location[1:, 0].max(), rtol=1e-3)
    assert_array_equal(spread, 1.0)
