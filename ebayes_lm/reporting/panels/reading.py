"""What panels see of the data: enough rows to know the samples by, read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.containers import EList
from ebayes_lm.data.count_list import DGEList
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.scratch import by_features
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.design.boundary import aligned_samples
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.values import same_matrix

#: Samples are as well known by so many features as by more.
MOST_ROWS = 20_000
#: Rows that lie together are read together, so many at least.
_TOGETHER = 64
#: What voom adds to a count, and to a library size.
_HALF, _ONE = 0.5, 1.0
QUIET = Running(progress=False)


@dataclass(frozen=True, eq=False)
class Reading:
    """The data of a fit, as far as samples are looked at.

    Attributes
    ----------
    fit : LinearFit
    given : matrix, or EList
        What to hand on to whatever reads all of it.
    matrix : FeatureMatrix
    order : (n * repeats,) integer array
        Columns of the matrix in the order of the design.
    table : DataFrame or None
        The sample table in the order of the design.
    names : list of str
        Names of the samples.
    positions : (rows,) integer array
        The features that were read: all, or some that lie evenly among them.
    values : (rows, n) array
        Theirs; NaN where one is missing.
    library_sizes : (n,) array or None
    """

    fit: LinearFit
    given: Any
    matrix: FeatureMatrix
    order: IntArray
    table: pd.DataFrame | None
    names: list[str]
    positions: IntArray
    values: FloatArray
    library_sizes: FloatArray | None = None

    @property
    def is_part(self) -> bool:
        """Whether not all features were read."""
        return len(self.values) < self.fit.shape[0]

    def part(self) -> FeatureMatrix:
        """What was read, as a matrix."""
        return FeatureMatrix(
            ArraySource(self.values), self.fit.labels.features[self.positions], self.fit.design.samples
        )

    @property
    def drawn(self) -> str:
        """A remark on the features that were read, where these are not all; else nothing."""
        return f" Seen on {len(self.values):,} of {self.fit.shape[0]:,} features." if self.is_part else ""

    def rows(self, positions: IntArray) -> FloatArray:
        """Values (rows, n) of features by rising position."""
        return _by_sample(self.matrix.rows_at(positions, QUIET), self.order, len(self.names))


def read(fit: LinearFit, data: Any, samples: pd.DataFrame | None) -> Reading:
    """Read what panels need."""
    sizes = _library_sizes(data)
    given = _as_voom_sees(data) if isinstance(data, DGEList) else data
    matrix, order = same_matrix(fit, given)
    n = len(fit.design.samples)
    repeats = len(order) // n
    columns = order[::repeats] // repeats
    table = _sample_table(fit, samples, matrix, columns)
    positions, rows = _spread_rows(matrix)
    values = _by_sample(rows, order, n)
    names = [str(name) for name in fit.design.samples]
    return Reading(
        fit, given, matrix, order, table, names, positions, values, None if sizes is None else sizes[columns]
    )


def _sample_table(
    fit: LinearFit, samples: pd.DataFrame | None, matrix: FeatureMatrix, columns: IntArray
) -> pd.DataFrame | None:
    if samples is not None:
        return aligned_samples(samples, sample_labels=fit.design.samples, n_samples=len(fit.design.samples))
    return None if matrix.sample_table is None else matrix.sample_table.iloc[columns]


def _spread_rows(matrix: FeatureMatrix) -> tuple[IntArray, Any]:
    """All rows, or groups of neighbours that lie evenly among them."""
    source = by_features(matrix.source, QUIET)
    n_rows = source.shape[0]
    if n_rows <= MOST_ROWS:
        return np.arange(n_rows), source.read(0, n_rows)
    together = min(max(source.grain, _TOGETHER), MOST_ROWS)
    first = np.linspace(0, n_rows - together, MOST_ROWS // together).astype(np.intp)
    first -= first % max(source.grain, 1) if source.grain <= together else 0
    positions = (first[:, None] + np.arange(together)).ravel()
    return positions, np.concatenate([source.read(int(at), int(at) + together) for at in first])


def _by_sample(values: Any, order: IntArray, n: int) -> FloatArray:
    """In the order of the design, several measurements of a feature as their mean; infinite ones are missing."""
    return means_of_repeats(np.asarray(values, dtype=np.float64)[:, order], len(order) // n)


def means_of_repeats(values: FloatArray, repeats: int) -> FloatArray:
    """Means (rows, n) of what is finite among so many columns beside each other; NaN where nothing is."""
    if repeats == 1:
        return np.where(np.isfinite(values), values, np.nan)
    spots = values.reshape(len(values), -1, repeats)
    known = np.isfinite(spots)
    with np.errstate(invalid="ignore"):
        means: FloatArray = np.where(known, spots, 0.0).sum(axis=2) / known.sum(axis=2)
    return means


def _library_sizes(data: Any) -> FloatArray | None:
    table = data.samples if isinstance(data, DGEList) else data.targets if isinstance(data, EList) else None
    if table is None or "lib_size" not in table:
        return None
    sizes: FloatArray = table["lib_size"].to_numpy(dtype=np.float64)
    return sizes


def _as_voom_sees(counts: DGEList) -> EList:
    """Logarithms of counts per million, as :func:`voom` makes them."""
    table = counts.samples
    sizes = (table["lib_size"] * table["norm_factors"]).to_numpy(dtype=np.float64)
    logs = np.log2((counts.counts.to_numpy(dtype=np.float64) + _HALF) / (sizes + _ONE) * 1e6)
    frame = pd.DataFrame(logs, index=counts.counts.index, columns=counts.counts.columns)
    return EList(frame, genes=counts.genes, targets=table)
