"""What plots of samples are made of: log values in any form, complete features, and what samples are marked by."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.counts.per_million import cpm
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.count_list import DGEList
from ebayes_lm.data.groups import one_each
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.whole import whole_values
from ebayes_lm.design.boundary import aligned_samples, matrix_and_table
from ebayes_lm.errors import ArgumentTypeError

#: Cells that are worked on at a time where arrays of as many are made of them.
CELLS = 1 << 20


class Complete(NamedTuple):
    """Values (features, samples) without the features that lack some, and how many those are."""

    values: AnyArray
    left_out: int


class Moments(NamedTuple):
    """Mean and variance (features,) over samples; NaN where a feature lacks a value."""

    means: FloatArray
    variances: FloatArray


def as_log_values(y: Any, samples: Any, layer: str | None) -> FeatureMatrix:
    """Values of features x samples with the sample table in their order; counts of a DGEList become log2 CPM."""
    if isinstance(y, DGEList):
        if layer is not None:
            raise ArgumentTypeError(f"layer={layer!r} names a layer of an AnnData, and y is a DGEList")
        y, samples = cpm(y, log=True), y.samples if samples is None else samples
    matrix, table = matrix_and_table(y, samples, layer=layer)
    if table is not None:
        table = aligned_samples(table, sample_labels=matrix.sample_labels, n_samples=matrix.shape[1])
    return replace(matrix, sample_table=table)


def complete(matrix: FeatureMatrix, what: str) -> Complete:
    """Features with a finite value in every sample, all in memory."""
    values = whole_values(matrix, Running(), what)
    (there,) = matrix.map_blocks(lambda block, _: (np.asarray(np.isfinite(block).all(axis=1)),))
    lacking = len(there) - int(np.count_nonzero(there))
    return Complete(values[there] if lacking else values, lacking)


def moments(matrix: FeatureMatrix) -> Moments:
    """Mean and variance of every feature, read by blocks."""
    return Moments(*matrix.map_blocks(_moments, cells=CELLS))


def _moments(block: AnyArray, _: slice) -> tuple[FloatArray, FloatArray]:
    values = np.asarray(block, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        means = values.mean(axis=1)
        squares = np.square(values - means[:, None]).sum(axis=1)
        return np.where(np.isfinite(means), means, np.nan), squares / max(values.shape[1] - 1, 1)


def summed(matrix: FeatureMatrix, of: Any) -> FloatArray:
    """The sum over blocks of rows of what ``of`` makes of each, in their order whatever the threads do."""
    parts: dict[int, FloatArray] = {}
    lock = Lock()

    def keep(values: AnyArray, at: slice) -> tuple[AnyArray, ...]:
        part = of(values, at)
        with lock:
            parts[at.start] = part
        return ()

    matrix.map_blocks(keep, Running(), CELLS)
    return np.asarray(sum((parts[at] for at in sorted(parts)), np.zeros_like(parts[0])))


def most_variable(variances: FloatArray, top: int | None) -> AnyArray:
    """Rising positions of the features with the largest variance, ties to the first; NaN is none."""
    known = np.flatnonzero(np.isfinite(variances))
    if top is None or len(known) <= top:
        return known
    return np.sort(known[np.argsort(-variances[known], kind="stable")[:top]])


def sample_marks(marks: Any, matrix: FeatureMatrix, what: str) -> pd.Series[Any] | None:
    """What each sample is marked by: a column of its table, or a value for each; None for nothing."""
    if marks is None:
        return None
    values = one_each(marks, matrix.samples, matrix.sample_table, what=what)
    name = marks if isinstance(marks, str) else getattr(marks, "name", None)
    return pd.Series(values.array, index=matrix.samples, name=name)
