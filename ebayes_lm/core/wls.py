"""Weighted least squares of rows that each see other samples, or weigh them in another way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray, IntArray
from ebayes_lm.core.gls import BlockCorrelation, uncorrelated
from ebayes_lm.core.ols import ZERO_VARIANCE, least_squares
from ebayes_lm.core.qr import RANK_TOLERANCE
from ebayes_lm.core.row_layout import binary_exponents

#: Values beyond this are brought near one before they are squared.
_LARGE = 1e100


class RowDesignFits(NamedTuple):
    """Weighted least squares of some rows on the r columns of a design; the first axis of every array is the row.

    ``coefficients`` sets what a row cannot tell from earlier columns to NaN; ``effects`` are roots of sequential sums
    of squares.
    """

    coefficients: FloatArray
    stdev: FloatArray
    effects: FloatArray
    sigma: FloatArray
    rank: IntArray
    zero_variance: BoolArray


@dataclass(frozen=True, eq=False)
class RowDesigns:
    """A design (n, r) of full column rank, ready to be restricted and weighted row by row.

    Attributes
    ----------
    columns : (r, n) array
        Its columns, divided by ``units``.
    units : (r,) array
        Powers of two by which coefficients are multiplied, so that the units of the columns do not matter.
    tol : float
        A column is aliased in a row where its predecessors leave less than this share of it.
    correlation : BlockCorrelation
        Of the samples, after weighting.
    """

    columns: FloatArray
    units: FloatArray
    tol: float
    correlation: BlockCorrelation

    def fit(self, y: FloatArray, weights: FloatArray, rho: FloatArray | None = None) -> RowDesignFits:
        """Fit rows (g, n) with weights (g, n), zero where a value is missing, and correlations (g,) if of their own."""
        from ebayes_lm.kernels.row_designs import fit_row_designs

        g, r = len(y), len(self.columns)
        fits = RowDesignFits(
            coefficients=np.empty((g, r)), stdev=np.empty((g, r)), effects=np.empty((g, r)), sigma=np.empty(g),
            rank=np.empty(g, dtype=np.intp), zero_variance=np.empty(g, dtype=np.bool_),
        )  # fmt: skip
        scaled, exponents = near_one(_contiguous(y))
        fit_row_designs(
            scaled, _roots(weights), self.columns, self.tol, ZERO_VARIANCE, self.correlation.blocks,
            self._rho(rho), *fits[:4], fits.rank, fits.zero_variance,
        )  # fmt: skip
        if exponents is not None:
            for values in (fits.coefficients.T, fits.effects.T, fits.sigma):
                np.ldexp(values, exponents, out=values)
        return fits._replace(coefficients=fits.coefficients * self.units, stdev=fits.stdev * self.units)

    def stdev(self, weights: FloatArray, contrasts: FloatArray) -> FloatArray:
        """Unscaled standard deviations (g, k) of contrasts (r, k); NaN where a row's samples cannot estimate one."""
        stdev = np.empty((len(weights), contrasts.shape[1]))
        self._combine(weights, contrasts, None, stdev, stdev[:0])
        return stdev

    def stdev_and_slope(
        self, weights: FloatArray, contrasts: FloatArray, rho: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """The same for correlations (g,), and by how much the squares rise with them."""
        stdev = np.empty((len(weights), contrasts.shape[1]))
        slope = np.empty_like(stdev)
        self._combine(weights, contrasts, rho, stdev, slope)
        return stdev, slope

    def _combine(
        self, weights: FloatArray, contrasts: FloatArray, rho: FloatArray | None, stdev: FloatArray, slope: FloatArray
    ) -> None:
        from ebayes_lm.kernels.row_designs import combine_row_designs

        combine_row_designs(
            _roots(weights), self.columns, self.tol, self.correlation.blocks, self._rho(rho), self._scaled(contrasts),
            stdev, slope,
        )  # fmt: skip

    def not_estimable(self, weights: FloatArray) -> BoolArray:
        """Which columns (g, r) the samples that rows give weight to cannot estimate, whatever the other columns do."""
        return np.isnan(self.stdev(weights, np.eye(len(self.columns))))

    def f(
        self, weights: FloatArray, contrasts: FloatArray, t: FloatArray, rho: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """F (g,) of contrasts (r, k) from their t statistics (g, k), and its numerator df (g,)."""
        from ebayes_lm.kernels.row_designs import f_row_designs

        f, df1 = np.empty(len(weights)), np.empty(len(weights))
        f_row_designs(
            _roots(weights), self.columns, self.tol, self.correlation.blocks, self._rho(rho),
            self._scaled(contrasts), _contiguous(t), f, df1,
        )  # fmt: skip
        return f, df1

    def covariance(self) -> FloatArray:
        """Unscaled covariance (r, r) of the coefficients of a row with every sample, all of weight one."""
        x = (self.columns / self.units[:, None]).T
        return least_squares(x, None, self.tol, self.correlation).qr.covariance()

    def _rho(self, rho: FloatArray | None) -> FloatArray:
        return np.array([self.correlation.rho]) if rho is None else _contiguous(rho)

    def _scaled(self, contrasts: FloatArray) -> FloatArray:
        """Contrasts (k, r) of the coefficients of the scaled columns."""
        return np.ascontiguousarray((contrasts * self.units[:, None]).T)


def row_designs(x: FloatArray, correlation: BlockCorrelation | None = None, tol: float = RANK_TOLERANCE) -> RowDesigns:
    """Prepare a design (n, r) whose columns are independent; samples may be correlated."""
    scale = -binary_exponents(x.T)
    columns = np.ascontiguousarray(np.ldexp(x, scale).T)
    return RowDesigns(columns, np.ldexp(1.0, scale), tol, correlation or uncorrelated(len(x)))


def near_one(y: FloatArray) -> tuple[FloatArray, IntArray | None]:
    """Rows divided by powers of two where their squares would leave the range of float64, and the exponents."""
    largest = np.abs(y).max(axis=1, initial=0.0)
    odd = (largest > _LARGE) | ((largest < 1.0 / _LARGE) & (largest > 0.0))
    if not odd.any():
        return y, None
    exponents = np.where(odd, np.frexp(largest)[1], 0)
    return np.ldexp(y, -exponents[:, None]), exponents


def _roots(weights: FloatArray) -> FloatArray:
    return np.sqrt(_contiguous(weights))


def _contiguous(array: FloatArray) -> FloatArray:
    return np.ascontiguousarray(array, dtype=np.float64)
