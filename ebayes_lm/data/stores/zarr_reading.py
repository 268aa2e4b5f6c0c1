"""Values of a zarr array, with a look at every chunk before zarr unpacks it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.stores.zarr_chunks import index_bytes, require_bounded, shard_entries
from ebayes_lm.data.stores.zarr_codecs import Stored
from ebayes_lm.errors import DataError, EbayesLMError

_METADATA = ("zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata")


def zarr_array(folder: Path, stored: Stored, absent: frozenset[str]) -> Any:
    """The array in a folder, opened by zarr; chunks that are neither there nor known to be absent are an error.

    Raises
    ------
    DataError
        zarr cannot open it, or finds another shape than it had.
    """
    import zarr

    try:
        store = _guarded_store()(folder, stored, absent)
        array = zarr.open_array(store=store, mode="r", zarr_format=3 if stored.format == 3 else 2)
    except EbayesLMError:
        raise
    except Exception as error:  # what damaged metadata bring about in zarr is of any type
        raise unreadable(folder, error) from None
    if array.shape != stored.shape or (stored.dtype is not None and array.dtype != stored.dtype):
        raise DataError(f"{folder} is not as it was when it was opened: {array.dtype} of shape {array.shape}")
    return array


def read_values(folder: Path, array: Any, at: tuple[slice, ...], what: str = "") -> AnyArray:
    """A part of an array.

    Raises
    ------
    DataError
        Chunks that cannot be read or unpacked.
    """
    try:
        values: AnyArray = np.asarray(array[at])
    except EbayesLMError:
        raise
    except Exception as error:  # codecs raise errors of any type
        raise unreadable(folder, error, what) from None
    return values


def unreadable(folder: Path, error: Exception, what: str = "") -> DataError:
    """What is wrong, in one line."""
    line = (str(error).strip().splitlines() or [""])[0]
    return DataError(f"{folder} cannot be read{what}: {type(error).__name__} {line:.200}")


@cache
def _guarded_store() -> Any:
    """A folder as a store of zarr that looks at chunks; a class of its own once zarr is wanted."""
    from zarr.storage import LocalStore

    class GuardedStore(LocalStore):  # type: ignore[misc, unused-ignore]
        def __init__(
            self, root: Path, stored: Stored, absent: frozenset[str] = frozenset(), *, read_only: bool = True
        ) -> None:
            super().__init__(root, read_only=True)
            self._stored, self._absent = stored, absent

        async def get(self, key: str, prototype: Any = None, byte_range: Any = None) -> Any:
            found = await super().get(key, prototype, byte_range)
            if key in _METADATA:
                return found
            if found is not None:
                _look_at(self.root / key, found, byte_range, self._stored)
            elif key not in self._absent:
                raise DataError(f"{self.root / key} was there when the array was opened, and is gone")
            return found

    return GuardedStore


def _look_at(file: Path, found: Any, byte_range: Any, stored: Stored) -> None:
    """Bounds of what a chunk, or the chunks of a shard, unpack to."""
    if stored.compressor is None or not len(found):
        return
    chunk = memoryview(found.as_numpy_array()).cast("B")
    if stored.index is None:
        require_bounded(file, chunk, stored)
        return
    at_start, length = stored.index[0], index_bytes(stored)
    if byte_range is not None:
        if hasattr(byte_range, "end") and not (at_start and byte_range.start == 0):
            require_bounded(file, chunk, stored)
        return
    entries = shard_entries(bytes(chunk[:length] if at_start else chunk[-length:]), stored)
    if entries is None:
        raise DataError(f"{file} is shorter than the index of its chunks")
    for start, size in entries.reshape(-1, 2).tolist():
        if start < len(chunk):
            require_bounded(file, chunk[start : start + size], stored)
