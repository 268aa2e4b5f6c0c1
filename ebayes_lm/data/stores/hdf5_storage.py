"""How values lie in an HDF5 file, whether all of them are there, and vectors of them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.stores.hdf5_file import reading
from ebayes_lm.data.stores.heaps import require_sound_text
from ebayes_lm.data.stores.links import external_file, require_inside
from ebayes_lm.data.stores.pieces import Piece
from ebayes_lm.errors import DataError, counted

#: Bytes of a chunk: it is unpacked as a whole, whatever part of it is wanted.
LARGEST_CHUNK = 2 << 30
#: A vector beyond this size may take so many times the bytes in which it is stored.
_LARGE_VECTOR, _PACKED = 1 << 30, 100
#: Names that are read at once: as objects of Python they take several times their room.
_NAMES = 1 << 16


def named(dataset: Any) -> str:
    """File and name, for messages."""
    return f"{dataset.file.filename}: {dataset.name!r}"


def require_stored(dataset: Any, allow_external: bool) -> None:
    """Refuse a dataset whose values cannot be read, or are not all there.

    Raises
    ------
    DataError
        Values lie in other files or were never written, a compression is not installed, or chunks are too large.
    """
    require_inside(dataset, allow_external)
    if dataset.is_virtual or dataset.external:
        return
    _require_filters(dataset)
    if dataset.chunks is None:
        _require_length(dataset)
    else:
        _require_chunks(dataset)


def _require_filters(dataset: Any) -> None:
    import h5py

    made = dataset.id.get_create_plist()
    for number in range(made.get_nfilters()):
        code, _, _, text = made.get_filter(number)
        if not h5py.h5z.filter_avail(code):
            name = text.decode(errors="replace")
            raise DataError(
                f"{named(dataset)} is packed by filter {code} ({name}), which is not installed here; import hdf5plugin "
                "beforehand, or pack the file anew with gzip"
            )


def _require_length(dataset: Any) -> None:
    """Of values in one piece."""
    wanted = dataset.size * dataset.id.get_type().get_size()
    stored = dataset.id.get_storage_size()
    if stored < wanted:
        raise DataError(
            f"{named(dataset)} has {stored:,} bytes where its {dataset.size:,} values take {wanted:,}: they were never "
            "written"
        )
    offset = dataset.id.get_offset()
    if offset is not None and offset + wanted > Path(dataset.file.filename).stat().st_size:
        raise DataError(f"{named(dataset)} goes beyond the end of the file, which has been cut off")


def _require_chunks(dataset: Any) -> None:
    size = math.prod(dataset.chunks) * dataset.id.get_type().get_size()
    if size > LARGEST_CHUNK:
        raise DataError(
            f"{named(dataset)} has chunks of {size:,} bytes each, and at most {LARGEST_CHUNK:,} are read at once; "
            "write it with smaller chunks"
        )
    wanted = math.prod(-(-extent // chunk) for extent, chunk in zip(dataset.shape, dataset.chunks, strict=True))
    stored = dataset.id.get_num_chunks()
    if stored < wanted:
        raise DataError(
            f"{named(dataset)} lacks {wanted - stored:,} of its {counted(wanted, 'chunk')}, and would read as the fill "
            "value there; finish writing it, or write the fill value where it is meant"
        )
    _require_packed(dataset, size)


def _require_packed(dataset: Any, size: int) -> None:
    """Chunks that lie in the file, and take about as many bytes as there are to unpack at most."""
    length = Path(dataset.file.filename).stat().st_size
    seen = [0, 0]

    def look(chunk: Any) -> None:
        seen[0] = max(seen[0], chunk.size)
        seen[1] = max(seen[1], (chunk.byte_offset or 0) + chunk.size)

    dataset.id.chunk_iter(look)
    if seen[1] > length:
        raise DataError(f"{named(dataset)} goes beyond the end of the file, which has been cut off")
    if seen[0] > 2 * size + 4096:
        raise DataError(f"{named(dataset)} has a chunk of {seen[0]:,} bytes, to be unpacked into {size:,}")


def values_of(dataset: Any) -> Any:
    """Values to be sliced: past the library where they lie in one piece as NumPy has them, else the dataset.

    The library reads far more than is wanted of a piece, and one thread at a time.
    """
    import h5py

    as_numpy = h5py.h5t.py_create(dataset.dtype, logical=True).equal(dataset.id.get_type())
    if dataset.external:
        if not as_numpy:
            raise DataError(
                f"{named(dataset)} lies in another file, in numbers of its own kind; write it into this one"
            )
        return Piece(*external_file(dataset), dataset.shape, dataset.dtype)
    offset = dataset.id.get_offset() if dataset.chunks is None else None
    if offset is None or not as_numpy or not dataset.size:
        return dataset
    return Piece(Path(dataset.file.filename), offset, dataset.shape, dataset.dtype)


def vector(dataset: Any, length: int, kinds: str, allow_external: bool = False) -> AnyArray:
    """The values of a dataset of one dimension.

    Raises
    ------
    DataError
        Another length or another kind of values than wanted, or much more than the file can hold.
    """
    _require_vector(dataset, length, kinds, allow_external)
    with reading(dataset.file.filename, f"at {dataset.name!r}"):
        values: AnyArray = (_text(dataset) if is_text(dataset) else values_of(dataset))[...]
    return np.array(values, dtype=values.dtype.newbyteorder("="))


def _require_vector(dataset: Any, length: int, kinds: str, allow_external: bool) -> None:
    if getattr(dataset, "shape", None) != (length,) or dataset.dtype.kind not in kinds:
        raise DataError(f"{named(dataset)} is not a vector of the {length:,} values that belong there")
    require_stored(dataset, allow_external)
    size, stored = length * dataset.dtype.itemsize, dataset.id.get_storage_size()
    if size > max(_LARGE_VECTOR, _PACKED * stored) and not (dataset.is_virtual or dataset.external):
        raise DataError(f"{named(dataset)} takes {size:,} bytes, and {stored:,} are in the file: it is not read")


def _text(dataset: Any) -> Any:
    """Text, to be sliced."""
    if dataset.external:
        raise DataError(f"{named(dataset)} is text in another file; write it into this one")
    if dataset.dtype.kind == "O":
        require_sound_text(dataset)
    return dataset.asstr()


def is_text(dataset: Any) -> bool:
    """Whether it holds strings."""
    import h5py

    return h5py.check_string_dtype(dataset.dtype) is not None


def labels(dataset: Any, length: int, allow_external: bool = False) -> pd.Index:
    """Names along an axis of so many.

    Raises
    ------
    DataError
        No text, or another number of names.
    """
    if getattr(dataset, "ndim", None) != 1 or not is_text(dataset):
        raise DataError(f"{named(dataset)} is no list of names")
    if len(dataset) != length:
        raise DataError(
            f"{named(dataset)} has {counted(len(dataset), 'name')} for an axis of {length:,}; orientation= says "
            "whether features or samples stand in rows"
        )
    _require_vector(dataset, length, "OS", allow_external)
    with reading(dataset.file.filename, f"at {dataset.name!r}"):
        text = _text(dataset)
        first, *others = (pd.Index(text[at : at + _NAMES]) for at in range(0, max(1, length), _NAMES))
        found: pd.Index = first.append(others)
        return found
