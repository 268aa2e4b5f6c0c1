"""Parts that come in any order, joined in their own, so that rounding is always the same."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeAlias, TypeVar

from ebayes_lm._typing import FloatArray

#: What a block comes to.
Part = TypeVar("Part")
#: Several sums at once.
Sums: TypeAlias = "tuple[FloatArray, ...]"


class InOrder(Generic[Part]):
    """Parts of blocks that threads bring in any order, joined from the first row to the last.

    A part waits only for those before it, and no more are kept than wait.
    """

    def __init__(self, join: Callable[[Part, Part], Part]) -> None:
        self._join = join
        self._joined: list[Part] = []
        self._waiting: dict[int, tuple[Part, int]] = {}
        self._next = 0
        self._lock = Lock()

    def add(self, part: Part, at: slice) -> None:
        """The part of the rows ``at``; blocks begin where others end, the first one at 0."""
        with self._lock:
            self._waiting[at.start] = part, at.stop
            while self._next in self._waiting:
                ready, self._next = self._waiting.pop(self._next)
                self._joined = [self._join(self._joined[0], ready) if self._joined else ready]

    @property
    def whole(self) -> Part:
        """All parts; none is missing."""
        return self._joined[0]


def added(some: Sums, others: Sums) -> Sums:
    """Two parts added up."""
    return tuple(a + b for a, b in zip(some, others, strict=True))
