"""Signs of directions, which are arbitrary: one rule for all."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray


def upright(columns: FloatArray) -> FloatArray:
    """Columns (n, k) with their largest entry positive."""
    largest = np.abs(columns).argmax(axis=0)
    return columns * np.where(columns[largest, np.arange(columns.shape[1])] < 0.0, -1.0, 1.0)
