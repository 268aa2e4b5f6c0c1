"""Variances between and within blocks from squared residuals, by residual maximum likelihood.

Squared residuals along eigenvectors (see :mod:`ebayes_lm.core.block_spectrum`) are independent, each its variance
``residual + block d`` times a chi-squared variable of one df. Their likelihood is the residual likelihood of y, and
that of a gamma regression on d with the identity link (Smyth, Michaud & Scott 2005).

The regression climbs by Fisher scoring with Levenberg's damping, from least squares, and stops early: where it stops is
part of what consensus correlations are known by, so the steps are those of statmod's ``glmgam.fit`` as its trace shows
them. It refuses negative variances, and weighs squared residuals as if no variance were less than about a thirtieth of
the row's largest, so that it can come to rest short of the maximum where variances are that different.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray, IntArray

#: Eigenvalues that differ by less than this share of the largest are one.
_DISTINCT = 1e-10


class VarianceComponents(NamedTuple):
    """Variance within blocks and, perhaps negative, between them, of each row; NaN where d does not vary."""

    residual: FloatArray
    block: FloatArray

    @property
    def correlation(self) -> FloatArray:
        """Correlation (g,) of two samples of one block, NaN where nothing varies."""
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation: FloatArray = self.block / (self.block + self.residual)
        return correlation


def variance_components(values: FloatArray, df: IntArray, sums: FloatArray) -> VarianceComponents:
    """Variance components of rows from their sums of squares.

    Parameters
    ----------
    values : (m,) or (g, m) array
        Eigenvalues.
    df : (m,) or (g, m) integer array
        Directions in each sum of squares; where there are none, value and sum do not matter.
    sums : (g, m) array
    """
    n = np.asarray(df, dtype=np.float64)
    there = n > 0
    sums = np.where(there, sums, 0.0)
    total = sums.sum(axis=1)
    size = np.where(total > 0, total, 1.0) / np.maximum(n.sum(axis=-1), 1.0)
    sums /= size[:, None]
    # where there is no direction the largest eigenvalue stands in, so that it changes no range
    d = np.where(there, values, np.where(there, values, 0.0).max(axis=-1, keepdims=True, initial=0.0))
    beta, solved = _least_squares(d, n, sums)
    beta[total == 0] = np.nan
    open_ = np.flatnonzero(~solved & ~np.isnan(beta[:, 1]))
    if len(open_):
        from ebayes_lm.kernels.variance_components import climb

        d, n = (np.ascontiguousarray(np.broadcast_to(array, sums.shape)[open_]) for array in (d, n))
        climbed = beta[open_]
        climb(d, n, np.ascontiguousarray(sums[open_]), climbed)
        beta[open_] = climbed
    return VarianceComponents(*(beta * size[:, None]).T)


def _least_squares(d: FloatArray, n: FloatArray, sums: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Where the climb begins, (g, 2), and whether it is already at its end.

    Least squares of the squares, one by one, or their mean where that gives a negative variance. It is the end where
    there is one variance beside the residual one.
    """
    total = n.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (n * d).sum(axis=-1) / total
        deviations = d - centre[..., None]
        spread = (n * deviations**2).sum(axis=-1)
        largest = d.max(axis=-1, initial=0.0)
        spread = np.where(spread <= total * (_DISTINCT * largest) ** 2, np.nan, spread)
        slope = (deviations * sums).sum(axis=-1) / spread
        mean = sums.sum(axis=-1) / total
    beta = np.column_stack([mean - slope * centre, slope])
    low = np.where(d > _DISTINCT * largest[..., None], d, largest[..., None]).min(axis=-1, initial=np.inf)
    solved = np.broadcast_to(low >= (1.0 - _DISTINCT) * largest, len(sums))
    below = ~solved & ((beta[:, :1] + beta[:, 1:] * d).min(axis=1, initial=np.inf) < 0)
    beta[below, 0], beta[below, 1] = mean[below], 0.0
    return beta, solved
