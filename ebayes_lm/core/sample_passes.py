"""Least squares of all rows at once from samples that come one after another, in two passes over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.ols import LeastSquares, RowFits
from ebayes_lm.core.rooms import Room
from ebayes_lm.kernels.least_squares import SAFE_HIGH, SAFE_LOW

#: Features and samples that are worked on at once, few enough to stay in the cache. Where one tile ends and the next
#: begins decides in which order is summed: it follows from the problem alone.
TILE_FEATURES, TILE_SAMPLES = 4096, 32


@dataclass(frozen=True, eq=False)
class SampleSums:
    """What passes over samples add up, for G features.

    Attributes
    ----------
    effects : (r + 1, G) array
        By the first pass: effects ``Q'y`` of r coefficients, and the sum of all values.
    rss : (G,) array
        By the second: residual sums of squares.
    nonzero : (G,) bool array
        By the second: features that have a value other than zero, among those with no effect.
    """

    effects: FloatArray
    rss: FloatArray
    nonzero: BoolArray

    @property
    def incomplete(self) -> BoolArray:
        """Features (G,) that have a value that is missing or infinite, or values too large to be added up."""
        finite = np.isfinite(self.effects).all(axis=0)
        return np.asarray(~finite)

    @property
    def without_effect(self) -> BoolArray:
        """Features (G,) whose effects are zero, as those of a row of zeros are."""
        return np.asarray(~self.effects.any(axis=0))


@dataclass(frozen=True, eq=False)
class SamplePasses:
    """A factored design, laid out by sample. Samples without weight have a row of zeros.

    What is read of a pass is added to sums that all features have; parts of different features do not meet, so that
    threads may share the features of a block of samples.

    Attributes
    ----------
    plan : LeastSquares
        Of samples that are not correlated.
    forward : (n, r + 1) array
        ``W^1/2 Q`` and a column of ones.
    root : (n, 1) array
        Square roots of the weights.
    basis : (n, r) array
        ``Q``.
    """

    plan: LeastSquares
    forward: FloatArray
    root: FloatArray
    basis: FloatArray

    @classmethod
    def of(cls, plan: LeastSquares, n_samples: int) -> Self:
        """Lay a plan out over all samples, those without weight too."""
        used = slice(None) if plan.used is None else plan.used
        root, basis = np.zeros((n_samples, 1)), np.zeros((n_samples, plan.qr.rank))
        root[used, 0], basis[used] = np.sqrt(plan.weights), plan.qr.q
        return cls(plan, np.column_stack([root * basis, np.ones(n_samples)]), root, basis)

    def sums(self, n_features: int) -> SampleSums:
        """Sums to begin with."""
        effects = np.zeros((self.forward.shape[1], n_features))
        return SampleSums(effects, np.zeros(n_features), np.zeros(n_features, dtype=np.bool_))

    def first(self, sums: SampleSums, values: AnyArray, samples: slice, features: slice) -> None:
        """Add values (samples, features) to the effects."""
        for part, at, to in _tiles(values, samples, features):
            with np.errstate(all="ignore"):
                sums.effects[:, to] += self.forward[at].T @ part

    def second(self, sums: SampleSums, values: AnyArray, samples: slice, features: slice) -> None:
        """Add the squares of what the effects leave of values (samples, features)."""
        for part, at, to in _tiles(values, samples, features):
            effects = sums.effects[:-1, to]
            with np.errstate(all="ignore"):
                part *= self.root[at]
                part -= self.basis[at] @ effects
                none = np.flatnonzero(~effects.any(axis=0))
                if len(none):
                    sums.nonzero[to][none] |= part[:, none].any(axis=0)
                np.square(part, out=part)
                sums.rss[to] += part.sum(axis=0)

    def fits(self, sums: SampleSums, room: Room) -> tuple[RowFits, IntArray]:
        """Fits of all features, and those that have to be fitted on their own.

        These lack a value, have values near the ends of the range of numbers, or no variance.
        """
        plan, g = self.plan, len(sums.rss)
        whole, count = np.dtype(np.float64), np.dtype(np.int32)
        fits = RowFits(
            room.lay((g, plan.n_coefficients), whole), room.lay((g,), whole), room.lay((g,), whole),
            room.lay((g,), count), room.lay((g,), count), room.lay((g,), np.dtype(np.bool_)),
        )  # fmt: skip
        apart, zero = np.empty(g, dtype=np.bool_), sums.without_effect & ~sums.nonzero & (sums.rss == 0)
        for start in range(0, g, TILE_FEATURES):
            at = slice(start, start + TILE_FEATURES)
            effects, rss = sums.effects[:-1, at].T, sums.rss[at]
            with np.errstate(all="ignore"):
                fits.coefficients[at] = np.nan
                fits.coefficients[at, plan.qr.estimable] = plan.qr.solve(effects)
                fits.sigma[at] = sigma = np.sqrt(rss / plan.df_residual)
                apart[at] = ~(rss < SAFE_HIGH)
                if plan.df_residual > 0:
                    apart[at] |= (rss <= SAFE_LOW) | (sigma <= plan.noise * np.abs(effects).max(axis=1, initial=0.0))
            fits.mean[at] = sums.effects[-1, at] / len(self.forward)
            fits.n_observed[at], fits.n_infinite[at] = plan.n_used, 0
            fits.zero_variance[at] = zero[at] & (plan.df_residual > 0)
            room.settle()
        return fits, np.flatnonzero((apart & ~zero) | sums.incomplete)


def _tiles(values: AnyArray, samples: slice, features: slice) -> Iterator[tuple[FloatArray, slice, slice]]:
    """Tiles of values as float64, a copy, and what samples and features these are."""
    n, g = values.shape
    for left in range(0, g, TILE_FEATURES):
        to = slice(features.start + left, features.start + min(g, left + TILE_FEATURES))
        for top in range(0, n, TILE_SAMPLES):
            at = slice(samples.start + top, samples.start + min(n, top + TILE_SAMPLES))
            yield values[top : top + TILE_SAMPLES, left : left + TILE_FEATURES].astype(np.float64), at, to
