"""What a fit of a matrix will read and hold, said before it runs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ebayes_lm.data.blocks import BLOCK_CELLS, ROW_CELLS, Running, in_bytes
from ebayes_lm.data.sample_blocks import (
    reads_by_samples,
    sample_bounds,
    sample_memory,
    times_read,
    turned_in_memory,
)
from ebayes_lm.data.scratch import scratch_folder
from ebayes_lm.data.sources import SampleMajor, Source
from ebayes_lm.errors import counted

#: What a fit keeps of a feature beside its coefficients: sigma and mean, two counts and a mark.
_KEPT_BYTES = 8 + 8 + 4 + 4 + 1


@dataclass(frozen=True, repr=False)
class ReadingPlan:
    """How a fit by least squares, without weights of observations, reads a matrix.

    Attributes
    ----------
    by : {"features", "samples"}
        What a block holds.
    shape : tuple of int
        Features and samples.
    n_blocks, block_size : int
        Blocks, and features or samples in each but the last.
    passes : int
        How often all blocks are worked through.
    times_read : float
        How often what is stored together is read in a pass, on average; above 1 where there is no room for it.
    nbytes : int
        Size of all values in memory.
    bytes_read : int
        Values that are read in all, in bytes after decompression.
    block_memory, result_memory : int
        Bytes that blocks may take at a time, and bytes that the fit takes.
    threads : int
    notes : tuple of str
        What else there is to know.
    """

    by: str
    shape: tuple[int, int]
    n_blocks: int
    block_size: int
    passes: int
    times_read: float
    nbytes: int
    bytes_read: int
    block_memory: int
    result_memory: int
    threads: int
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        features, samples = self.shape
        lines = [
            f"{features:,} features x {samples:,} samples, {in_bytes(self.nbytes)} as they are read",
            f"{counted(self.n_blocks, 'block')} of {counted(self.block_size, self.by[:-1])}, "
            f"{'one pass' if self.passes == 1 else 'two passes'}, {in_bytes(self.bytes_read)} read in all",
            f"memory: up to {in_bytes(self.block_memory)} for blocks in {counted(self.threads, 'thread')}, "
            f"{in_bytes(self.result_memory)} for results",
        ]
        return "\n".join((*lines, *self.notes))


def looked_at(source: Source, running: Running) -> int:
    """Rows at the beginning that tell how large blocks should be: the first block."""
    return int(running.bounds_in(source)[0].stop)


def reading_plan(source: Source, running: Running, coefficients: int) -> ReadingPlan:
    """How a matrix will be read, by the functions that do."""
    if isinstance(source, SampleMajor) and reads_by_samples(source, running):
        plan = _by_samples(source, running, coefficients)
    else:
        plan = _by_features(source, running, coefficients)
    return replace(plan, notes=(*plan.notes, *_note_of_scratch(source)))


def _note_of_scratch(source: Source) -> tuple[str, ...]:
    """That the values were parsed into a file, where they were."""
    if not source.scratch_bytes:
        return ()
    size = in_bytes(source.scratch_bytes)
    return (f"the file was parsed once, when it was opened: its numbers take {size} on disk, in a scratch file",)


def _by_features(source: Source, running: Running, coefficients: int) -> ReadingPlan:
    (features, samples), nbytes = source.shape, source.nbytes
    in_memory = turned_in_memory(source, running)
    grain = 1 if in_memory else source.grain
    bounds = running.bounds(source.shape) if in_memory else running.bounds_in(source)
    kept = source.band.kept > 0 and not in_memory
    times = 1.0 if kept else times_read(bounds, grain, features)
    look = looked_at(source, running) * samples * source.dtype.itemsize
    notes = _note_of_grain(times, "features", grain)
    if in_memory:
        notes = ("the store holds samples one after another: it is read once and turned round in memory", *notes)
    else:
        notes = ("the first block is read twice: a look at it tells whether values are missing", *notes)
    return ReadingPlan(
        "features", source.shape, len(bounds), bounds[0].stop, 1, times, nbytes,
        nbytes if in_memory else int(times * nbytes) + look,
        _row_memory(source, running, in_memory),
        features * (8 * coefficients + _KEPT_BYTES), running.n_threads, notes,
    )  # fmt: skip


def _row_memory(source: Source, running: Running, in_memory: bool) -> int:
    """Bytes that blocks of rows take at a time: those of complete rows, or the smaller ones of others."""
    most = 0
    for cells in (BLOCK_CELLS, ROW_CELLS):
        bounds = running.bounds(source.shape, cells) if in_memory else running.bounds_in(source, cells)
        band = 0 if in_memory or bounds[0].stop >= source.grain else source.band.nbytes
        blocks = min(running.n_threads, len(bounds)) * bounds[0].stop * running.row_bytes(source.shape[1])
        most = max(most, blocks + band)
    return most


def _by_samples(source: SampleMajor, running: Running, coefficients: int) -> ReadingPlan:
    (features, samples), nbytes = source.shape, source.nbytes
    bounds = sample_bounds(source, running)
    times = 1.0 if source.sample_band.kept else times_read(bounds, source.sample_grain, samples)
    sums = features * (8 * (coefficients + 1) + 8 + 1)
    notes = (
        "the store holds samples one after another: one pass adds up effects, a second one squares of residuals",
        *_note_of_grain(times, "samples", source.sample_grain),
        "robust fits, correlated samples, weights of observations and other verbs need whole features: they rewrite "
        f"{in_bytes(nbytes)} once to a scratch file in {scratch_folder()}",
    )
    return ReadingPlan(
        "samples", source.shape, len(bounds), bounds[0].stop, 2, times, nbytes, int(2 * times * nbytes),
        sample_memory(source, running),
        features * (8 * coefficients + _KEPT_BYTES) + sums, running.n_threads, notes,
    )  # fmt: skip


def _note_of_grain(times: float, what: str, grain: int) -> tuple[str, ...]:
    """That chunks are read again and again, where they are."""
    if times <= 1:
        return ()
    return (
        f"the store keeps {counted(grain, what[:-1])} together, more than a block holds, so that each chunk is read "
        f"up to {times:.1f} times a pass: allow more with max_memory= or chunk_size=, or store smaller chunks",
    )
