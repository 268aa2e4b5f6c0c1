"""Columns of parquet files: what the metadata say of them, and their values."""

from __future__ import annotations

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
from ebayes_lm.errors import DataError


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


def _opened(path: Path, metadata: Any = None) -> Any:
    from pyarrow.parquet import ParquetFile

    return ParquetFile(path, metadata=metadata, page_checksum_verification=True)


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
                thread.file = _opened(self.path, self._metadata)
        return thread.file

    @cached_property
    def _metadata(self) -> Any:
        """What stands at the end of the file, read once: of many columns it takes more room than a block."""
        return _opened(self.path).metadata

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
        """Columns as they are; whole numbers and truth values with gaps stay what they are."""
        pa = _arrow()
        with parquet_errors(self.path):
            table = self.file.read(columns=list(names), use_threads=False).select(list(names))
            table.validate(full=True)
            frame: pd.DataFrame = table.replace_schema_metadata(None).to_pandas()
            for name, column in zip(names, table.columns, strict=True):
                if column.null_count and (pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)):
                    frame[name] = column.to_pandas(types_mapper=_nullable)
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


def _nullable(kind: Any) -> Any:
    """The type of pandas that keeps whole numbers, or truth values, beside gaps."""
    plain = np.dtype(kind.to_pandas_dtype()).name
    return pd.api.types.pandas_dtype("boolean" if plain == "bool" else plain.replace("int", "Int").replace("u", "U"))


def _groups(metadata: Any) -> range:
    return range(metadata.num_row_groups)


def _may_miss(chunk: Any) -> bool:
    statistics = chunk.statistics if chunk.is_stats_set else None
    return statistics is None or not statistics.has_null_count or statistics.null_count > 0
