"""Effects of batches, each feature's own drawn towards those of all features: Johnson, Li and Rabinovic (2007)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.batch_rows import BatchModel, BatchRows

#: Steps of the posterior modes end where none changes by more than this share.
STEP = 1e-4
#: More steps than any problem takes that has a solution.
MOST_STEPS = 10_000


@dataclass(frozen=True, eq=False)
class BatchEffects:
    """Batches of features in units of the feature's own scatter.

    Attributes
    ----------
    centre, scale : (G,) array
        Level that the batches are brought to, and the unit.
    location : (G, b) array
        How far a batch lies from the centre, NaN where it has no value.
    spread : (G, b) array
        Variance within a batch, NaN where it has fewer than two values.
    counts : (G, b) array
        Observed values.
    """

    centre: FloatArray
    scale: FloatArray
    location: FloatArray
    spread: FloatArray
    counts: FloatArray

    @property
    def scatter(self) -> FloatArray:
        """Sums of squares within batches, zero where there is nothing to square."""
        return np.where(self.counts > 1, self.spread, 0.0) * np.maximum(self.counts - 1.0, 0.0)


def batch_effects(rows: BatchRows, model: BatchModel, *, incomplete: bool) -> BatchEffects:
    """Effects of the batches on each of the rows.

    Where the data are ``incomplete``, the variance of a row is divided by one less than its number of values, else by
    that number, as in sva. A row without any value in some batch has its centre where its other batches lie about it
    as they do, on average, in rows that have all.

    Parameters
    ----------
    rows : BatchRows
        Such that can be adjusted.
    model : BatchModel
    incomplete : bool
    """
    reference = model.reference
    pooled = slice(None) if reference is None else [reference]
    divisor = rows.counts[:, pooled].sum(axis=1) - incomplete
    scale = np.sqrt(rows.scatter[:, pooled].sum(axis=1) / divisor)
    present = rows.counts > 0
    levels = np.where(present, rows.levels, 0.0)
    shares = present * model.sizes
    shares /= shares.sum(axis=1, keepdims=True)
    centre = (levels * shares).sum(axis=1) if reference is None else rows.levels[:, reference]
    location = (rows.levels - centre[:, None]) / scale[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = rows.scatter / (rows.counts - 1.0) / np.square(scale)[:, None]
    effects = BatchEffects(centre, scale, location, np.where(rows.counts > 1, spread, np.nan), rows.counts)
    return effects if reference is not None or present.all() else _centred_as_others(effects, shares)


def _centred_as_others(effects: BatchEffects, shares: FloatArray) -> BatchEffects:
    whole = ~np.isnan(effects.location).any(axis=1)
    typical = effects.location[whole].mean(axis=0) if whole.any() else np.zeros(shares.shape[1])
    offset = np.where(whole, 0.0, shares @ typical)
    location = effects.location + offset[:, None]
    return replace(effects, centre=effects.centre - offset * effects.scale, location=location)


class BatchPrior(NamedTuple):
    """What all features together say of one batch.

    Attributes
    ----------
    mean, variance : float
        Of the normal prior of its location.
    spread, spread_variance : float
        Mean and variance of the inverse gamma prior of its spread.
    """

    mean: float
    variance: float
    spread: float
    spread_variance: float


def batch_prior(location: FloatArray, spread: FloatArray) -> BatchPrior:
    """Priors by moments, from the features that have them; a spread that none has is one."""
    location, spread = location[~np.isnan(location)], spread[~np.isnan(spread)]
    if len(spread) < 2:
        spread = np.ones(2)
    return BatchPrior(location.mean(), location.var(ddof=1), spread.mean(), spread.var(ddof=1))


class Posterior(NamedTuple):
    """Location and spread (G,) of one batch, and whether the steps towards them came to rest."""

    location: FloatArray
    spread: FloatArray
    converged: bool = True


def posterior_modes(effects: BatchEffects, batch: int, prior: BatchPrior) -> Posterior:
    """Location and spread that are each most probable given the other.

    Steps end where the largest relative change is below 1e-4, of a location by its value before, sign included: those
    below zero hold nothing up. All features take the same number of steps. It is sva's rule.
    """
    own, count, scatter = effects.location[:, batch], effects.counts[:, batch], effects.scatter[:, batch]
    location, spread = own, np.where(np.isnan(effects.spread[:, batch]), prior.spread, effects.spread[:, batch])
    for _ in range(MOST_STEPS):
        last = location, spread
        location = _posterior_mean(own, count, spread, prior)
        spread = _posterior_spread(scatter + count * np.square(own - location), count, prior)
        with np.errstate(invalid="ignore", divide="ignore"):
            steps = (np.abs(location - last[0]) / last[0], np.abs(spread - last[1]) / last[1])
        if not any(np.fmax.reduce(step, initial=-np.inf) > STEP for step in steps):
            return Posterior(location, spread)
    return Posterior(location, spread, converged=False)


def _posterior_mean(own: FloatArray, count: FloatArray, spread: FloatArray, prior: BatchPrior) -> FloatArray:
    weight = prior.variance * count
    total = weight + spread
    mean: FloatArray = np.divide(weight * own + spread * prior.mean, total, out=own.copy(), where=total > 0)
    return mean


def _posterior_spread(scatter: FloatArray, count: FloatArray, prior: BatchPrior) -> FloatArray:
    """Numerator and denominator are multiplied by the variance of the prior, which may be zero."""
    mean, variance = prior.spread, prior.spread_variance
    top = variance * (0.5 * scatter + mean) + mean**3
    below = variance * (0.5 * count + 1.0) + mean**2
    return np.divide(top, below, out=np.zeros_like(top), where=below > 0)


def posterior_locations(effects: BatchEffects, batch: int, prior: BatchPrior) -> FloatArray:
    """Locations (G,) where spreads are one: each counts as a single value of variance one, as in sva."""
    own = effects.location[:, batch]
    return _posterior_mean(own, np.ones_like(own), np.ones_like(own), prior)
