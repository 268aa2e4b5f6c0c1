"""Weights of single observations, read off a trend block by block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, FloatRows
from ebayes_lm.core.mean_variance import KERNEL_VALUES, MeanVarianceTrend, RootTerms, fit_trend
from ebayes_lm.data.blocks import ROW_CELLS, Running, run_blocks
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import DataError, VarianceWarning, counted, listing, warn
from ebayes_lm.fitting import lm_fit
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.weights.precision_list import VoomEList, VoomMatrix

#: Cells in a block of elementwise work: few enough that threads share them evenly.
CELLS = 2 * ROW_CELLS


class Trended(NamedTuple):
    """A trend of variability, the points that it goes through, and what stands on its x axis if not the mean.

    Attributes
    ----------
    points : DataFrame
        ``x`` and ``y``, a row for each feature that took part.
    trend : MeanVarianceTrend
    terms : RootTerms or None
    """

    points: pd.DataFrame
    trend: MeanVarianceTrend
    terms: RootTerms | None = None

    @property
    def line(self) -> pd.DataFrame:
        """The trend as a table."""
        return pd.DataFrame({"x": self.trend.x, "y": self.trend.y})


class Precise(Protocol):
    """Log values that learn from a fit how precise they are."""

    @property
    def matrix(self) -> FeatureMatrix:
        """What is fitted."""

    @property
    def masked(self) -> FeatureMatrix:
        """The same without what tells nothing of variability."""

    @property
    def design(self) -> Design:
        """The model of the means."""

    @property
    def running(self) -> Running:
        """How verbs run."""

    def fit(self, **options: Any) -> LinearFit:
        """The linear model of all features; options are those of lm_fit."""

    def learn(self, fit: LinearFit, span: float) -> Trended:
        """The trend of the residual standard deviations of a fit."""

    def weights(self, fit: LinearFit, learned: Trended) -> FloatRows:
        """Inverse variances (G, n) of all observations, by the trend at their fitted values."""

    def listed(self, weights: FloatRows, learned: Trended) -> VoomEList | VoomMatrix:
        """Everything together under its labels."""


def fit_of(matrix: FeatureMatrix, design: Design, running: Running, **options: Any) -> LinearFit:
    """The linear model of all features; what there is to say of adjusted values, the verb says once."""
    return lm_fit(replace(matrix, adjusted=None), design, **running.options, **options)


def weights_at(
    means: Callable[[slice], FloatArray], trend: MeanVarianceTrend, shape: tuple[int, int], running: Running
) -> FloatArray:
    """Inverse variances (G, n) of all observations, by the trend at their means; one where nothing is known of it."""
    if not trend.x.size:
        return np.ones(shape)
    use_kernel = shape[0] * shape[1] >= KERNEL_VALUES

    def block(at: slice) -> tuple[FloatArray]:
        return (trend.weights(means(at), use_kernel=use_kernel),)

    (weights,) = run_blocks(block, *shape, running=running.quiet, cells=CELLS)
    return weights


def trend_of(
    points: pd.DataFrame, span: float, fit: LinearFit, df: FloatArray | None = None, terms: RootTerms | None = None
) -> Trended:
    """The trend through points x, y with weights ``df``; no knots where fewer than two features have residual df.

    Raises
    ------
    DataError
        The trend comes down to zero.
    """
    known = np.flatnonzero(np.isfinite(points.to_numpy()).all(axis=1))
    if int(np.count_nonzero(fit.record.df_residual > 0)) < 2 or not known.size:
        warn(
            "fewer than two features have counts or values beyond what the design uses up, so that nothing tells how "
            "variable they are; all weights are 1. A design with fewer coefficients would leave residual df",
            VarianceWarning,
        )
        return Trended(points.iloc[:0], MeanVarianceTrend(np.empty(0), np.empty(0), span))
    used = points.iloc[known]
    trend = fit_trend(used["x"].to_numpy(), used["y"].to_numpy(), span, None if df is None else df[known])
    if not trend.y.all():
        raise DataError(
            f"the trend of the residual standard deviations is zero at a mean of {trend.x[trend.y == 0][0]:.4g}, where "
            "weights would be infinite; leave out features that are constant within groups"
        )
    return Trended(used, trend, terms)


def solved(fit: LinearFit) -> FloatArray:
    """Coefficients that give the fitted values: one of many solutions, where a feature has many.

    Raises
    ------
    DataError
        Weights leave a feature without any observation, so that there is nothing to read the trend off at.
    """
    own, coefficients = fit.covariances, fit.record.coefficients
    if own is not None and len(own.deficient):
        coefficients = coefficients.copy()
        coefficients[own.deficient] = own.solutions
    lost = np.flatnonzero(np.isnan(coefficients[:, fit.plan.qr.estimable]).all(axis=1))
    if len(lost):
        empty = fit.labels.features[lost]
        raise DataError(
            f"{counted(len(empty), 'feature')} ({listing(empty)}) cannot be fitted, because all values are missing or "
            "have weight zero; leave such features out"
        )
    return coefficients
