"""Weights of samples, of features or of single observations, told apart by shape and by label."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, FloatRows, IntArray
from ebayes_lm.data.alignment import align, is_positional
from ebayes_lm.data.blocks import BLOCK_CELLS, Running
from ebayes_lm.data.chosen_samples import with_samples
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.read_rows import ChosenRows, ReadWeights
from ebayes_lm.data.scratch import by_features
from ebayes_lm.data.vectors import ordered_numbers
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, counted, listing


class Weights(NamedTuple):
    """What each observation counts; at most one of the three is given.

    Attributes
    ----------
    samples : (n,) array or None
    features : (G,) array or None
    cells : (G, n) array or what reads its rows, or None
    """

    samples: FloatArray | None = None
    features: FloatArray | None = None
    cells: FloatRows | None = None

    def of_observations(self, shape: tuple[int, int]) -> FloatRows | None:
        """Weights (G, n) of observations, whatever they were given for, without a copy; None where all are equal."""
        if self.samples is not None:
            return np.broadcast_to(self.samples, shape)
        if self.features is not None:
            return np.broadcast_to(self.features[:, None], shape)
        return self.cells


def matrix_weights(weights: Any, matrix: FeatureMatrix, running: Running | None = None) -> Weights:
    """Weights in the order of the matrix; those of the container where the caller gives none.

    Parameters
    ----------
    weights : number, (n,), (1, n), (G,), (G, 1) or (G, n) array_like, Series, DataFrame or FeatureMatrix, or None
        Labels decide what a Series belongs to, the length what a vector belongs to. A FeatureMatrix is read in blocks.
    matrix : FeatureMatrix
        G features x n samples.
    running : Running, optional
        Room for weights of a store that has to be rewritten.

    Raises
    ------
    ArgumentError
        A vector that could belong to features or to samples.
    ArgumentTypeError
        A masked array, or what is not numbers.
    DataError
        Another shape, or weights that are negative, not finite or all zero.
    """
    weights = matrix.weights if weights is None else weights
    if weights is None:
        return Weights()
    if isinstance(weights, np.ma.MaskedArray):
        raise ArgumentTypeError("weights are a masked array; weights.filled(0) leaves out what it masks")
    if isinstance(weights, (FeatureMatrix, ReadWeights)):
        return Weights(cells=_read(weights, matrix, running or Running()))
    g, n = matrix.shape
    if isinstance(weights, pd.DataFrame):
        return _of_table(weights, matrix)
    if isinstance(weights, pd.Series) and _names_features(weights, matrix):
        return Weights(features=_usable(_ordered(weights, matrix.features, "features"), matrix, "features"))
    values = np.asarray(_ordered(weights, matrix.samples, "samples"), dtype=np.float64)
    if values.ndim == 0:
        values = np.full(n, values[()])
    if values.shape == (n,) and n == g and not isinstance(weights, pd.Series):
        raise ArgumentError(
            f"a weight vector of length {n} could belong to the features or to the samples, there are {n} of both; "
            f"give weights of samples as a Series with their names, or in shape (1, {n}), of features in shape ({n}, 1)"
        )
    return _by_shape(values, matrix)


def _read(weights: FeatureMatrix | ReadWeights, matrix: FeatureMatrix, running: Running) -> ReadWeights:
    """Weights of observations that are read in blocks, in the order of the matrix."""
    if weights.shape != matrix.shape:
        raise DataError(
            f"weights that are read in blocks have shape {weights.shape}, and the matrix {matrix.shape}; each value "
            "needs one"
        )
    if isinstance(weights, ReadWeights):
        return weights
    samples = align(weights.samples, matrix.samples, matrix.shape[1], what="weights")
    rows = align(weights.features, matrix.features, matrix.shape[0], what="weights", axis="features")
    source = by_features(with_samples(weights, samples).source, running)
    in_order = np.array_equal(rows, np.arange(len(rows)))
    return ReadWeights(source if in_order else ChosenRows(source, rows))


def _by_shape(values: FloatArray, matrix: FeatureMatrix) -> Weights:
    g, n = matrix.shape
    if values.shape in ((n,), (1, n)) and values.shape != (g, n):
        return Weights(samples=_usable(values.reshape(n), matrix, "samples"))
    if values.shape in ((g,), (g, 1)):
        return Weights(features=_usable(values.reshape(g), matrix, "features"))
    if values.shape == (g, n):
        return Weights(cells=_usable(values, matrix, "cells"))
    raise DataError(
        f"weights have shape {values.shape} and the matrix has {counted(g, 'feature')} x {counted(n, 'sample')}; give "
        "one number for each sample, for each feature, or for each value"
    )


def _of_table(table: pd.DataFrame, matrix: FeatureMatrix) -> Weights:
    """Weights in a DataFrame: rows are features (or one row for all), columns are samples (or one for all)."""
    g, n = matrix.shape
    values = ordered_numbers(table.to_numpy(), matrix.samples, what="weights", axis="samples")
    if len(table.columns) == n and n > 1:
        values = _in_order(values.T, align(table.columns, matrix.samples, n, what="weights")).T
    if len(table.index) == g and g > 1:
        values = _in_order(values, align(table.index, matrix.features, g, what="weights", axis="features"))
    return _by_shape(values.astype(np.float64, copy=False), matrix)


def _in_order(values: AnyArray, order: IntArray) -> AnyArray:
    """Rows in another order; as they are, and not copied, where it is theirs."""
    return values if np.array_equal(order, np.arange(len(values))) else values[order]


def _names_features(weights: pd.Series[Any], matrix: FeatureMatrix) -> bool:
    """Whether a Series goes by the features; where labels do not tell, its length does."""
    if is_positional(weights.index) or (is_positional(matrix.features) and is_positional(matrix.samples)):
        return len(weights) == matrix.shape[0] != matrix.shape[1]
    return not weights.index.isin(matrix.samples).any() and bool(weights.index.isin(matrix.features).any())


def _ordered(weights: Any, labels: pd.Index, axis: str) -> AnyArray:
    return ordered_numbers(weights, labels, what="weights", axis=axis)


def _usable(weights: AnyArray, matrix: FeatureMatrix, whose: str) -> FloatArray:
    weights = np.asarray(weights, dtype=np.float64)
    step = max(1, BLOCK_CELLS // max(1, weights[0].size))
    some = False
    for at in range(0, len(weights), step):  # marks of all of them would be an eighth of their size
        part = weights[at : at + step]
        if not (np.isfinite(part) & (part >= 0)).all():
            _refuse(weights, matrix, whose)
        some = some or bool(part.any())
    if not some:
        raise DataError("every weight is zero, which leaves nothing to fit; give one of them at least a positive value")
    return weights


def _refuse(weights: FloatArray, matrix: FeatureMatrix, whose: str) -> None:
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    labels = matrix.samples if whose == "samples" else matrix.features
    rows = np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=1))
    what = f"{wrong.sum():,} of {weights.size:,} are not, that of {listing(labels[rows])}"
    raise DataError(
        f"weights must be finite and not negative; {what}. Weight 0 leaves "
        f"{'an observation' if whose == 'cells' else f'a {whose[:-1]}'} out"
    )
