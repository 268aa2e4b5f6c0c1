"""Principal directions of standardised residuals, from their cross products over all features."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.signs import upright


class Directions(NamedTuple):
    """Directions of samples in which residuals of features go together.

    Attributes
    ----------
    vectors : (n, d) array
        Of length one, each with its largest entry positive; d residual df.
    variances : (d,) array
        Sums of squares of all features along them, falling.
    shares : (d,) array
        The same as shares of the sum of squares; 1 / d each where there is nothing but noise and many features.
    effective_rows : float
        How many independent features would spread so unevenly over the directions.
    """

    vectors: FloatArray
    variances: FloatArray
    shares: FloatArray
    effective_rows: float


def directions(cross: FloatArray, df: int, n_rows: float) -> Directions:
    """Principal directions of cross products (n, n) of so many rows, in ``df`` dimensions."""
    variances, vectors = np.linalg.eigh(cross)
    variances = np.maximum(variances[::-1][:df], 0.0)
    vectors = upright(vectors[:, ::-1][:, :df])
    total = float(np.trace(cross))  # weights of observations leave a little outside of these dimensions
    shares = variances / total if total > 0 else np.zeros(len(variances))
    return Directions(vectors, variances, shares, effective_rows(shares, n_rows))


def effective_rows(shares: FloatArray, n_rows: float) -> float:
    """Number of independent normal rows whose cross products are as uneven as shares (d,) of the variance.

    With d dimensions and rows of which correlation leaves 1 / k effective ones, sums of squared eigenvalues have the
    expectation d + (d^2 + d) k where that of the squared trace is d^2 + 2 d k.
    """
    d = len(shares)
    if d < 2:
        return 1.0
    unevenness = float(np.square(shares / shares.sum()).sum()) if shares.any() else 1.0
    k = (unevenness * d * d - d) / (d * d + d - 2.0 * d * unevenness)
    return float(np.clip(1.0 / k if k > 0 else n_rows, 1.0, max(n_rows, 1.0)))


def correlations(residuals: FloatArray, df: FloatArray, vectors: FloatArray) -> FloatArray:
    """Correlation (g, k) of standardised residuals (g, n) of rows with directions (n, k); NaN for rows without df."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.where(df[:, None] > 0, (residuals @ vectors) / np.sqrt(df)[:, None], np.nan)
    return found


def common_share(residuals: FloatArray, vectors: FloatArray) -> FloatArray:
    """Share (k,) of each direction (n, k) that rows (g, n) have alike, with one sign: 1 where they move as one."""
    loadings = residuals @ vectors
    squares = np.square(loadings).mean(axis=0)
    common: FloatArray = np.divide(
        np.square(loadings.mean(axis=0)), squares, out=np.zeros_like(squares), where=squares > 0
    )
    return common
