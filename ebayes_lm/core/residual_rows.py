"""Residuals of rows in units of their own standard deviation: complete rows together, the others each on its design."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.ols import LeastSquares
from ebayes_lm.core.row_layout import binary_exponents, floats, in_sixes, squared_lengths
from ebayes_lm.core.wls import RowDesigns
from ebayes_lm.kernels.least_squares import SAFE_HIGH, SAFE_LOW

#: Cells that are worked on at once, so that they stay in the cache.
PIECE_CELLS = 1 << 17
#: A sample of which the design leaves less than this has a coefficient to itself.
FREE_OF_ROUNDING = 1e-10


class Standardised(NamedTuple):
    """Residuals of g rows over m samples, made uncorrelated and divided by the row's residual standard deviation.

    Attributes
    ----------
    residuals : (g, m) array
        Zero where a value is missing, and in rows without variance; squares of any other row sum to its df.
    sigma, df : (g,) array
        Residual standard deviation, NaN where there is none, and degrees of freedom, 0 for rows left out.
    largest : (g,) array
        Largest square of a residual divided by what the design leaves of its sample; zero where that is no matter.
    sample : (g,) integer array
        Which of the m samples that is.
    """

    residuals: FloatArray
    sigma: FloatArray
    df: FloatArray
    largest: FloatArray
    sample: AnyArray


@dataclass(frozen=True, eq=False)
class ResidualRows:
    """A fitted design, ready to take residuals of its rows again.

    Attributes
    ----------
    plan : LeastSquares
        For complete rows.
    designs : RowDesigns or None
        For rows with missing values or weights of their own, over all n samples; the m that take part are the plan's.
    """

    plan: LeastSquares
    designs: RowDesigns | None = None

    @cached_property
    def free(self) -> FloatArray:
        """What the design leaves of each sample (m,) of a complete row, one less its leverage."""
        free = 1.0 - squared_lengths(self.plan.qr.q)
        return np.where(free > FREE_OF_ROUNDING, free, 0.0)

    @cached_property
    def _over_free(self) -> FloatArray:
        return _inverse(self.free)

    @cached_property
    def _bases(self) -> tuple[FloatArray, FloatArray]:
        """What a kernel projects on and what it subtracts."""
        basis, roots = in_sixes(self.plan.qr.q.T), np.sqrt(self.plan.weights)
        return basis * roots, basis / roots

    def complete(
        self, y: AnyArray, *, use_kernel: bool, room: FloatArray | None = None, least: float = 0.0
    ) -> Standardised:
        """Residuals of complete rows (g, n), of any scale; rows that lack a value are left out.

        ``room`` (g or more, m) takes the residuals, where a kernel computes them. Squares below ``least`` are no
        matter to ``largest``.
        """
        kept, roots = self.plan.whitened(self.plan.kept(y)), np.sqrt(self.plan.weights)
        if use_kernel:
            kept = floats(kept)
        found, suspect = self._compiled(kept, roots, room, least) if use_kernel else self._products(kept, roots, least)
        rows = np.flatnonzero(suspect)
        if len(rows):
            self._repair(found, kept, roots, rows, least)
        return found

    def _products(self, y: AnyArray, roots: FloatArray, least: float) -> tuple[Standardised, BoolArray]:
        q, df = self.plan.qr.q, float(self.plan.df_residual)
        with np.errstate(all="ignore"):
            residuals = y * roots
            effects = residuals @ q
            residuals -= effects @ q.T
            rss = squared_lengths(residuals)
            sigma = np.sqrt(rss / df)
            noise = self.plan.noise * np.abs(effects).max(axis=1, initial=0.0)
            suspect: BoolArray = np.asarray(~(rss < SAFE_HIGH) | (rss <= SAFE_LOW) | (sigma <= noise))
            residuals /= sigma[:, None]
        residuals[suspect] = 0.0
        squares = residuals * residuals * _inverse(self.free)
        sample = squares.argmax(axis=1).astype(np.int32)
        largest = squares[np.arange(len(y)), sample]
        sample[largest < least], largest[largest < least] = 0, 0.0
        return Standardised(residuals, sigma, np.full(len(y), df), largest, sample), suspect

    def _compiled(
        self, y: AnyArray, roots: FloatArray, room: FloatArray | None, least: float
    ) -> tuple[Standardised, BoolArray]:
        from ebayes_lm.kernels.residual_rows import standardise_rows

        g, df = len(y), float(self.plan.df_residual)
        residuals = np.empty(y.shape) if room is None else room[:g]
        found = Standardised(residuals, np.empty(g), np.full(g, df), np.empty(g), np.empty(g, dtype=np.int32))
        suspect = np.empty(g, dtype=np.bool_)
        forward, backward = self._bases
        standardise_rows(
            y, forward, backward, roots, self._over_free, df, self.plan.noise, least, np.empty(len(forward)),
            residuals, found.sigma, found.largest, found.sample, suspect,
        )  # fmt: skip
        return found, suspect

    def _repair(self, found: Standardised, y: AnyArray, roots: FloatArray, rows: IntArray, least: float) -> None:
        """Rows of extreme scale, brought near one by a power of two; rows without variance or values are left out."""
        values = y[rows].astype(np.float64)
        finite: BoolArray = np.asarray(np.isfinite(values).all(axis=1))
        values[~finite] = 0.0
        unit = binary_exponents(values)
        again, suspect = self._products(np.ldexp(values, -unit[:, None]), roots, least)
        out = suspect | ~finite
        found.residuals[rows] = np.where(out[:, None], 0.0, again.residuals)
        found.sigma[rows] = np.where(finite, np.ldexp(np.where(suspect, 0.0, again.sigma), unit), np.nan)
        found.df[rows], found.largest[rows] = np.where(out, 0.0, again.df), np.where(out, 0.0, again.largest)
        found.sample[rows] = again.sample

    def single(self, y: FloatArray, weights: FloatArray, rho: FloatArray | None) -> tuple[Standardised, FloatArray]:
        """Residuals of rows (v, n) with weights (v, n), zero where a value is missing, and what is left of samples."""
        if self.designs is None:
            raise ValueError("rows with gaps need designs of their own")
        designs, present = self.designs, weights > 0
        values = np.where(present, y, 0.0)
        fits = designs.fit(values, weights, rho)
        df = np.where(np.isnan(fits.sigma) | fits.zero_variance, 0.0, present.sum(axis=1) - fits.rank)
        rest = self._left(values, np.nan_to_num(fits.coefficients), weights, rho)
        with np.errstate(all="ignore"):
            residuals = np.where(df[:, None] > 0, rest / fits.sigma[:, None], 0.0)
        free = np.where(df[:, None] > 0, self._row_free(weights), 0.0)[:, self._used]
        residuals = np.where(free > 0, residuals[:, self._used], 0.0)
        squares = residuals * residuals * _inverse(free)
        sample = squares.argmax(axis=1).astype(np.int32)
        largest = squares[np.arange(len(y)), sample]
        return Standardised(residuals, fits.sigma, df, largest, sample), free

    def _left(self, y: FloatArray, coefficients: FloatArray, weights: FloatArray, rho: FloatArray | None) -> FloatArray:
        """Weighted residuals, uncorrelated where samples are not."""
        if self.designs is None:
            return y
        x = self.designs.columns / self.designs.units[:, None]
        rest = (y - coefficients @ x) * np.sqrt(weights)
        return self._turned(rest, weights > 0, rho, back=False)

    def _turned(self, rows: FloatArray, present: BoolArray, rho: FloatArray | None, *, back: bool) -> FloatArray:
        correlation = self.designs.correlation if self.designs is not None else None
        if correlation is None or (rho is None and correlation.rho == 0.0):
            return rows
        own = np.full(len(rows), correlation.rho) if rho is None else rho
        return _uncorrelated(rows, present, correlation.blocks, own, back=back)

    def _row_free(self, weights: FloatArray) -> FloatArray:
        """What the design of each row leaves of samples (v, n), zero where a value is missing."""
        present = weights > 0
        if self.designs is None or self.plan.whitener is not None:  # correlated: as in a complete row
            whole = np.zeros(weights.shape[1])
            whole[self._used] = self.free
            return np.where(present, whole, 0.0)
        x = self.designs.columns / self.designs.units[:, None]
        stdev = np.nan_to_num(self.designs.stdev(weights, x))
        free = np.where(present, 1.0 - weights * np.square(stdev), 0.0)
        return np.where(free > FREE_OF_ROUNDING, free, 0.0)

    def projected(self, residuals: FloatArray) -> FloatArray:
        """Rows (g, m) of any values without what the design explains."""
        q = self.plan.qr.q
        projected: FloatArray = residuals - (residuals @ q) @ q.T
        return projected

    def projected_singly(self, residuals: FloatArray, weights: FloatArray, rho: FloatArray | None) -> FloatArray:
        """The same for rows with weights (v, n) of their own."""
        if self.designs is None:
            return self.projected(residuals)
        present = weights > 0
        whole = np.zeros(weights.shape)
        whole[:, self._used] = residuals
        whole = self._turned(np.where(present, whole, 0.0), present, rho, back=True)
        y = np.where(present, whole / np.sqrt(np.where(present, weights, 1.0)), 0.0)
        fits = self.designs.fit(y, weights, rho)
        return self._left(y, np.nan_to_num(fits.coefficients), weights, rho)[:, self._used]

    @property
    def _used(self) -> IntArray | slice:
        return slice(None) if self.plan.used is None else self.plan.used


def _inverse(free: FloatArray) -> FloatArray:
    """One over what is left of samples; zero where nothing is."""
    inverse: FloatArray = np.divide(1.0, free, out=np.zeros_like(free), where=free > 0)
    return inverse


def _uncorrelated(rows: FloatArray, present: BoolArray, blocks: IntArray, rho: FloatArray, *, back: bool) -> FloatArray:
    """Rows (v, n) without what earlier values of a block foretell of later ones, or ``back`` again.

    Given k earlier values of its block, a value has the mean rho / (1 + (k - 1) rho) times their sum, and the variance
    1 - k rho^2 / (1 + (k - 1) rho).
    """
    out = np.zeros_like(rows)
    count, sums = (np.zeros((len(rows), int(blocks.max()) + 1)) for _ in range(2))
    for j, block in enumerate(blocks):
        k = count[:, block]
        share = np.where(k > 0, rho / (1.0 + (k - 1.0) * rho), 0.0)
        root = np.sqrt(1.0 - k * rho * share)
        if back:
            out[:, j] = np.where(present[:, j], rows[:, j] * root + share * sums[:, block], 0.0)
        else:
            out[:, j] = np.where(present[:, j], (rows[:, j] - share * sums[:, block]) / root, 0.0)
        sums[:, block] += (out if back else rows)[:, j] * present[:, j]
        count[:, block] += present[:, j]
    return out
