"""Ordinary least squares of every row on one design: factored once, applied to blocks of rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.qr import RANK_TOLERANCE, PivotedQR, pivoted_qr
from ebayes_lm.core.record import Record, axes

#: Matrices with at least this many cells are worth a compiled kernel; below, there is nothing to compile.
KERNEL_CELLS = 1_000_000
#: A residual sum of squares outside these bounds is computed again from a row brought near 1 by a power of two.
_SAFE = (1e-280, 1e280)
#: Residuals below this share of the row's own size are rounding noise: the variance is zero.
ZERO_VARIANCE = 1e-12


class Status(IntEnum):
    """What became of a feature."""

    ok = 0
    not_estimable = 1
    no_df = 2
    all_missing = 3
    zero_variance = 4


class RowFits(NamedTuple):
    """Least squares of one block of rows; the first axis of every array is the row."""

    coefficients: FloatArray
    sigma: FloatArray
    mean: FloatArray
    n_missing: IntArray
    n_infinite: IntArray
    zero_variance: BoolArray


@dataclass(frozen=True, eq=False)
class LinearRecord(Record):
    """Linear models of all features, in numbers (Smyth 2004, section 2).

    ``cov_coefficients`` is the unscaled covariance ``(X'WX)^-1``, NaN where a coefficient is not estimable.
    """

    coefficients: FloatArray = axes("feature", "coef")
    stdev_unscaled: FloatArray = axes("feature", "coef")
    sigma: FloatArray = axes("feature")
    df_residual: FloatArray = axes("feature")
    amean: FloatArray = axes("feature")
    n_observed: IntArray = axes("feature")
    status: AnyArray = axes("feature")
    cov_coefficients: FloatArray = axes("coef", "coef")


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
    """

    qr: PivotedQR
    used: IntArray | None
    weights: FloatArray
    n_coefficients: int

    @property
    def n_used(self) -> int:
        """Number of samples that the fit rests on."""
        return len(self.weights)

    @property
    def df_residual(self) -> int:
        """Residual degrees of freedom of a complete row."""
        return self.n_used - self.qr.rank

    def rows(self, y: AnyArray, *, use_kernel: bool) -> RowFits:
        """Fit a block of rows (g, n), read as it is and accumulated in float64."""
        kept = y if self.used is None else np.ascontiguousarray(y[:, self.used])
        effects, rss, mean = self._project_compiled(kept) if use_kernel else self._project(kept)
        finite = np.isfinite(mean) & np.isfinite(effects).all(axis=1)
        n_missing, n_infinite = _count_not_finite(kept, np.flatnonzero(~finite))
        complete = (n_missing == 0) & (n_infinite == 0)
        sigma = self._sigma(rss)
        extreme = np.flatnonzero(complete & ~((rss > _SAFE[0]) & (rss < _SAFE[1])))
        if len(extreme):
            effects[extreme], sigma[extreme], mean[extreme] = self._extreme_rows(kept[extreme])
        if self.used is not None:
            mean = _observed_mean(y)
        coefficients = np.full((len(y), self.n_coefficients), np.nan)
        coefficients[:, self.qr.estimable] = self.qr.solve(effects)
        coefficients[~complete] = np.nan
        sigma[~complete] = np.nan
        return RowFits(coefficients, sigma, mean, n_missing, n_infinite, complete & self._is_rounding(effects, sigma))

    def _project(self, y: AnyArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Effects, residual sums of squares and means by matrix products."""
        y = y.astype(np.float64, copy=False)
        root = np.sqrt(self.weights)
        with np.errstate(all="ignore"):
            mean = y.mean(axis=1)
            scaled = y * root
            effects = scaled @ self.qr.q
            residuals = scaled - effects @ self.qr.q.T
            rss = np.einsum("ij,ij->i", residuals, residuals)
        return effects, rss, mean

    def _project_compiled(self, y: AnyArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The same, each row read once from memory."""
        from ebayes_lm.kernels.least_squares import project_rows

        root = np.sqrt(self.weights)
        basis = np.ascontiguousarray(self.qr.q.T)
        g, r = len(y), self.qr.rank
        effects, rss, mean = np.empty((g, r)), np.empty(g), np.empty(g)
        y = np.ascontiguousarray(y, dtype=y.dtype if y.dtype in (np.float32, np.float64) else np.float64)
        project_rows(y, basis * root, basis / root, self.weights, np.empty(self.n_used), effects, rss, mean)
        return effects, rss, mean

    def _sigma(self, rss: FloatArray) -> FloatArray:
        if self.df_residual == 0:
            return np.full(len(rss), np.nan)
        with np.errstate(invalid="ignore"):
            return np.sqrt(rss / self.df_residual)

    def _extreme_rows(self, y: AnyArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Effects, sigma and mean of rows whose squares leave the range of float64."""
        y = y.astype(np.float64)
        exponents = np.frexp(np.abs(y).max(axis=1))[1]
        effects, rss, mean = self._project(np.ldexp(y, -exponents[:, None]))
        return np.ldexp(effects, exponents[:, None]), np.ldexp(self._sigma(rss), exponents), np.ldexp(mean, exponents)

    def _is_rounding(self, effects: FloatArray, sigma: FloatArray) -> BoolArray:
        """Rows whose residuals are no larger than rounding makes them."""
        if self.df_residual == 0:
            return np.zeros(len(sigma), dtype=bool)
        with np.errstate(invalid="ignore", over="ignore"):
            size = np.abs(effects).max(axis=1, initial=0.0) / np.sqrt(self.weights.sum())
            small: BoolArray = sigma <= ZERO_VARIANCE * size
        return small


def least_squares(x: FloatArray, weights: FloatArray | None = None, tol: float = RANK_TOLERANCE) -> LeastSquares:
    """Factor a design (n, p) under sample weights (n,), those with weight zero left out."""
    if weights is None:
        return LeastSquares(pivoted_qr(x, tol), None, np.ones(len(x)), x.shape[1])
    used = np.flatnonzero(weights > 0)
    kept = np.ascontiguousarray(weights[used], dtype=np.float64)
    qr = pivoted_qr(x[used] * np.sqrt(kept)[:, None], tol)
    return LeastSquares(qr, None if len(used) == len(x) else used, kept, x.shape[1])


def _count_not_finite(y: AnyArray, rows: IntArray) -> tuple[IntArray, IntArray]:
    """Missing and infinite values per row, looked for only in rows whose sums are not finite."""
    n_missing = np.zeros(len(y), dtype=np.intp)
    n_infinite = np.zeros(len(y), dtype=np.intp)
    if len(rows):
        n_missing[rows] = np.isnan(y[rows]).sum(axis=1)
        n_infinite[rows] = np.isinf(y[rows]).sum(axis=1)
    return n_missing, n_infinite


def _observed_mean(y: AnyArray) -> FloatArray:
    """Mean of what is observed in each row, NaN where that is nothing."""
    y = y.astype(np.float64, copy=False)
    observed = ~np.isnan(y)
    with np.errstate(invalid="ignore"):
        mean: FloatArray = np.where(observed, y, 0.0).sum(axis=1) / observed.sum(axis=1)
    return mean


def linear_record(plan: LeastSquares, rows: RowFits) -> LinearRecord:
    """Assemble the fits of all rows into one record."""
    g, p, df = len(rows.sigma), plan.n_coefficients, plan.df_residual
    covariance = np.full((p, p), np.nan)
    covariance[np.ix_(plan.qr.estimable, plan.qr.estimable)] = plan.qr.covariance()
    missing = rows.n_missing == plan.n_used
    unscaled = np.broadcast_to(np.sqrt(np.diag(covariance)), (g, p))
    df_residual = np.broadcast_to(np.float64(df), (g,))
    n_observed = np.broadcast_to(np.intp(plan.n_used), (g,))
    if missing.any():
        unscaled = np.where(missing[:, None], np.nan, unscaled)
        df_residual = np.where(missing, 0.0, df_residual)
        n_observed = np.where(missing, 0, n_observed)
    status = np.full(g, Status.ok if df > 0 else Status.no_df, dtype=np.int8)
    status[rows.zero_variance] = Status.zero_variance
    status[missing] = Status.all_missing
    return LinearRecord(
        coefficients=rows.coefficients, stdev_unscaled=unscaled, sigma=rows.sigma, df_residual=df_residual,
        amean=np.where(missing, np.nan, rows.mean) if missing.any() else rows.mean,
        n_observed=n_observed, status=status, cov_coefficients=covariance,
    )  # fmt: skip
