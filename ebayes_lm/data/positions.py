"""Positions along an axis of a container, as integers, a slice or a mask."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import IntArray
from ebayes_lm.data.alignment import align
from ebayes_lm.errors import ArgumentError, ArgumentTypeError


def two_positions(key: Any, holder: str, written: str) -> tuple[Any, Any]:
    """Both parts of the key that a container is subset with, or an error that shows how that is ``written``."""
    if isinstance(key, tuple) and len(key) == 2:
        return key
    raise ArgumentTypeError(f"{holder} is subset with two positions, {written}")


def taken_by_position(key: Any, labels: pd.Index, axis: str, holder: str) -> IntArray:
    """Positions that a key takes along an axis; a mask that has labels is brought into their order first.

    Raises
    ------
    ArgumentError
        Not positions along this axis.
    AlignmentError
        Labels of a mask do not match.
    """
    if isinstance(key, pd.Series) and pd.api.types.is_bool_dtype(key.dtype):
        key = key.to_numpy(dtype=bool)[align(key.index, labels, len(labels), what="the mask", axis=axis)]
    try:
        return np.atleast_1d(np.arange(len(labels))[key])
    except (IndexError, TypeError):
        raise ArgumentError(
            f"{axis} of {holder} are taken by position, 0 to {len(labels) - 1}, by a slice or by a mask of that "
            f"length, not by {key!r}"
        ) from None
