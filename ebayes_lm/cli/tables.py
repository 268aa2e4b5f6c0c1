"""Tables as files: tab-separated text, or parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from typing import IO

import pandas as pd

from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.errors import DataError

#: Rows of a table that are text at a time.
_ROWS = 20_000


def require_format(form: str) -> None:
    """Refuse a format whose package is not installed."""
    if form == "parquet":
        require_extra("pyarrow", "scale", "--format parquet")


def table_writer(table: pd.DataFrame, index_name: str, form: str, digits: int | None) -> Callable[[IO[bytes]], None]:
    """What writes a table to a file that is open, its index as the first column; no copy of it as text is made."""
    if form == "parquet":
        return partial(write_parquet, table, index_name)
    return partial(write_tsv, table, index_name, digits=digits)


def tsv(table: pd.DataFrame, index_name: str) -> str:
    """A table as tab-separated text, as :func:`write_tsv` writes it."""
    content = io.BytesIO()
    write_tsv(table, index_name, content)
    return content.getvalue().decode()


def write_tsv(table: pd.DataFrame, index_name: str, stream: IO[bytes], *, digits: int | None = None) -> None:
    """A table as tab-separated text: NA where missing, quotes where a name needs them, numbers in full precision.

    With `digits`, numbers have so many significant digits.
    """
    shown = _named(table, index_name)
    # A carriage return within a name ends the row for most readers, and is not quoted unless all text is.
    text = [shown.index, *(shown[c] for c in shown.columns if shown[c].dtype.kind not in "biuf")]
    returns = any("\r" in str(value) for values in text for value in values)
    shown_as = None if digits is None else f"%.{digits}g"
    quoting = csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL
    for start in range(0, max(1, len(shown)), _ROWS):
        rows = shown.iloc[start : start + _ROWS]
        piece: str = rows.to_csv(  # type: ignore[call-overload]
            sep="\t", na_rep="NA", lineterminator="\n", quoting=quoting, header=start == 0, float_format=shown_as
        )
        stream.write(piece.encode())


def write_parquet(table: pd.DataFrame, index_name: str, stream: IO[bytes]) -> None:
    """A table as parquet; the names are text, and missing numbers are NaN.

    Raises
    ------
    DataError
        A column of annotation holds values of different kinds.
    """
    shown = _named(table, index_name)
    if shown.index.dtype != "str" or shown.index.hasnans:
        shown.index = pd.Index([str(name) for name in shown.index], name=index_name, dtype=object)
    try:
        shown.to_parquet(stream, engine="pyarrow", index=True)
    except (ValueError, TypeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DataError(f"a table cannot be written as parquet: {reason}; --format tsv takes anything") from None


def _named(table: pd.DataFrame, index_name: str) -> pd.DataFrame:
    shown = table.copy(deep=False)
    shown.columns = shown.columns.map(lambda name: f"{name}.annotation" if name == index_name else name)
    shown.index = shown.index.rename(index_name)
    return shown
