"""Effects of batches drawn towards those of all features, and taken out of rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray
from ebayes_lm.core.batch_pool import pool_of, posterior_averages
from ebayes_lm.core.batch_prior import (
    BatchEffects,
    batch_effects,
    batch_prior,
    posterior_locations,
    posterior_modes,
)
from ebayes_lm.core.batch_rows import BatchModel, BatchRows, adjusted_rows
from ebayes_lm.data.blocks import Running, run_blocks
from ebayes_lm.errors import ConvergenceWarning, DataError, listing, warn


@dataclass(frozen=True)
class Wanted:
    """What a caller asked for."""

    parametric: bool
    mean_only: bool
    running: Running


def effects_of(rows: BatchRows, used: BoolArray, model: BatchModel, names: pd.Index) -> BatchEffects:
    """Effects of the batches on the rows that are used.

    Raises
    ------
    DataError
        A batch of which fewer than two of them have values.
    """
    usable = rows.of(used)
    incomplete = bool((usable.counts < model.sizes).any())
    effects = batch_effects(usable, model, incomplete=incomplete)
    unknown = (usable.counts > 0).sum(axis=0) < 2
    if unknown.any():
        raise DataError(
            f"batch {listing(names[unknown])} has values of fewer than two features that can be adjusted; leave its "
            "samples out"
        )
    return effects


def shrunken_effects(
    effects: BatchEffects, model: BatchModel, wanted: Wanted, names: pd.Index
) -> tuple[FloatArray, FloatArray]:
    """Location and spread of every batch, drawn towards those of all features; of the reference there is nothing."""
    locations, spreads = np.zeros_like(effects.location), np.ones_like(effects.location)
    for k in range(len(names)):
        if k == model.reference:
            continue
        prior = batch_prior(effects.location[:, k], effects.spread[:, k])
        if not wanted.parametric:
            pool = pool_of(effects, k, mean_only=wanted.mean_only)
            averaged = partial(posterior_averages, pool)
            locations[:, k], spreads[:, k] = run_blocks(averaged, len(effects.centre), pool.size, wanted.running)
        elif wanted.mean_only:
            locations[:, k] = posterior_locations(effects, k, prior)
        else:
            locations[:, k], spreads[:, k], converged = posterior_modes(effects, k, prior)
            if not converged:
                warn(
                    f"effects of batch {names[k]!r} have not come to rest; the last ones are taken", ConvergenceWarning
                )
    return locations, spreads


@dataclass(frozen=True, eq=False)
class Adjustment:
    """What is done to each row; fields have a place for every row of the matrix.

    Without a ratio variances stay as they are.
    """

    model: BatchModel
    used: BoolArray
    slopes: FloatArray
    centre: FloatArray
    shift: FloatArray
    ratio: FloatArray | None

    @classmethod
    def of(
        cls, rows: BatchRows, used: BoolArray, model: BatchModel, effects: BatchEffects,
        shrunken: tuple[FloatArray, FloatArray], *, mean_only: bool,
    ) -> Adjustment:  # fmt: skip
        """From what was found for the rows that are used."""
        locations, spreads = shrunken
        centre, shift, ratio = np.zeros(len(used)), np.zeros(rows.levels.shape), np.ones(rows.levels.shape)
        centre[used] = effects.centre
        absent = np.isnan(effects.location)
        shift[used] = np.where(absent, 0.0, locations * effects.scale[:, None])
        ratio[used] = np.where(absent, 1.0, np.sqrt(spreads))
        return cls(model, used, rows.slopes, centre, shift, None if mean_only else ratio)

    def __call__(self, values: AnyArray, at: slice, out: FloatArray) -> None:
        """Adjust rows; rows and samples that are left as they are keep their values to the last digit."""
        given = np.asarray(values, dtype=np.float64)
        ratio = None if self.ratio is None else self.ratio[at]
        out[:] = adjusted_rows(given, self.model, self.slopes[at], self.centre[at], self.shift[at], ratio)
        if self.model.reference is not None:
            kept = self.model.codes == self.model.reference
            out[:, kept] = given[:, kept]
        out[~self.used[at]] = given[~self.used[at]]
