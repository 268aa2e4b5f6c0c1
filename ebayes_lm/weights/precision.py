"""voom: counts on the log scale, each with a weight for how precise it is."""

from __future__ import annotations

from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm.core.span import choose_lowess_span
from ebayes_lm.data.blocks import Running
from ebayes_lm.results.arguments import truth
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
    fit = logged.fit(weights=weights, block=block, correlation=correlation)
    learned = logged.learn(fit, chosen_span(logged, span, adaptive_span))
    return logged.listed(logged.weights(fit, learned), learned)


def chosen_span(logged: LogCounts, span: float, adaptive_span: bool) -> float:
    """The span by the number of features, or as asked for."""
    return choose_lowess_span(logged.shape[0]) if truth(adaptive_span, "adaptive_span") else span
