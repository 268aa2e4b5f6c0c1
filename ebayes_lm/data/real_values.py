"""Arrays of real numbers out of what the caller holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.errors import DataError


def frame_values(values: pd.DataFrame) -> AnyArray:
    """The numbers of a table, without a copy where pandas holds them in one block."""
    if all(isinstance(dtype, np.dtype) for dtype in values.dtypes):
        array = values.to_numpy()
        # NumPy knows no common type of numbers and truth values
        return array if array.dtype != object else values.to_numpy(dtype=np.float64)
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def real_numbers(array: AnyArray) -> AnyArray:
    """An array of two dimensions and real numbers; a vector is one feature."""
    if isinstance(array, np.ma.MaskedArray):
        array = np.ma.filled(array.astype(np.float64), np.nan)
    if array.ndim == 1:
        array = array[None, :]
    if array.ndim != 2:
        raise DataError(f"the matrix must have two dimensions, features x samples, and has {array.ndim}")
    checked: AnyArray = real(array)
    return checked


def real(array: Any) -> Any:
    """An array of real numbers, dense or sparse.

    Raises
    ------
    DataError
        It holds something else.
    """
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"the matrix must hold real numbers and holds {array.dtype}; convert it, with NaN where a value is missing"
        )
    return array
