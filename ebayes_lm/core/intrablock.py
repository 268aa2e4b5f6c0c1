"""Correlation within blocks of samples, row by row, and what the rows agree on (Smyth, Michaud & Scott 2005)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.block_spectrum import BlockSpectrum, block_spectrum, row_spectra
from ebayes_lm.core.ols import ZERO_VARIANCE
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.core.row_layout import binary_exponents
from ebayes_lm.core.variance_components import variance_components

#: Blocks lie within the design where it leaves less than this of their indicators.
_WITHIN = 1e-8
#: Correlations are kept this far from one, and from the lowest that blocks allow.
_MARGIN = 0.01


@dataclass(frozen=True, eq=False)
class IntrablockPlan:
    """A design and blocks of samples, ready to give the correlation within blocks of rows of every kind.

    Attributes
    ----------
    x : (n, p) array
        The design, in columns of a size near one.
    blocks : (n,) integer array
    sample_weights : (n,) array
    spectrum : BlockSpectrum
        Of complete rows.
    """

    x: FloatArray
    blocks: IntArray
    sample_weights: FloatArray
    spectrum: BlockSpectrum

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest correlation that counts, by the largest block."""
        return 1.0 / (1.0 - int(np.bincount(self.blocks).max())) + _MARGIN, 1.0 - _MARGIN

    def correlations(self, y: AnyArray, weights: AnyArray | None = None) -> FloatArray:
        """Correlations (g,) of rows (g, n), not clipped, with weights (g, n) of observations where there are any.

        NaN where a row cannot tell: fewer than p + 3 observations, one block, blocks of one sample but for one pair,
        residuals without variance, or a design that leaves blocks or what is within them out of the residuals.
        """
        found = np.full(len(y), np.nan)
        used = self.sample_weights > 0
        missing = np.isnan(y) & used
        single = np.ones(len(y), dtype=bool) if weights is not None else missing.any(axis=1)
        whole = np.flatnonzero(~single)
        n_blocks = len(np.unique(self.blocks[used]))
        if len(whole) and self._enough(int(used.sum()), n_blocks):
            found[whole] = self._of_complete(_near_one(np.where(used, y[whole], 0.0)))
        at = np.flatnonzero(single)
        if len(at):
            own = self.sample_weights if weights is None else weights[at]
            own = np.where(missing[at], 0.0, own)
            found[at] = self._of_singles(_near_one(np.where(own > 0, y[at], 0.0)), own)
        return found

    def _of_complete(self, y: FloatArray) -> FloatArray:
        sums = self.spectrum.sums(y)
        size = (y * y) @ self.sample_weights
        found = variance_components(self.spectrum.values, self.spectrum.df, sums).correlation
        noise = _is_noise(sums.sum(axis=1), self.spectrum.df.sum(), size, int((self.sample_weights > 0).sum()))
        return np.where(noise, np.nan, found)

    def _of_singles(self, y: FloatArray, weights: FloatArray) -> FloatArray:
        s = row_spectra(y, weights, self.x.T, self.blocks)
        values = np.column_stack([np.zeros(len(y)), s.values])
        sums = np.column_stack([s.rest, s.sums])
        df = np.column_stack([s.df_rest, np.arange(s.values.shape[1]) < s.counts[:, None]])
        found = variance_components(values, df, sums).correlation
        noise = _is_noise(sums.sum(axis=1), df.sum(axis=1), (weights * y * y).sum(axis=1), s.n_observed)
        return np.where(self._enough(s.n_observed, s.n_blocks) & ~noise, found, np.nan)

    def _enough(self, n_observed: IntArray | int, n_blocks: IntArray | int) -> BoolArray:
        p = self.x.shape[1]
        return np.asarray((n_observed > p + 2) & (n_blocks > 1) & (n_blocks < n_observed - 1))


def intrablock_plan(x: FloatArray, blocks: IntArray, sample_weights: FloatArray | None = None) -> IntrablockPlan:
    """Prepare a design (n, p), blocks (n,) numbered from 0, and weights (n,) that all rows share."""
    weights = np.ones(len(x)) if sample_weights is None else np.asarray(sample_weights, dtype=np.float64)
    x = np.ldexp(x, -binary_exponents(x.T))
    return IntrablockPlan(x, blocks, weights, block_spectrum(x, blocks, weights))


def blocks_within(x: FloatArray, blocks: IntArray) -> bool:
    """Whether the design (n, p) already tells every block from the first, so that it leaves no correlation to see."""
    q = pivoted_qr(x).q
    indicators = (blocks[:, None] == np.arange(1, blocks.max() + 1)[None, :]).astype(np.float64)
    return bool(np.abs(indicators - q @ (q.T @ indicators)).max(initial=0.0) < _WITHIN)


def _near_one(y: FloatArray) -> FloatArray:
    """Rows divided by the power of two next to their largest value, so that squares are numbers."""
    scaled: FloatArray = np.ldexp(y, -binary_exponents(y)[:, None])
    return scaled


def _is_noise(rest: FloatArray, df: IntArray, size: FloatArray, n: IntArray | int) -> BoolArray:
    """Where residuals are rounding of the row's own size, as in a fit."""
    return np.asarray(rest * n <= ZERO_VARIANCE**2 * size * df)
