"""Complete rows of a matrix, gone through as often as a method needs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.hidden_variables import OfRows
from ebayes_lm.core.in_order import InOrder, Part
from ebayes_lm.data.blocks import ROW_CELLS, Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import DataError, counted, listing

#: Cells in a block: it stays in cache between one product and the next, and threads share the blocks evenly.
_CELLS = 4 * ROW_CELLS

_REMEDIES = {
    "infinite": "A logarithm of zero is the usual cause: add an offset before it",
    "missing": (
        "Leave the others out, as in y.dropna(), and fit all of them under the design that comes back; or impute what "
        "is missing. latent_factors(missing=...) does both by itself"
    ),
}


@dataclass(frozen=True, eq=False)
class RowPasses:
    """Rows of a matrix without missing values.

    Attributes
    ----------
    matrix : FeatureMatrix
    running : Running
    """

    matrix: FeatureMatrix
    running: Running

    @classmethod
    def of(cls, matrix: FeatureMatrix, running: Running) -> RowPasses:
        """The rows, after a look whether all values are there.

        Raises
        ------
        DataError
            Values are missing or infinite.
        """

        def look(values: AnyArray, _: slice) -> tuple[AnyArray, ...]:
            if np.isfinite(np.vdot(values, values)):
                nothing = np.zeros(len(values), dtype=bool)
                return nothing, nothing
            return np.asarray(np.isinf(values).any(axis=1)), np.asarray(np.isnan(values).any(axis=1))

        infinite, missing = matrix.map_blocks(look, running, _CELLS)
        for rows, what in ((infinite, "infinite"), (missing, "missing")):
            if rows.any():
                which = f"{counted(int(rows.sum()), 'feature')} of {matrix.shape[0]:,}"
                raise DataError(
                    f"{what} values in {which} ({listing(matrix.features[rows], 3)}): hidden variables are estimated "
                    f"from complete features. {_REMEDIES[what]}"
                )
        return cls(matrix, running)

    def each(self, work: OfRows) -> tuple[AnyArray, ...]:
        """Arrays over all rows, of what ``work`` gives for each block."""

        def block(values: AnyArray, at: slice) -> tuple[AnyArray, ...]:
            return work(values.astype(np.float64, copy=False), at)

        return self.matrix.map_blocks(block, self.running, _CELLS)

    def folded(self, work: Callable[[FloatArray, slice], Part], join: Callable[[Part, Part], Part]) -> Part:
        """What ``work`` gives for each block, joined in the order of the blocks."""
        parts = InOrder(join)

        def block(values: AnyArray, at: slice) -> tuple[AnyArray, ...]:
            parts.add(work(values.astype(np.float64, copy=False), at), at)
            return ()

        self.matrix.map_blocks(block, self.running, _CELLS)
        return parts.whole

    def total(self, work: Callable[[FloatArray, slice], FloatArray]) -> FloatArray:
        """What ``work`` gives for each block, added up in the order of the blocks."""
        return self.folded(work, np.add)

    def cross_product(self, work: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """Sum of ``z' z`` over blocks, z being what ``work`` makes of a block."""

        def product(y: FloatArray, _: slice) -> FloatArray:
            z = work(y)
            return np.asarray(z.T @ z)

        return self.total(product)

    def centred_cross_product(self, weights: FloatArray) -> FloatArray:
        """Cross product (n, n) of rows less their means, times their weights (G,)."""

        def product(y: FloatArray, at: slice) -> FloatArray:
            counting = np.flatnonzero(weights[at])
            z = y[counting]
            z -= z.mean(axis=1, keepdims=True)
            z *= weights[at][counting, None]
            return np.asarray(z.T @ z)

        return self.total(product)
