"""Something known of features, as numbers or as categories, in the order of the matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.data.alignment import align
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    EbayesLMWarning,
    counted,
    listing,
    nearest,
    warn,
)

#: The word for the mean of each feature over the samples.
MEAN = "mean"
_VECTORS = (list, tuple, np.ndarray, pd.Index, pd.api.extensions.ExtensionArray)


class FeatureCovariate(NamedTuple):
    """One value a feature; numbers, or categories where ``labels`` name them.

    Attributes
    ----------
    numbers : (G,) array
        Empty where these are categories.
    codes : (G,) integer array
        Category of each feature; empty where these are numbers.
    labels : Index or None
        Names of the categories.
    """

    numbers: FloatArray
    codes: IntArray
    labels: pd.Index | None = None


def feature_covariate(covariate: Any, matrix: FeatureMatrix, mean: Callable[[], FloatArray]) -> FeatureCovariate:
    """Read a covariate: "mean", the name of an annotation column, or one value a feature; ``mean`` finds the first.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        No such column, no vector, or a type for every feature.
    AlignmentError
        Labels of features do not match, or lengths differ.
    DataError
        It is missing or infinite for some features.
    """
    if isinstance(covariate, str) and covariate == MEAN:
        means = mean()
        # features without any value take part nowhere, wherever they stand
        return _numbers(np.where(np.isnan(means), means[np.isfinite(means)].min(initial=np.inf), means), matrix)
    series = _column(covariate, matrix) if isinstance(covariate, str) else _vector(covariate, matrix)
    missing = np.asarray(series.isna())
    if missing.any():
        raise _unknown("missing", missing, matrix)
    if pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_bool_dtype(series.dtype):
        return _numbers(series.to_numpy(dtype=np.float64), matrix)
    codes, labels = pd.factorize(series, sort=True)
    _look_at_sizes(np.bincount(codes), labels)
    return FeatureCovariate(np.empty(0), codes.astype(np.intp), pd.Index(labels))


def _numbers(numbers: FloatArray, matrix: FeatureMatrix) -> FeatureCovariate:
    if not np.isfinite(numbers).all():
        raise _unknown("infinite", ~np.isfinite(numbers), matrix)
    return FeatureCovariate(numbers, np.empty(0, dtype=np.intp))


def _look_at_sizes(sizes: IntArray, labels: Any) -> None:
    """A type of one feature has nothing but that feature's own differences, and they go."""
    if len(sizes) > 1 and sizes.max() == 1:
        raise ArgumentError(
            f"the covariate has {len(sizes):,} types for {len(sizes):,} features ({listing(labels, 3)}), each by "
            "itself, so that no difference between samples would be left; give types of many features, or numbers"
        )
    if len(sizes) > 1 and sizes.min() == 1:
        alone = counted(int(np.count_nonzero(sizes == 1)), "type")
        warn(
            f"{alone} of features {'has' if alone.startswith('1 ') else 'have'} a single one "
            f"({listing(labels[sizes == 1])}), and nothing of it is left that differs between samples",
            EbayesLMWarning,
        )


def _unknown(what: str, which: Any, matrix: FeatureMatrix) -> DataError:
    return DataError(
        f"the covariate is {what} for {counted(which.sum(), 'feature')} ({listing(matrix.features[which])}); fill it "
        "in, or leave these features out of the matrix"
    )


def _column(name: str, matrix: FeatureMatrix) -> pd.Series[Any]:
    table = matrix.annotation
    if table is None or name not in table.columns:
        known = [] if table is None else [str(column) for column in table]
        there = f"it has {listing(known, 10)}.{nearest(name, known)}" if known else "there is no annotation"
        raise ArgumentError(f"covariate={name!r} is not a column of the annotation of features, nor 'mean'; {there}")
    return table[name]


def _vector(covariate: Any, matrix: FeatureMatrix) -> pd.Series[Any]:
    if isinstance(covariate, pd.Series):
        order = align(covariate.index, matrix.features, matrix.shape[0], what="the covariate", axis="features")
        return covariate.iloc[order]
    if not isinstance(covariate, _VECTORS) or np.ndim(cast("Any", covariate)) != 1:
        raise ArgumentTypeError(
            f"the covariate must be 'mean', a column of the annotation or one value for each of {matrix.shape[0]:,} "
            f"features, not {type(covariate).__name__} of {np.ndim(covariate)} dimensions"
        )
    align(None, matrix.features, len(covariate), what="the covariate", axis="features")
    values = pd.Series(covariate)
    align(values.index, None, matrix.shape[0], what="the covariate", axis="features")
    return values
