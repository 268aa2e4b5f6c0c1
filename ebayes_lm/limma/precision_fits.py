"""Linear fits that estimate precision weights, sample weights and correlation on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ebayes_lm as el
from ebayes_lm.limma.arguments import completed, usable_weights
from ebayes_lm.limma.precision import NORMALIZATIONS
from ebayes_lm.limma.spelling import completing

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike


@completing
def voomLmFit(
    counts: Any,
    design: Any = None,
    block: Any = None,
    prior_weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None,
    sample_weights: bool = False,
    var_design: Any = None,
    var_group: Any = None,
    prior_n: float = 10,
    lib_size: ArrayLike | pd.Series[float] | None = None,
    offset: ArrayLike | pd.DataFrame | None = None,
    offset_prior: ArrayLike | pd.DataFrame | None = None,
    normalize_method: str = "none",
    span: float = 0.5,
    adaptive_span: bool = True,
    **run: Any,
) -> el.LinearFit:
    """Fit counts in one go, zeros taken care of: :func:`ebayes_lm.voom_lm_fit` with limma's approximations.

    Parameters
    ----------
    counts, design, lib_size, offset, offset_prior, normalize_method, span, adaptive_span
        As for :func:`voom`.
    block : (n,) array_like or str, optional
        Samples that are correlated; their correlation is estimated.
    prior_weights : (n,), (G,) or (G, n) array_like, optional
        Weights that are known beforehand; those that are missing, infinite or not positive leave observations out.
    sample_weights : bool
        Also estimate how good samples are.
    var_design, var_group : optional
        What the quality of samples depends on; either asks for sample weights.
    prior_n : float
        Draws sample weights towards one.
    **run
        Other arguments of ``voom_lm_fit``: samples, layer, threads, chunk_size, max_memory, progress.

    Returns
    -------
    LinearFit
        With ``elist``, ``correlation`` and ``targets``, where samples have ``sample_weights``.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import eBayes, topTable, voomLmFit
    >>> counts = np.random.default_rng(1).poisson(20, size=(100, 4))
    >>> fit = voomLmFit(counts, np.array([[1, 0], [1, 0], [1, 1], [1, 1]]))
    >>> topTable(eBayes(fit), coef="x2").shape
    (10, 6)
    """
    return el.voom_lm_fit(
        counts,
        design,
        block=block,
        prior_weights=usable_weights(prior_weights),
        sample_weights=sample_weights,
        var_design=var_design,
        var_group=var_group,
        prior_n=prior_n,
        lib_size=lib_size,
        offset=offset,
        offset_prior=offset_prior,
        normalize_method=completed(normalize_method, NORMALIZATIONS),
        span=span,
        adaptive_span=adaptive_span,
        compat="limma",
        **run,
    )


@completing
def voomaLmFit(
    y: Any,
    design: Any = None,
    prior_weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None,
    block: Any = None,
    sample_weights: bool = False,
    var_design: Any = None,
    var_group: Any = None,
    prior_n: float = 10,
    predictor: ArrayLike | pd.DataFrame | None = None,
    span: float | None = None,
    legacy_span: bool = False,
    **run: Any,
) -> el.LinearFit:
    """Fit log intensities in one go: :func:`ebayes_lm.vooma_lm_fit` with limma's approximations.

    Parameters
    ----------
    y, design, predictor, span, legacy_span
        As for :func:`vooma`.
    prior_weights, block, sample_weights, var_design, var_group, prior_n
        As for :func:`voomLmFit`. Weights that y carries are prior weights; limma uses them on the way and then leaves
        them out.
    **run
        Other arguments of ``vooma_lm_fit``: samples, layer, feature_columns, threads, chunk_size, max_memory, progress.

    Returns
    -------
    LinearFit
        With ``elist``, ``correlation`` and ``targets``, where samples have ``sample_weights``.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import voomaLmFit
    >>> voomaLmFit(np.random.default_rng(1).normal(8, 1, size=(100, 4))).elist.weights.shape
    (100, 4)
    """
    return el.vooma_lm_fit(
        y,
        design,
        prior_weights=usable_weights(prior_weights),
        block=block,
        sample_weights=sample_weights,
        var_design=var_design,
        var_group=var_group,
        prior_n=prior_n,
        predictor=predictor,
        span=span,
        legacy_span=legacy_span,
        compat="limma",
        **run,
    )
