"""Rows: how long they are, and how they are laid out for matrix products and for compiled loops."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, IntArray

#: Cells that matrix products work on at once.
_PRODUCT_CELLS = 1 << 15
#: Rows of a basis that a loop works on at once.
_SIX = 6


def pieces(y: AnyArray) -> Iterator[AnyArray]:
    """Rows, some at a time, so that copies of them stay in the cache; one piece at least."""
    step = max(1, _PRODUCT_CELLS // max(1, y.shape[1]))
    return (y[at : at + step] for at in range(0, max(1, len(y)), step))


def floats(y: AnyArray) -> AnyArray:
    """Rows as float64, or as float32 where they are."""
    return np.ascontiguousarray(y, dtype=np.float32 if y.dtype == np.float32 else np.float64)


def squared_lengths(rows: AnyArray) -> FloatArray:
    """Sums of squares (g,) of rows (g, n), without an array of squares."""
    lengths: FloatArray = np.einsum("ij,ij->i", rows, rows)
    return lengths


def binary_exponents(rows: FloatArray) -> IntArray:
    """Exponents (g,) of the powers of two next above the largest value of each row (g, n)."""
    found: IntArray = np.frexp(np.abs(rows).max(axis=1, initial=0.0))[1]
    return found


def in_sixes(basis: FloatArray) -> FloatArray:
    """A basis (r, n) with rows of zeros below, up to a multiple of six."""
    rows, n = basis.shape
    padded = np.zeros((rows + -rows % _SIX, n))
    padded[:rows] = basis
    return padded
