"""Control features, those that nothing of interest changes: labels, a mask or a column of the annotation."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, IntArray
from ebayes_lm.data.alignment import align, is_positional
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError, counted, listing, nearest

_ALLOWED = "labels of features, a mask with a truth value for each feature, or the name of a column of the annotation"


def control_positions(controls: Any, matrix: FeatureMatrix) -> IntArray:
    """Positions of control features, ascending and each once.

    Parameters
    ----------
    controls : str, mask, Series or labels
        The name of a boolean column of the annotation; a truth value for each feature, matched by label where it is a
        Series; or labels of features, positions where features have no labels. A label that several features bear
        stands for all of them.
    matrix : FeatureMatrix

    Raises
    ------
    ArgumentError
        No such column, a mask with gaps, or no control at all.
    ArgumentTypeError
        Neither labels nor a mask.
    AlignmentError
        Labels, positions or a mask that do not fit the features.
    """
    if isinstance(controls, str):
        positions = np.flatnonzero(_column(controls, matrix))
    elif isinstance(controls, pd.Series) and _holds_truth(controls):
        order = align(controls.index, matrix.features, matrix.shape[0], what="controls", axis="features")
        positions = np.flatnonzero(_mask(controls, matrix)[order])
    else:
        listed = _listed(controls)
        mask = len(listed) and _holds_truth(listed)
        positions = np.flatnonzero(_mask(listed, matrix)) if mask else _of_labels(listed, matrix)
    if not len(positions):
        raise ArgumentError(f"controls marks none of {counted(matrix.shape[0], 'feature')}; give {_ALLOWED}")
    return positions


def _column(name: str, matrix: FeatureMatrix) -> AnyArray:
    columns = [] if matrix.annotation is None else [str(column) for column in matrix.annotation.columns]
    if matrix.annotation is None or name not in matrix.annotation.columns:
        there = f"it has {listing(columns, 10)}.{nearest(name, columns)}" if columns else "there is no annotation."
        raise ArgumentError(
            f"controls={name!r} is not a column of the annotation; {there} A single control goes into a list"
        )
    column = matrix.annotation[name]
    if not _holds_truth(column):
        raise ArgumentTypeError(
            f"column {name!r} of the annotation holds {column.dtype} values and not truth values; compare it first, as "
            f"in genes[{name!r}] == 'control', and pass that as controls="
        )
    return _mask(column, matrix)


def _holds_truth(values: pd.Series[Any]) -> bool:
    """Truth values, with gaps or without."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return True
    return values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) == "boolean"


def _mask(values: pd.Series[Any], matrix: FeatureMatrix) -> AnyArray:
    if len(values) != matrix.shape[0]:
        raise AlignmentError(
            f"the mask of controls has {len(values):,} values and the matrix {counted(matrix.shape[0], 'feature')}; "
            "give one for each"
        )
    gaps = int(values.isna().sum())
    if gaps:
        raise ArgumentError(
            f"controls is missing for {counted(gaps, 'feature')}; fill in False for those that are no controls"
        )
    return values.to_numpy(dtype=bool)


def _listed(controls: Any) -> pd.Series[Any]:
    if isinstance(controls, (pd.DataFrame, dict, bytes)) or not pd.api.types.is_list_like(controls):
        raise ArgumentTypeError(f"controls is {controls!r:.60}; it must be {_ALLOWED}")
    items = controls if isinstance(controls, (pd.Series, pd.Index, np.ndarray)) else list(controls)
    if getattr(items, "ndim", 1) != 1 or not all(isinstance(item, Hashable) for item in items):
        raise ArgumentTypeError(f"controls is a {type(controls).__name__} of more than one level; give {_ALLOWED}")
    return pd.Series(items)


def _of_labels(labels: pd.Series[Any], matrix: FeatureMatrix) -> IntArray:
    if is_positional(matrix.features):
        return _of_positions(labels, matrix.shape[0])
    wanted = pd.Index(labels).unique()
    places = wanted.get_indexer(matrix.features)
    known = np.bincount(places[places >= 0], minlength=len(wanted)) > 0
    if not known.all():
        numbers = pd.api.types.is_numeric_dtype(labels.dtype) and not known.any()
        advice = "features have labels, so positions do not serve: y.index[positions] turns them into labels"
        lacking = wanted[~known]
        raise AlignmentError(
            f"{len(lacking):,} of {counted(len(wanted), 'control')} {'is' if len(lacking) == 1 else 'are'} not among "
            f"the labels of features, which are such as {listing(matrix.features[:2])}: {listing(lacking)}. "
            + (advice if numbers else "Leave them out, or give labels of the same kind")
        )
    return np.flatnonzero(places >= 0)


def _of_positions(values: pd.Series[Any], length: int) -> IntArray:
    if len(values) and not pd.api.types.is_integer_dtype(values.dtype):
        raise AlignmentError(
            f"the features have no labels, so controls are positions 0 to {length - 1} or a mask; got "
            f"{values.dtype} values such as {values.iloc[0]!r}"
        )
    positions = np.unique(values.to_numpy(dtype=np.intp))
    outside = positions[(positions < 0) | (positions >= length)]
    if len(outside):
        raise AlignmentError(
            f"{len(positions) - len(outside):,} of {counted(len(positions), 'control')} are positions of features, "
            f"0 to {length - 1}; outside: {listing(outside.tolist())}"
        )
    return positions
