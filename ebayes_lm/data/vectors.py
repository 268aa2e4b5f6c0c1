"""Vectors along an axis of the matrix: read as numbers, brought into its order by label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.data.alignment import align
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, listing

if TYPE_CHECKING:
    from ebayes_lm.data.matrix import FeatureMatrix


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


def sample_weights(weights: Any, matrix: FeatureMatrix) -> FloatArray | None:
    """One weight a sample in the order of the matrix, (n,); None where neither caller nor container gave any.

    Raises
    ------
    ArgumentError
        A vector that could belong to features or to samples.
    DataError
        Another shape, or weights that are negative, not finite or all zero.
    """
    weights = matrix.weights if weights is None else weights
    if weights is None:
        return None
    n = matrix.shape[1]
    values = ordered_numbers(weights, matrix.samples, what="weights", axis="samples")
    if not isinstance(weights, pd.Series) and values.shape == (n,) and n == matrix.shape[0]:
        raise ArgumentError(
            f"a weight vector of length {n} could belong to the features or to the samples, there are {n} of both; "
            "give weights of samples as a Series with their names, or in shape (1, n)"
        )
    values = values[0] if values.shape == (1, n) else values
    if values.shape != (n,):
        raise DataError(
            f"weights must be one number for each of {n} samples, and have shape {values.shape}; weights of features "
            "or of single values are not taken"
        )
    return _usable(values.astype(np.float64), matrix.samples)


def _usable(weights: FloatArray, samples: pd.Index) -> FloatArray:
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        raise DataError(
            f"weights must be finite and not negative; {wrong.sum()} of {len(weights)} are not, that of "
            f"{listing(samples[wrong])}. Weight 0 leaves a sample out"
        )
    if not (weights > 0).any():
        raise DataError("every weight is zero, which leaves no sample to fit; give one sample at least a positive one")
    return weights
