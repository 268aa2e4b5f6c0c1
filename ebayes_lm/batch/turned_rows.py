"""What a design leaves of rows, taken again for each pass where there is no room to keep it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import add

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.batch.row_passes import RowPasses
from ebayes_lm.core.factor_analysis import CrossProduct, cross_product
from ebayes_lm.core.in_order import InOrder
from ebayes_lm.core.row_layout import squared_lengths
from ebayes_lm.data.blocks import BLOCK_CELLS, Running, memory_bytes, run_blocks
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.scratch import by_features
from ebayes_lm.data.sources import ArraySource, SparseSource

#: Cells that are kept of a matrix on disk where nothing else is said, and what share of the room otherwise.
_KEPT_CELLS, _KEPT_SHARE = 16 * BLOCK_CELLS, 2


@dataclass(frozen=True, eq=False)
class TurnedRows:
    """Rows of a matrix in a basis.

    Attributes
    ----------
    matrix : FeatureMatrix
    basis : (n, m) array
    unit : float
        A power of two that values are multiplied by.
    running : Running
    used : (g,) integer array
        Rows that take part, in rising order.
    places : (v,) integer array
        Some of these, in rising order, that have other values, ``instead`` (v, m).
    """

    matrix: FeatureMatrix
    basis: FloatArray
    unit: float
    running: Running
    used: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    places: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    instead: FloatArray = field(default_factory=lambda: np.empty((0, 0)))

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows that take part, and of columns."""
        return len(self.used), self.basis.shape[1]

    @property
    def can_be_held(self) -> bool:
        """Whether the rows of the matrix can be kept in this basis: where they are in memory anyway, or small."""
        if isinstance(by_features(self.matrix.source, self.running), (ArraySource, SparseSource)):
            return True
        most = self.running.max_memory
        cells = _KEPT_CELLS if most is None else memory_bytes(most) // (8 * _KEPT_SHARE)
        return bool(self.matrix.shape[0] * self.basis.shape[1] <= cells)

    def in_unit(self, y: AnyArray) -> FloatArray:
        """Values in their unit, zero where they are missing."""
        return np.nan_to_num(np.multiply(y, self.unit, dtype=np.float64), copy=False)

    def squares(self) -> FloatArray:
        """Sums of squares of all rows."""
        return self._each(squared_lengths)

    def along(self, basis: FloatArray) -> FloatArray:
        """All rows in a basis (m, k) of what they are turned to."""
        return self._each(lambda rows: rows @ basis)

    def cross(self, weights: FloatArray) -> FloatArray:
        """Cross product of rows times their weights."""

        def product(y: FloatArray, at: slice) -> FloatArray:
            rows, here = self._turned(y, at)
            return cross_product(rows, weights[here])

        return RowPasses(self.matrix, self.running).total(product)

    def crosses(self, weights: FloatArray, parts: list[IntArray]) -> list[FloatArray]:
        """The same of some of the rows each, in one pass."""
        part_of = np.empty(len(self.used), dtype=np.intp)
        for k, part in enumerate(parts):
            part_of[part] = k

        def products(y: FloatArray, at: slice) -> FloatArray:
            rows, here = self._turned(y, at)
            inside = (np.flatnonzero(part_of[here] == k) for k in range(len(parts)))
            return np.stack([cross_product(rows[some], weights[here][some]) for some in inside])

        return list(RowPasses(self.matrix, self.running).total(products))

    def _each(self, work: Callable[[FloatArray], FloatArray]) -> FloatArray:
        passes = RowPasses(self.matrix, self.running)
        return np.concatenate(passes.folded(lambda y, at: [work(self._turned(y, at)[0])], add))

    def _turned(self, y: FloatArray, at: slice) -> tuple[FloatArray, slice]:
        """Rows of a block that take part, and where they stand among all that do."""
        low, high = np.searchsorted(self.used, (at.start, at.stop))
        rows = self.in_unit(y[self.used[low:high] - at.start]) @ self.basis
        first, last = np.searchsorted(self.places, (at.start, at.stop))
        if last > first:
            rows[np.searchsorted(self.used[low:high], self.places[first:last])] = self.instead[first:last]
        return rows, slice(int(low), int(high))


def cross_in_blocks(running: Running) -> CrossProduct:
    """Cross products of weighted rows that are held, added up over blocks in threads."""

    def cross(rows: FloatArray, weights: FloatArray) -> FloatArray:
        if rows.size <= BLOCK_CELLS:
            return cross_product(rows, weights)
        total: InOrder[FloatArray] = InOrder(np.add)

        def block(at: slice) -> tuple[AnyArray, ...]:
            total.add(cross_product(rows[at], weights[at]), at)
            return ()

        run_blocks(block, rows.shape[0], rows.shape[1], running.quiet)
        return total.whole

    return cross
