"""Mixed models of rows: a random intercept per block, and in each row a correlation within blocks of its own.

A row has the model ``y = X b + e`` with ``Var(e) = sigma^2 W^-1/2 V W^-1/2``, where V has ``rho`` between samples of
one block. Sigma and rho are estimated by residual maximum likelihood; rho may be negative as far as V allows. Degrees
of freedom are those of Satterthwaite, for each contrast and row its own (Giesbrecht & Burns 1985; Fai & Cornelius
1996).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray, IntArray
from ebayes_lm.core.block_spectrum import row_spectra
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.mixed_shared import SharedMixed, shared_mixed
from ebayes_lm.core.ols import ZERO_VARIANCE
from ebayes_lm.core.qr import RANK_TOLERANCE
from ebayes_lm.core.reml_profile import LEAST_BETWEEN, NO_EIGENVALUE, Spectrum, fit_correlations
from ebayes_lm.core.wls import RowDesigns, near_one, row_designs


class MixedRowFits(NamedTuple):
    """Mixed models of some rows on the r columns of a design; the first axis of every array is the row.

    Attributes
    ----------
    coefficients : (v, r) array
        NaN for columns that a row cannot tell from earlier ones.
    sigma : (v,) array
        Standard deviation of an observation of weight one, within and between blocks together; NaN where rho is.
    rho : (v,) array
        Correlation within blocks; NaN where the residuals of a row do not vary both within and between blocks.
    parameter_cov : (v, 3) array
        Asymptotic covariance of (log sigma^2, rho): first variance, covariance, second variance; NaN where rho is.
    rank, n_fitted : (v,) integer array
        Of the row's design; samples that took part.
    zero_variance : (v,) bool array
        Nothing but rounding is left within blocks, or between those of a row whose means could vary.
    """

    coefficients: FloatArray
    sigma: FloatArray
    rho: FloatArray
    parameter_cov: FloatArray
    rank: IntArray
    n_fitted: IntArray
    zero_variance: BoolArray


@dataclass(frozen=True, eq=False)
class MixedDesigns:
    """A design (n, r) of full column rank with samples in blocks, ready for rows of every kind.

    Wherever weights of rows are asked for, None says that all rows are complete and have the weights of the samples.

    Attributes
    ----------
    own : RowDesigns
        For rows that are not.
    sample_weights : (n,) array
    estimable : bool
        Whether all samples, of equal weight, have residuals both within and between blocks.
    """

    own: RowDesigns
    sample_weights: FloatArray
    estimable: bool

    @property
    def blocks(self) -> IntArray:
        """Block of each sample."""
        return self.own.correlation.blocks

    def fit(self, y: FloatArray, weights: FloatArray | None, fallback: float | FloatArray = 0.0) -> MixedRowFits:
        """Fit rows (g, n) with weights (g, n), zero where a value is missing; y is finite there, too.

        Where rho cannot be estimated, coefficients are those at the correlation ``fallback``, a number or one for each
        row, brought into the range that the blocks of the row allow.
        """
        y, exponents = near_one(np.ascontiguousarray(y, dtype=np.float64))
        if weights is None and self.shared is not None:
            fits = self._fit_shared(self.shared, y, fallback)
        else:
            fits = self._fit_own(y, self._weights(weights, len(y)), fallback)
        if exponents is not None:
            for values in (fits.coefficients.T, fits.sigma):
                np.ldexp(values, exponents, out=values)
        return fits

    def contrasts(
        self, weights: FloatArray | None, rho: FloatArray, contrasts: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Unscaled standard deviations of contrasts (r, k) at correlations (g,), and slopes of their squares, (g, k).

        The slope is what the square gains as the correlation rises. NaN where a row's samples cannot estimate a
        contrast.
        """
        if weights is None and self.shared is not None:
            return self.shared.contrasts(rho, contrasts)
        return self.own.stdev_and_slope(self._weights(weights, len(rho)), contrasts, rho)

    def f(
        self, weights: FloatArray | None, rho: FloatArray, contrasts: FloatArray, t: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """F (g,) of contrasts (r, k) from their t statistics (g, k) at correlations (g,), and its numerator df (g,)."""
        return self.own.f(self._weights(weights, len(rho)), contrasts, t, rho)

    def not_estimable(self, weights: FloatArray | None, n_rows: int = 1) -> BoolArray:
        """Which columns (g, r) a row's samples cannot estimate, whatever the other columns do."""
        return self.own.not_estimable(self._weights(weights, n_rows))

    @cached_property
    def shared(self) -> SharedMixed | None:
        """For complete rows; None where samples of weight zero take something from the design."""
        return shared_mixed(self._x, self.blocks, self.sample_weights, self.own.tol)

    @cached_property
    def _shared_estimable(self) -> bool:
        """Whether complete rows have residuals both within and between blocks, whatever the weights of the samples."""
        return _is_estimable(self._x, self.blocks, self.sample_weights > 0, self.own.tol)

    @property
    def _x(self) -> FloatArray:
        return (self.own.columns / self.own.units[:, None]).T

    def _weights(self, weights: FloatArray | None, n_rows: int) -> FloatArray:
        return np.broadcast_to(self.sample_weights, (n_rows, len(self.blocks))) if weights is None else weights

    def _fit_shared(self, design: SharedMixed, y: FloatArray, fallback: float | FloatArray) -> MixedRowFits:
        effects, rest = design.residuals(y)
        g = len(y)
        rank, n_fitted = np.full(g, design.qr.rank), np.full(g, len(design.used))
        size = np.sqrt(np.square(effects).sum(axis=1) + np.square(rest).sum(axis=1))
        spectrum, largest = design.row_spectrum(rest), np.full(g, design.largest)
        estimates = _Estimates.of(spectrum, largest, size, n_fitted, self._shared_estimable)
        rho = estimates.with_fallback(fallback)
        coefficients = design.qr.solve(design.effects(effects, rest, rho))
        return estimates.fits(coefficients, rank, n_fitted)

    def _fit_own(self, y: FloatArray, weights: FloatArray, fallback: float | FloatArray) -> MixedRowFits:
        spectra = row_spectra(y, weights, self.own.columns, self.blocks, self.own.tol)
        present = weights > 0
        largest = self._largest(present)
        some = spectra.values > NO_EIGENVALUE * largest[:, None]
        rest = spectra.rest + np.where(some, 0.0, spectra.sums).sum(axis=1)
        df_rest = spectra.n_observed - spectra.rank - some.sum(axis=1)
        spectrum = Spectrum(
            np.column_stack([np.zeros(len(y)), np.where(some, spectra.values, 1.0)]),
            np.column_stack([df_rest, some]).astype(np.float64),
            np.column_stack([rest, np.where(some, spectra.sums, 0.0)]),
        )
        size = np.sqrt(np.einsum("ij,ij,ij->i", y, y, weights))
        estimates = _Estimates.of(spectrum, largest, size, spectra.n_observed, self._estimable(weights, present))
        rho = estimates.with_fallback(fallback)
        fits = self.own.fit(y, weights, rho)
        return estimates.fits(fits.coefficients, fits.rank, spectra.n_observed)

    def _estimable(self, weights: FloatArray, present: BoolArray) -> BoolArray:
        """Rows of which the samples, whatever their weights, can vary both within and between blocks."""
        estimable = np.full(len(weights), self.estimable)
        uneven = ((weights != weights.max(axis=1, initial=0.0)[:, None]) & present).any(axis=1)
        ask = np.flatnonzero(estimable & uneven & ~present.all(axis=1))
        if len(ask):
            ones = present[ask].astype(np.float64)
            spectra = row_spectra(ones, ones, self.own.columns, self.blocks, self.own.tol)
            between = (spectra.values > NO_EIGENVALUE * self._largest(present[ask])[:, None]).sum(axis=1)
            estimable[ask] = (between > 0) & (spectra.n_observed - spectra.rank > between)
        return estimable

    def _largest(self, present: BoolArray) -> IntArray:
        """Samples in the largest block of each row."""
        order = np.argsort(self.blocks, kind="stable")
        starts = np.flatnonzero(np.diff(self.blocks[order], prepend=-1))
        largest: IntArray = np.add.reduceat(present[:, order], starts, axis=1, dtype=np.intp).max(axis=1)
        return largest


class _Estimates(NamedTuple):
    """Variance parameters of rows, NaN where they cannot be estimated, and the size of their largest block."""

    rho: FloatArray
    sigma: FloatArray
    covariance: FloatArray
    zero: BoolArray
    largest: IntArray

    @classmethod
    def of(
        cls, spectrum: Spectrum, largest: IntArray, size: FloatArray, n_fitted: IntArray, estimable: bool | BoolArray
    ) -> _Estimates:
        """From what residuals say, the length (g,) of each row and the number of its observations."""
        g = len(size)
        within = np.broadcast_to(spectrum.values == 0.0, spectrum.squares.shape)
        inner = np.where(within, spectrum.counts, 0.0).sum(axis=1)
        outer = np.where(within, 0.0, spectrum.counts).sum(axis=1)
        deviation = np.where(within, spectrum.squares, 0.0).sum(axis=1)
        zero = (inner > 0) & (deviation * n_fitted <= inner * np.square(ZERO_VARIANCE * size))
        able = np.broadcast_to((inner > 0) & (outer > 0) & estimable, (g,)) & (largest > 1) & ~zero
        rho, sigma, covariance = np.full(g, np.nan), np.full(g, np.nan), np.full((g, 3), np.nan)
        fits = fit_correlations(spectrum.take(able), largest[able].astype(np.float64))
        rho[able], sigma[able], covariance[able] = fits.rho, np.sqrt(fits.variance), fits.covariance
        zero |= able & np.isnan(rho)
        return cls(rho, sigma, covariance, zero, largest)

    def with_fallback(self, fallback: float | FloatArray) -> FloatArray:
        """Correlations, and where there is none the other one, as near as the row's blocks allow."""
        lowest = -(1.0 - LEAST_BETWEEN) / np.maximum(self.largest - 1, 1)
        return np.where(np.isnan(self.rho), np.maximum(fallback, lowest), self.rho)

    def fits(self, coefficients: FloatArray, rank: IntArray, n_fitted: IntArray) -> MixedRowFits:
        """Together with the coefficients that they lead to."""
        return MixedRowFits(coefficients, self.sigma, self.rho, self.covariance, rank, n_fitted, self.zero)


def mixed_designs(
    x: FloatArray, blocks: IntArray, tol: float = RANK_TOLERANCE, sample_weights: FloatArray | None = None
) -> MixedDesigns:
    """Prepare a design (n, r) whose columns are independent, with samples in blocks (n,), numbered from 0."""
    blocks = np.asarray(blocks, dtype=np.intp)
    weights = np.ones(len(x)) if sample_weights is None else np.asarray(sample_weights, dtype=np.float64)
    estimable = _is_estimable(x, blocks, np.ones(len(x), dtype=np.bool_), tol)
    return MixedDesigns(row_designs(x, BlockCorrelation(blocks, 0.0), tol), weights, estimable)


def _is_estimable(x: FloatArray, blocks: IntArray, used: BoolArray, tol: float) -> bool:
    """Whether samples of equal weight have residuals both within and between blocks."""
    design = shared_mixed(x, blocks, used.astype(np.float64), tol)
    return design is not None and len(np.unique(np.sign(design.eigenvalues))) == 2


def satterthwaite(stdev: FloatArray, slope: FloatArray, parameter_cov: FloatArray) -> FloatArray:
    """Degrees of freedom (g, k) of contrasts, from what ``MixedDesigns.contrasts`` and ``fit`` say of them.

    The variance ``f = sigma^2 v(rho)`` of a contrast has the df that a multiple of chi-squared would need for the
    spread that its estimate has, ``2 f^2 / Var(f)``. Zero where the correlation could not be estimated.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        rise = slope / np.square(stdev)
    first, mixed, second = (column[:, None] for column in parameter_cov.T)
    df: FloatArray = 2.0 / (first + 2.0 * rise * mixed + np.square(rise) * second)
    df[np.isnan(parameter_cov[:, 0])] = 0.0
    return df
