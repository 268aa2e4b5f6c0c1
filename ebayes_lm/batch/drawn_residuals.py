"""Residuals of some features, drawn, for what needs them kept."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.batch.fitted_rows import FittedRows
from ebayes_lm.core.mixed_covariance import MixedCovariances
from ebayes_lm.core.permutation_null import DrawnRows

#: Rows that are drawn, and their cells, at most.
DRAWN_ROWS, _DRAWN_CELLS = 20_000, 1 << 24
#: Means of rows that differ by more than this share of their values are of other data.
_SAME_MEAN = 1e-6


class DrawnResiduals:
    """Some rows, drawn, that blocks put down as they come by."""

    def __init__(self, fitted: FittedRows, rng: np.random.Generator) -> None:
        g, n = fitted.matrix.shape[0], fitted.n
        self.fitted = fitted
        most = min(g, DRAWN_ROWS, max(1, _DRAWN_CELLS // n))
        self.at: IntArray = np.arange(g) if most == g else np.sort(rng.choice(g, most, replace=False, shuffle=False))
        self.residuals = np.zeros((most, n))
        self.own = fitted.has_single
        self.free = np.zeros((most, n)) if self.own else fitted.rows.free[None, :]
        self.other = np.zeros(most, dtype=np.bool_)

    def keep(self, residuals: FloatArray, free: FloatArray, at: slice) -> None:
        """Keep what was drawn of residuals (g, m) of the rows ``at``, and what is left of their samples."""
        low, high = np.searchsorted(self.at, (at.start, at.stop))
        local = self.at[low:high] - at.start
        residuals.take(local, axis=0, out=self.residuals[low:high], mode="clip")  # other modes take a copy
        if self.own:
            self.free[low:high] = np.broadcast_to(free, residuals.shape)[local]

    def levels(self, values: AnyArray, sigma: FloatArray, at: slice) -> tuple[FloatArray, FloatArray]:
        """Sums (m,) of the drawn values of a block, about the mean of the row in terms of its sigma, and their number.

        On the way, rows are marked whose mean is not that of the fit.
        """
        low, high = np.searchsorted(self.at, (at.start, at.stop))
        local = self.at[low:high] - at.start
        y = self.fitted.values(values[local]).astype(np.float64, copy=False)
        missing = ~np.isfinite(y)
        y[missing] = 0.0
        observed = y.shape[1] - np.count_nonzero(missing, axis=1)
        mean = y.sum(axis=1) / np.maximum(observed, 1)
        if self.fitted.fit.duplicates is None:
            size = np.maximum(y.max(axis=1, initial=0.0), -y.min(axis=1, initial=0.0))
            expected = np.nan_to_num(self.fitted.fit.record.amean[self.at[low:high]])
            self.other[low:high] = np.abs(mean - expected) > _SAME_MEAN * size
        used = slice(None) if self.fitted.fit.plan.used is None else self.fitted.fit.plan.used
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            inverse = 1.0 / sigma[local]
            y -= mean[:, None]
        y[missing] = 0.0
        about = np.where((inverse > 0) & np.isfinite(inverse), inverse, 0.0) @ y
        return about[used], (len(y) - np.count_nonzero(missing, axis=0))[used].astype(np.float64)

    def rows(self) -> DrawnRows:
        """The rows as they were kept."""
        own = self.fitted.fit.covariances
        single: BoolArray = np.zeros(len(self.at), dtype=np.bool_)
        if own is None or not len(own):
            return DrawnRows(self.residuals, self.free, None, None, single)
        place = np.searchsorted(own.rows, self.at)
        single = (place < len(own)) & (own.rows[np.minimum(place, len(own) - 1)] == self.at)
        weights = np.zeros((len(self.at), len(self.fitted.order)))
        weights[single] = own.row_weights(place[single])
        rho = np.nan_to_num(own.rho[self.at]) if isinstance(own, MixedCovariances) else None
        return DrawnRows(self.residuals, self.free, weights, rho, single)
