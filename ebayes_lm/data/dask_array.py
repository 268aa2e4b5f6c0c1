"""Dask arrays as sources: their chunks are computed where and when a block needs them."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.sources import Source
from ebayes_lm.errors import DataError

#: Cells of chunks that a thread holds on to while it reads blocks that are smaller than they.
_HELD_CELLS = 1 << 25


@dataclass(frozen=True, eq=False)
class DaskSource(Source):
    """Rows of a dask array of features x samples.

    Attributes
    ----------
    array : dask.array.Array
    """

    array: Any
    _held: threading.local = field(default_factory=threading.local, init=False, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Features, samples."""
        return (int(self.array.shape[0]), int(self.array.shape[1]))

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        dtype: np.dtype[Any] = self.array.dtype
        return dtype

    @property
    def grain(self) -> int:
        """Rows of the largest chunk."""
        return max(1, *(int(rows) for rows in self.array.chunks[0]))

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``: by the active client, or where there is none, by the thread that asks.

        Rows of a chunk that is larger are taken from it, and a thread keeps the last such chunks.
        """
        low, high = self._chunks_around(start, stop)
        if high - low == stop - start or (high - low) * self.shape[1] > _HELD_CELLS:
            return self._computed(start, stop)
        held: tuple[int, AnyArray] | None = getattr(self._held, "rows", None)
        if held is None or not held[0] <= start <= stop <= held[0] + len(held[1]):
            held = self._held.rows = (low, self._computed(low, high))
        return held[1][start - held[0] : stop - held[0]]

    def rows(self, start: int, stop: int) -> Any:
        """Rows ``start`` to ``stop`` as one dask object, not yet computed."""
        rows = self.array[start:stop]
        if rows.numblocks != (1, 1):
            rows = rows.rechunk((stop - start, self.shape[1]), method="tasks")
        return rows.to_delayed()[0, 0]

    def _computed(self, start: int, stop: int) -> AnyArray:
        where = {} if active_client() is not None else {"scheduler": "synchronous"}
        return plain_rows(self.array[start:stop].compute(**where), (stop - start, self.shape[1]), self.dtype)

    def _chunks_around(self, start: int, stop: int) -> tuple[int, int]:
        """Where the chunks that hold these rows begin and end."""
        edges = np.concatenate(([0], np.cumsum(self.array.chunks[0])))
        low = edges[np.searchsorted(edges, start, side="right") - 1]
        return min(start, int(low)), int(edges[np.searchsorted(edges, stop)])

    def __getstate__(self) -> dict[str, Any]:
        """What is held stays behind."""
        return {"array": self.array}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Begin with nothing held."""
        self.__dict__.update(state, _held=threading.local())


def is_dask_array(y: Any) -> bool:
    """Whether this is a dask array, without importing the package."""
    return type(y).__name__ == "Array" and type(y).__module__.startswith("dask.array")


def dask_source(array: Any) -> DaskSource:
    """A dask array of features x samples; a vector is one feature.

    Raises
    ------
    DataError
        Another number of axes, sizes that are not known, or no real numbers.
    """
    if array.ndim == 1:
        array = array[None, :]
    if array.ndim != 2:
        raise DataError(f"the matrix must have two dimensions, features x samples, and has {array.ndim}")
    if any(np.isnan(size) for sizes in array.chunks for size in sizes):
        raise DataError(
            "the dask array does not know the sizes of its chunks; array.compute_chunk_sizes() finds them, and "
            "to_dask_array(lengths=True) does where it comes from a table"
        )
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"the matrix must hold real numbers and holds {array.dtype}; convert it, with NaN where a value is missing"
        )
    if isinstance(array._meta, np.ma.MaskedArray) and array.dtype.kind != "f":
        array = array.astype(np.float64)  # a masked value is NaN, which other types do not have
    return DaskSource(array)


def plain_rows(values: Any, shape: tuple[int, int], dtype: np.dtype[Any]) -> AnyArray:
    """What a dask array computed to, as a C-contiguous array; sparse chunks filled up, masked values missing.

    Raises
    ------
    DataError
        Chunks are not what the array says of itself.
    """
    if isinstance(values, np.ma.MaskedArray):
        if values.dtype.kind != "f" and np.ma.is_masked(values):
            raise DataError(f"values of the dask array are masked, and {values.dtype} has no NaN; use .astype(float)")
        values = values.filled(np.nan) if values.dtype.kind == "f" else values.data
    for turn in ("toarray", "todense"):
        if hasattr(values, turn):
            values = getattr(values, turn)()
            break
    if not isinstance(values, np.ndarray) or values.shape != shape or values.dtype != dtype:
        found = f"{getattr(values, 'dtype', type(values).__name__)} of shape {np.shape(values)}"
        raise DataError(f"the dask array says that these rows are {dtype} of shape {shape}, and they are {found}")
    return np.ascontiguousarray(values)


def active_client() -> Any:
    """The distributed client that is active; None where nobody has made one."""
    # another thread may be in the middle of importing the package, and nobody has made a client then
    default_client = getattr(sys.modules.get("distributed"), "default_client", None)
    if default_client is None:
        return None
    try:
        return default_client()
    except ValueError:
        return None
