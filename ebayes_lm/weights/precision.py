"""voom: counts on the log scale, each with a weight for how precise it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.mean_variance import MeanVarianceTrend, fit_trend, mean_log_counts
from ebayes_lm.core.span import choose_lowess_span
from ebayes_lm.data.blocks import Running
from ebayes_lm.errors import DataError, VarianceWarning, counted, listing, warn
from ebayes_lm.fitting import lm_fit
from ebayes_lm.results.arguments import truth
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.weights.log_counts import LogCounts, log_counts
from ebayes_lm.weights.precision_list import VoomEList


def voom(
    counts: Any,
    design: Any = None,
    *,
    samples: pd.DataFrame | None = None,
    lib_size: ArrayLike | pd.Series[float] | None = None,
    offset: ArrayLike | pd.DataFrame | None = None,
    offset_prior: ArrayLike | pd.DataFrame | None = None,
    normalize_method: str = "none",
    block: Any = None,
    correlation: Any = None,
    weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None,
    span: float = 0.5,
    adaptive_span: bool = True,
    layer: str | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> VoomEList:
    """Turn counts into log2 counts per million with precision weights, ready for :func:`lm_fit`.

    Parameters
    ----------
    counts : DGEList, array, DataFrame, AnnData or sparse matrix
        Features x samples (AnnData: samples x features), not negative, not logged.
    design : str, Design, DataFrame or array, optional
        As for :func:`lm_fit`. By default the groups of a DGEList, where there are several, else a column of ones.
    samples : DataFrame, optional
        Sample table, matched to the counts by label; by default what the container carries.
    lib_size : (n,) array_like or Series, optional
        Library sizes; by default those of a DGEList times its normalisation factors, else column sums.
    offset, offset_prior : (G, n) array_like or DataFrame, optional
        Logarithms (base e) of library sizes of single observations, or what these add to the logarithm of the library
        size of their sample, which is the first less the mean of each row. By default the offsets of a DGEList.
    normalize_method : {"none", "scale", "quantile", "cyclicloess"}
        How log-cpm of samples are brought to a common scale.
    block, correlation : optional
        Correlated samples, as for :func:`lm_fit`.
    weights : (n,), (G,) or (G, n) array_like, Series or DataFrame, optional
        Weights for the fit that the trend is learnt from. As in limma they are no part of the weights that come out.
    span : float
        Share of the features in each window of the trend, without ``adaptive_span``.
    adaptive_span : bool
        Choose the span by the number of features, see :func:`choose_lowess_span`.
    layer : str, optional
        Layer of an AnnData.
    threads, chunk_size, max_memory, progress : optional
        As for :func:`lm_fit`.

    Returns
    -------
    VoomEList
        Log-cpm ``E`` with ``weights``, ``genes``, ``targets`` (with the effective ``lib_size``) and ``design``;
        ``voom_xy`` and ``voom_line`` are what a plot of the trend shows.

    Raises
    ------
    DataError
        Counts are negative or missing, or what belongs to them does not fit.
    AlignmentError
        Labels do not match.
    DesignError
        The design cannot be used.
    ArgumentError
        A value outside what is allowed.

    Notes
    -----
    Law et al (2014) Genome Biology 15, R29. A first fit gives each feature a residual standard deviation; the root of
    it is smoothed over mean log2 counts, and read off at the fitted log2 count of each observation: its weight is one
    over the fourth power. Features without any count take no part in the trend.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> counts = rng.poisson(rng.gamma(1.0, 50.0, (300, 1)), (300, 6))
    >>> v = el.voom(counts, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> v.shape, round(v.span, 3)
    ((300, 6), 0.685)
    >>> el.lm_fit(v).ebayes().coef_names
    ['(Intercept)', 'groupB']
    """
    running = Running(threads, chunk_size, max_memory, progress)
    logged = log_counts(
        counts, design, samples=samples, lib_size=lib_size, offset=offset, offset_prior=offset_prior,
        normalize_method=normalize_method, layer=layer, running=running,
    )  # fmt: skip
    fit = lm_fit(
        logged.matrix, logged.design, weights=weights, block=block, correlation=correlation, threads=threads,
        chunk_size=chunk_size, max_memory=max_memory, progress=progress,
    )  # fmt: skip
    require_fitted(fit)
    share = choose_lowess_span(logged.shape[0]) if truth(adaptive_span, "adaptive_span") else span
    points = trend_points(logged, fit)
    if int(np.count_nonzero(fit.record.df_residual > 0)) < 2:
        warn_of_no_replicates()
        return voom_list(logged, np.ones(logged.shape), points, no_trend(share))
    used = points.dropna()
    trend = fit_trend(used["x"].to_numpy(), used["y"].to_numpy(), share)
    return voom_list(logged, logged.weights(solved(fit), trend), used, trend)


def trend_points(logged: LogCounts, fit: LinearFit) -> pd.DataFrame:
    """Mean log2 counts and roots of residual standard deviations; without features that have no counts."""
    x, y = mean_log_counts(fit.record.amean, logged.lib_sizes), np.sqrt(fit.record.sigma)
    points = pd.DataFrame({"x": x, "y": y}, index=logged.matrix.features)
    return points[logged.counts.any(axis=1)]


def require_fitted(fit: LinearFit) -> None:
    """Refuse features without any weight: there is nothing to read the trend off at."""
    empty = fit.labels.features[np.isnan(fit.record.coefficients[:, fit.plan.qr.estimable]).all(axis=1)]
    empty = empty if fit.covariances is None else empty[~empty.isin(fit.labels.features[fit.covariances.deficient])]
    if len(empty):
        raise DataError(
            f"weights are zero for all samples of {counted(len(empty), 'feature')} ({listing(empty)}), which are "
            "not fitted then; leave such features out"
        )


def solved(fit: LinearFit) -> FloatArray:
    """Coefficients that give the fitted values: one of many solutions, where a feature has many."""
    own = fit.covariances
    if own is None or not len(own.deficient):
        return fit.record.coefficients
    coefficients = fit.record.coefficients.copy()
    coefficients[own.deficient] = own.solutions
    return coefficients


def voom_list(logged: LogCounts, weights: FloatArray, points: pd.DataFrame, trend: MeanVarianceTrend) -> VoomEList:
    """Everything together under its labels."""
    matrix = logged.matrix
    other = {} if logged.offsets is None else {"offset_prior": logged.offsets.centred(slice(None))}
    return VoomEList(
        E=logged.frame(logged.values),
        weights=logged.frame(weights),
        genes=matrix.annotation,
        targets=matrix.sample_table,
        design=logged.design,
        other=other,
        voom_xy=points,
        voom_line=pd.DataFrame({"x": trend.x, "y": trend.y}),
        span=trend.span,
    )


def no_trend(span: float) -> MeanVarianceTrend:
    """A trend that says nothing."""
    return MeanVarianceTrend(np.empty(0), np.empty(0), span)


def warn_of_no_replicates() -> None:
    """Say that there is nothing to learn a trend from."""
    warn(
        "the design leaves fewer than two features with residual degrees of freedom, so that nothing tells how "
        "variable they are; all weights are 1. A design with fewer coefficients would leave some",
        VarianceWarning,
    )
