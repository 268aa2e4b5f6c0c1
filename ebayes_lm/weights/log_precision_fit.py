"""vooma_lm_fit: fits of log expression that estimate their own weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm.data.blocks import Running
from ebayes_lm.data.marks import warn_of_adjustment
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.weights.log_values import chosen_span, log_values
from ebayes_lm.weights.two_passes import estimated_from, fitted_twice
from ebayes_lm.weights.voom_fit import VoomFit


def vooma_lm_fit(
    y: Any,
    design: Any = None,
    *,
    samples: pd.DataFrame | None = None,
    prior_weights: ArrayLike | pd.Series[float] | pd.DataFrame | FeatureMatrix | None = None,
    block: Any = None,
    sample_weights: bool = False,
    var_design: Any = None,
    var_group: Any = None,
    prior_n: float = 10,
    predictor: ArrayLike | pd.DataFrame | pd.Series[float] | None = None,
    span: float | None = None,
    legacy_span: bool = False,
    compat: str | None = None,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> VoomFit:
    """Fit a linear model to log expression with precision weights that it estimates on the way.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples, log values such as those of microarrays or proteins. NaN is missing.
    design, samples : optional
        As for :func:`lm_fit`.
    prior_weights : (n,), (G,) or (G, n) array_like, Series, DataFrame or FeatureMatrix, optional
        Weights that are known beforehand, by default those of the container; the estimated ones multiply them.
    block : str or (n,) array_like, optional
        Samples that are correlated, a column of ``samples`` or one value a sample; their correlation is estimated.
    sample_weights : bool
        Also estimate how good samples are.
    var_design, var_group : optional
        What the quality of samples depends on, as for :func:`array_weights`; either asks for sample weights.
    prior_n : float
        Draws sample weights towards one, see :func:`array_weights`.
    predictor, span, legacy_span : optional
        As for :func:`vooma`.
    compat, layer, feature_columns : optional
        As for :func:`lm_fit`.
    threads, chunk_size, max_memory, progress : optional
        As for :func:`lm_fit`.

    Returns
    -------
    VoomFit
        A LinearFit with ``elist``, the values with their final weights and the trend; ``correlation``; and ``targets``
        with ``sample_weights`` where samples were weighed.

    Raises
    ------
    DataError, AlignmentError, DesignError, ArgumentError
        As of :func:`vooma`, :func:`array_weights` and :func:`duplicate_correlation`.

    Notes
    -----
    As :func:`vooma`, :func:`array_weights`, :func:`duplicate_correlation` and :func:`lm_fit` one after the other, the
    first three twice, so that each knows what the others found.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> mean = rng.uniform(4, 14, (500, 1))
    >>> fit = el.vooma_lm_fit(rng.normal(mean, np.exp(-mean / 8), (500, 6)), np.repeat(np.eye(2), 3, axis=0))
    >>> fit.elist.weights.shape, fit.contrast("x2 - x1").ebayes().coef_names
    ((500, 6), ['x2 - x1'])
    """
    running = Running(threads, chunk_size, max_memory, progress)
    data, given = log_values(
        y, design, samples=samples, predictor=predictor, layer=layer, feature_columns=feature_columns, running=running
    )
    warn_of_adjustment(data.matrix.adjusted)
    estimated = estimated_from(data, given, prior_weights, block, sample_weights, var_design, var_group, prior_n)
    return fitted_twice(estimated, chosen_span(data.matrix.shape[0], span, legacy_span), compat)
