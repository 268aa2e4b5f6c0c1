"""A matrix of features x samples from delimited text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ebayes_lm.data.readers.number_blocks import number_blocks
from ebayes_lm.data.readers.text import TextFile, open_text
from ebayes_lm.errors import ArgumentError, DataError, listing, nearest

#: Cells that are parsed at a time.
_CELLS = 1 << 18
_REMEDY = "name columns that describe features in --feature-columns"


def read_matrix_text(path: Path, feature_columns: Sequence[str] = ()) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Numbers and annotation from CSV or TSV, plain or gzip-compressed.

    Parameters
    ----------
    path : Path
    feature_columns : sequence of str
        Columns besides the first that describe features; they stay text.

    Returns
    -------
    values : DataFrame, (features, samples) float64
        Indexed by the first column, as text: a feature called NA keeps its name, one that repeats is kept.
    annotation : DataFrame or None
        The columns that describe features.

    Raises
    ------
    DataError
        The file cannot be read, repeats a column, has rows of unequal length, or cells that are not numbers.
    ArgumentError
        A feature column that is not there.
    """
    file = open_text(path)
    described = _described(file, feature_columns)
    check_header(file)
    if len(file.header) == 1 + len(described):
        raise DataError(f"{path} has no column of numbers besides {listing(file.header, 3)}; columns are samples")
    blocks = list(number_blocks(file, [file.header.index(name) for name in described], _CELLS, _REMEDY))
    if not blocks:
        raise DataError(f"{path} has a header and no rows; one line a feature is needed")
    names = [name for block in blocks for name in block.names]
    features = pd.Index(names, name=file.header[0] or None, dtype=object)
    apart = set(described)
    samples = pd.Index([name for name in file.header[1:] if name not in apart])
    values = pd.DataFrame(np.concatenate([block.numbers for block in blocks]), index=features, columns=samples)
    if not described:
        return values, None
    cells = [row for block in blocks for row in block.described]
    return values, pd.DataFrame(cells, index=features, columns=pd.Index(described), dtype="str")


def _described(file: TextFile, wanted: Sequence[str]) -> list[str]:
    for name in wanted:
        if name not in file.header:
            raise ArgumentError(
                f"--feature-columns names {name!r}, which is not a column of {file.path.name}."
                f"{nearest(name, file.header)} It has {listing(file.header)}"
            )
    return [name for name in dict.fromkeys(wanted) if name != file.header[0]]


def check_header(file: TextFile, unique: bool = True) -> None:
    """Refuse names of columns that are missing or, where they have to be ``unique``, repeat.

    Raises
    ------
    DataError
    """
    names = pd.Index(file.header)
    if unique and not names.is_unique:
        raise DataError(
            f"{file.path} has columns that appear more than once: {listing(names[names.duplicated()].unique())}; "
            "sample names have to be unique"
        )
    unnamed = [j + 1 for j, name in enumerate(file.header) if name == "" and j]
    if unnamed:
        raise DataError(
            f"{file.path} has no name for column {unnamed[0]}"
            + (f" and {len(unnamed) - 1} more" if len(unnamed) > 1 else "")
            + "; only the first column may go without one (a separator at the end of the header line makes another)"
        )
