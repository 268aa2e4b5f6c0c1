"""Engines: who works through the blocks of a matrix."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.sources import Source


class Parts(NamedTuple):
    """What a block gives.

    Attributes
    ----------
    rows : tuple of arrays
        The first axis is the row of the block.
    loose : tuple of arrays
        Of any length: what only some rows have.
    """

    rows: tuple[AnyArray, ...]
    loose: tuple[AnyArray, ...] = ()


#: What is done with the rows of a block that begins and ends there. An engine may send it to another process: pickled.
Work: TypeAlias = Callable[[AnyArray, slice], Parts]


class Engine(Protocol):
    """Works through blocks."""

    def run(self, source: Source, work: Work, bounds: Sequence[slice]) -> Iterator[tuple[slice, Parts]]:
        """Each block and what it gives, in any order."""


@contextmanager
def working(blocks: Iterator[tuple[slice, Parts]]) -> Iterator[Iterator[tuple[slice, Parts]]]:
    """Blocks as an engine gives them; where they are not all taken, it lets go of what it holds at once."""
    try:
        yield blocks
    finally:
        if isinstance(blocks, Generator):
            blocks.close()


@dataclass(frozen=True)
class Threads:
    """Threads of this process.

    Attributes
    ----------
    number : int
    """

    number: int

    def run(self, source: Source, work: Work, bounds: Sequence[slice]) -> Iterator[tuple[slice, Parts]]:
        """Each block and what it gives, in their order."""

        def one(at: slice) -> tuple[slice, Parts]:
            return at, work(source.read(at.start, at.stop), at)

        if len(bounds) == 1 or self.number == 1:
            yield from map(one, bounds)
            return
        with ThreadPoolExecutor(self.number) as pool:
            yield from pool.map(one, bounds)
