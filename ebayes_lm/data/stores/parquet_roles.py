"""What the columns of a parquet file are for: names of the rows, numbers, and what describes the rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ebayes_lm.data.marks import note_in
from ebayes_lm.data.stores.opening import Request
from ebayes_lm.data.stores.parquet_columns import ParquetColumns, parquet_errors
from ebayes_lm.errors import DataError, EbayesLMWarning, listing, warn


@dataclass(frozen=True)
class Columns:
    """What the columns of a file are for.

    Attributes
    ----------
    names : str or None
        The column that names the rows.
    numbers, described : list of str
    """

    names: str | None
    numbers: list[str]
    described: list[str]


def columns_of(store: ParquetColumns, request: Request) -> Columns:
    """Columns that are named and columns of text describe the rows, numbers are the matrix; one column names the rows.

    Raises
    ------
    DataError
        Columns that repeat, that are nested, or neither numbers nor text.
    ArgumentError
        A column that is not there.
    """
    with parquet_errors(store.path):
        fields = store.file.schema_arrow
        index = _stored_index(fields)
    if len(set(fields.names)) < len(fields.names):
        raise DataError(f"{store.path} has columns that appear more than once; their names have to be unique")
    request.require_columns(store.path, fields.names)
    names = _naming(store, fields, index, request.feature_columns)
    apart = dict.fromkeys([*request.feature_columns, *(field.name for field in fields if _is_text(field.type))])
    described = [name for name in apart if name != names]
    numbers = [field.name for field in fields if field.name not in {names, *described} and _is_number(field.type)]
    known = {names, *numbers, *described}
    odd = [field.name for field in fields if field.name not in known or _is_composed(field.type)]
    if odd:
        raise DataError(
            f"{store.path} has columns that are neither numbers nor text: {listing(odd)}; convert them, or leave them "
            "out"
            + ("" if request.orientation == "samples" else ", or name those that describe features in feature_columns=")
        )
    if not numbers:
        raise DataError(f"{store.path} has no column of numbers besides {listing(fields.names, 3)}")
    return Columns(names, numbers, described)


def _naming(store: ParquetColumns, fields: Any, index: list[str], described: Sequence[str]) -> str | None:
    """The column that names the rows.

    The index that pandas stored, else a first column that holds text, is among those that describe features, or holds
    whole numbers that are all different. Else there is none.
    """
    levels = index if len(index) < 2 else [name for name in index if name not in described]
    if len(levels) > 1:
        raise DataError(
            f"{store.path} has an index of several levels, {listing(index)}; one column names the rows: name the "
            "others in feature_columns="
        )
    if levels or not len(fields):
        return levels[0] if levels else None
    first = fields.field(0)
    if _is_text(first.type) or first.name in described:
        return str(first.name)
    return str(first.name) if _are_identifiers(store, fields) else None


def _are_identifiers(store: ParquetColumns, fields: Any) -> bool:
    """Whether the first column holds whole numbers that are all different, as no sample of counts does."""
    import pyarrow as pa

    first = fields.field(0)
    if not pa.types.is_integer(first.type) or not any(_is_number(field.type) for field in list(fields)[1:]):
        return False
    store.require_whole()
    name = str(first.name)
    values = store.table([name])[name]
    if len(values) < 2 or values.hasnans or not values.is_unique:
        return False
    warn(
        f"{store.path.name} stores no index, and its first column, {name!r}, holds whole numbers that are all "
        "different: they name the rows. A column of text, or an index that pandas stores, would do so without a doubt",
        EbayesLMWarning,
    )
    return True


def _stored_index(fields: Any) -> list[str]:
    return [name for name in _said_by_pandas(fields) if isinstance(name, str) and name in fields.names]


def _said_by_pandas(fields: Any) -> list[Any]:
    """The columns of the index, or numbers from one to another in place of them."""
    held = fields.pandas_metadata
    index = held.get("index_columns") if isinstance(held, dict) else None
    return index if isinstance(index, list) else []


def numbered(store: ParquetColumns, rows: int) -> pd.Index:
    """Names of rows without a column of names: as pandas numbered them, where that is not 0, 1 and so on."""
    with parquet_errors(store.path):
        said = _said_by_pandas(store.file.schema_arrow)
    index = said[0] if len(said) == 1 and isinstance(said[0], dict) else {}
    start, stop, step = (index.get(key) for key in ("start", "stop", "step"))
    if isinstance(start, int) and isinstance(stop, int) and isinstance(step, int) and step:
        found = range(start, stop, step)
        if max(abs(start), abs(stop)) < 1 << 62 and len(found) == rows and found != range(rows):
            return pd.Index([str(i) for i in found])
    return pd.RangeIndex(rows)


def adjusted_note(store: ParquetColumns) -> str | None:
    """What was removed from the values, where pandas stored attributes that tell."""
    with parquet_errors(store.path):
        held = (store.file.schema_arrow.metadata or {}).get(b"PANDAS_ATTRS")
        attributes = json.loads(held) if held else None
    return note_in(attributes) if isinstance(attributes, dict) else None


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    is_view = getattr(pa.types, "is_string_view", lambda _: False)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or is_view(kind))


def _is_number(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


def _is_composed(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_nested(kind) or isinstance(kind, pa.BaseExtensionType))
