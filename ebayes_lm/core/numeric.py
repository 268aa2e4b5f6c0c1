"""Numbers as they come in from a caller."""

from __future__ import annotations

from typing import Any

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.errors import ArgumentTypeError


def float_array(values: Any, what: str) -> FloatArray:
    """Values as float64, without a copy where they are.

    Raises
    ------
    ArgumentTypeError
        They are not real numbers.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise ArgumentTypeError(
            f"{what} holds lists of different lengths; give numbers in rows of one length"
        ) from None
    if array.dtype.kind in "biuf":
        return array.astype(np.float64, copy=False)
    try:
        if array.dtype.kind == "O":  # nullable numbers of pandas, and None among numbers
            return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        pass
    raise ArgumentTypeError(
        f"{what} must be numbers, NaN where there is none; got {array.dtype} such as {_first(array)!r}"
    )


def number(value: Any, name: str) -> float:
    """One number, not a truth value and not text."""
    if isinstance(value, bool) or not np.isscalar(value) or isinstance(value, str | bytes | complex):
        raise ArgumentTypeError(f"{name} must be a number; got {value!r}")
    return float(value)


def _first(array: np.ndarray[Any, Any]) -> Any:
    return array.ravel()[0] if array.size else array
