"""Library sizes that a verb works with, and counts in blocks beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.data.blocks import ROW_CELLS, Running, run_blocks
from ebayes_lm.data.count_list import DGEList
from ebayes_lm.data.vectors import ordered_numbers
from ebayes_lm.errors import DataError, listing

#: Cells of a block that is worked through several times while it is in cache.
_CELLS = 4 * ROW_CELLS


def effective_sizes(d: DGEList, lib_size: Any = None) -> FloatArray:
    """Library sizes as given, else those of the counts times normalisation factors; all positive.

    Raises
    ------
    DataError
        Not one positive, finite number for each sample, or one for all.
    """
    samples = d.counts.columns
    if lib_size is None:
        own = np.asarray(d.effective_lib_sizes, dtype=np.float64)
        if (own == 0).any():
            raise DataError(f"the library size is zero in {listing(samples[own == 0])}; leave such samples out")
        return own
    numbers = ordered_numbers(lib_size, samples, what="lib_size", axis="samples")
    if numbers.shape not in ((), (1,), (len(samples),)):
        raise DataError(f"lib_size has shape {numbers.shape}; give one number for each of {len(samples)} samples")
    sizes = np.broadcast_to(numbers.astype(np.float64), (len(samples),))
    wrong = ~(np.isfinite(sizes) & (sizes > 0))
    if wrong.any():
        raise DataError(
            f"lib_size is not positive and finite for {listing(samples[wrong])}; give the size of libraries"
        )
    return sizes


def by_block(d: DGEList, of: Callable[[AnyArray, slice], AnyArray]) -> AnyArray:
    """What a function makes of blocks of counts (rows, samples), laid end to end."""
    values = d.counts.to_numpy()
    rows, samples = values.shape
    return run_blocks(lambda at: (of(values[at], at),), rows, samples, Running(progress=False), _CELLS)[0]
