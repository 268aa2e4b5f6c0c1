"""A sample table from delimited text: first all text, then numbers where every value is one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ebayes_lm.data.readers.text import MISSING_TEXT, open_text
from ebayes_lm.errors import DataError, listing

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
#: A number that is written like this is a code, such as 007.
_CODE = re.compile(r"[+-]?0\d+")
_TRUTH = {"TRUE": True, "True": True, "true": True, "FALSE": False, "False": False, "false": False}


def read_sample_table(path: Path) -> pd.DataFrame:
    """The cells of a sample table as text, one row a sample, numbered; decimal commas become points.

    Raises
    ------
    DataError
        The file cannot be read, repeats a column, or has rows of unequal length.
    """
    file = open_text(path)
    names = list(file.header)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{path} has columns that appear more than once: {listing(twice)}; rename all but one")
    rows = []
    for line, cells in file.records():
        if len(cells) != len(names):
            raise DataError(
                f"{path}, line {line}: {len(cells)} cells where the header has {len(names)} (row {cells[0]!r}); every "
                "row needs one cell a column"
            )
        rows.append(cells)
    if not rows:
        raise DataError(f"{path} has a header and no rows; one line a sample is needed")
    table = pd.DataFrame(rows, columns=pd.Index(names, dtype=object), dtype=object)
    return (
        table.map(lambda cell: cell.replace(",", ".") if _is_decimal_comma(cell) else cell)
        if (file.decimal == ",")
        else table
    )


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Columns of text as numbers or truth values where every value is one; the others stay text.

    Empty cells, NA, NaN and nan are missing. Codes with leading zeros (007) stay text.

    Examples
    --------
    >>> typed(pd.DataFrame({"age": ["31", "NA"], "code": ["01", "02"]})).dtypes.astype(str).to_dict()["age"]
    'float64'
    """
    return pd.DataFrame({name: _typed_column(table[name]) for name in table.columns}, index=table.index)


def best_id_column(table: pd.DataFrame, samples: Sequence[str] | pd.Index) -> str:
    """The first column with the most of the sample names in it; the first column where none has any."""
    wanted = set(samples)
    found = [len(wanted & set(table[name])) for name in table.columns]
    return str(table.columns[int(np.argmax(found))])


def _typed_column(column: pd.Series) -> pd.Series:
    missing = column.isin(MISSING_TEXT)
    values = [str(v) for v in column[~missing]]
    if values and all(_NUMBER.fullmatch(v) and not _CODE.fullmatch(v) for v in values):
        numbers = pd.to_numeric(column.mask(missing, None))
        return pd.Series(numbers, index=column.index)
    if values and not missing.any() and all(v in _TRUTH for v in values):
        return column.map(_TRUTH).astype(bool)
    return column.mask(missing, None)


def _is_decimal_comma(cell: str) -> bool:
    return re.fullmatch(r"[+-]?\d+,\d+", cell) is not None
