"""Columns of parquet files: what the metadata say of them, and their values."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.marks import note_in
from ebayes_lm.errors import DataError, listing


@contextmanager
def parquet_errors(path: Path) -> Iterator[None]:
    """Whatever pyarrow says of a file, as one message."""
    import pyarrow

    try:
        yield
    except DataError:
        raise
    except (OSError, ValueError, KeyError, OverflowError, pyarrow.ArrowException) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DataError(f"{path} cannot be read as parquet: {said}") from None


def _arrow() -> Any:
    import pyarrow

    return pyarrow


def _opened(path: Path) -> Any:
    from pyarrow.parquet import ParquetFile

    return ParquetFile(path, page_checksum_verification=True)


@dataclass(frozen=True, eq=False)
class ParquetColumns:
    """A parquet file, opened once in each thread: its reader is not safe to share.

    Attributes
    ----------
    path : Path
    """

    path: Path

    @cached_property
    def _threads(self) -> threading.local:
        return threading.local()

    @property
    def file(self) -> Any:
        """The file as pyarrow opens it; pages that have checksums are verified."""
        thread = self._threads
        if not hasattr(thread, "file"):
            with parquet_errors(self.path):
                thread.file = _opened(self.path)
        return thread.file

    def __getstate__(self) -> dict[str, Any]:
        """Another process opens its own."""
        return {"path": self.path}

    @cached_property
    def group_rows(self) -> list[int]:
        """Rows of each row group."""
        metadata = self.file.metadata
        return [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]

    def arrays(self, groups: Sequence[int], names: Sequence[str], dtype: np.dtype[Any]) -> Iterator[AnyArray]:
        """Values of some columns in some row groups, one column after another; what is missing is NaN.

        Raises
        ------
        DataError
            The file is damaged, or holds something else than its metadata say.
        """
        rows = sum(self.group_rows[i] for i in groups)
        with parquet_errors(self.path):
            table = self.file.read_row_groups(list(groups), columns=list(names), use_threads=False)
            for name in names:
                yield self._array(table.column(name), dtype, rows)

    def _array(self, column: Any, dtype: np.dtype[Any], rows: int) -> AnyArray:
        pa = _arrow()
        if len(column) != rows or (column.null_count and dtype.kind != "f"):
            raise DataError(f"{self.path} holds other values than its metadata say; copy or download it again")
        if pa.types.is_boolean(column.type):
            column = column.cast(pa.uint8())
        if column.null_count and not pa.types.is_floating(column.type):
            column = column.cast(pa.float64(), safe=False)
        values: AnyArray = column.to_numpy()
        return values.astype(dtype, copy=False)

    def text(self, name: str) -> pd.Series:
        """A column as text, in which an empty name stands for a missing one."""
        pa = _arrow()
        with parquet_errors(self.path):
            parts = [pa.array([], pa.string())]
            for batch in self.file.iter_batches(columns=[name], use_threads=False):
                batch.validate(full=True)
                part = batch.column(batch.schema.get_field_index(name))
                parts.append(part.cast(pa.string()).fill_null(""))
            series: pd.Series = pa.chunked_array(parts).to_pandas()
            return series

    def table(self, names: Sequence[str]) -> pd.DataFrame:
        """Columns as they are."""
        with parquet_errors(self.path):
            table = self.file.read(columns=list(names), use_threads=False).select(list(names))
            table.validate(full=True)
            frame: pd.DataFrame = table.replace_schema_metadata(None).to_pandas()
            return frame

    def counted(self, name: str) -> int:
        """Rows that a column holds, read in small parts."""
        with parquet_errors(self.path):
            return sum(batch.num_rows for batch in self.file.iter_batches(columns=[name], use_threads=False))

    def require_whole(self) -> None:
        """Refuse metadata that speak of other files, or of more than there is.

        Raises
        ------
        DataError
        """
        metadata, size = self.file.metadata, self.path.stat().st_size
        for i, rows in enumerate(self.group_rows):
            group = metadata.row_group(i)
            for j in range(group.num_columns):
                chunk = group.column(j)
                if chunk.file_path:
                    raise DataError(f"{self.path} refers to values in another file, {chunk.file_path!r:.80}")
                first = min(chunk.dictionary_page_offset or chunk.data_page_offset, chunk.data_page_offset)
                if first < 0 or chunk.total_compressed_size < 0 or first + chunk.total_compressed_size > size:
                    raise DataError(f"{self.path} says that it holds more bytes than it does")
                if chunk.num_values != rows:
                    raise DataError(f"{self.path} does not hold one value a row in {chunk.path_in_schema!r:.80}")
        if min(self.group_rows, default=0) < 0 or sum(self.group_rows) != metadata.num_rows:
            raise DataError(f"{self.path} says that it has {metadata.num_rows} rows, which its parts do not have")

    def common_type(self, names: Sequence[str]) -> np.dtype[Any]:
        """A type that holds the numbers of these columns, with NaN where any is or may be missing."""
        pa = _arrow()
        fields, metadata = self.file.schema_arrow, self.file.metadata
        places = {name: j for j, name in enumerate(fields.names)}
        types = {fields.field(places[name]).type for name in names}
        dtypes = [np.dtype(kind.to_pandas_dtype()) for kind in types]
        exact = [name for name in names if not pa.types.is_floating(fields.field(places[name]).type)]
        if any(_may_miss(metadata.row_group(i).column(places[name])) for name in exact for i in _groups(metadata)):
            dtypes.append(np.dtype(np.float64))
        found: np.dtype[Any] = np.result_type(*dtypes)
        return found


def _groups(metadata: Any) -> range:
    return range(metadata.num_row_groups)


def _may_miss(chunk: Any) -> bool:
    statistics = chunk.statistics if chunk.is_stats_set else None
    return statistics is None or not statistics.has_null_count or statistics.null_count > 0


@dataclass(frozen=True)
class Columns:
    """What the columns of a file are for.

    Attributes
    ----------
    names : str or None
        The column that names the rows.
    numbers, text : list of str
    """

    names: str | None
    numbers: list[str]
    text: list[str]


def columns_of(store: ParquetColumns) -> Columns:
    """The stored index of pandas, else a first column of text, names the rows; other text describes them.

    Raises
    ------
    DataError
        Columns that repeat, that are nested, or neither numbers nor text.
    """
    import pyarrow as pa

    with parquet_errors(store.path):
        fields = store.file.schema_arrow
        index = _stored_index(fields)
    if len(set(fields.names)) < len(fields.names):
        raise DataError(f"{store.path} has columns that appear more than once; their names have to be unique")
    text = [field.name for field in fields if _is_text(field.type)]
    if len(index) > 1:
        raise DataError(f"{store.path} has an index of several levels, {listing(index)}; one column names the rows")
    names = index[0] if index else fields.names[0] if fields.names[:1] == text[:1] and text else None
    types = pa.types
    numbers = [
        field.name for field in fields
        if field.name != names and (
            types.is_integer(field.type) or types.is_floating(field.type) or types.is_boolean(field.type)
        )
    ]  # fmt: skip
    known = {names, *numbers, *text}
    odd = [name for name in fields.names if name not in known]
    if odd or (names is not None and types.is_nested(fields.field(names).type)):
        raise DataError(
            f"{store.path} has columns that are neither numbers nor text: {listing(odd or [names])}; convert them, or "
            "leave them out"
        )
    if not numbers:
        raise DataError(f"{store.path} has no column of numbers besides {listing(fields.names, 3)}")
    return Columns(names, numbers, [name for name in text if name != names])


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
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
