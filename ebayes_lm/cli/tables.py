"""Tables as files: tab-separated text, or parquet."""

from __future__ import annotations

import csv
import io

import pandas as pd

from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.errors import DataError

FORMATS = ("tsv", "parquet")


def require_format(form: str) -> None:
    """Refuse a format whose package is not installed."""
    if form == "parquet":
        require_extra("pyarrow", "scale", "--format parquet")


def as_bytes(table: pd.DataFrame, index_name: str, form: str = "tsv") -> bytes:
    """The content of a file with a table, its index as the first column."""
    return parquet(table, index_name) if form == "parquet" else tsv(table, index_name).encode()


def tsv(table: pd.DataFrame, index_name: str) -> str:
    """A table as tab-separated text: numbers in full precision, NA where missing, quotes where a name needs them."""
    shown = _named(table, index_name)
    # A carriage return within a name ends the row for most readers, and is not quoted unless all text is.
    text = [shown.index, *(shown[c] for c in shown.columns if shown[c].dtype.kind not in "biuf")]
    returns = any("\r" in str(value) for values in text for value in values)
    quoting = csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL
    return str(shown.to_csv(sep="\t", na_rep="NA", lineterminator="\n", quoting=quoting))  # type: ignore[call-overload]


def parquet(table: pd.DataFrame, index_name: str) -> bytes:
    """A table as parquet; the names are text, and missing numbers are NaN.

    Raises
    ------
    DataError
        A column of annotation holds values of different kinds.
    """
    shown = _named(table, index_name)
    shown.index = pd.Index([str(name) for name in shown.index], name=index_name, dtype=object)
    content = io.BytesIO()
    try:
        shown.to_parquet(content, engine="pyarrow", index=True)
    except (ValueError, TypeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DataError(f"a table cannot be written as parquet: {reason}; --format tsv takes anything") from None
    return content.getvalue()


def _named(table: pd.DataFrame, index_name: str) -> pd.DataFrame:
    shown = table.rename(columns={index_name: f"{index_name}.annotation"})
    shown.index = shown.index.rename(index_name)
    return shown
