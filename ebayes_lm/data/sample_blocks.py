"""Blocks of samples over threads: how a store that holds samples one after another is worked through."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.blocks import BLOCK_CELLS, Running, blas_threads, memory_bytes, pieces, warn_of_band
from ebayes_lm.data.progress import Progress
from ebayes_lm.data.sources import SampleMajor, Source
from ebayes_lm.errors import ArgumentError

#: What is done with values (samples, features), which samples these are, and which features. Calls for different
#: features may run at the same time, those for the same features come in the order of the samples.
SampleWork: TypeAlias = Callable[[AnyArray, slice, slice], None]

#: Samples that a block has at least where there is room: what is added up per feature is read and written once for all.
_FEWEST = 16
#: Cells that a block may have so that what is stored together is read once.
_MOST_CELLS = 16 * BLOCK_CELLS
#: Cells of a block that one call works on, and what its features are a multiple of.
_SPAN_CELLS, SPAN_FEATURES = 1 << 18, 4096
#: Bytes of room for each value of a matrix that is turned round in memory and fitted from there.
_TURNING = 64
#: Blocks that room is made for, but where a grain leaves room for fewer.
_HELD = 3


def turned_in_memory(source: Source, running: Running) -> bool:
    """Whether a matrix comes by samples, and is so small that it is read and turned round as one block."""
    features, samples = source.shape
    room = BLOCK_CELLS if running.max_memory is None else memory_bytes(running.max_memory) // _TURNING
    return isinstance(source, SampleMajor) and features * samples <= min(BLOCK_CELLS, room)


def reads_by_samples(source: Source, running: Running) -> bool:
    """Whether a matrix comes by samples, and is too large for that."""
    return isinstance(source, SampleMajor) and not turned_in_memory(source, running)


def sample_bounds(source: SampleMajor, running: Running) -> list[slice]:
    """Where blocks of samples begin and end; they follow from the problem and the room, not from the threads.

    A block holds as many values as ``chunk_size`` features do, and whole grains of samples as far as there is room.

    Raises
    ------
    ArgumentError
        There is no room for one sample.
    """
    features, samples = source.shape
    grain, size = min(source.sample_grain, samples), BLOCK_CELLS // features
    if running.chunk_size is not None:
        size, most = max(1, running.chunk_size * samples // features), samples
    else:
        size, most = max(_FEWEST, size), _MOST_CELLS // features
    room, sample = _room(running), _sample_bytes(source)
    if room is not None:
        if grain > (min(most, room // sample) if running.chunk_size is None else size):
            room = max(room // 4, room - source.sample_band.nbytes)
        alone = room // sample
        if alone < 1:
            raise ArgumentError(
                f"max_memory={running.max_memory!r} does not hold blocks of one sample of {features:,} features each"
            )
        size, most = min(size, max(1, alone // _HELD)), alone
    if size < grain <= most and running.chunk_size is None:
        size = grain
    # a grain that does not fit is cut evenly, so that blocks begin where grains do
    size = size - size % grain if size >= grain else -(-grain // -(-grain // size))
    return pieces(samples, size)


def _room(running: Running) -> int | None:
    """Bytes for blocks; the rest of ``max_memory`` is for what is kept of them."""
    return None if running.max_memory is None else memory_bytes(running.max_memory) * 3 // 4


def times_read(bounds: list[slice], grain: int, length: int) -> float:
    """How often what is stored together is read, on average: more than once where blocks are smaller."""
    touched: int = sum(-(-at.stop // grain) - at.start // grain for at in bounds)
    return touched / -(-length // grain)


def blocks_held(source: SampleMajor, running: Running) -> int:
    """Blocks of samples in memory at once: the one that is worked on, and those that are read meanwhile."""
    bounds, room = sample_bounds(source, running), _room(running)
    most = min(len(bounds), 1 if running.n_threads == 1 else running.n_threads + 1)
    if room is None:
        return most
    if bounds[0].stop < source.sample_grain:
        room = max(room // 4, room - source.sample_band.nbytes)
    return int(max(1, min(most, room // (bounds[0].stop * _sample_bytes(source)))))


def sample_memory(source: SampleMajor, running: Running) -> int:
    """Bytes that blocks of samples take at a time, with what the source holds beside them."""
    size = sample_bounds(source, running)[0].stop
    band = source.sample_band.nbytes if size < source.sample_grain else 0
    return int(blocks_held(source, running) * size * _sample_bytes(source) + band)


def _sample_bytes(source: SampleMajor) -> int:
    """Bytes that one sample of a block takes."""
    return source.read_copies * source.shape[0] * source.dtype.itemsize


def run_samples(work: SampleWork, source: SampleMajor, running: Running) -> None:
    """Work through all samples, one block after another; threads share its features and read ahead."""
    bounds, threads = sample_bounds(source, running), running.n_threads
    if bounds[0].stop < source.sample_grain:
        warn_of_band(source.sample_band, running.max_memory)
    with blas_threads(1), Progress(len(bounds), running.progress, "blocks of samples") as progress:
        if threads == 1:
            for at in bounds:
                _work(work, source.read_samples(at.start, at.stop), at, None)
                progress.advance(1)
            return
        pool = ThreadPoolExecutor(threads)
        try:
            held = blocks_held(source, running)
            ahead: deque[tuple[slice, Future[AnyArray]]] = deque()
            coming = iter(bounds)
            for at in bounds:
                while len(ahead) < held and (new := next(coming, None)) is not None:
                    ahead.append((new, pool.submit(source.read_samples, new.start, new.stop)))
                _work(work, ahead.popleft()[1].result(), at, pool)
                progress.advance(1)
        finally:
            pool.shutdown(cancel_futures=True)


def _work(work: SampleWork, values: AnyArray, at: slice, pool: ThreadPoolExecutor | None) -> None:
    n, g = values.shape
    width = max(1, _SPAN_CELLS // n // SPAN_FEATURES) * SPAN_FEATURES
    spans = pieces(g, width)
    if pool is None:
        for span in spans:
            work(values[:, span], at, span)
        return
    for future in [pool.submit(work, values[:, span], at, span) for span in spans]:
        future.result()
