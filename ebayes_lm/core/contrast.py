"""Linear combinations of coefficients, with their exact covariance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray, IntArray
from ebayes_lm.core.ols import LinearRecord
from ebayes_lm.core.qr import PivotedQR

#: A combination that leaves more than this of an aliased direction is not estimable.
_ALIASED = 1e-7


def is_estimable(qr: PivotedQR, contrasts: FloatArray) -> BoolArray:
    """Which columns of contrasts (p, k) the design can estimate, aliased coefficients included.

    An aliased column is a combination of the others; a contrast is estimable when it weighs the column by just that
    combination of its other weights.
    """
    implied = qr.dependencies() @ contrasts[qr.estimable]
    size = np.abs(contrasts).max(axis=0, initial=0.0)
    fits: BoolArray = (np.abs(contrasts[qr.aliased] - implied) <= _ALIASED * size).all(axis=0)
    return fits


def combine(record: LinearRecord, contrasts: FloatArray) -> LinearRecord:
    """Coefficients of a record replaced by their combinations (coefs, k).

    Coefficients that are NaN for every feature enter as zero: the caller has seen that the combination is estimable.
    """
    used = np.flatnonzero(~np.isnan(np.diag(record.cov_coefficients)))
    weights = contrasts[used]
    covariance = weights.T @ record.cov_coefficients[np.ix_(used, used)] @ weights
    coefficients = _taken(record.coefficients, used) @ weights
    unscaled = np.broadcast_to(np.sqrt(np.maximum(np.diag(covariance), 0.0)), coefficients.shape)
    if np.isnan(coefficients).any():
        unscaled = np.where(np.isnan(coefficients), np.nan, unscaled)
    return replace(record, coefficients=coefficients, stdev_unscaled=unscaled, cov_coefficients=covariance)


def _taken(coefficients: FloatArray, used: IntArray) -> FloatArray:
    return coefficients if len(used) == coefficients.shape[1] else coefficients[:, used]
