"""Files that are there whole or not at all, also after a crash or on a full disk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ebayes_lm._typing import AnyArray

#: What a file is written from: pieces of it in their order.
Pieces: TypeAlias = Iterable[bytes | memoryview]
#: The end of the name of a file that is not yet whole.
PART = ".part"
#: Bytes that are gathered before they are written.
_AT_ONCE = 1 << 20
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def write_whole(path: Path, pieces: Pieces) -> None:
    """Write a file under another name, wait until the disk has it, and give it its name.

    Raises
    ------
    OSError
        Some of this failed. The file is then as it was before, or whole, and nothing half-written is left.
    """
    part = path.with_name(path.name + PART)
    part.unlink(missing_ok=True)
    try:
        number = os.open(part, _NEW, 0o666)
        try:
            for piece in _gathered(pieces):
                _write(number, piece)
            os.fsync(number)
        finally:
            os.close(number)
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def share(path: Path) -> None:
    """Give a temporary file, which is its maker's alone, the permissions that new files have."""
    mask = os.umask(0o077)  # it can only be read by setting it
    os.umask(mask)
    os.chmod(path, 0o666 & ~mask)


def as_bytes(array: AnyArray) -> memoryview:
    """The bytes of an array, row by row and in the byte order of most machines; no copy where they lie so."""
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(-1).view(np.uint8).data


def npy_header(dtype: np.dtype[Any], shape: tuple[int, ...], order: str = "C") -> bytes:
    """What a .npy file of such numbers begins with; NumPy leaves room in it, so that its size is that of any length."""
    header = BytesIO()
    said: dict[str, Any] = {"descr": dtype.newbyteorder("<").str, "fortran_order": order == "F", "shape": shape}
    np.lib.format.write_array_header_1_0(header, said)
    return header.getvalue()


def _gathered(pieces: Pieces) -> Iterator[memoryview]:
    """Small pieces together, so that a small file is one call."""
    small = bytearray()
    for given in pieces:
        piece = memoryview(given)
        if small and len(small) + piece.nbytes > _AT_ONCE:
            yield memoryview(small)
            small = bytearray()
        if piece.nbytes > _AT_ONCE:
            yield piece
        else:
            small += piece
    yield memoryview(small)


def _write(number: int, rest: memoryview) -> None:
    while rest.nbytes:
        rest = rest[os.write(number, rest) :]


def _settle(folder: Path) -> None:
    """Wait until the disk knows the names in a folder, where the system lets one ask."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
