"""Arrays over all features that are laid in files, so that the memory of a fit does not grow with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.core.rooms import Pile, Room, let_go
from ebayes_lm.data.durable import as_bytes, npy_header

#: Says of an error of the disk what it means for who asked.
Storing = Callable[[], AbstractContextManager[None]]


class Files(Room):
    """A folder, in which every array is a .npy file that is mapped; pages leave the memory as soon as they may.

    Attributes
    ----------
    folder : Path
    made : list of Path
        Files that were made, in their order.
    """

    def __init__(self, folder: Path, storing: Storing) -> None:
        self.folder, self.made = folder, list[Path]()
        self._storing, self._mapped = storing, list[AnyArray]()

    def lay(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> AnyArray:
        """An array in a file; room that is not there is found out now: later it would end the process."""
        if 0 in shape:
            return np.empty(shape, dtype)
        with self._storing():
            return self.kept(_mapped(self.new(), shape, np.dtype(dtype)))

    def pile(self) -> Pile:
        """A pile in files."""
        return _FiledPile(self, self._storing)

    def settle(self) -> None:
        """Let go of the pages of all files."""
        for array in self._mapped:
            let_go(array)

    def new(self) -> Path:
        """The path of a file that is not there yet."""
        self.made.append(self.folder / f"rows-{len(self.made)}.npy")
        return self.made[-1]

    def kept(self, array: AnyArray) -> AnyArray:
        """An array whose pages are let go of from now on."""
        self._mapped.append(array)
        return array


class _FiledPile(Pile):
    """A pile that is written behind one another into a file for each array, as blocks come."""

    def __init__(self, room: Files, storing: Storing) -> None:
        super().__init__()
        self._room, self._storing = room, storing
        self._columns: list[_Column] = []
        self._pieces: list[tuple[int, int, int]] = []  # where a block begins, and its rows in the files
        self._length = 0

    def add(self, start: int, arrays: tuple[AnyArray, ...]) -> None:
        if not arrays:
            return
        with self._storing():
            self._columns = self._columns or [_Column(self._room.new(), array) for array in arrays]
            for column, array in zip(self._columns, arrays, strict=True):
                column.append(array)
        self._pieces.append((start, self._length, self._length + len(arrays[0])))
        self._length = self._pieces[-1][2]

    def laid(self) -> tuple[AnyArray, ...]:
        columns, pieces = self._columns, self._pieces
        self._columns, self._pieces, length, self._length = [], [], self._length, 0
        with self._storing():
            found = [column.whole(length) for column in columns]
        if pieces == sorted(pieces):
            return tuple(self._room.kept(array) if array.size else array for array in found)
        return tuple(self._in_order(array, sorted(pieces)) for array in found)

    def _in_order(self, array: AnyArray, pieces: list[tuple[int, int, int]]) -> AnyArray:
        ordered, to = self._room.lay(array.shape, array.dtype), 0
        for _, low, high in pieces:
            ordered[to : to + high - low] = array[low:high]
            to += high - low
            let_go(array)
            let_go(ordered)
        return ordered


class _Column:
    """A .npy file that grows at its end."""

    def __init__(self, path: Path, first: AnyArray) -> None:
        self._path, self._dtype, self._width = path, first.dtype, first.shape[1:]
        path.write_bytes(self._header(0))

    def append(self, array: AnyArray) -> None:
        with self._path.open("ab") as file:
            file.write(as_bytes(array))

    def whole(self, length: int) -> AnyArray:
        """The array, mapped."""
        shape = (length, *self._width)
        if 0 in shape:
            return np.empty(shape, self._dtype)
        with self._path.open("r+b") as file:
            file.write(self._header(length))
        return _plain(np.lib.format.open_memmap(self._path, mode="r+"))

    def _header(self, length: int) -> bytes:
        return npy_header(self._dtype, (length, *self._width))


def _mapped(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> AnyArray:
    array = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return _plain(array)


def _plain(array: np.memmap[Any, Any]) -> AnyArray:
    """As an array, which is what slices of it are to be."""
    return array.view(np.ndarray)
