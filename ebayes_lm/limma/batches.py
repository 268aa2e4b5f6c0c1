"""What samples have in common that is not of interest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ebayes_lm as el
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.limma.arguments import usable_weights
from ebayes_lm.limma.spelling import completing
from ebayes_lm.results.arguments import real
from ebayes_lm.weights.quality import inputs

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike


@completing
def removeBatchEffect(
    x: Any,
    batch: Any = None,
    batch2: Any = None,
    covariates: Any = None,
    design: Any = None,
    group: Any = None,
    weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None,
    block: Any = None,
    correlation: Any = None,
    **run: Any,
) -> Any:
    """Take effects of batches and covariates out of the values: :func:`ebayes_lm.remove_batch_effect`.

    Parameters
    ----------
    x : array, DataFrame, EList or AnnData
        Features x samples (AnnData: samples x features).
    batch, batch2 : (n,) array_like or str, optional
    covariates : (n, k) array_like, optional
    design : array, DataFrame, Design or formula, optional
        What is to be kept; by default a column of ones, also where ``x`` carries a design.
    group : (n,) array_like or str, optional
        Groups that are kept in place of ``design``.
    weights : (n,), (G,) or (G, n) array_like, optional
        Weights that ``x`` carries do not count, as in limma.
    block, correlation
        As for :func:`lmFit`.
    **run
        Other arguments of ``remove_batch_effect``: samples, layer, feature_columns, inf, threads, chunk_size,
        max_memory, progress.

    Returns
    -------
    array, DataFrame, EList or AnnData
        As ``x``, where limma gives a matrix.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import removeBatchEffect
    >>> removeBatchEffect(np.array([[1.0, 2.0, 5.0, 6.0]]), ["a", "a", "b", "b"])
    array([[3., 4., 3., 4.]])
    """
    return el.remove_batch_effect(
        x,
        batch,
        batch2=batch2,
        covariates=covariates,
        design=design if group is None else None,
        group=group,
        weights=usable_weights(weights),
        block=block,
        correlation=correlation,
        **run,
    )


@completing
def wsva(y: Any, design: Any, n_sv: int = 1, weight_by_sd: bool = False, **run: Any) -> pd.DataFrame:
    """Surrogate variables by weighted effects: :func:`ebayes_lm.wsva`.

    Parameters
    ----------
    y : array, DataFrame, EList or AnnData
        Features x samples (AnnData: samples x features), without missing values.
    design : array, DataFrame, Design or formula
    n_sv : int
        From 1 to the residual degrees of freedom; brought there, as in limma, where it is not.
    weight_by_sd : bool
        Whether features weigh by their residual standard deviation, too.
    **run
        Other arguments of ``wsva``: samples, layer, feature_columns.

    Returns
    -------
    DataFrame, samples x n_sv
        Signs are arbitrary in limma; here the largest entry of each is positive.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import wsva
    >>> wsva(np.random.default_rng(1).normal(size=(50, 6)), np.repeat(np.eye(2), 3, axis=0), n_sv=2).shape
    (6, 2)
    """
    model = inputs(y, design, run.get("samples"), run.get("layer"), run.get("feature_columns"), carried=True).design
    left = model.shape[0] - pivoted_qr(model.matrix).rank
    wanted = n_sv if 1 <= real(n_sv, "n_sv", "the number of surrogate variables") <= left else max(1, min(n_sv, left))
    return el.wsva(y, design, n_sv=wanted, weight_by_sd=weight_by_sd, **run)
