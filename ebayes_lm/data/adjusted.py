"""Values that are adjusted as they are read, each row by what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.data.blocks import ROW_CELLS
from ebayes_lm.data.derived import DerivedSource
from ebayes_lm.data.fingerprints import digest


class Adjust(Protocol):
    """What is done to rows. It travels to other processes: pickled, with what it knows of all rows."""

    def __call__(self, values: AnyArray, at: slice, out: FloatArray) -> AnyArray | None:
        """Write values (g, n) of the rows ``at`` to ``out``, adjusted; the same for a row whatever rows are beside it.

        What it returns, if anything, is a count (g,) of values that cannot be adjusted.
        """


@dataclass(frozen=True, eq=False)
class AdjustedSource(DerivedSource):
    """Rows of another source, adjusted.

    Attributes
    ----------
    adjust : callable
    cells : int
        Cells that are adjusted at once, so that what this takes is little beside a block.
    """

    adjust: Adjust
    cells: int = ROW_CELLS

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return np.dtype(np.float64)

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``."""
        out = np.empty((stop - start, self.shape[1]))
        self.put(self.source.read(start, stop), slice(start, stop), out)
        return out

    def put(self, values: AnyArray, at: slice, out: FloatArray) -> tuple[AnyArray, ...]:
        """Adjust values that were read, a few rows at a time; what cannot be adjusted of each, if that is counted."""
        step = max(1, self.cells // self.shape[1])
        counts = []
        for low in range(0, len(values), step):
            part = values[low : low + step]
            rows = slice(at.start + low, at.start + low + len(part))
            counts.append(self.adjust(part, rows, out[low : low + step]))
        known = [count for count in counts if count is not None]
        return (np.concatenate(known),) if known else ()

    def fingerprint(self) -> str:
        """Of the values as they were, and of rows spread over all as they are."""
        return digest(self.source.fingerprint(), super().fingerprint())
