"""Moderated F: several coefficients tested at once through their t statistics."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.row_layout import squared_lengths

#: Directions whose share of the largest eigenvalue is below this carry no information of their own.
_RANK = 1e-8


def f_statistic(t: FloatArray, covariance: FloatArray) -> tuple[FloatArray, int]:
    """F of each row of t (features, coefs) and its numerator df (Smyth 2004, section 5).

    The t statistics are rotated to independence by the eigenvectors of the correlation of the coefficients, whose
    covariance (coefs, coefs) holds NaN where a coefficient is not estimable; such coefficients are left out.
    """
    estimable = np.flatnonzero(~np.isnan(np.diag(covariance)))
    if len(estimable) == 0:
        return np.full(len(t), np.nan), 0
    values, vectors = np.linalg.eigh(_correlation(covariance[np.ix_(estimable, estimable)]))
    keep = values > _RANK * values[-1]
    rank = int(keep.sum())
    rotation = vectors[:, keep] / np.sqrt(values[keep]) / np.sqrt(rank)
    with np.errstate(invalid="ignore", over="ignore"):
        rotated = t[:, estimable] @ rotation
        f: FloatArray = squared_lengths(rotated)
    return f, rank


def _correlation(covariance: FloatArray) -> FloatArray:
    variance = np.diag(covariance).copy()
    variance[variance == 0] = 1.0
    root = np.sqrt(variance)
    correlation: FloatArray = covariance / root / root[:, None]
    return correlation
