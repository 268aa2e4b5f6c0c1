"""Whether the chunks of a zarr array are there, and what they unpack to.

zarr reads a chunk that is not there as its fill value: a lost file would turn into zeros. Chunks are therefore counted
when an array is opened, and looked at before they are unpacked.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ebayes_lm.data.stores.zarr_codecs import Stored
from ebayes_lm.errors import DataError, StorageWarning, counted, joined, listing, warn

#: Bytes that a chunk may have once it is unpacked.
LARGEST_CHUNK = 1 << 31
#: Files that may be absent where that is allowed; their names are kept.
MOST_ABSENT = 100_000
#: A compressor's output may exceed the chunk by this factor, for filters that narrow numbers.
_WIDER = 8
#: Bytes that gzip packs into one at most, and what may come of a chunk without looking closer.
_DEFLATED, _HARMLESS = 1032, 1 << 28
#: What a block of zstd unpacks to at most.
_ZSTD_BLOCK = 1 << 17
_NO_CHUNK = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class Absent:
    """Chunks that are not there.

    Attributes
    ----------
    files : frozenset of str
    within : int
        Chunks that are absent within shards.
    expected : int
        Chunks or shards that there should be.
    """

    files: frozenset[str]
    within: int
    expected: int

    @property
    def number(self) -> int:
        """Files, and chunks within others."""
        return len(self.files) + self.within


def absent_chunks(folder: Path, stored: Stored, root: Path, allow_external: bool) -> Absent:
    """Which chunks of an array are not there.

    Raises
    ------
    DataError
        None is, far too few are, more than the shape says, chunks too large to unpack, or links that lead elsewhere.
    """
    if (stored.chunk_bytes or 0) > LARGEST_CHUNK:
        raise DataError(
            f"{folder} has chunks {stored.chunks} of {stored.chunk_bytes:,} bytes, and {LARGEST_CHUNK:,} are read at "
            "most; write it anew in smaller ones"
        )
    inside = None if allow_external else root.resolve()
    chunk_like = re.compile(r"c([./]\d+)*" if stored.key[0] else r"\d+([./]\d+)*")
    found = {name: size for name, size in _files(folder, inside) if chunk_like.fullmatch(name)}
    expected = prod(stored.grid)
    if expected - len(found) > MOST_ABSENT or (expected and not found):
        raise DataError(f"{folder} holds {len(found):,} of its {counted(expected, 'chunk')}: it is no complete copy")
    names = {stored.file_name(index): index for index in product(*map(range, stored.grid))}
    beyond = found.keys() - names.keys()
    if beyond:
        raise DataError(
            f"{folder} says that its shape is {stored.shape}, and holds chunks beyond it, such as {min(beyond)!r}: its "
            "metadata are damaged, or a larger array was there before"
        )
    within = sum(_absent_within(folder, name, stored, names[name], size) for name, size in found.items())
    return Absent(frozenset(names.keys() - found.keys()), within, expected)


def require_chunks(folder: Path, absent: Absent, fill: Any) -> None:
    """Refuse absent chunks, but for those that stand for missing values: of these it warns.

    Raises
    ------
    DataError
        zarr would read something else in their place.
    """
    parts = []
    if absent.files:
        parts.append(f"{len(absent.files):,} of its {counted(absent.expected, 'chunk')} ({_first(absent.files)})")
    if absent.within:
        parts.append(f"{counted(absent.within, 'chunk')} within shards")
    lacks = f"{folder} lacks {joined(parts)}"
    if isinstance(fill, (float, np.floating)) and np.isnan(fill):
        warn(f"{lacks}: their values are missing, NaN", StorageWarning)
        return
    raise DataError(
        f"{lacks}, and zarr reads {fill!s:.20} in place of each. Copy the store again if it is not complete. If these "
        f"values are {fill!s:.20}, let them be written: a = zarr.open_array({str(folder)!r}, mode='r+').with_config("
        "{'write_empty_chunks': True}), then a[:] = a[:], or the same block by block"
    )


def _first(files: frozenset[str]) -> str:
    return listing(sorted(files, key=lambda name: [int(number) for number in re.findall(r"\d+", name)]), 3)


def _files(folder: Path, inside: Path | None, before: str = "", depth: int = 0) -> Iterator[tuple[str, int]]:
    """Names and sizes of files, down to where the numbers of two axes may lead."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if inside is not None and entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(inside):
                raise DataError(
                    f"{entry.path} is a link that leads out of the store; allow_external=True follows it, where you "
                    "trust who made the store"
                )
            if entry.is_file():
                yield before + entry.name, entry.stat().st_size
            elif entry.is_dir() and depth < 3:
                yield from _files(Path(entry.path), inside, f"{before}{entry.name}/", depth + 1)


def _absent_within(folder: Path, name: str, stored: Stored, index: tuple[int, ...], size: int) -> int:
    """Chunks of a shard that lie within the array and are not there."""
    if stored.index is None:
        return 0
    at_start, _ = stored.index
    length = index_bytes(stored)
    with (folder / name).open("rb") as file:
        file.seek(0 if at_start else max(0, size - length))
        entries = shard_entries(file.read(length), stored)
    if entries is None:
        raise DataError(f"{folder / name} is shorter than the index of its chunks")
    wanted = np.ones(stored.shards, dtype=bool)
    for axis, (number, whole, part, extent) in enumerate(
        zip(index, stored.files, stored.chunks, stored.shape, strict=True)
    ):
        kept = -(-min(whole, extent - number * whole) // part)
        np.moveaxis(wanted, axis, 0)[kept:] = False
    starts, lengths = entries[..., 0], entries[..., 1]
    there = wanted & (starts != _NO_CHUNK)
    if (there & ((lengths == 0) | (lengths > size) | (starts > size - np.minimum(lengths, size)))).any():
        raise DataError(f"{folder / name} has an index that points beyond its end: it is damaged or incomplete")
    return int(np.count_nonzero(wanted & ~there))


def index_bytes(stored: Stored) -> int:
    """Length of the index of a shard, with its checksum."""
    return 16 * prod(stored.shards) + (stored.index[1] if stored.index else 0)


def shard_entries(index: bytes, stored: Stored) -> npt.NDArray[np.uint64] | None:
    """Where chunks of a shard begin and how long they are; None where the index is not whole."""
    count = 2 * prod(stored.shards)
    if len(index) < index_bytes(stored):
        return None
    return np.frombuffer(index, dtype="<u8", count=count).reshape(*stored.shards, 2)


def require_bounded(file: Path, chunk: memoryview, stored: Stored) -> None:
    """Refuse a chunk that unpacks to more than a chunk of this array, or that makes its codec read beyond its end.

    Raises
    ------
    DataError
        It says so, or does when it is tried.
    """
    if stored.compressor == "blosc" and int.from_bytes(chunk[12:16], "little") > len(chunk):
        raise DataError(f"{file} is shorter than it says: it is damaged or incomplete")
    most = min(LARGEST_CHUNK, _WIDER * (stored.chunk_bytes or LARGEST_CHUNK) + 4096)
    size = _unpacked_bytes(stored.compressor, chunk, most)
    if size > most:
        raise DataError(f"{file} unpacks to more than the {most:,} bytes that a chunk of this array can have")


def _unpacked_bytes(compressor: str | None, chunk: memoryview, most: int) -> int:
    """What a chunk unpacks to as far as it says so, else 0."""
    if compressor == "blosc":
        return int.from_bytes(chunk[4:8], "little")
    if compressor == "lz4":
        return int.from_bytes(chunk[:4], "little")
    if compressor == "zstd":
        return _zstd_bytes(chunk, most)
    if compressor in ("gzip", "zlib") and len(chunk) * _DEFLATED > max(most, _HARMLESS):
        return _inflated_bytes(chunk, most)
    return 0


def _zstd_bytes(chunk: memoryview, most: int) -> int:
    """Content size in the header of a frame, else what its blocks can hold at most (RFC 8878, 3.1.1)."""
    if bytes(chunk[:4]) != b"\x28\xb5\x2f\xfd" or len(chunk) < 6:
        return 0
    flags = chunk[4]
    single = flags >> 5 & 1
    length = (single, 2, 4, 8)[flags >> 6]
    at = 5 + (1 - single) + (0, 1, 2, 4)[flags & 3]
    if length:
        return int.from_bytes(chunk[at : at + length], "little") + (256 if length == 2 else 0)
    size, last = 0, 0
    while not last and at < len(chunk):
        header = int.from_bytes(chunk[at : at + 3], "little")
        last, kind, stored = header & 1, header >> 1 & 3, header >> 3
        size += _ZSTD_BLOCK if kind == 2 else stored
        at += 3 + (1 if kind == 1 else stored)
    size += max(0, len(chunk) - at - 4) * _ZSTD_BLOCK
    return size if size > max(most, _HARMLESS) else 0


def _inflated_bytes(chunk: memoryview, most: int) -> int:
    """Unpacked in pieces that are thrown away, until it is too much."""
    unpacking, size = zlib.decompressobj(wbits=47), 0
    rest: bytes | memoryview = chunk
    try:
        while size <= most and not unpacking.eof and len(rest):
            size += len(unpacking.decompress(rest, 1 << 20))
            rest = unpacking.unconsumed_tail
    except zlib.error:
        return size
    return most + 1 if unpacking.eof and unpacking.unused_data else size
