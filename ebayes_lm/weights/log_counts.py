"""Counts on a log scale, with what turns fitted values back into counts: where voom and voom_lm_fit begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, FloatRows, IntArray
from ebayes_lm.core.between_arrays import METHODS
from ebayes_lm.core.mean_variance import fitted_values, log_cpm, log_millions, mean_log_counts
from ebayes_lm.counts.boundary import as_count_list
from ebayes_lm.data.blocks import Running, run_blocks
from ebayes_lm.data.count_list import DGEList
from ebayes_lm.data.count_samples import library_sizes
from ebayes_lm.data.marks import note_in
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.memory import require_memory
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.design.boundary import as_design
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import DataError, counted
from ebayes_lm.results.arguments import choice
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.weights.offsets import Offsets, as_offsets
from ebayes_lm.weights.precision_list import VoomEList
from ebayes_lm.weights.trend_reading import CELLS, Trended, fit_of, solved, trend_of, weights_at

_WAYS = ("none", *METHODS)
#: Columns that the sample table of counts has without anybody giving one: group, lib_size, norm_factors.
_OWN_COLUMNS = 3


@dataclass(frozen=True, eq=False)
class LogCounts:
    """Log2 counts per million, features x samples, and the library sizes in them.

    Attributes
    ----------
    matrix : FeatureMatrix
        Log-cpm, with the labels and tables of the counts.
    logs : (G, n) array
        The same as an array.
    counts : (G, n) array
        As they came.
    design : Design
    lib_sizes : (n,) array
        Effective library sizes.
    offsets : Offsets or None
        What single observations add to the logarithm (base e) of these.
    running : Running
    """

    matrix: FeatureMatrix
    logs: FloatArray
    counts: AnyArray
    design: Design
    lib_sizes: FloatArray
    offsets: Offsets | None
    running: Running

    @property
    def shape(self) -> tuple[int, int]:
        """Number of features and of samples."""
        return self.matrix.shape

    def shift(self, at: slice) -> FloatArray:
        """What makes log counts of the log-cpm of some features, (n,) or (g, n)."""
        return log_millions(sizes_at(self.lib_sizes, self.offsets, at))

    @property
    def masked(self) -> FeatureMatrix:
        """The matrix as it is."""
        return self.matrix

    def fit(self, **options: Any) -> LinearFit:
        """The linear model of all features; options are those of lm_fit."""
        return fit_of(self.matrix, self.design, self.running, **options)

    def learn(self, fit: LinearFit, span: float) -> Trended:
        """The trend over mean log counts of the residual standard deviations of a fit."""
        x, y = mean_log_counts(fit.record.amean, self.lib_sizes), np.sqrt(fit.record.sigma)
        some = np.flatnonzero(self.counts.any(axis=1))
        points = pd.DataFrame({"x": x[some], "y": y[some]}, index=self.matrix.features[some])
        return trend_of(points, span, fit)

    def weights(self, fit: LinearFit, learned: Trended) -> FloatArray:
        """Inverse variances (G, n) of all observations, by the trend at the fitted log counts."""
        coefficients = solved(fit)

        def means(at: slice) -> FloatArray:
            return fitted_values(coefficients[at], self.design.matrix) + self.shift(at)

        return weights_at(means, learned.trend, self.shape, self.running)

    def listed(self, weights: FloatRows, learned: Trended) -> VoomEList:
        """Everything together under its labels."""
        matrix = self.matrix
        E, W = (
            pd.DataFrame(v, index=matrix.features, columns=matrix.samples, copy=False)
            for v in (self.logs, np.asarray(weights))
        )
        return VoomEList(
            E=E, weights=W, genes=matrix.annotation, targets=matrix.sample_table, design=self.design,
            other={} if self.offsets is None else {"offset_prior": self.offsets.centred(slice(None))},
            voom_xy=learned.points, voom_line=learned.line, span=learned.trend.span,
            adjusted=matrix.adjusted,
        )  # fmt: skip


def log_counts(
    counts: Any, design: Any, *, samples: Any, lib_size: Any, offset: Any, offset_prior: Any, normalize_method: Any,
    layer: str | None, running: Running,
) -> LogCounts:  # fmt: skip
    """Counts in any form, on the log scale, with their design.

    Raises
    ------
    ArgumentError, ArgumentTypeError, DataError, AlignmentError, DesignError
        Counts, or what comes with them, cannot be used.
    """
    choice(normalize_method, _WAYS, "normalize_method", " or ".join(map(repr, _WAYS)))
    grouped = isinstance(counts, DGEList)
    whole = as_count_list(counts, samples, layer=layer, running=running)
    _require_memory(whole)
    features, columns = whole.counts.index, whole.counts.columns
    if len(features) < 2:
        raise DataError(f"{counted(len(features), 'feature')} tells no trend of variance over mean; give two or more")
    sizes = _effective_sizes(whole, lib_size)
    table = whole.samples.assign(lib_size=sizes)
    if design is None and grouped and len(table["group"].cat.categories) > 1:
        design = "~ group"
    told = grouped or samples is not None or len(table.columns) > _OWN_COLUMNS
    made = as_design(design, samples=table if told else None, sample_labels=columns, n_samples=len(columns))
    given = whole.offset if offset is None and offset_prior is None else offset
    offsets = as_offsets(given, offset_prior, features, columns)
    values = whole.counts.to_numpy()
    E = _logged(values, sizes, offsets, running)
    if normalize_method != "none":
        E = METHODS[normalize_method](E)
    matrix = FeatureMatrix(ArraySource(E), features, columns, whole.genes, table, adjusted=note_in(whole.counts.attrs))
    return LogCounts(matrix, E, values, made, sizes, offsets, running)


def _require_memory(counts: DGEList) -> None:
    features, samples = counts.shape
    require_memory(
        features * samples * 8 * 2,
        f"log-cpm and weights of {features:,} features on {samples:,} samples",
        "filter features with few counts first, or use a machine with more memory",
    )


def sizes_at(lib_sizes: FloatArray, offsets: Offsets | None, at: slice | IntArray) -> FloatArray:
    """Library sizes of some features: (n,), or (g, n) where observations have offsets."""
    if offsets is None:
        return lib_sizes
    sizes: FloatArray = lib_sizes * np.exp(offsets.centred(at))
    return sizes


def _logged(counts: AnyArray, sizes: FloatArray, offsets: Offsets | None, running: Running) -> FloatArray:
    def block(at: slice) -> tuple[FloatArray]:
        return (log_cpm(counts[at], sizes_at(sizes, offsets, at)),)

    (logs,) = run_blocks(block, counts.shape[0], counts.shape[1], running.quiet, CELLS)
    return logs


def _effective_sizes(counts: DGEList, lib_size: Any) -> FloatArray:
    if lib_size is None:
        return np.asarray(counts.effective_lib_sizes, dtype=np.float64)
    return library_sizes(lib_size, counts.counts.to_numpy().sum(axis=0, dtype=np.float64), counts.counts.columns)
