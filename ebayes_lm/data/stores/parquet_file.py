"""Matrices in parquet files: row groups of columns, of which those are read that are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.data.readers.text import require_file
from ebayes_lm.data.sources import Band, SampleMajor
from ebayes_lm.data.stores.layout import band_of, banded, reading_of
from ebayes_lm.data.stores.opening import Held, Opened, Request, StoredSource
from ebayes_lm.data.stores.parquet_columns import ParquetColumns
from ebayes_lm.data.stores.parquet_roles import Columns, adjusted_note, columns_of, numbered
from ebayes_lm.data.stores.sample_names import unique_samples
from ebayes_lm.errors import DataError

#: Cells of a row group that are decoded at a time where a few of its rows are wanted.
_CELLS = 1 << 20


@dataclass(frozen=True, eq=False)
class ParquetMatrix(StoredSource):
    """A parquet file with its columns of numbers.

    Attributes
    ----------
    store : ParquetColumns
    names : tuple of str
    """

    store: ParquetColumns
    names: tuple[str, ...]

    @property
    def _heights(self) -> list[int]:
        """Rows of each row group, which another process counts again."""
        heights = self.store.group_rows
        if sum(heights) not in self.shape:
            raise DataError(f"{self.path} holds other values than when it was opened")
        return heights

    def _whole(self, start: int, stop: int) -> AnyArray:
        """Columns ``start`` to ``stop``, each over all rows, one in a row of what is returned."""
        groups = range(len(self._heights))
        whole = np.empty((stop - start, sum(self._heights)), dtype=self.dtype)
        for row, values in zip(whole, self.store.arrays(groups, self.names[start:stop], self.dtype), strict=True):
            row[:] = values
        return whole


@dataclass(frozen=True, eq=False)
class ParquetFeatures(ParquetMatrix):
    """Features in rows, in row groups of which each is read as a whole."""

    @property
    def grain(self) -> int:
        """Rows of a row group, of the largest where they differ."""
        return max(self._heights)

    @property
    def band(self) -> Band:
        """The rows of a group, and columns of it while they are unpacked."""
        size = self.dtype.itemsize
        columns = min(max(_CELLS, self.grain), self.grain * self.shape[1])
        return band_of(self.grain * self.shape[1] * size, 3 * columns * size)

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``."""
        return self._banded(start, stop)

    @cached_property
    def _banded(self) -> Callable[[int, int], AnyArray]:
        return banded(self._rows, self.shape[0], self.grain, self.shape[1] * self.dtype.itemsize)

    def _rows(self, start: int, stop: int) -> AnyArray:
        rows = np.empty((stop - start, self.shape[1]), dtype=self.dtype)
        first = 0
        for group, height in enumerate(self._heights):
            here = slice(max(start - first, 0), min(stop - first, height))
            if here.start < here.stop:
                self._fill(rows[first + here.start - start :][: here.stop - here.start], group, here)
            first += height
        return rows

    def _fill(self, rows: AnyArray, group: int, here: slice) -> None:
        """Rows of a row group, so few columns at a time that little is decoded which is not wanted."""
        step = max(1, _CELLS // self.store.group_rows[group])
        for start in range(0, len(self.names), step):
            names = self.names[start : start + step]
            for column, values in enumerate(self.store.arrays([group], names, self.dtype), start):
                rows[:, column] = values[here]


@dataclass(frozen=True, eq=False)
class ParquetFeaturesBySample(ParquetFeatures, SampleMajor):
    """Features in rows, in row groups so large that the file holds samples one after another."""

    @property
    def read_copies(self) -> int:
        """Pages as they are packed and unpacked, columns, in place, and in use."""
        return 5

    def read_samples(self, start: int, stop: int) -> AnyArray:
        """Samples ``start`` to ``stop``."""
        return self._whole(start, stop)


@dataclass(frozen=True, eq=False)
class ParquetSamples(ParquetMatrix):
    """Samples in rows: each feature is a column."""

    def read(self, start: int, stop: int) -> AnyArray:
        """Features ``start`` to ``stop``."""
        return self._whole(start, stop)


def open_parquet_file(path: Path, request: Request) -> Opened:
    """The matrix of a parquet file, of which metadata and columns of text are read now.

    The index that pandas stored names the rows, else a first column of text or of whole numbers that are all different.
    Columns that are named and other columns of text describe them.

    Raises
    ------
    MissingExtraError
        pyarrow is not installed.
    DataError
        Not such a file, no matrix of numbers, or less in it than it says.
    ArgumentError
        A layer, or a column that is not there.
    """
    require_file(path)
    require_extra("pyarrow", "scale", f"reading {path.name}")
    request.refuse_layer(path)
    store = ParquetColumns(path)
    columns = columns_of(store, request)
    store.require_whole()
    rows = _row_names(store, columns)
    table = store.table(columns.described).set_axis(rows) if columns.described else None
    dtype = store.common_type(columns.numbers)
    height, width = sum(store.group_rows), len(columns.numbers)
    request.require_matrix(path, (height, width), dtype)
    names, fields, note = pd.Index(columns.numbers), tuple(columns.numbers), adjusted_note(store)
    if request.orientation == "samples":
        turned = ParquetSamples(path, Held((width, height), dtype), store, fields)
        return Opened(turned, names, unique_samples(path, rows), sample_table=table, adjusted=note)
    reading = reading_of((height, width), (max(store.group_rows), 1), dtype.itemsize)
    kind = ParquetFeaturesBySample if reading.by_samples else ParquetFeatures
    source = kind(path, Held((height, width), dtype), store, fields)
    return Opened(source, rows, names, annotation=table, adjusted=note)


def _row_names(store: ParquetColumns, columns: Columns) -> pd.Index:
    """Names of the rows, which also tell how many there are: one column is read to the end, whatever metadata say."""
    stated = sum(store.group_rows)
    if columns.names is None:
        held, names = store.counted(columns.numbers[0]), None
    else:
        text = store.text(columns.names)
        # what pandas calls an index without a name
        label = None if columns.names.startswith("__index_level_") else columns.names
        held, names = len(text), pd.Index(text, name=label)
    if held != stated:
        raise DataError(f"{store.path} says that it has {stated:,} rows, and has {held:,}")
    return numbered(store, stated) if names is None else names
