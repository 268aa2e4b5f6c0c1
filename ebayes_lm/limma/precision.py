"""Precision weights of counts and of log intensities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ebayes_lm as el
from ebayes_lm.limma.arguments import completed, usable_weights
from ebayes_lm.limma.spelling import completing

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

#: How log-cpm of samples can be brought to a common scale.
NORMALIZATIONS = ("none", "scale", "quantile", "cyclicloess")


@completing
def voom(
    counts: Any,
    design: Any = None,
    lib_size: ArrayLike | pd.Series[float] | None = None,
    offset: ArrayLike | pd.DataFrame | None = None,
    offset_prior: ArrayLike | pd.DataFrame | None = None,
    normalize_method: str = "none",
    block: Any = None,
    correlation: Any = None,
    weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None,
    span: float = 0.5,
    adaptive_span: bool = True,
    **run: Any,
) -> el.VoomEList:
    """Turn counts into log2 counts per million with precision weights: :func:`ebayes_lm.voom`.

    Parameters
    ----------
    counts : DGEList, array, DataFrame or AnnData
        Features x samples (AnnData: samples x features).
    design : array, DataFrame, Design or formula, optional
        By default the groups of a DGEList, where there are several, else a column of ones.
    lib_size : (n,) array_like, optional
        By default that of a DGEList times its normalisation factors, else column sums.
    offset, offset_prior : (G, n) array_like, optional
        Logarithms of library sizes of single observations, or what these add to the logarithm of their library.
    normalize_method : {"none", "scale", "quantile", "cyclicloess"}
    block, correlation : optional
        As for :func:`lmFit`.
    weights : (n,), (G,) or (G, n) array_like, optional
        For the fit that the trend is learnt from, and no part of the weights that come out.
    span : float
        Share of the features in each window of the trend, without ``adaptive_span``.
    adaptive_span : bool
        Choose the span by :func:`chooseLowessSpan`.
    **run
        Other arguments of ``voom``: samples, layer, threads, chunk_size, max_memory, progress.

    Returns
    -------
    VoomEList
        :func:`lmFit` uses its weights and design.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import eBayes, lmFit, topTable, voom
    >>> counts = np.random.default_rng(1).poisson(20, size=(100, 4))
    >>> v = voom(counts, np.array([[1, 0], [1, 0], [1, 1], [1, 1]]))
    >>> topTable(eBayes(lmFit(v)), coef="x2").shape
    (10, 6)
    """
    return el.voom(
        counts,
        design,
        lib_size=lib_size,
        offset=offset,
        offset_prior=offset_prior,
        normalize_method=completed(normalize_method, NORMALIZATIONS),
        block=block,
        correlation=correlation,
        weights=usable_weights(weights),
        span=span,
        adaptive_span=adaptive_span,
        **run,
    )


@completing
def voomWithQualityWeights(
    counts: Any,
    design: Any = None,
    lib_size: ArrayLike | pd.Series[float] | None = None,
    normalize_method: str = "none",
    span: float = 0.5,
    adaptive_span: bool = True,
    var_design: Any = None,
    var_group: Any = None,
    method: str = "genebygene",
    maxiter: int = 50,
    tol: float = 1e-5,
    **voom_options: Any,
) -> el.VoomEList:
    """Weights of observations and of samples in one: :func:`ebayes_lm.voom_with_quality_weights`.

    Parameters
    ----------
    counts, design, lib_size, normalize_method, span, adaptive_span
        As for :func:`voom`. One design serves throughout, also where it is that of the groups of a DGEList.
    var_design : array, DataFrame, Design or formula, optional
        What log variances of samples depend on; by default every sample has a variance of its own.
    var_group : (n,) array_like or str, optional
        Groups of samples that share a variance.
    method : {"genebygene", "reml"}
    maxiter, tol
        Of "reml".
    **voom_options
        What else :func:`voom` takes, but for weights: block, correlation, offset, offset_prior, samples and so on.

    Returns
    -------
    VoomEList
        Weights of samples, which are in its weights, are ``targets["sample_weights"]``, too.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import voomWithQualityWeights
    >>> rng = np.random.default_rng(1)
    >>> counts = rng.poisson(50 * np.exp(rng.normal(size=(200, 4)) * [0.1, 0.1, 0.1, 0.8]))
    >>> voomWithQualityWeights(counts).targets["sample_weights"].idxmin()
    3
    """
    return el.voom_with_quality_weights(
        counts,
        design,
        lib_size=lib_size,
        normalize_method=completed(normalize_method, NORMALIZATIONS),
        span=span,
        adaptive_span=adaptive_span,
        var_design=var_design,
        var_group=var_group,
        method=completed(method, ("genebygene", "reml")),
        max_iter=maxiter,
        tol=tol,
        **voom_options,
    )


@completing
def vooma(
    y: Any,
    design: Any = None,
    block: Any = None,
    correlation: Any = None,
    predictor: ArrayLike | pd.DataFrame | None = None,
    span: float | None = None,
    legacy_span: bool = False,
    **run: Any,
) -> el.VoomEList | el.VoomMatrix:
    """Give log intensities precision weights: :func:`ebayes_lm.vooma`.

    Parameters
    ----------
    y : array, DataFrame, EList or AnnData
        Features x samples (AnnData: samples x features). Missing values are left out, where limma stops.
    design, block, correlation : optional
        As for :func:`lmFit`.
    predictor : (G, n) or (G, 1) array_like, optional
        What variability may depend on beside the mean.
    span : float, optional
        Share of the features in each window of the trend; by default that of :func:`chooseLowessSpan`.
    legacy_span : bool
        The smaller span of limma before 3.60.
    **run
        Other arguments of ``vooma``: samples, layer, feature_columns, threads, chunk_size, max_memory, progress.

    Returns
    -------
    VoomEList or VoomMatrix

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import vooma
    >>> vooma(np.random.default_rng(1).normal(8, 1, size=(100, 4))).weights.shape
    (100, 4)
    """
    return el.vooma(
        y, design, block=block, correlation=correlation, predictor=predictor, span=span, legacy_span=legacy_span, **run
    )


@completing
def voomaByGroup(
    y: Any,
    group: Any,
    design: Any = None,
    block: Any = None,
    correlation: Any = None,
    span: float | None = None,
    legacy_span: bool = False,
    **run: Any,
) -> el.VoomEList | el.VoomMatrix:
    """Give log intensities precision weights from a trend in each group: :func:`ebayes_lm.vooma_by_group`.

    Parameters
    ----------
    y, block, correlation, span, legacy_span
        As for :func:`vooma`.
    group : (n,) array_like or str
        Groups of samples that differ in how variable they are.
    design : array, DataFrame, Design or formula, optional
        By default a mean for each group.
    **run
        Other arguments of ``vooma_by_group``, those of ``vooma``.

    Returns
    -------
    VoomEList or VoomMatrix

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import voomaByGroup
    >>> y = np.random.default_rng(1).normal(8, [1, 1, 1, 3, 3, 3], size=(100, 6))
    >>> bool(voomaByGroup(y, list("AAABBB")).weights.median().idxmin() > 2)
    True
    """
    return el.vooma_by_group(
        y, group, design, block=block, correlation=correlation, span=span, legacy_span=legacy_span, **run
    )
