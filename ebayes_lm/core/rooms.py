"""Where arrays over all features are laid: in memory, or where another room says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ebayes_lm._typing import AnyArray

#: Rows that are put together at once.
_ROWS = 1 << 16


class Room:
    """Memory. Other rooms keep arrays elsewhere, and hand out what reads and writes like an array."""

    def lay(self, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> AnyArray:
        """An array, its values not yet set."""
        return np.empty(shape, dtype)

    def pile(self) -> Pile:
        """A pile of arrays whose length shows when all are there."""
        return Pile()

    def settle(self) -> None:
        """What was written so far may leave the memory."""

    def blocks(self, rows: int) -> Iterator[slice]:
        """Blocks of so many rows; what was done with one settles before the next."""
        for start in range(0, rows, _ROWS):
            yield slice(start, min(rows, start + _ROWS))
            self.settle()


MEMORY = Room()


class Pile:
    """Arrays of blocks, which come in any order and are laid end to end in the order in which the blocks begin."""

    def __init__(self) -> None:
        self._parts: dict[int, list[AnyArray]] = {}

    def add(self, start: int, arrays: tuple[AnyArray, ...]) -> None:
        """Put what the block that begins there has, if it has anything."""
        if arrays:
            self._parts[start] = list(arrays)

    def laid(self) -> tuple[AnyArray, ...]:
        """All of them, and the pile is empty; no arrays where no block had any."""
        parts = [self._parts[start] for start in sorted(self._parts)]
        self._parts = {}
        found = []
        for _ in range(len(parts[0]) if parts else 0):
            found.append(np.concatenate([arrays.pop(0) for arrays in parts]))
        return tuple(found)


def let_go(array: AnyArray) -> None:
    """Let go of pages of a file that were read or written through an array, where it is the map of one.

    They stay in the system's cache, which gives way to whoever needs memory; the memory of the process would grow with
    the file. Private copies of pages are left alone: they are nowhere else.
    """
    under: object = array
    while isinstance(under, np.ndarray) and not isinstance(under, np.memmap):
        under = under.base
    if not isinstance(under, np.memmap) or under.mode == "c":
        return
    from mmap import mmap

    pages = getattr(under, "_mmap", None)
    try:
        from mmap import MADV_DONTNEED
    except ImportError:  # a system without it
        return
    if isinstance(pages, mmap):
        pages.madvise(MADV_DONTNEED)
