"""Log expression of any kind with what its variability may follow: where vooma and its relatives begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, FloatRows, IntArray
from ebayes_lm.core.mean_variance import root_terms
from ebayes_lm.core.ols import observed_mean
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.core.span import choose_lowess_span
from ebayes_lm.data.alignment import align
from ebayes_lm.data.blocks import Running, run_blocks
from ebayes_lm.data.chosen_samples import with_samples
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.memory import require_memory
from ebayes_lm.data.read_rows import ReadWeights
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.data.vectors import ordered_numbers
from ebayes_lm.data.whole import whole_values
from ebayes_lm.design.boundary import carried_design, matrix_and_table
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import DataError, counted, listing
from ebayes_lm.results.arguments import truth
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.weights.precision_list import VoomEList, VoomMatrix
from ebayes_lm.weights.trend_reading import CELLS, Trended, fit_of, solved, trend_of
from ebayes_lm.weights.trend_weights import TrendReader, TrendWeights

#: The span of limma before 3.60: all of up to so many features, then falling with the root of their number.
_LEGACY_SMALL, _LEGACY_POWER = 10, 0.5


@dataclass(frozen=True, eq=False)
class LogValues:
    """Log expression, features x samples, with its design.

    Attributes
    ----------
    matrix : FeatureMatrix
        Without weights or a design of its own.
    design : Design
    predictor : (G, n) array or None
        What variability may depend on beside the mean.
    running : Running
    """

    matrix: FeatureMatrix
    design: Design
    predictor: FloatArray | None
    running: Running

    @property
    def masked(self) -> FeatureMatrix:
        """The matrix as it is."""
        return self.matrix

    def fit(self, **options: Any) -> LinearFit:
        """The linear model of all features; options are those of lm_fit."""
        return fit_of(self.matrix, self.design, self.running, **options)

    def learn(self, fit: LinearFit, span: float) -> Trended:
        """The trend of the residual standard deviations of a fit."""
        points = pd.DataFrame({"x": fit.record.amean, "y": np.sqrt(fit.record.sigma)}, index=self.matrix.features)
        terms = None
        if self.predictor is not None and points["y"].notna().any():
            mean = self._mean_predictor(self.predictor)
            known = points["y"].notna().to_numpy()
            x, y = points[known].to_numpy().T
            terms = root_terms(x, mean[known], y)
            points["x"] = terms.at(points["x"].to_numpy(), mean)
        return trend_of(points, span, fit, terms=terms)

    def _mean_predictor(self, predictor: FloatArray) -> FloatArray:
        """Mean of the predictor over the samples of each feature."""
        quiet = self.running.quiet
        (mean,) = run_blocks(lambda at: (observed_mean(predictor[at]),), *self.matrix.shape, quiet, CELLS)
        return mean

    def weights(self, fit: LinearFit, learned: Trended) -> FloatRows:
        """Inverse variances (G, n) of all observations, by the trend at fitted values; 0 without a predictor."""
        return self.read_by(self.reader(fit, learned))

    def read_by(self, *readers: TrendReader) -> FloatRows:
        """Inverse variances (G, n) by what reads those of some samples; of a store they are computed when read."""
        return TrendWeights(self.matrix.shape, readers).held(self.matrix, self.running)

    def reader(self, fit: LinearFit, learned: Trended, samples: slice | IntArray = slice(None)) -> TrendReader:
        """What reads weights of some samples, by position, off a trend."""
        predictor = None if self.predictor is None else self.predictor[:, samples]
        return TrendReader(samples, solved(fit), self.design.matrix[samples], learned, predictor)

    def listed(self, weights: FloatRows, learned: Trended) -> VoomEList | VoomMatrix:
        """Everything together under its labels."""
        return self.with_weights(weights, learned.points, learned.line, learned.trend.span)

    def with_weights(
        self, weights: FloatRows, points: pd.DataFrame, line: pd.DataFrame, span: float
    ) -> VoomEList | VoomMatrix:
        """The values with their weights and the trend behind these."""
        matrix = self.matrix
        if isinstance(weights, ReadWeights):
            return VoomMatrix.of(matrix, weights.source, self.design, voom_xy=points, voom_line=line, span=span)
        values = whole_values(matrix, self.running.quiet, "E", np.float64)
        E, W = (
            pd.DataFrame(v, index=matrix.features, columns=matrix.samples, copy=False)
            for v in (values, np.asarray(weights))
        )
        return VoomEList(
            E=E, weights=W, genes=matrix.annotation, targets=matrix.sample_table, design=self.design, voom_xy=points,
            voom_line=line, span=span, adjusted=matrix.adjusted,
        )  # fmt: skip

    def taken(self, samples: IntArray) -> LogValues:
        """Some of the samples, by position, and the columns of the design that these can estimate."""
        part = with_samples(self.matrix, samples)
        predictor = None if self.predictor is None else self.predictor[:, samples]
        return replace(self, matrix=part, design=_reduced(self.design.take(samples)), predictor=predictor)


def log_values(
    y: Any, design: Any, *, samples: Any, predictor: Any, layer: str | None,
    feature_columns: str | Sequence[str] | None, running: Running,
) -> tuple[LogValues, Any]:  # fmt: skip
    """Log expression in any form with its design, and the weights that the container carries.

    Raises
    ------
    ArgumentError, ArgumentTypeError, DataError, AlignmentError, DesignError
        The matrix, or what comes with it, cannot be used.
    """
    matrix, table = matrix_and_table(y, samples, layer=layer, feature_columns=feature_columns)
    if matrix.shape[0] < 2:
        raise DataError(f"{counted(matrix.shape[0], 'feature')} tells no trend of variance over mean; give two or more")
    made = carried_design(design, matrix, table)
    if matrix.in_memory:
        _require_memory(matrix)
    bare = replace(matrix, sample_table=table, design=None, weights=None)
    given = None if predictor is None else _predictor(predictor, bare, running)
    return LogValues(bare, made, given, running), matrix.weights


def _require_memory(matrix: FeatureMatrix) -> None:
    """Results hold the values and their weights as float64; values that are such an array are shared."""
    shared = isinstance(matrix.source, ArraySource) and matrix.dtype == np.float64
    features, samples = matrix.shape
    require_memory(
        features * samples * 8 * (1 if shared else 2),
        f"a result that holds values and weights of {features:,} features on {samples:,} samples",
        "leave out samples or features, or use a machine with more memory",
    )


def _reduced(design: Design) -> Design:
    qr = pivoted_qr(design.matrix)
    return design.with_columns(design.matrix[:, qr.estimable], [design.names[k] for k in qr.estimable])


def chosen_span(n: int, span: float | None, legacy_span: bool) -> float:
    """The span that is asked for, else one by the number of features."""
    legacy = truth(legacy_span, "legacy_span")
    if span is not None:
        return span
    return choose_lowess_span(n, small_n=_LEGACY_SMALL, power=_LEGACY_POWER) if legacy else choose_lowess_span(n)


def _predictor(predictor: Any, matrix: FeatureMatrix, running: Running) -> FloatArray:
    """The predictor (G, n) in the order of the matrix; it has a value wherever the matrix has one."""
    g, n = matrix.shape
    if isinstance(predictor, pd.DataFrame):
        rows = align(predictor.index, matrix.features, g, what="predictor", axis="features")
        predictor = predictor.iloc[rows]
        if predictor.shape[1] != 1 or n == 1:
            predictor = predictor.iloc[:, align(predictor.columns, matrix.samples, n, what="predictor")]
    values = ordered_numbers(predictor, matrix.features, what="predictor", axis="features").astype(np.float64)
    if values.shape == (g,):
        values = values[:, None]
    if values.shape not in ((g, n), (g, 1)):
        raise DataError(
            f"predictor has shape {values.shape} and the matrix {(g, n)}; give one number for each value or feature"
        )
    if np.isfinite(values).all():
        return np.broadcast_to(values, (g, n))
    values = np.broadcast_to(values, (g, n))

    def lacks(block: AnyArray, at: slice) -> tuple[BoolArray]:
        return (np.asarray((~np.isfinite(values[at]) & np.isfinite(block)).any(axis=1)),)

    lacking = np.flatnonzero(*matrix.map_blocks(lacks, running.quiet))
    if lacking.size:
        raise DataError(
            f"predictor is NaN or infinite where there are values in {counted(lacking.size, 'feature')} "
            f"({listing(matrix.features[lacking])}); it may only lack what the matrix lacks"
        )
    return np.where(np.isfinite(values), values, np.nan)
