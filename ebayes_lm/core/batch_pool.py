"""Effects of batches without a form of the prior: all other features, weighed by how likely they make a feature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.batch_prior import BatchEffects


@dataclass(frozen=True, eq=False)
class Pool:
    """Features with a location and a spread in one batch, whose pairs of these stand for the prior.

    Attributes
    ----------
    features : (3, G) array
        Location, sum of squares and number of values of every feature in the batch.
    places : (G,) integer array
        Place of a feature in the pool, -1 where it is not in it.
    values : (4, m) array
        Locations and spreads in the pool, and logarithms and inverses of the spreads.
    """

    features: FloatArray
    places: IntArray
    values: FloatArray

    @property
    def size(self) -> int:
        """How many features it has."""
        return len(self.values[0])


def pool_of(effects: BatchEffects, batch: int, *, mean_only: bool) -> Pool:
    """Features that another can learn from: they have a location and a positive spread, which may be taken for one."""
    location = effects.location[:, batch]
    spread = np.ones_like(location) if mean_only else effects.spread[:, batch]
    usable = ~np.isnan(location) & (spread > 0)
    places = np.full(len(location), -1, dtype=np.intp)
    places[usable] = np.arange(usable.sum())
    own = spread[usable]
    values = np.vstack([location[usable], own, np.log(own), 1.0 / own])
    return Pool(np.vstack([location, effects.scatter[:, batch], effects.counts[:, batch]]), places, values)


def posterior_averages(pool: Pool, at: slice) -> tuple[FloatArray, FloatArray]:
    """Location and spread of some features, averaged over the pool; each of them is left out for itself.

    Weights are likelihoods of the feature's values, as logarithms until the largest is known, so that none of them
    underflows before they are compared.
    """
    from ebayes_lm.kernels.batch_pool import average_over_pool

    features, places = np.ascontiguousarray(pool.features[:, at]), pool.places[at]
    averages = np.full((2, features.shape[1]), np.nan)
    average_over_pool(features, places, pool.values, np.empty(pool.size), averages)
    return averages[0], averages[1]
