"""How every row is fitted: complete ones on one factored design, the others each on a design of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.covariance import packed
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.ols import LeastSquares, RowFits, least_squares, observed_mean
from ebayes_lm.core.qr import RANK_TOLERANCE, pivoted_qr
from ebayes_lm.core.robust_fit import robust_fits
from ebayes_lm.core.wls import RowDesigns, row_designs


class OwnFits(NamedTuple):
    """What the rows of a block with a design of their own have beyond coefficients; the first axis is the row.

    Attributes
    ----------
    rows : (v,) integer array
        Their positions in the block.
    stdev : (v, r) array
        Unscaled standard deviations of the columns that the plan has for such rows, NaN where one is aliased.
    lost : (v, r) bool array
        Columns that a row cannot estimate: the aliased ones, and those that these are confounded with.
    rank : (v,) integer array
    missing : (v, ceil(n / 8)) array
        Samples without a value, as bits.
    n_fitted : (v,) integer array
        Observations that took part.
    weights : (v, n) or (v, 0) array
        Weights that robust fits gave to observations; nothing where these are not robust, or are not kept.
    converged : (v,) bool array
        Whether a robust fit came to rest.
    """

    rows: IntArray
    stdev: FloatArray
    lost: BoolArray
    rank: IntArray
    missing: AnyArray
    n_fitted: IntArray
    weights: FloatArray
    converged: BoolArray


@dataclass(frozen=True, eq=False)
class LinearPlan:
    """A design, prepared for rows of every kind.

    Attributes
    ----------
    shared : LeastSquares
        For complete rows that share their weights.
    own : RowDesigns
        For all others.
    columns : (r,) integer array
        Columns of the design that these have: those that the shared design can estimate, or where every row is taken
        singly, those that it could if no sample had a weight of zero.
    sample_weights : (n,) array
    min_observed : int
        Rows with fewer observations are not fitted.
    robust_iterations : int
        Rounds in which outlying observations may lose weight; 0 for least squares.
    singly : bool
        Every row is taken to have a design of its own, also where all have the same.
    """

    shared: LeastSquares
    own: RowDesigns
    columns: IntArray
    sample_weights: FloatArray
    min_observed: int = 0
    robust_iterations: int = 0
    singly: bool = False

    def rows(self, y: AnyArray, weights: FloatArray | None, *, use_kernel: bool) -> tuple[RowFits, OwnFits | None]:
        """Fit a block of rows (g, n), with weights (g, n) of single observations where there are any."""
        if weights is not None:
            return self._weighted(y, weights)
        if self.singly:
            return self._weighted(y, np.broadcast_to(self.sample_weights, y.shape))
        fits = self.shared.rows(y, use_kernel=use_kernel)
        gaps = np.flatnonzero((fits.n_observed < self.shared.n_used) | (fits.n_infinite > 0))
        if not len(gaps):
            return fits, None
        same = np.broadcast_to(self.sample_weights, (len(gaps), y.shape[1]))
        return fits, self._own(y[gaps].astype(np.float64), same, gaps, fits)

    def _weighted(self, y: AnyArray, weights: FloatArray) -> tuple[RowFits, OwnFits]:
        y = y.astype(np.float64, copy=False)
        g, p = len(y), self.shared.n_coefficients
        observed = np.count_nonzero((weights > 0) & np.isfinite(y), axis=1).astype(np.int32)
        fits = RowFits(
            np.full((g, p), np.nan), np.empty(g), observed_mean(y), observed,
            np.isinf(y).sum(axis=1, dtype=np.int32), np.empty(g, dtype=np.bool_),
        )  # fmt: skip
        return fits, self._own(y, weights, np.arange(g), fits)

    def _own(self, y: FloatArray, weights: AnyArray, at: IntArray, whole: RowFits) -> OwnFits:
        """Fit rows (v, n), and put what every row has in its place ``at`` of the block."""
        absent = ~np.isfinite(y)
        usable = np.where(absent, 0.0, weights)
        n_fitted = np.count_nonzero(usable, axis=1)
        few = n_fitted < self.min_observed
        absent[few], usable[few], n_fitted[few] = True, 0.0, 0
        y = np.where(absent, 0.0, y)
        if self.robust_iterations:
            fits, last, converged = robust_fits(self.own, y, usable, self.robust_iterations)
        else:
            fits, last, converged = self.own.fit(y, usable), np.empty((len(y), 0)), np.ones(len(y), dtype=np.bool_)
        coefficients = np.full((len(y), self.shared.n_coefficients), np.nan)
        coefficients[:, self.columns] = fits.coefficients
        whole.coefficients[at], whole.sigma[at], whole.zero_variance[at] = coefficients, fits.sigma, fits.zero_variance
        lost = np.isnan(fits.stdev)
        lacking = np.flatnonzero((fits.rank < len(self.columns)) & (fits.rank > 0))
        if len(lacking):
            lost[lacking] = self.own.not_estimable(usable[lacking])
        return OwnFits(at, fits.stdev, lost, fits.rank, packed(absent), n_fitted, last, converged)


def linear_plan(
    x: FloatArray,
    sample_weights: FloatArray | None = None,
    correlation: BlockCorrelation | None = None,
    tol: float = RANK_TOLERANCE,
    min_observed: int = 0,
    robust_iterations: int = 0,
    singly: bool = False,
) -> LinearPlan:
    """Prepare a design (n, p) under sample weights (n,) and a correlation of the samples.

    A robust fit needs a residual to judge by, so that it takes one observation more than there are coefficients.
    """
    shared = least_squares(x, sample_weights, tol, correlation)
    weights = np.ones(len(x)) if sample_weights is None else np.asarray(sample_weights, dtype=np.float64)
    if robust_iterations:
        min_observed = max(min_observed, shared.qr.rank + 1)
    singly = singly or robust_iterations > 0 or shared.n_used < min_observed
    columns = pivoted_qr(x, tol).estimable if singly else shared.qr.estimable
    own = row_designs(x[:, columns], correlation, tol)
    return LinearPlan(shared, own, columns, weights, min_observed, robust_iterations, singly)
