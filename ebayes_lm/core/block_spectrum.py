"""Residuals in directions that blocks of samples set apart: what variance components and REML need to know.

Samples of one block share an effect, so that y has the variance ``residual + block ZZ'`` about its mean, where Z says
which sample belongs to which block. In the residual space of the design this matrix has eigenvalues d, and along each
of its eigenvectors a residual of its own, independent of the others and of variance ``residual + block d``. Residuals
along eigenvectors of one eigenvalue matter by their sum of squares alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.core.qr import RANK_TOLERANCE, complement, pivoted_qr

#: Eigenvalues count as one that differ by less than this, or this share of the largest where that is above one.
_DISTINCT = 1e-10


@dataclass(frozen=True, eq=False)
class BlockSpectrum:
    """The spectrum of all rows that share their samples and weights.

    Attributes
    ----------
    values : (m,) array
        Distinct eigenvalues, rising; the first is zero where some direction does not know of blocks.
    df : (m,) integer array
        Directions of each.
    directions : (n, df) array
        What y is multiplied by to give residuals along eigenvectors, in the order of the values; roots of weights are
        in it.
    rank : int
        Of the design.
    """

    values: FloatArray
    df: IntArray
    directions: FloatArray
    rank: int

    def sums(self, y: AnyArray) -> FloatArray:
        """Sums of squared residuals (g, m) of complete rows (g, n), by distinct eigenvalue."""
        residuals = y.astype(np.float64, copy=False) @ self.directions
        if not residuals.shape[1]:
            return np.empty((len(y), 0))
        residuals *= residuals
        sums: FloatArray = np.add.reduceat(residuals, np.cumsum(self.df) - self.df, axis=1)
        return sums


def block_spectrum(
    x: FloatArray, blocks: IntArray, weights: FloatArray | None = None, tol: float = RANK_TOLERANCE
) -> BlockSpectrum:
    """Spectrum of a design (n, p) with samples in blocks (n,).

    Weights (n,) of the samples multiply the design by their roots, and not the blocks: the shared effect is one of
    weighted residuals. Samples of weight zero take no part.
    """
    roots = np.ones(len(x)) if weights is None else np.sqrt(weights)
    used = roots > 0
    qr = pivoted_qr(x[used] * roots[used, None], tol)
    rest = complement(qr.q)
    indicators = (blocks[used, None] == np.unique(blocks[used])[None, :]).astype(np.float64)
    turn, singular, _ = np.linalg.svd(rest.T @ indicators, full_matrices=True)
    every = np.zeros(rest.shape[1])
    every[: len(singular)] = singular**2
    turned = rest @ turn[:, ::-1]
    values, df = _distinct(every[::-1])
    directions = np.zeros((len(x), len(every)))
    directions[used] = turned * roots[used, None]
    return BlockSpectrum(values, df, directions, qr.rank)


def _distinct(rising: FloatArray) -> tuple[FloatArray, IntArray]:
    """Rising values that differ by more than rounding, and how often each is there."""
    if not len(rising):
        return rising, np.empty(0, dtype=np.intp)
    bound = _DISTINCT * max(float(rising[-1]), 1.0)
    starts = np.flatnonzero(np.diff(rising, prepend=-np.inf) > bound)
    df = np.diff(starts, append=len(rising)).astype(np.intp)
    values = np.add.reduceat(rising, starts) / df
    values[values <= bound] = 0.0
    return values, df


class RowSpectra(NamedTuple):
    """Spectra of rows that each have samples or weights of their own; the first axis of every array is the row.

    Attributes
    ----------
    values, sums : (g, blocks) array
        Eigenvalues, falling, and the squared residual along each; zeros after the first ``counts``.
    counts : (g,) integer array
    rest : (g,) array
        Residual sum of squares where the eigenvalue is zero, beyond those in ``values``.
    df_rest : (g,) integer array
    rank : (g,) integer array
        Of the row's design.
    n_observed, n_blocks : (g,) integer array
        Samples with weight, and their blocks.
    """

    values: FloatArray
    sums: FloatArray
    counts: IntArray
    rest: FloatArray
    df_rest: IntArray
    rank: IntArray
    n_observed: IntArray
    n_blocks: IntArray


def row_spectra(
    y: FloatArray, weights: FloatArray, columns: FloatArray, blocks: IntArray, tol: float = RANK_TOLERANCE
) -> RowSpectra:
    """Spectra of rows (g, n) with weights (g, n), zero where a value is missing.

    Parameters
    ----------
    y : (g, n) array
        Finite also where the weight is zero, and of a size whose squares are numbers.
    weights : (g, n) array
    columns : (r, n) array
        Columns of the design, of a size near one; aliased ones are passed over row by row.
    blocks : (n,) integer array
        Block of each sample, from 0.
    tol : float
        A column is aliased in a row where its predecessors leave less than this share of it.
    """
    from ebayes_lm.kernels.block_spectrum import row_spectra as spectra

    g, most = len(y), int(blocks.max()) + 1
    values, sums, rest = np.empty((g, most)), np.empty((g, most)), np.empty(g)
    counts, facts = np.empty(g, dtype=np.intp), np.empty((g, 4), dtype=np.intp)
    roots = np.sqrt(np.ascontiguousarray(weights, dtype=np.float64))
    y = np.ascontiguousarray(y, dtype=np.float64)
    spectra(y, roots, np.ascontiguousarray(columns), tol, blocks, values, sums, counts, rest, facts)
    return RowSpectra(values, sums, counts, rest, *facts.T)
