"""Counts whose exact zeros count neither as residual df nor as residuals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, FloatRows, IntArray
from ebayes_lm.core.exact_zeros import zero_model
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.linear_plan import linear_plan
from ebayes_lm.core.mean_variance import mean_log_counts
from ebayes_lm.core.ols import Status, observed_mean
from ebayes_lm.data.blocks import ROW_CELLS, Running, run_blocks
from ebayes_lm.data.derived import DerivedSource
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.rows import fit_rows
from ebayes_lm.weights.log_counts import LogCounts, sizes_at
from ebayes_lm.weights.precision_list import VoomEList
from ebayes_lm.weights.trend_reading import Trended, trend_of


@dataclass(frozen=True, eq=False)
class PatchedSource(DerivedSource):
    """Rows of another source, some of them replaced.

    Attributes
    ----------
    rows : (v,) integer array
        In rising order.
    values : (v, n) array
    """

    rows: IntArray
    values: FloatArray

    def read(self, start: int, stop: int) -> AnyArray:
        """Features ``start`` to ``stop``."""
        first, last = np.searchsorted(self.rows, (start, stop))
        block = self.source.read(start, stop)
        if first == last:
            return block
        block = block.copy()
        block[self.rows[first:last] - start] = self.values[first:last]
        return block


@dataclass(frozen=True, eq=False)
class ZeroCounts:
    """Log counts in which some zeros are exact: the model expects nothing there, and so they tell of no variability.

    A feature that has such zeros is fitted to all counts, but its residual variance and df come from the others.

    Attributes
    ----------
    logged : LogCounts
    rows : (v,) integer array
        Features with exact zeros, in rising order.
    values : (v, n) array
        Their log-cpm, NaN at exact zeros.
    """

    logged: LogCounts
    rows: IntArray
    values: FloatArray

    @property
    def matrix(self) -> FeatureMatrix:
        """Log-cpm of all counts."""
        return self.logged.matrix

    @property
    def masked(self) -> FeatureMatrix:
        """Log-cpm without exact zeros."""
        return replace(self.matrix, source=PatchedSource(self.matrix.source, self.rows, self.values))

    @property
    def design(self) -> Design:
        """The model of the means."""
        return self.logged.design

    @property
    def running(self) -> Running:
        """How verbs run."""
        return self.logged.running

    def fit(self, **options: Any) -> LinearFit:
        """The linear model of all features; options are those of lm_fit."""
        fit = self.logged.fit(**options)
        if not self.rows.size:
            return fit
        sigma, df, status = (np.array(v) for v in (fit.record.sigma, fit.record.df_residual, fit.record.status))
        sigma[self.rows], df[self.rows] = self._variability(**options)
        sigma[df <= 0] = np.nan
        status[self.rows] = np.where(df[self.rows] > 0, status[self.rows], Status.no_df)
        return replace(fit, record=replace(fit.record, sigma=sigma, df_residual=df, status=status))

    def _variability(
        self, weights: FloatArray | None = None, block: IntArray | None = None, correlation: float = 0.0, **_: Any
    ) -> tuple[FloatArray, FloatArray]:
        """Residual standard deviation and df of the features with exact zeros, without these."""
        part = replace(
            self.masked, source=ArraySource(self.values), features=self.matrix.features[self.rows], annotation=None
        )
        shared = weights[0] if weights is not None and weights.shape[0] == 1 else None
        cells = None if weights is None or shared is not None else weights[self.rows]
        blocks = None if block is None else BlockCorrelation(block, correlation)
        plan = linear_plan(self.design.matrix, shared, blocks)
        fits, own = fit_rows(part, plan, cells, self.running.quiet, inf="error")
        df = np.full(self.rows.size, float(plan.shared.df_residual))
        if own is not None:
            df[own.rows] = own.n_fitted - own.rank
        return fits.sigma, df

    def learn(self, fit: LinearFit, span: float) -> Trended:
        """The trend over mean log counts; where df differ, features count by theirs."""
        if not self.rows.size:
            return self.logged.learn(fit, span)
        mean = np.array(fit.record.amean)
        mean[self.rows] = observed_mean(self.values)
        points = pd.DataFrame(
            {"x": mean_log_counts(mean, self.logged.lib_sizes), "y": np.sqrt(fit.record.sigma)},
            index=self.matrix.features,
        )
        return trend_of(points, span, fit, df=fit.record.df_residual)

    def weights(self, fit: LinearFit, learned: Trended) -> FloatArray:
        """Inverse variances (G, n) of all observations, by the trend at the fitted log counts."""
        return self.logged.weights(fit, learned)

    def listed(self, weights: FloatRows, learned: Trended) -> VoomEList:
        """Everything together under its labels."""
        return self.logged.listed(weights, learned)


def zero_counts(logged: LogCounts) -> ZeroCounts:
    """Find the exact zeros of counts."""
    model = zero_model(logged.design.matrix)
    counts = logged.counts
    quiet = logged.running.quiet
    (many,) = run_blocks(lambda at: (model.candidates(counts[at]),), *logged.shape, running=quiet)
    candidates = np.flatnonzero(many)

    def block(at: slice) -> tuple[BoolArray]:
        rows = candidates[at]
        sizes = logged.lib_sizes if logged.offsets is None else sizes_at(logged.lib_sizes, logged.offsets, rows)
        return (model.exact_zeros(counts[rows].astype(np.float64), sizes),)

    if not candidates.size:
        return ZeroCounts(logged, candidates, np.empty((0, logged.shape[1])))
    (exact,) = run_blocks(block, candidates.size, logged.shape[1], quiet, ROW_CELLS)
    some = exact.any(axis=1)
    values = np.where(exact[some], np.nan, logged.logs[candidates[some]])
    return ZeroCounts(logged, candidates[some], values)
