"""Rows of a matrix and the fit that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.core.mixed_covariance import MixedCovariances
from ebayes_lm.core.ols import KERNEL_CELLS
from ebayes_lm.core.residual_rows import ResidualRows, Standardised
from ebayes_lm.data.blocks import BLOCK_CELLS, ROW_CELLS
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.results.linear import LinearFit


def residual_rows(fit: LinearFit) -> ResidualRows:
    """What takes residuals of the rows of a fit again."""
    return ResidualRows(fit.plan, None if fit.covariances is None else fit.covariances.designs)


@dataclass(frozen=True, eq=False)
class FittedRows:
    """Blocks of a matrix and the fit that they belong to.

    Attributes
    ----------
    fit : LinearFit
    matrix : FeatureMatrix
    order : (n,) integer array
        Where the samples of the design stand in the matrix.
    rows : ResidualRows
    """

    fit: LinearFit
    matrix: FeatureMatrix
    order: IntArray
    rows: ResidualRows

    @cached_property
    def in_order(self) -> bool:
        """Whether the samples of matrix and design stand in one order."""
        return np.array_equal(self.order, np.arange(self.matrix.shape[1]))

    @property
    def n(self) -> int:
        """Samples that take part."""
        return self.fit.plan.n_used

    @property
    def cells(self) -> int:
        """Cells in a block: few where rows are worked on singly."""
        return ROW_CELLS if self.has_single else BLOCK_CELLS

    @property
    def has_single(self) -> bool:
        """Whether any row has a design of its own."""
        return self.fit.covariances is not None and len(self.fit.covariances) > 0

    def values(self, block: AnyArray) -> AnyArray:
        """A block in the order of the design."""
        return block if self.in_order else block[:, self.order]

    def single(self, at: slice) -> tuple[IntArray, FloatArray, FloatArray | None]:
        """Rows of a block with a design of their own, by position in it; their weights and correlations."""
        own = self.fit.covariances
        if own is None:
            return np.empty(0, dtype=np.intp), np.empty((0, len(self.order))), None
        low, high = np.searchsorted(own.rows, (at.start, at.stop))
        found = own.rows[low:high]
        rho = np.nan_to_num(own.rho[found]) if isinstance(own, MixedCovariances) else None
        return found - at.start, own.row_weights(slice(low, high)), rho

    @property
    def use_kernel(self) -> bool:
        """Whether there are so many rows that a compiled kernel pays."""
        return self.matrix.shape[0] * self.n >= KERNEL_CELLS

    def complete_rows(self, y: AnyArray, at: slice, room: FloatArray, least: float) -> Standardised:
        """Residuals of rows y (g, n) that stand ``at``, put into ``room``; those with their own design come after.

        Only squares from ``least`` count as the largest of a row.
        """
        own = self.fit.covariances
        if own is not None and np.diff(np.searchsorted(own.rows, (at.start, at.stop)))[0] == len(y):
            sigma, df, largest = np.zeros((3, len(y)))
            return Standardised(np.zeros((len(y), self.n)), sigma, df, largest, np.zeros(len(y), dtype=np.int32))
        return self.rows.complete(y, use_kernel=self.use_kernel, room=room, least=least)

    def single_rows(self, y: AnyArray, at: slice, found: Standardised) -> tuple[FloatArray, FloatArray, IntArray]:
        """Put residuals of rows with a design of their own into ``found``, for rows y (g, n) that stand ``at``.

        Returns what is left of samples (g, m), weights (v, m) of those rows, and which they are.
        """
        rows, weights, rho = self.single(at)
        values = y[rows].astype(np.float64)
        weights = np.where(np.isfinite(values), weights, 0.0)
        own, own_free = self.rows.single(values, weights, rho)
        free = np.broadcast_to(self.rows.free, (len(y), self.n)).copy()
        free[rows] = own_free
        for target, part in zip(found, own, strict=True):
            target[rows] = part
        return free, weights if self.fit.plan.used is None else weights[:, self.fit.plan.used], rows
