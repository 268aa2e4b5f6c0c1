"""All values of a matrix in memory, for results that hold them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.memory import require_memory
from ebayes_lm.data.sample_blocks import run_samples
from ebayes_lm.data.sources import ArraySource, SampleMajor

#: Cells that are read at a time, where no more are stored together.
_CELLS = 1 << 20


def in_memory(matrix: FeatureMatrix, running: Running, what: str, dtype: Any = None) -> FeatureMatrix:
    """A matrix over an array in memory.

    Parameters
    ----------
    matrix, running, what, dtype
        As for :func:`whole_values`.
    """
    return replace(matrix, source=ArraySource(whole_values(matrix, running, what, dtype)))


def whole_values(matrix: FeatureMatrix, running: Running, what: str, dtype: Any = None) -> AnyArray:
    """Values (G, n), read into one array block by block: beside it there is room for blocks alone.

    Parameters
    ----------
    matrix : FeatureMatrix
    running : Running
    what : str
        What the values are, where they do not fit into memory.
    dtype : optional
        Type of the array, by default that of the values.

    Returns
    -------
    array
        C-contiguous. Where they are of that type and order in memory, the values themselves: it is not to be written
        to.

    Raises
    ------
    DataError
        The machine has not so much memory.
    """
    wanted = np.dtype(matrix.dtype if dtype is None else dtype)
    source = matrix.source
    if isinstance(source, ArraySource):
        return np.ascontiguousarray(source.array, dtype=wanted)
    features, samples = matrix.shape
    require_memory(
        features * samples * wanted.itemsize, what,
        "work with fewer features or samples, or on a machine with more memory",
    )  # fmt: skip
    found = np.empty((features, samples), dtype=wanted)
    if isinstance(source, SampleMajor):

        def put_samples(values: AnyArray, at: slice, among: slice) -> None:
            found[among, at] = values.T

        run_samples(put_samples, source, running)
    else:

        def put_features(values: AnyArray, at: slice) -> tuple[AnyArray, ...]:
            found[at] = values
            return ()

        matrix.map_blocks(put_features, running, _CELLS)
    return found
