"""Weights of samples by how far the residuals of a fit scatter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.in_order import InOrder, added
from ebayes_lm.core.ols import Status
from ebayes_lm.core.residual_rows import FREE_OF_ROUNDING
from ebayes_lm.core.variance_model import variance_model
from ebayes_lm.data.blocks import ROW_CELLS, Running
from ebayes_lm.results.stages import require_linear
from ebayes_lm.results.values import map_residuals

#: Cells in a block, a few copies of which are made.
_CELLS = 4 * ROW_CELLS


def array_weights_quick(
    y: Any,
    fit: Any,
    *,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> pd.Series[float]:
    """Weigh samples by the residuals of a fit: one step, without going back to the fit.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix, EList or what open_matrix() returns
        The matrix that was fitted.
    fit : LinearFit or ModeratedFit
        As :func:`lm_fit` made it, before contrasts.
    threads, chunk_size, max_memory, progress : optional
        As for :func:`lm_fit`.

    Returns
    -------
    Series
        For each sample, one over the mean of squared residuals over their expectation, of the features that can
        estimate every coefficient and vary. NaN where the sample has a coefficient to itself.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(500, 6)) * [1, 1, 2, 1, 1, 1]
    >>> fit = el.lm_fit(y, np.repeat(np.eye(2), 3, axis=0))
    >>> el.array_weights_quick(y, fit).round(1).tolist()
    [1.1, 0.9, 0.6, 1.4, 1.3, 1.2]
    """
    linear = require_linear(fit, "array_weights_quick")
    linear.design_only("array_weights_quick()")
    model = variance_model(linear.design.matrix)
    free = 1.0 - np.einsum("ij,ij->j", model.basis, model.basis)
    free[free < FREE_OF_ROUNDING] = np.nan
    variances = np.square(linear.record.sigma)
    estimated = ~np.isnan(linear.record.coefficients[:, linear.plan.qr.estimable]).any(axis=1)
    # what is left of a constant row is rounding, as large for one sample as for another
    usable = (variances > 0) & estimated & (linear.record.status != Status.zero_variance)
    sums = InOrder(added)

    def add(residuals: FloatArray, at: slice) -> tuple[AnyArray, ...]:
        rows = usable[at]
        with np.errstate(invalid="ignore"):
            ratios = np.square(residuals[rows]) / np.outer(variances[at][rows], free)
        known = ~np.isnan(ratios)
        sums.add((np.where(known, ratios, 0.0).sum(axis=0), known.sum(axis=0)), at)
        return ()

    map_residuals(linear, y, add, Running(threads, chunk_size, max_memory, progress), _CELLS)
    total, number = sums.whole
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = 1.0 / (total / number)
    return pd.Series(weights, index=linear.design.samples, name="weight")
