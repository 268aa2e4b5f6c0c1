"""A table that grows on disk: parquet or delimited text, there whole when it is done and not before."""

from __future__ import annotations

import gzip
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd

from ebayes_lm.data.arrow_tables import arrow_table
from ebayes_lm.data.durable import share
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, listing
from ebayes_lm.results.saving import writing

#: Rows that are collected before they are written.
_GROUP = 1 << 17


class HitsFile(ABC):
    """Rows go to a file of another name next to the one that is wanted, which it becomes at the end.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._frames: list[pd.DataFrame] = []
        self._rows = 0
        with writing(path):
            handle, name = tempfile.mkstemp(prefix=".ebayes-lm-", dir=path.parent)
        self._temporary = Path(name)
        self._stream = os.fdopen(handle, "wb")

    def __enter__(self) -> HitsFile:
        return self

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows; all tables that are written have the same columns, and the first one may be empty."""
        self._frames.append(frame)
        self._rows += len(frame)
        if self._rows >= _GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._frames:
            full = [frame for frame in self._frames if len(frame)] or self._frames[:1]
            with writing(self.path):
                self._put(pd.concat(full, ignore_index=True))
        self._frames, self._rows = [], 0

    @abstractmethod
    def _put(self, frame: pd.DataFrame) -> None:
        """Write rows."""

    @abstractmethod
    def _end(self) -> None:
        """Write what stands at the end of a file."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                with suppress(Exception):  # what it would say hides the error that ended the run
                    self._end()
            else:
                self._flush()
                with writing(self.path):
                    self._replace()
        finally:
            with suppress(OSError):  # what could not be written cannot be written now
                self._stream.close()
            self._temporary.unlink(missing_ok=True)

    def _replace(self) -> None:
        self._end()
        self._stream.close()
        share(self._temporary)
        os.replace(self._temporary, self.path)


class TextFile(HitsFile):
    """Delimited text, numbers in full precision, NA where there is none; compressed where the name ends in .gz."""

    def __init__(self, path: Path, separator: str) -> None:
        super().__init__(path)
        self._separator, self._is_new = separator, True
        packed = path.name.lower().endswith(".gz")
        self._to: Any = gzip.GzipFile("", "wb", 6, self._stream, mtime=0) if packed else self._stream

    def _put(self, frame: pd.DataFrame) -> None:
        text = frame.to_csv(sep=self._separator, header=self._is_new, index=False, na_rep="NA", lineterminator="\n")
        self._to.write(text.encode())
        self._is_new = False

    def _end(self) -> None:
        if self._to is not self._stream:
            self._to.close()


class ParquetFile(HitsFile):
    """Parquet with a row group for every so many rows."""

    def __init__(self, path: Path) -> None:
        require_extra("pyarrow", "scale", f"writing {path.name}")
        super().__init__(path)
        self._writer: Any = None

    def _put(self, frame: pd.DataFrame) -> None:
        table = arrow_table(frame)
        if self._writer is None:
            self._writer = _parquet_writer(self._stream, table)
        self._writer.write_table(table.cast(self._writer.schema))

    def _end(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _parquet_writer(stream: Any, table: Any) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetWriter(stream, table.schema)


_KINDS: dict[str, Callable[[Path], HitsFile]] = {
    ".parquet": ParquetFile,
    ".csv": lambda path: TextFile(path, ","),
    ".csv.gz": lambda path: TextFile(path, ","),
    ".tsv": lambda path: TextFile(path, "\t"),
    ".tsv.gz": lambda path: TextFile(path, "\t"),
}


def checked_path(out: Any) -> Path:
    """Where a table is to be written.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        No path, or a name that does not end as a known format does.
    DataError
        The folder is not there, or the path is one.
    """
    if not isinstance(out, (str, Path)):
        raise ArgumentTypeError(f"out is the path of a file such as 'hits.parquet'; got {out!r:.60}")
    path = Path(out)
    if _ending(path) is None and not path.is_dir():
        raise ArgumentError(f"out={path.name!r} is of no format that is known here; names end in {listing(_KINDS, 9)}")
    if path.is_dir() or not path.parent.is_dir():
        reason = (
            "is a folder; name a file in it" if path.is_dir() else "lies in a folder that is not there; make it first"
        )
        raise DataError(f"{path} {reason}")
    return path


def hits_file(path: Path) -> HitsFile:
    """A file of the format that its name says."""
    return _KINDS[_ending(path) or ".parquet"](path)


def _ending(path: Path) -> str | None:
    return next((ending for ending in _KINDS if path.name.lower().endswith(ending)), None)
