"""Tables whose columns are samples, some of them describing features instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.data.alignment import is_positional
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, counted, listing, nearest


def split_annotation(
    frame: pd.DataFrame, feature_columns: str | Sequence[str] | None
) -> tuple[pd.DataFrame, pd.Index, pd.DataFrame | None]:
    """Samples, feature labels and annotation of a DataFrame.

    Without ``feature_columns`` limma's rule holds: all columns numeric, or exactly one that is not and it is the first,
    which then names the features; where the index names them already, it is annotation.
    """
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()].unique()
        raise DataError(f"columns appear more than once: {listing(twice)}; sample names have to be unique")
    described = _named_columns(frame, feature_columns) if feature_columns is not None else _leading_text(frame)
    values = frame.drop(columns=described)
    text = _not_numeric(values)
    if text:
        raise DataError(f"columns are not numeric: {listing(text)}; add them to feature_columns= or convert them")
    if not described:
        return frame, frame.index, None
    annotation = frame[described]
    use_first = is_positional(frame.index)
    features = pd.Index(annotation[described[0]], name=described[0]) if use_first else frame.index
    return values, features, annotation.set_axis(features)


def _named_columns(frame: pd.DataFrame, feature_columns: str | Sequence[str]) -> list[str]:
    if not isinstance(feature_columns, Iterable):
        raise ArgumentTypeError(f"feature_columns must be a column name or a list of these, not {feature_columns!r}")
    names = [feature_columns] if isinstance(feature_columns, str) else list(feature_columns)
    for name in names:
        if name not in frame.columns:
            raise ArgumentError(f"feature_columns names {name!r}, which is not a column.{nearest(name, frame.columns)}")
    return names


def _leading_text(frame: pd.DataFrame) -> list[str]:
    text = _not_numeric(frame)
    if not text:
        return []
    if len(text) == 1 and text[0] == frame.columns[0] and _is_text(frame[text[0]]):
        return text
    raise DataError(
        f"not numeric: {counted(len(text), 'column')}, {listing(text)}. Convert samples to numbers; one text column "
        "may stand first and names the features, otherwise list those that describe features in feature_columns="
    )


def _not_numeric(frame: pd.DataFrame) -> list[str]:
    """Columns that do not hold real numbers."""
    dtypes = frame.dtypes
    odd = {dtype for dtype in set(dtypes) if not _is_real(dtype)}
    return [str(name) for name, dtype in dtypes.items() if dtype in odd] if odd else []


def _is_real(dtype: object) -> bool:
    real = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype)  # type: ignore[arg-type]
    return bool(real) and not (isinstance(dtype, np.dtype) and dtype.kind == "O")


def _is_text(column: pd.Series[Any]) -> bool:
    """Whether values can be names: not complex numbers, dates, or numbers held as objects."""
    if isinstance(column.dtype, (pd.CategoricalDtype, pd.StringDtype)):
        return True
    return bool(column.dtype == object) and pd.api.types.infer_dtype(column) in ("string", "mixed", "mixed-integer")
