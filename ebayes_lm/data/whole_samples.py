"""Samples of a matrix one after another, each with all of its features."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.blocks import BLOCK_CELLS, Running, memory_bytes, pieces
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.sample_blocks import sample_bounds
from ebayes_lm.data.scratch import by_features
from ebayes_lm.data.sources import ArraySource, SampleMajor

#: Cells that are held where nothing else is said: so many that the matrix is gone through a few times.
_CELLS = 16 * BLOCK_CELLS
#: What is held is so much of the room that is allowed.
_SHARE = 2


def whole_samples(matrix: FeatureMatrix, running: Running) -> Iterator[tuple[slice, AnyArray]]:
    """Some samples at a time, in their order, as columns (G, s): as many as there is room for, and one at least.

    Of a matrix that is read by features, every such set takes a pass over all of them.
    """
    source = matrix.source
    if isinstance(source, SampleMajor):
        for at in sample_bounds(source, running):
            yield at, source.read_samples(at.start, at.stop).T
        return
    source = by_features(source, running)
    if isinstance(source, ArraySource):
        yield slice(0, matrix.shape[1]), source.array
        return
    features, samples = matrix.shape
    cells = _CELLS
    if running.max_memory is not None:
        cells = min(cells, memory_bytes(running.max_memory) // (_SHARE * matrix.dtype.itemsize))
    width = max(1, cells // features)
    for at in pieces(samples, width):
        (columns,) = matrix.map_blocks(partial(_columns, samples=at), running.quiet)
        yield at, columns


def _columns(values: AnyArray, _: slice, *, samples: slice) -> tuple[AnyArray]:
    return (values[:, samples],)
