"""voom_lm_fit: fits of counts that estimate their own weights."""

from __future__ import annotations

from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm.data.blocks import Running
from ebayes_lm.data.marks import warn_of_adjustment
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.weights.log_counts import log_counts
from ebayes_lm.weights.precision import chosen_span
from ebayes_lm.weights.two_passes import estimated_from, fitted_twice
from ebayes_lm.weights.voom_fit import VoomFit
from ebayes_lm.weights.zero_counts import zero_counts


def voom_lm_fit(
    counts: Any,
    design: Any = None,
    *,
    samples: pd.DataFrame | None = None,
    block: Any = None,
    prior_weights: ArrayLike | pd.Series[float] | pd.DataFrame | FeatureMatrix | None = None,
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
    compat: str | None = None,
    layer: str | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> VoomFit:
    """Fit a linear model to counts with precision weights that it estimates on the way.

    Parameters
    ----------
    counts : DGEList, array, DataFrame, AnnData or sparse matrix
        Features x samples (AnnData: samples x features), not negative, not logged.
    design, samples : optional
        As for :func:`voom`.
    block : str or (n,) array_like, optional
        Samples that are correlated, a column of ``samples`` or one value a sample; their correlation is estimated.
    prior_weights : (n,), (G,) or (G, n) array_like, Series, DataFrame or FeatureMatrix, optional
        Weights that are known beforehand; the estimated ones multiply them.
    sample_weights : bool
        Also estimate how good samples are.
    var_design, var_group : optional
        What the quality of samples depends on, as for :func:`array_weights`; either asks for sample weights.
    prior_n : float
        Draws sample weights towards one, see :func:`array_weights`.
    lib_size, offset, offset_prior, normalize_method, span, adaptive_span : optional
        As for :func:`voom`.
    compat, layer : optional
        As for :func:`lm_fit`.
    threads, chunk_size, max_memory, progress : optional
        As for :func:`lm_fit`.

    Returns
    -------
    VoomFit
        A LinearFit with ``elist``, the log-cpm with their final weights and the trend; ``correlation``; and
        ``targets`` with ``sample_weights`` where samples were weighed.

    Raises
    ------
    DataError, AlignmentError, DesignError, ArgumentError
        As of :func:`voom`, :func:`array_weights` and :func:`duplicate_correlation`.

    Notes
    -----
    Chen et al (2025) Nucleic Acids Research 53, gkaf018. As :func:`voom`, :func:`array_weights`,
    :func:`duplicate_correlation` and :func:`lm_fit` one after the other, the first three twice where samples are
    weighed or correlated, so that each knows what the others found.

    Where all counts of a group are zero, they agree perfectly and would make a feature look less variable than it is.
    Counts that are zero and expected to be, by a log-linear Poisson model, are therefore left out of residual variance
    and df of their feature, though not of its coefficients; residual df then differ, see :func:`ebayes`.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> counts = 1 + rng.poisson(rng.gamma(1.0, 50.0, (300, 1)), (300, 6))
    >>> counts[0, :3] = 0
    >>> fit = el.voom_lm_fit(counts, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> fit.df_residual.tolist()[:3], fit.elist.weights.shape
    ([2.0, 4.0, 4.0], (300, 6))
    """
    running = Running(threads, chunk_size, max_memory, progress)
    logged = log_counts(
        counts, design, samples=samples, lib_size=lib_size, offset=offset, offset_prior=offset_prior,
        normalize_method=normalize_method, layer=layer, running=running,
    )  # fmt: skip
    warn_of_adjustment(logged.matrix.adjusted)
    data = zero_counts(logged)
    estimated = estimated_from(data, None, prior_weights, block, sample_weights, var_design, var_group, prior_n)
    return fitted_twice(estimated, chosen_span(logged, span, adaptive_span), compat)
