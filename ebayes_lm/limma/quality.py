"""How good samples are, and how alike those of a block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ebayes_lm as el
from ebayes_lm.limma.arguments import completed, matrix_with_weights, usable_weights
from ebayes_lm.limma.spelling import completing

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike


@completing
def arrayWeights(
    object: Any,
    design: Any = None,
    weights: ArrayLike | pd.DataFrame | None = None,
    var_design: Any = None,
    var_group: Any = None,
    prior_n: float = 10,
    method: str = "auto",
    maxiter: int = 50,
    tol: float = 1e-5,
    **run: Any,
) -> pd.Series[float]:
    """Weigh samples by how much they scatter about a linear model: :func:`ebayes_lm.array_weights`.

    Parameters
    ----------
    object : array, DataFrame, EList or AnnData
        Features x samples (AnnData: samples x features).
    design : array, DataFrame, Design or formula, optional
        By default a column of ones, also where ``object`` carries a design.
    weights : (G, n) array_like, optional
        Weights of observations; by default those of ``object``. None may be missing or negative, as in limma.
    var_design : array, DataFrame, Design or formula, optional
        What log variances depend on; by default every sample has a variance of its own.
    var_group : (n,) array_like or str, optional
        Groups of samples that share a variance.
    prior_n : float
        So many features are added in which all samples scatter alike.
    method : {"auto", "genebygene", "reml"}
    maxiter, tol
        Of "reml".
    **run
        Other arguments of ``array_weights``: samples, layer, feature_columns, inf, threads, chunk_size, max_memory,
        progress.

    Returns
    -------
    Series
        A weight for each sample, for :func:`lmFit`.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import arrayWeights
    >>> arrayWeights(np.random.default_rng(1).normal(size=(500, 4)) * [1, 1, 1, 3]).round(1).tolist()
    [1.8, 1.8, 1.6, 0.2]
    """
    return el.array_weights(
        object,
        design,
        weights=weights,
        var_design=var_design,
        var_group=var_group,
        prior_n=prior_n,
        method=completed(method, ("auto", "genebygene", "reml")),
        max_iter=maxiter,
        tol=tol,
        **run,
    )


@completing
def arrayWeightsQuick(y: Any, fit: Any) -> pd.Series[float]:
    """Weigh samples by the residuals of a fit: :func:`ebayes_lm.array_weights_quick`.

    Parameters
    ----------
    y : array, DataFrame, EList or AnnData
        What was fitted.
    fit : LinearFit or a fit with tests

    Returns
    -------
    Series

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import arrayWeightsQuick, lmFit
    >>> y = np.random.default_rng(1).normal(size=(500, 4)) * [1, 1, 1, 3]
    >>> arrayWeightsQuick(y, lmFit(y)).round(1).tolist()
    [1.4, 1.5, 1.3, 0.5]
    """
    return el.array_weights_quick(y, fit)


@completing
def duplicateCorrelation(
    object: Any,
    design: Any = None,
    ndups: int = 2,
    spacing: int = 1,
    block: Any = None,
    trim: float = 0.15,
    weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None,
    **run: Any,
) -> el.ConsensusCorrelation:
    """Correlation of samples in a block, or of duplicate rows: :func:`ebayes_lm.duplicate_correlation`.

    Parameters
    ----------
    object : array, DataFrame, EList or AnnData
        Features x samples (AnnData: samples x features).
    design : array, DataFrame, Design or formula, optional
        By default what ``object`` carries, else a column of ones.
    ndups, spacing : int
        Rows that each feature has, and how far apart they stand. ``block`` goes before them.
    block : (n,) array_like or str, optional
        Samples that are correlated.
    trim : float
        Share of features left out at either end before correlations are averaged.
    weights : (n,), (G,) or (G, n) array_like, optional
        As for :func:`lmFit`; by default those of ``object``.
    **run
        Other arguments of ``duplicate_correlation``: samples, layer, feature_columns, threads, chunk_size, max_memory,
        progress.

    Returns
    -------
    ConsensusCorrelation
        With ``consensus_correlation`` (also ``consensus`` and ``cor``) and ``atanh_correlations``; :func:`lmFit` takes
        it whole as ``correlation``.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import duplicateCorrelation
    >>> rng = np.random.default_rng(1)
    >>> y = rng.normal(size=(500, 8)) + np.repeat(rng.normal(size=(500, 4)), 2, axis=1)
    >>> round(duplicateCorrelation(y, block=[1, 1, 2, 2, 3, 3, 4, 4]).consensus, 1)
    0.5
    """
    if block is None:
        run |= {"ndups": ndups, "spacing": spacing}
    matrix = matrix_with_weights(object, run)
    return el.duplicate_correlation(matrix, design, block=block, trim=trim, weights=usable_weights(weights), **run)
