"""Rows permuted each on its own: draws that depend on seed and row, not on how rows fall into blocks."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray


class RowPermutations:
    """Random permutations of the entries of every row, a few of each row.

    Parameters
    ----------
    seed : int
    number : int
        Permutations of each row.
    width : int
        Entries of a row.
    """

    def __init__(self, seed: int, number: int, width: int) -> None:
        self._width = width
        self._streams = np.random.SeedSequence(seed).spawn(number)
        # the low bits of a random number give way to the position that it sorts
        self._low = np.uint64((1 << max(1, (width - 1).bit_length())) - 1)

    def drawn(self, rows: FloatArray, first: int, which: int) -> FloatArray:
        """One permutation of each row (g, n); ``first`` is the position of the first of them in the matrix."""
        stream = np.random.PCG64(self._streams[which]).advance(first * self._width)
        keys = np.asarray(stream.random_raw(rows.size), dtype=np.uint64).reshape(rows.shape)
        keys &= ~self._low
        keys |= np.arange(self._width, dtype=np.uint64)
        keys.sort(axis=1)
        keys &= self._low
        places = keys.view(np.int64)
        places += np.arange(len(rows), dtype=np.int64)[:, None] * self._width
        return np.asarray(rows.ravel().take(places))
