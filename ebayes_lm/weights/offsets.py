"""Offsets of single observations: by how much the logarithm of a library size differs from that of its sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.data.alignment import align
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, counted

#: Logarithms of library sizes are smaller.
_LARGEST = 300.0


@dataclass(frozen=True, eq=False)
class Offsets:
    """Logarithms (base e), features x samples, as they came.

    Attributes
    ----------
    values : (G, n) array
        May repeat one row in memory.
    is_prior : bool
        Whether they are differences already; otherwise the mean of each row is taken off.
    """

    values: AnyArray
    is_prior: bool

    def centred(self, at: slice | IntArray) -> FloatArray:
        """Offsets of some features about the mean of each."""
        rows = self.values[at].astype(np.float64, copy=False)
        return rows if self.is_prior else rows - rows.mean(axis=1, keepdims=True)


def as_offsets(offset: Any, offset_prior: Any, features: pd.Index, samples: pd.Index) -> Offsets | None:
    """Offsets in the order of the counts.

    Raises
    ------
    ArgumentError
        Both are given.
    ArgumentTypeError
        They are not numbers.
    DataError
        They have another shape, or are not finite.
    """
    if offset is not None and offset_prior is not None:
        raise ArgumentError(
            "offset= and offset_prior= are both given; the second is the first less the mean of each row: give one"
        )
    given, name = (offset, "offset") if offset_prior is None else (offset_prior, "offset_prior")
    if given is None:
        return None
    return Offsets(_in_order(given, features, samples, name), is_prior=offset_prior is not None)


def _in_order(given: Any, features: pd.Index, samples: pd.Index, name: str) -> AnyArray:
    shape = (len(features), len(samples))
    if isinstance(given, pd.DataFrame):
        rows = align(given.index, features, shape[0], what=name, axis="features")
        given = given.iloc[rows, align(given.columns, samples, shape[1], what=name)]
    try:
        values = np.asarray(given)
    except ValueError:
        raise ArgumentTypeError(
            f"{name} holds lists of different lengths; give a matrix of the counts' shape"
        ) from None
    if values.dtype.kind not in "biuf":
        raise ArgumentTypeError(f"{name} must be numbers, logarithms of library sizes; got {values.dtype} values")
    if values.shape != shape:
        raise DataError(
            f"{name} has shape {values.shape} and the counts {shape}; give a logarithm for each observation, or "
            "lib_size= for one a sample"
        )
    wrong = ~np.isfinite(values)
    if wrong.any():
        raise DataError(
            f"{name} is NaN or infinite for {counted(int(wrong.sum()), 'count')}; it holds logarithms of library "
            "sizes, all finite"
        )
    largest = float(np.abs(values).max(initial=0.0))
    if largest > _LARGEST:
        raise DataError(
            f"{name} holds values up to {largest:,.4g}, and no library has that many digits; it holds logarithms "
            "(base e) of library sizes, not the sizes"
        )
    return values
