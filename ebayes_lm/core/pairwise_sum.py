"""A sum over parts that come in any order: always added up in the same way, and few of them kept."""

from __future__ import annotations

from threading import Lock
from typing import TypeAlias

from ebayes_lm._typing import FloatArray

Parts: TypeAlias = "tuple[FloatArray, ...]"


class PairwiseSum:
    """Numbered tuples of arrays, added in pairs along a binary tree.

    What is added to what follows from the numbers alone, not from who comes first, so that threads of any number give
    the same sum to the last bit. A part waits only for its neighbour: of B parts about log2 B are kept.
    """

    def __init__(self) -> None:
        self._waiting: dict[tuple[int, int], Parts] = {}
        self._lock = Lock()

    def add(self, number: int, parts: Parts) -> None:
        """Add the part of that number, counted from 0."""
        level = 0
        while True:
            with self._lock:
                neighbour = self._waiting.pop((level, number ^ 1), None)
                if neighbour is None:
                    self._waiting[level, number] = parts
                    return
            parts = tuple(a + b for a, b in zip(parts, neighbour, strict=True))
            level, number = level + 1, number // 2

    def total(self) -> Parts:
        """The sum of all parts; none is missing."""
        keys = sorted(self._waiting)
        parts = self._waiting[keys[0]]
        for key in keys[1:]:
            parts = tuple(a + b for a, b in zip(parts, self._waiting[key], strict=True))
        return parts
