"""Rows of a store that holds samples one after another, fitted without turning it round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ebayes_lm._typing import AnyArray, FloatRows, IntArray
from ebayes_lm.core.linear_plan import LinearPlan, OwnFits
from ebayes_lm.core.ols import RowFits
from ebayes_lm.core.rooms import MEMORY
from ebayes_lm.core.sample_passes import SamplePasses, SampleSums
from ebayes_lm.data.blocks import BLOCK_CELLS, ROW_CELLS, Running, memory_bytes, run_source
from ebayes_lm.data.engines import Parts
from ebayes_lm.data.sample_blocks import reads_by_samples, run_samples
from ebayes_lm.data.sources import ArraySource, SampleMajor, Source

#: Values of features that are held because they have to be fitted on their own, and what share of the room they take.
_APART_CELLS, _APART_SHARE = 8 * BLOCK_CELLS, 4

#: Fits a block of rows.
Fit = Callable[[AnyArray, slice], Parts]


def fits_by_samples(source: Source, plan: LinearPlan, cells: FloatRows | None, running: Running) -> bool:
    """Whether all that a fit needs are sums over samples, one after another.

    Correlated samples have to meet, and what looks at a feature's own weights or residuals has to see all of it.
    """
    shared = cells is None and not plan.singly and plan.shared.whitener is None
    return shared and running.engine is None and reads_by_samples(source, running)


def fit_by_samples(
    source: SampleMajor, plan: LinearPlan, fit: Fit, running: Running
) -> tuple[RowFits, OwnFits | None] | None:
    """Fit every row in two passes over the samples; None where too many features have to be fitted on their own.

    These are kept as they come by in the second pass, or in a third one where only residuals tell.
    """
    passes = SamplePasses.of(plan.shared, source.shape[1])
    sums = passes.sums(source.shape[0])
    most = _most_apart(source, running)

    def first(values: AnyArray, samples: slice, features: slice) -> None:
        passes.first(sums, values, samples, features)

    run_samples(first, source, running)
    incomplete = np.flatnonzero(sums.incomplete)
    if len(incomplete) > most:
        return None
    kept = Kept.of(source, incomplete)
    run_samples(_Second(passes, sums, kept), source, running)
    rows, apart = passes.fits(sums, running.room)
    if len(apart) > most:
        return None
    own = _fit_apart(rows, kept, fit, running)
    constant = np.setdiff1d(apart, incomplete, assume_unique=True)
    if len(constant):
        kept = Kept.of(source, constant)
        run_samples(kept, source, running)
        _fit_apart(rows, kept, fit, running)  # complete rows have no design of their own
    return rows, own


def _most_apart(source: Source, running: Running) -> int:
    if running.max_memory is None:
        return _APART_CELLS // source.shape[1]
    return memory_bytes(running.max_memory) // (_APART_SHARE * source.dtype.itemsize * source.shape[1])


@dataclass(frozen=True, eq=False)
class Kept:
    """Values of some features, gathered from blocks of samples.

    Attributes
    ----------
    features : (v,) integer array
        In rising order.
    values : (v, n) array
    """

    features: IntArray
    values: AnyArray

    @classmethod
    def of(cls, source: Source, features: IntArray) -> Kept:
        """Room for these features."""
        return cls(features, np.empty((len(features), source.shape[1]), dtype=source.dtype))

    def __call__(self, values: AnyArray, samples: slice, features: slice) -> None:
        """Keep what these values (samples, features) have of them."""
        low, high = np.searchsorted(self.features, (features.start, features.stop))
        if low < high:
            self.values[low:high, samples] = values[:, self.features[low:high] - features.start].T


@dataclass(frozen=True, eq=False)
class _Second:
    """The second pass, which also keeps features for later."""

    passes: SamplePasses
    sums: SampleSums
    kept: Kept

    def __call__(self, values: AnyArray, samples: slice, features: slice) -> None:
        self.kept(values, samples, features)
        self.passes.second(self.sums, values, samples, features)


def _fit_apart(rows: RowFits, kept: Kept, fit: Fit, running: Running) -> OwnFits | None:
    """Put fits of these features in their place among all rows; those with a design of their own are returned."""
    if not len(kept.features):
        return None
    arrays, loose = run_source(fit, ArraySource(kept.values), replace(running, room=MEMORY), ROW_CELLS)
    for target, part in zip(rows, arrays, strict=True):
        target[kept.features] = part
    if not loose:
        return None
    own = OwnFits(*loose)
    return own._replace(rows=kept.features[own.rows])
