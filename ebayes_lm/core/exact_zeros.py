"""Counts of zero that a model expects to be zero: they tell nothing of variability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.poisson import poisson_rates
from ebayes_lm.core.qr import pivoted_qr

#: A count, or a fitted count, below this is zero (as in edgeR).
NOTHING = 1e-4
#: Rows with fewer zeros than this can have no exact ones that matter.
_FEWEST = 2


@dataclass(frozen=True, eq=False)
class ZeroModel:
    """Log-linear Poisson models of rows on one design (n, p).

    Samples with the same row of the design have the same expected rate, so that sums over them say all.

    Attributes
    ----------
    pool : (n,) integer array
        Which distinct row of the design a sample has.
    x : (m, r) array
        Distinct rows, in an orthonormal basis of the r columns that these can estimate.
    fewest : float
        Rows with at least so many zeros may have exact ones.
    """

    pool: IntArray
    x: FloatArray
    fewest: float

    def candidates(self, counts: AnyArray) -> BoolArray:
        """Which rows (g, n) may have exact zeros."""
        many: BoolArray = np.count_nonzero(counts < NOTHING, axis=1) >= self.fewest
        return many

    def exact_zeros(self, counts: FloatArray, sizes: FloatArray) -> BoolArray:
        """Which counts (g, n) are zero and expected to be, for library sizes (n,) or (g, n)."""
        sizes = np.broadcast_to(sizes, counts.shape)
        rates = self._rates(self._pooled(counts), self._pooled(sizes))
        exact: BoolArray = (counts < NOTHING) & (rates[:, self.pool] * sizes < NOTHING)
        return exact

    def _pooled(self, values: FloatArray) -> FloatArray:
        sums = np.zeros((len(self.x), len(values)))
        np.add.at(sums, self.pool, values.T)
        return np.ascontiguousarray(sums.T)

    def _rates(self, counts: FloatArray, sizes: FloatArray) -> FloatArray:
        """Expected counts (g, m) per read of the library, by maximum likelihood."""
        rates = np.zeros_like(counts)
        some = np.flatnonzero(counts.any(axis=1))
        saturated = self.x.shape[0] == self.x.shape[1]
        rates[some] = counts[some] / sizes[some] if saturated else poisson_rates(counts[some], sizes[some], self.x)
        return rates


def zero_model(design: FloatArray) -> ZeroModel:
    """Prepare a design (n, p).

    A sample's leverage is at most one over the number of samples like it, so that rows with fewer zeros than the
    inverse of the largest leverage cannot be expected to be zero anywhere.
    """
    distinct, pool = np.unique(design, axis=0, return_inverse=True)
    leverage = np.square(pivoted_qr(design).q).sum(axis=1).max(initial=0.0)
    fewest = max(_FEWEST, 1.0 / leverage) - NOTHING if leverage > 0.0 else np.inf
    return ZeroModel(pool.reshape(-1).astype(np.intp), pivoted_qr(distinct).q, float(fewest))
