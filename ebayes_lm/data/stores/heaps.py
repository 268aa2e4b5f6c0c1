"""The heaps in which HDF5 keeps text: what is broken there keeps the library busy, or takes any amount of memory."""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np

from ebayes_lm.errors import DataError

#: How a heap begins, up to its size.
_BEGIN = b"GCOL\x01\x00\x00\x00"
#: Number of an object, users, nothing, and its size.
_OBJECT = Struct("<HHIQ")
_SIZE = Struct("<Q")
#: Files up to this size are looked through: a large one would have to be read once for it.
_LARGEST = 1 << 28
#: Bytes that are looked through at once.
_PIECE = 1 << 22


def require_sound_heaps(path: Path) -> None:
    """Refuse a file with a heap whose objects do not lead to its end.

    Raises
    ------
    DataError
        There is one.
    """
    state = path.stat()
    if 0 < state.st_size <= _LARGEST:
        _look_through(path, (state.st_ino, state.st_size, state.st_mtime_ns))


@lru_cache(maxsize=64)
def _look_through(path: Path, _: tuple[int, ...]) -> None:
    """Look through a file; one that is as it was is not read again."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        for low in range(0, len(held), _PIECE):
            high = low + _PIECE + len(_BEGIN) - 1
            at = held.find(_BEGIN, low, high)
            while at >= 0:
                if not _is_sound(held, at):
                    raise DataError(f"{path} is damaged: the text that begins at byte {at:,} of it leads nowhere")
                at = held.find(_BEGIN, at + len(_BEGIN), high)
            if hasattr(mmap, "MADV_DONTNEED"):  # pages that were read count as memory of the process
                held.madvise(mmap.MADV_DONTNEED)


def _is_sound(held: mmap.mmap, start: int) -> bool:
    """The library steps from object to object, and stays where one takes no room."""
    at = start + len(_BEGIN) + _SIZE.size
    if at > len(held):
        return False
    end = start + int(_SIZE.unpack_from(held, start + len(_BEGIN))[0])
    if end > len(held):
        return False
    while at + _OBJECT.size <= end:
        number, _, _, size = _OBJECT.unpack_from(held, at)
        # what is left over has number 0, and counts its own head
        step = _OBJECT.size + -(-size // 8) * 8 if number else size
        if not step:
            return False
        at += step
    return at <= end


def require_sound_text(dataset: Any) -> None:
    """Refuse text of variable length that is longer than its file, which the library would make room for.

    Raises
    ------
    DataError
        It is.
    """
    room = Path(dataset.file.filename).stat().st_size
    for raw in _references(dataset):
        # of each text its length, and in the next 12 bytes its place
        room -= int(np.frombuffer(raw, dtype="<u4")[::4].sum(dtype=np.int64))
        if room < 0:
            raise DataError(f"{dataset.file.filename} is damaged: {dataset.name!r} says that it is longer than that")


def _references(dataset: Any) -> Iterator[bytes]:
    """Where each text lies, as stored; nothing where that is packed in a way that only the library knows."""
    size = dataset.size * 16
    offset = dataset.id.get_offset() if dataset.chunks is None else None
    if offset is not None:
        with Path(dataset.file.filename).open("rb") as file:
            file.seek(offset)
            yield file.read(size)
    elif dataset.chunks is not None:
        made = dataset.id.get_create_plist()
        filters = [made.get_filter(number)[0] for number in range(made.get_nfilters())]
        places: list[Any] = []
        dataset.id.chunk_iter(lambda chunk: places.append(chunk.chunk_offset))
        for place in places:
            skipped, raw = dataset.id.read_direct_chunk(place)
            used = [code for bit, code in enumerate(filters) if not skipped >> bit & 1]
            found = _unpacked(raw, used, dataset.chunks[0] * 16)
            if found is not None:
                yield found


def _unpacked(raw: bytes, filters: list[int], size: int) -> bytes | None:
    """A chunk of references as it was before gzip."""
    import h5py

    # the library leaves references out of shuffling and checksums
    if filters == [h5py.h5z.FILTER_DEFLATE]:
        raw = zlib.decompressobj().decompress(raw, size)
    elif filters:
        return None
    return raw[: len(raw) - len(raw) % 16]
