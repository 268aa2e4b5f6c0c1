"""Blocks of rows over threads: how a matrix of any size is worked through."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from typing import Any, TypeAlias

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.core.rooms import MEMORY, Room
from ebayes_lm.data.engines import Engine, Threads, Work, working
from ebayes_lm.data.progress import Progress
from ebayes_lm.data.sources import Band, Source
from ebayes_lm.errors import ArgumentError, StorageWarning, warn

#: Cells in a block: large enough that calling costs nothing, small enough that a copy of one is no matter.
BLOCK_CELLS = 1 << 22
#: The same where every row takes work of its own: so many that threads share them evenly.
ROW_CELLS = 1 << 16
#: Room that a block may need while it is fitted, in copies of itself as float64.
_COPIES = 4
#: Arrays of all rows, laid end to end, and so what some of the rows have besides, if any have.
Laid: TypeAlias = tuple[tuple[AnyArray, ...], tuple[AnyArray, ...]]
_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


@dataclass(frozen=True)
class Running:
    """How a verb runs: threads, rows in a block, room for blocks, whether progress shows, and who does the work.

    The ``room`` lays the arrays over all rows; by default in memory.

    Raises
    ------
    ArgumentError
        A number that is not a positive integer, or a size that does not parse.
    """

    threads: int | None = None
    chunk_size: int | None = None
    max_memory: int | str | None = None
    progress: bool | None = None
    engine: Engine | None = None
    room: Room = MEMORY

    def __post_init__(self) -> None:
        for name in ("threads", "chunk_size"):
            value = getattr(self, name)
            if value is not None and not (
                isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= 1
            ):
                raise ArgumentError(f"{name} must be a positive integer, not {value!r}")
        if self.progress is not None and not isinstance(self.progress, bool):
            raise ArgumentError(f"progress must be True, False or None, not {self.progress!r}")
        if self.max_memory is not None:
            memory_bytes(self.max_memory)

    @property
    def n_threads(self) -> int:
        """Threads to use; by default as many as the process may run on."""
        return int(self.threads or _processors())

    @property
    def options(self) -> dict[str, Any]:
        """What a verb takes to run in the same way."""
        return {name: getattr(self, name) for name in ("threads", "chunk_size", "max_memory", "progress")}

    @property
    def quiet(self) -> Running:
        """The same without a bar: for what is over soon, or a part of something that has one."""
        return replace(self, progress=False)

    def block_rows(self, samples: int, cells: int = BLOCK_CELLS, grain: int = 1, band: int = 0) -> int:
        """Rows in a block: by the size of the problem, and by what of ``max_memory`` falls to each thread.

        Where rows are stored together, a block holds whole grains as far as there is room. Smaller blocks leave room
        for the ``band`` of bytes that a source holds beside them; a quarter is theirs in any case.
        """
        rows = self.chunk_size or max(1, cells // samples)
        if self.chunk_size is None and rows < grain <= BLOCK_CELLS // samples:
            rows = grain
        if self.max_memory is not None:
            room = memory_bytes(self.max_memory) // (self.row_bytes(samples) * self.n_threads)
            if room < 1:
                raise ArgumentError(
                    f"max_memory={self.max_memory!r} does not hold one row of {samples:,} samples in each thread"
                )
            rows = min(rows, room)
            if rows < grain and band:
                rows = min(rows, max(1, max(room // 4, room - -(-band // (self.row_bytes(samples) * self.n_threads)))))
        return int(rows if self.chunk_size or rows < grain else rows - rows % grain)

    @staticmethod
    def row_bytes(samples: int) -> int:
        """Room that one row of a block may need while it is fitted."""
        return 8 * samples * _COPIES

    def bounds(self, shape: tuple[int, int], cells: int = BLOCK_CELLS) -> list[slice]:
        """Where blocks begin and end."""
        rows, samples = shape
        return pieces(rows, self.block_rows(samples, cells)) or [slice(0, 0)]

    def bounds_in(self, source: Source, cells: int = BLOCK_CELLS) -> list[slice]:
        """Where blocks of rows of a source begin and end."""
        rows, samples = source.shape
        return pieces(rows, self.block_rows(samples, cells, source.grain, source.band.nbytes))


def pieces(length: int, size: int) -> list[slice]:
    """Pieces of a size, one after another; the last one may be smaller."""
    return [slice(start, min(length, start + size)) for start in range(0, length, size)]


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_bytes(size: int | str) -> int:
    """Bytes in ``"1GB"``, ``"500 MiB"`` or a plain number of bytes."""
    if isinstance(size, (int, np.integer)) and not isinstance(size, bool) and size > 0:
        return int(size)
    match = re.fullmatch(r"\s*(\d{1,12}(?:\.\d{1,6})?)\s*([KMG]I?B)?\s*", str(size).upper())
    if isinstance(size, bool) or match is None or float(match[1]) <= 0:
        raise ArgumentError(f"max_memory must be a number of bytes or a size such as '2GB', not {size!r}")
    return int(float(match[1]) * _UNITS[match[2] or ""])


def in_bytes(nbytes: float) -> str:
    """A size in words: ``1.6 GB``."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if nbytes >= size:
            return f"{nbytes / size:,.1f} {unit}"
    return f"{nbytes:,.0f} bytes"


def run_blocks(
    fit: Callable[[slice], tuple[AnyArray, ...]], rows: int, samples: int, running: Running, cells: int = BLOCK_CELLS
) -> tuple[AnyArray, ...]:
    """Fit blocks of rows in threads; every array that comes back is laid out over all rows.

    Linear algebra inside a block keeps to one thread: split over several, it would sum in an order that depends on
    how many there are.
    """
    bounds = running.bounds((rows, samples), cells)
    with blas_threads(1), Progress(rows, running.progress) as progress:
        if len(bounds) == 1:
            return fit(bounds[0])
        whole = _Whole(rows, running.room)

        def store(at: slice) -> None:
            whole.store(at, fit(at))
            running.room.settle()
            progress.advance(at.stop - at.start)

        with ThreadPoolExecutor(running.n_threads) as pool:
            for _ in pool.map(store, bounds):
                pass
    return tuple(whole.arrays)


def run_source(work: Work, source: Source, running: Running, cells: int = BLOCK_CELLS) -> Laid:
    """Work through the rows of a source by the engine that is wanted, threads by default."""
    engine = running.engine or Threads(running.n_threads)
    whole, loose = _Whole(source.shape[0], running.room), running.room.pile()
    bounds = running.bounds_in(source, cells)
    if running.engine is None and bounds[0].stop < source.grain:
        warn_of_band(source.band, running.max_memory)
    with (
        blas_threads(1),
        Progress(source.shape[0], running.progress) as progress,
        working(engine.run(source, work, bounds)) as blocks,
    ):
        for at, parts in blocks:
            whole.store(at, parts.rows)
            loose.add(at.start, parts.loose)
            running.room.settle()
            progress.advance(at.stop - at.start)
    return tuple(whole.arrays), loose.laid()


def warn_of_band(band: Band, max_memory: int | str | None) -> None:
    """Say that what a source holds beside blocks takes more room than there is."""
    if max_memory is not None and band.nbytes > memory_bytes(max_memory) * 3 // 4:
        warn(
            f"max_memory={max_memory!r} cannot be kept to: the store packs so many values together that reading them "
            f"takes {in_bytes(band.nbytes)}. Allow more, or convert the store once where there is room, by "
            'open_matrix(...).write("y.zarr"), and work with what it returns',
            StorageWarning,
        )


class _Whole:
    """Arrays over all rows, made when the first block comes back, whichever that is."""

    def __init__(self, rows: int, room: Room) -> None:
        self.rows = rows
        self._room = room
        self.arrays: list[AnyArray] = []
        self._lock = Lock()

    def store(self, at: slice, parts: tuple[AnyArray, ...]) -> None:
        """Lay a block where it belongs."""
        with self._lock:
            if not self.arrays:
                self.arrays = [self._room.lay((self.rows, *part.shape[1:]), part.dtype) for part in parts]
        for target, part in zip(self.arrays, parts, strict=True):
            target[at] = part


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def blas_threads(count: int) -> Iterator[None]:
    """Hold the linear algebra library to so many threads."""
    with _controller().limit(limits=count, user_api="blas"):
        yield
