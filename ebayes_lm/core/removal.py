"""Taking nuisance effects out of rows: those of a linear model that also has what is to be kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.linear_plan import LinearPlan, linear_plan

#: Cells that are worked on at once, so that they stay in the cache from reading to writing.
_PIECE_CELLS = 1 << 15


@dataclass(frozen=True, eq=False)
class Removal:
    """A design (n, p) whose last columns are nuisance, prepared for blocks of rows.

    Attributes
    ----------
    plan : LinearPlan
        Of the whole design.
    nuisance : (b, n) array
        Columns that are removed, as rows: those that can be told from all before them.
    weights : (n, b) array
        What makes coefficients of these of the values of a complete row.
    positions : (b,) integer array
        Their positions in the design.
    """

    plan: LinearPlan
    nuisance: FloatArray
    weights: FloatArray
    positions: IntArray

    def rows(self, y: AnyArray, left: FloatArray, cells: FloatArray | None = None) -> AnyArray:
        """Rows (g, n) without nuisance, written into ``left``, and how many infinite values each of them has (g,).

        A row with gaps, or with weights (g, n) of its own, loses what its own values can tell: coefficients that they
        cannot are zero.
        """
        if cells is not None:
            left[:] = self._singly(y, cells)
            return np.asarray(np.isinf(y).sum(axis=1, dtype=np.int32))
        infinite = np.zeros(len(y), dtype=np.int32)
        gaps = np.flatnonzero(~self._together(y, left))
        if len(gaps):
            left[gaps] = self._singly(y[gaps], None)
            infinite[gaps] = np.isinf(y[gaps]).sum(axis=1)
        return infinite

    def _together(self, y: AnyArray, left: FloatArray) -> AnyArray:
        """Write complete rows without nuisance, and say which these are: a row with gaps is not known."""
        known = np.ones(len(y), dtype=np.bool_)
        step = max(1, _PIECE_CELLS // y.shape[1])
        with np.errstate(invalid="ignore", over="ignore"):
            for start in range(0, len(y), step):
                at = slice(start, start + step)
                values = y[at].astype(np.float64, copy=False)
                coefficients = values @ self.weights
                known[at] = np.isfinite(coefficients).all(axis=1)
                np.matmul(coefficients, self.nuisance, out=left[at])
                np.subtract(values, left[at], out=left[at])
        return known

    def _singly(self, y: AnyArray, cells: FloatArray | None) -> FloatArray:
        fits, _ = self.plan.rows(y, cells, use_kernel=False)
        coefficients = np.nan_to_num(fits.coefficients[:, self.positions], nan=0.0)
        left: FloatArray = y - coefficients @ self.nuisance
        return left


def removal(
    kept: FloatArray,
    nuisance: FloatArray,
    sample_weights: FloatArray | None = None,
    correlation: BlockCorrelation | None = None,
) -> Removal:
    """Prepare the removal of columns (n, q) beside columns (n, p) that are kept, of which none is lost for a nuisance.

    Samples may have weights (n,) and be correlated.
    """
    plan = linear_plan(np.column_stack([kept, nuisance]), sample_weights, correlation)
    positions = plan.shared.qr.estimable
    positions = positions[positions >= kept.shape[1]]
    # coefficients are linear in the values, so that those of single samples give all others
    single = plan.shared.rows(np.eye(len(kept)), use_kernel=False).coefficients[:, positions]
    columns = np.ascontiguousarray(nuisance[:, positions - kept.shape[1]].T)
    return Removal(plan, columns, np.ascontiguousarray(single), positions)
