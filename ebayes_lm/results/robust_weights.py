"""Weights that robust fits gave to observations, found again by row: kept, they would be as large as the matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray, FloatRows
from ebayes_lm.core.linear_plan import LinearPlan
from ebayes_lm.data.blocks import ROW_CELLS
from ebayes_lm.data.derived import DerivedSource


@dataclass(frozen=True, eq=False)
class RobustWeights(DerivedSource):
    """Fits rows once more for their weights, which do not depend on the rows beside them but for rounding.

    Attributes
    ----------
    source : Source
        The values.
    plan : LinearPlan
        Robust.
    cells : (G, n) array or what reads its rows, or None
        Weights of observations that are known beforehand.
    """

    plan: LinearPlan
    cells: FloatRows | None

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return np.dtype(np.float64)

    def read(self, start: int, stop: int) -> AnyArray:
        """Weights of the rows ``start`` to ``stop``, a few at a time: fits take several copies."""
        found, step = np.empty((stop - start, self.shape[1])), max(1, ROW_CELLS // self.shape[1])
        for low in range(start, stop, step):
            high = min(stop, low + step)
            cells = None if self.cells is None else self.cells[low:high]
            _, own = self.plan.rows(self.source.read(low, high), cells, use_kernel=False)
            if own is not None:
                found[low - start : high - start] = own.weights
        return found
