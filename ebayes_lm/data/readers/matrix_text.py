"""A matrix of features x samples from delimited text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ebayes_lm.data.readers.text import MISSING_TEXT, TextFile, open_text, opened
from ebayes_lm.errors import ArgumentError, DataError, listing, nearest

#: Before 3.1 pandas rounds the last digit of some numbers unless told not to; since then it says so where it is told.
EXACT: dict[str, str] = (
    {"float_precision": "round_trip"} if tuple(int(n) for n in pd.__version__.split(".")[:2]) < (3, 1) else {}
)


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
    _check_header(file)
    frame = _parsed(file, described)
    frame.columns = pd.Index(file.header)
    features = pd.Index(frame.iloc[:, 0].to_numpy(dtype=object), name=file.header[0] or None, dtype=object)
    annotation = frame[described].set_axis(features) if described else None
    values = frame.drop(columns=[file.header[0], *described])
    if not len(values.columns):
        raise DataError(f"{path} has no column of numbers besides {listing(file.header, 3)}; columns are samples")
    if not len(values):
        raise DataError(f"{path} has a header and no rows; one line a feature is needed")
    return values.set_axis(features), annotation


def _described(file: TextFile, wanted: Sequence[str]) -> list[str]:
    for name in wanted:
        if name not in file.header:
            raise ArgumentError(
                f"--feature-columns names {name!r}, which is not a column of {file.path.name}."
                f"{nearest(name, file.header)} It has {listing(file.header)}"
            )
    return [name for name in dict.fromkeys(wanted) if name != file.header[0]]


def _check_header(file: TextFile) -> None:
    names = pd.Index(file.header)
    if not names.is_unique:
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


def _parsed(file: TextFile, described: list[str]) -> pd.DataFrame:
    """All cells by the fast parser; where that fails, a slow reading that finds the cell to blame."""
    text = {0, *(file.header.index(name) for name in described)}
    width = len(file.header)
    if file.is_ragged:
        _find_fault(file, text)
    try:
        with opened(file.path, file.skipped) as stream:
            frame: pd.DataFrame = pd.read_csv(  # type: ignore[call-overload]
                stream,
                sep=file.separator,
                decimal=file.decimal,
                header=0,
                names=range(width),
                index_col=False,
                dtype={j: "str" if j in text else np.float64 for j in range(width)},
                keep_default_na=False,
                na_values={j: MISSING_TEXT for j in range(width) if j not in text},
                skipinitialspace=file.separator != "\t",
                **EXACT,
            )
    except (ValueError, pd.errors.ParserError) as error:
        _find_fault(file, text)
        raise DataError(f"{file.path} cannot be read as a table: {error}") from None
    if frame.iloc[:, -1].isna().any():
        # The parser fills a row that is too short with missing values, without a word.
        _check_lengths(file)
    return frame


def _check_lengths(file: TextFile) -> None:
    """Raise on the first record that is too short or too long."""
    for line, cells in file.records():
        if len(cells) != len(file.header):
            raise DataError(
                f"{file.path}, line {line}: {len(cells)} cells where the header has {len(file.header)} "
                f"(row {cells[0]!r}); every row needs one cell a column"
            )


def _find_fault(file: TextFile, text: set[int]) -> None:
    """Read record by record and raise on what is broken first."""
    _check_lengths(file)
    for line, cells in file.records():
        for j, cell in enumerate(cells):
            if j not in text and not _is_number(cell, file.decimal):
                raise DataError(
                    f"{file.path}, line {line}: column {file.header[j]!r} of row {cells[0]!r} holds {cell!r}, which is "
                    f"not a number. Missing values are empty, NA or NaN; name columns that describe features in "
                    f"--feature-columns"
                )


def _is_number(cell: str, decimal: str) -> bool:
    if cell in MISSING_TEXT:
        return True
    if "_" in cell or (decimal == "," and "." in cell):
        return False
    try:
        float(cell.replace(decimal, "."))
    except ValueError:
        return False
    return True
