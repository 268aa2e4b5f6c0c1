"""Rows of a matrix for methods that learn from all of them: one block after the other, or added up in threads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ebayes_lm._typing import AnyArray, FloatArray, FloatRows
from ebayes_lm.core.in_order import InOrder, Sums, added
from ebayes_lm.core.sample_variances import Work
from ebayes_lm.data.blocks import BLOCK_CELLS, ROW_CELLS, Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.progress import Progress
from ebayes_lm.data.scratch import by_features


@dataclass(frozen=True, eq=False)
class MatrixRows:
    """Rows of a matrix with weights of their cells.

    Attributes
    ----------
    matrix : FeatureMatrix
    cells : (G, n) array or None
    running : Running
    """

    matrix: FeatureMatrix
    cells: FloatRows | None
    running: Running

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of samples."""
        return self.matrix.shape

    @property
    def weighted(self) -> bool:
        """Whether cells have weights."""
        return self.cells is not None

    def in_order(self) -> Iterator[tuple[AnyArray, FloatArray | None]]:
        """Blocks of values and weights, first to last."""
        source = by_features(self.matrix.source, self.running)
        with Progress(self.shape[0], self.running.progress) as progress:
            for at in self.running.bounds_in(source, ROW_CELLS):
                yield source.read(at.start, at.stop), None if self.cells is None else self.cells[at]
                progress.advance(at.stop - at.start)

    def total(self, work: Work) -> Sums:
        """What ``work`` gives for every block, added up in the order of the blocks."""
        total = InOrder(added)

        def block(y: AnyArray, at: slice) -> Sums:
            total.add(work(y, None if self.cells is None else self.cells[at], at), at)
            return ()

        self.matrix.map_blocks(block, self.running, BLOCK_CELLS if self.cells is None else ROW_CELLS)
        return total.whole
