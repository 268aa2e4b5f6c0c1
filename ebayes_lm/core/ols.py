"""Ordinary least squares of every row on one design: factored once, applied to blocks of rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.qr import RANK_TOLERANCE, PivotedQR, pivoted_qr
from ebayes_lm.core.record import Record, axes
from ebayes_lm.core.row_layout import binary_exponents, floats, in_sixes, pieces, squared_lengths
from ebayes_lm.kernels.least_squares import SAFE_HIGH, SAFE_LOW

#: Matrices with at least this many cells are worth a compiled kernel; below, there is nothing to compile.
KERNEL_CELLS = 1_000_000
#: Residuals below this share of the row's own size are rounding noise: the variance is zero.
ZERO_VARIANCE = 1e-12


class Status(IntEnum):
    """What became of a feature."""

    ok = 0
    not_estimable = 1
    no_df = 2
    all_missing = 3
    zero_variance = 4
    few_observed = 5


class RowFits(NamedTuple):
    """Least squares of one block of rows; the first axis of every array is the row."""

    coefficients: FloatArray
    sigma: FloatArray
    mean: FloatArray
    n_observed: AnyArray
    n_infinite: AnyArray
    zero_variance: BoolArray


@dataclass(frozen=True, eq=False)
class LinearRecord(Record):
    """Linear models of all features, in numbers (Smyth 2004, section 2).

    ``cov_coefficients`` is the unscaled covariance ``(X'WX)^-1`` of a complete row, NaN where a coefficient is aliased.
    """

    coefficients: FloatArray = axes("feature", "coef")
    stdev_unscaled: FloatArray = axes("feature", "coef")
    sigma: FloatArray = axes("feature")
    df_residual: FloatArray = axes("feature")
    amean: FloatArray = axes("feature")
    n_observed: IntArray = axes("feature")
    status: AnyArray = axes("feature")
    cov_coefficients: FloatArray = axes("coef", "coef")

    @property
    def has_df(self) -> BoolArray:
        """Features (features,) with residual degrees of freedom, for one coefficient at least."""
        some: BoolArray = np.asarray(self.df_residual > 0)
        return some if some.ndim == 1 else np.asarray(some.any(axis=1))


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """A design (n, p), factored; ``rows`` fits a block of complete rows.

    Attributes
    ----------
    qr : PivotedQR
        Of the design times the square roots of the weights, over the samples with positive weight.
    used : (m,) integer array or None
        Samples with positive weight; None where that is all of them.
    weights : (m,) array
        Positive sample weights.
    n_coefficients : int
        Columns of the design, p.
    whitener : (m, m) array or None
        What makes samples uncorrelated, where they are not; applied to rows and design, the weights in it.
    """

    qr: PivotedQR
    used: IntArray | None
    weights: FloatArray
    n_coefficients: int
    whitener: FloatArray | None = None

    @property
    def n_used(self) -> int:
        """Number of samples that the fit rests on."""
        return len(self.weights)

    @property
    def df_residual(self) -> int:
        """Residual degrees of freedom of a complete row."""
        return self.n_used - self.qr.rank

    def rows(self, y: AnyArray, *, use_kernel: bool) -> RowFits:
        """Fit a block of rows (g, n), read as it is and accumulated in float64; NaN for rows that lack a sample."""
        kept = self.kept(y)
        whitened = self.whitened(kept)
        coefficients, sigma, mean, suspect = (self._compiled if use_kernel else self._products)(whitened)
        n_observed = np.full(len(y), self.n_used, dtype=np.int32)
        n_infinite, zero = np.zeros(len(y), dtype=np.int32), np.zeros(len(y), dtype=np.bool_)
        rows = np.flatnonzero(suspect)
        if len(rows):
            n_observed[rows] = np.isfinite(kept[rows]).sum(axis=1)
            n_infinite[rows] = np.isinf(kept[rows]).sum(axis=1)
            lost = rows[n_observed[rows] < self.n_used]
            coefficients[lost], sigma[lost], mean[lost] = np.nan, np.nan, observed_mean(y[lost])
            rest = np.setdiff1d(rows, lost, assume_unique=True)
            coefficients[rest], sigma[rest], mean[rest], zero[rest] = self._scaled(whitened[rest])
        if kept is not y:
            n_infinite = np.isinf(y).sum(axis=1, dtype=np.int32)
        if whitened is not y:  # the mean is that of all samples, as they came
            mean = observed_mean(y)
        return RowFits(self._in_place(coefficients), sigma, mean, n_observed, n_infinite, zero)

    def kept(self, y: AnyArray) -> AnyArray:
        """The samples (g, m) that take part of rows (g, n)."""
        return y if self.used is None else np.ascontiguousarray(y[:, self.used])

    def whitened(self, kept: AnyArray) -> AnyArray:
        """Rows (g, m) whose entries are uncorrelated and of equal variance, but for weights: as they are, or turned."""
        if self.whitener is None:
            return kept
        with np.errstate(invalid="ignore", over="ignore"):
            return np.asarray(kept.astype(np.float64, copy=False) @ self.whitener.T)

    def _products(self, y: AnyArray) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
        """Coefficients, sigma, mean and suspicion of rows, by matrix products of pieces that stay in the cache."""
        fits = [self._piece(piece) for piece in pieces(y)]
        coefficients, sigma, mean, suspect = (np.concatenate(part) for part in zip(*fits, strict=True))
        return coefficients, sigma, mean, suspect

    def _piece(self, y: AnyArray) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
        with np.errstate(all="ignore"):
            effects, rss, mean = self._project(y.astype(np.float64, copy=False))
            sigma = np.sqrt(rss / self.df_residual)
            suspect = ~(rss < SAFE_HIGH)
            if self.df_residual > 0:
                size = squared_lengths(effects)
                suspect |= (rss <= SAFE_LOW) | (rss <= self.df_residual * self.noise**2 * size)
            return self.qr.solve(effects), sigma, mean, suspect

    def _compiled(self, y: AnyArray) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
        """The same, each row read once from memory."""
        from ebayes_lm.kernels.least_squares import fit_rows

        g, r = len(y), self.qr.rank
        root, basis = np.sqrt(self.weights), in_sixes(self.qr.q.T)
        triangle, units = np.ascontiguousarray(self.qr.r[:, :r]), self.qr.units
        coefficients, sigma, mean = np.empty((g, r)), np.empty(g), np.empty(g)
        suspect = np.empty(g, dtype=np.bool_)
        fit_rows(
            floats(y), basis * root, basis / root, self.weights, triangle, units, float(self.df_residual), self.noise,
            np.empty(self.n_used), np.empty(len(basis)), coefficients, sigma, mean, suspect,
        )  # fmt: skip
        return coefficients, sigma, mean, suspect

    def _project(self, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Effects, residual sums of squares and means of rows."""
        residuals = y * np.sqrt(self.weights)
        effects = residuals @ self.qr.q
        residuals -= effects @ self.qr.q.T
        return effects, squared_lengths(residuals), y @ np.ones(len(y.T)) / len(y.T)

    def _scaled(self, y: AnyArray) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
        """Coefficients, sigma, mean and whether sigma is zero, of rows brought near 1 by a power of two."""
        y = y.astype(np.float64)
        scale = binary_exponents(y)
        effects, rss, mean = self._project(np.ldexp(y, -scale[:, None]))
        with np.errstate(all="ignore"):
            sigma = np.sqrt(rss / self.df_residual)
            zero: BoolArray = sigma <= self.noise * np.abs(effects).max(axis=1, initial=0.0)
        coefficients = np.ldexp(self.qr.solve(effects), scale[:, None])
        return coefficients, np.ldexp(sigma, scale), np.ldexp(mean, scale), zero

    @property
    def noise(self) -> float:
        """Residual standard deviation, as a share of the largest effect, that rounding alone leaves."""
        return ZERO_VARIANCE / float(np.sqrt(self.n_used))

    def covariance(self) -> FloatArray:
        """Unscaled covariance (p, p) of a complete row, NaN where a column is aliased."""
        return among_all(self.qr.covariance(), self.qr.estimable, self.n_coefficients)

    def _in_place(self, estimated: FloatArray) -> FloatArray:
        """Estimates in the columns of the design, NaN where one is aliased."""
        if self.qr.rank == self.n_coefficients:
            return estimated
        coefficients = np.full((len(estimated), self.n_coefficients), np.nan)
        coefficients[:, self.qr.estimable] = estimated
        return coefficients


def least_squares(
    x: FloatArray,
    weights: FloatArray | None = None,
    tol: float = RANK_TOLERANCE,
    correlation: BlockCorrelation | None = None,
) -> LeastSquares:
    """Factor a design (n, p) under sample weights (n,), those with weight zero left out, and a correlation."""
    used = None if weights is None or (weights > 0).all() else np.flatnonzero(weights > 0)
    x, p = (x if used is None else x[used]), x.shape[1]
    kept = np.ones(len(x)) if weights is None else np.array(weights[weights > 0], dtype=np.float64)
    root = np.sqrt(kept)
    if correlation is None or correlation.rho == 0.0:
        return LeastSquares(pivoted_qr(x * root[:, None], tol), used, kept, p)
    whitener = correlation.take(used).whitener() * root
    return LeastSquares(pivoted_qr(whitener @ x, tol), used, np.ones(len(x)), p, whitener)


def among_all(covariance: FloatArray, columns: IntArray, p: int) -> FloatArray:
    """The covariance (r, r) of some coefficients as one of all (p, p), NaN for the others."""
    whole = np.full((p, p), np.nan)
    whole[np.ix_(columns, columns)] = covariance
    return whole


def observed_mean(y: AnyArray) -> FloatArray:
    """Mean of what is observed in each row, NaN where that is nothing."""
    y = y.astype(np.float64, copy=False)
    observed = np.isfinite(y)
    with np.errstate(invalid="ignore"):
        mean: FloatArray = np.where(observed, y, 0.0).sum(axis=1) / observed.sum(axis=1)
    return mean
