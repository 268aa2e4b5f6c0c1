"""Matrices stored as parquet or h5ad, by way of optional packages."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from ebayes_lm.data.alignment import is_positional
from ebayes_lm.data.readers.text import require_file
from ebayes_lm.errors import ArgumentError, DataError, MissingExtraError, listing, nearest


def require_extra(package: str, extra: str, why: str) -> None:
    """Refuse, naming what to install, where an optional package is missing."""
    if find_spec(package) is None:
        raise MissingExtraError(f'{why} needs {package}: pip install "ebayes-lm[{extra}]"')


def read_parquet(path: Path, feature_columns: Sequence[str] = ()) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Numbers and annotation of a parquet file; its stored index, else its first column, names the features.

    Raises
    ------
    MissingExtraError
        pyarrow is not installed.
    DataError
        Not a parquet file, or columns that are not numbers.
    ArgumentError
        A feature column that is not there.
    """
    require_file(path)
    require_extra("pyarrow", "scale", f"reading {path.name}")
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as parquet: {_first_line(error)}") from None
    frame.columns = pd.Index([str(name) for name in frame.columns], dtype=object)
    if not len(frame.columns):
        raise DataError(f"{path} has no columns")
    if is_positional(frame.index):
        frame = frame.set_index(frame.columns[0])
    frame.index = pd.Index([str(label) for label in frame.index], dtype=object, name=frame.index.name)
    unknown = [name for name in feature_columns if name not in frame.columns and name != frame.index.name]
    if unknown:
        raise ArgumentError(
            f"--feature-columns names {unknown[0]!r}, which is not a column of {path.name}."
            f"{nearest(unknown[0], frame.columns)}"
        )
    described = [name for name in feature_columns if name in frame.columns]
    values = frame.drop(columns=described)
    text = [name for name, dtype in values.dtypes.items() if not pd.api.types.is_numeric_dtype(dtype)]
    if text:
        raise DataError(
            f"{path} has columns that are not numbers: {listing(text)}; name those that describe features in "
            "--feature-columns"
        )
    if 0 in values.shape:
        raise DataError(f"{path} holds {values.shape[0]} features and {values.shape[1]} samples; one of each is needed")
    return values, frame[described] if described else None


def read_h5ad(path: Path) -> Any:
    """The AnnData of an h5ad file, in memory.

    Raises
    ------
    MissingExtraError
        anndata is not installed.
    DataError
        Not an h5ad file.
    """
    require_file(path)
    require_extra("anndata", "anndata", f"reading {path.name}")
    import anndata

    try:
        return anndata.read_h5ad(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} cannot be read as h5ad: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
