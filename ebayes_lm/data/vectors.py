"""Vectors along an axis of the matrix: read as numbers, brought into its order by label."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.alignment import align
from ebayes_lm.errors import ArgumentTypeError


def ordered_numbers(values: Any, labels: pd.Index, *, what: str, axis: str) -> AnyArray:
    """Values as an array of real numbers of whatever shape; a Series is brought into the order of the labels.

    Raises
    ------
    ArgumentTypeError
        Not numbers.
    AlignmentError
        Labels do not match.
    """
    if isinstance(values, pd.Series):
        values = values.to_numpy()[align(values.index, labels, len(labels), what=what, axis=axis)]
    try:
        array = np.asarray(values)
    except ValueError:
        raise ArgumentTypeError(
            f"{what} is a list of lists of different lengths; give one number a {axis[:-1]}"
        ) from None
    if array.dtype.kind not in "biuf":
        shown = repr(values) if array.ndim == 0 else f"{array.dtype} values"
        raise ArgumentTypeError(f"{what} must be numbers, one for each of {len(labels):,} {axis}; got {shown}")
    return array
