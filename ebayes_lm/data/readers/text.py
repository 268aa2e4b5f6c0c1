"""Delimited text: how a file is written, its records, and what to say where one is broken."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from ebayes_lm.errors import DataError, nearest, warn

#: Text that means "no value" in a cell of numbers or of a covariate.
MISSING_TEXT = ("", "NA", "NaN", "nan")

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_COMMENT = "#"
_SEPARATORS = ("\t", ",", ";")
#: Records that are looked at to learn how numbers are written, and cells, where these are more.
_LOOK = 200
_LOOK_CELLS = 1 << 22
#: A name may be long; a cell beyond this is a file that is not a table.
_LONGEST_CELL = 10_000_000
#: The same of a line: ten million columns have room in it.
_LONGEST_LINE = 1 << 28
_MOST_COLUMNS = 1 << 24
#: Characters of empty lines in a file, beyond as many as the others have.
_MOST_EMPTY = 1 << 20


@dataclass(frozen=True)
class TextFile:
    """A delimited file and how it is written.

    Attributes
    ----------
    path : Path
    separator : str
        Tab, comma or semicolon.
    decimal : str
        Point or comma.
    header : tuple of str
        Names of the columns; the first is empty where the file leaves the column of names without one.
    skipped : int
        Lines above the header.
    """

    path: Path
    separator: str
    decimal: str
    header: tuple[str, ...]
    skipped: int = 0

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of every record below the header that is not empty."""
        with opened(self.path, self.skipped) as stream:
            rows = records(lines(stream, self.path), self.separator, self.path, self.skipped)
            next(rows)
            yield from rows

    def head(self) -> Iterator[list[str]]:
        """Cells of the first records below the header."""
        return _first(self.records())


def open_text(path: Path) -> TextFile:
    """Look at a file and learn how it is written.

    Raises
    ------
    DataError
        There is no such file, it is empty, or it is not delimited text.
    """
    require_file(path)
    with opened(path) as stream:
        first = _next_line(stream, path)
        second = _next_line(stream, path) if first.startswith(_COMMENT) else ""
    if not first.strip():
        raise DataError(f"{path} is empty; it needs a header line and one line a row")
    # a remark above the header, as of featureCounts, and not a header that begins so
    skipped = int(bool(second.strip()) and _columns(second, path) > _columns(first, path))
    separator = _separator(second if skipped else first, path)
    with opened(path, skipped) as stream:
        rows = records(lines(stream, path), separator, path, skipped)
        header = next(rows)[1]
        short, decimal = _short_and_decimal(_first(rows), len(header), separator)
    if separator == ";":
        written = "semicolons, with decimal commas" if decimal == "," else "semicolons"
        warn(f"{path.name} separates its columns by {written}, and is read so")
    names = ("", *header) if short else tuple(header)
    return TextFile(path, separator, decimal, names, skipped)


def _first(rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[str]]:
    """Cells of the first records, of few where they are long."""
    seen = 0
    for _, cells in islice(rows, _LOOK):
        yield cells
        seen += len(cells)
        if seen > _LOOK_CELLS:
            return


def _short_and_decimal(sample: Iterable[list[str]], columns: int, separator: str) -> tuple[bool, str]:
    """Whether the header lacks the name of the first column, and the decimal mark."""
    lengths, last, decimal = set[int](), False, "."
    for cells in sample:
        lengths.add(len(cells))
        last = last or cells[-1] != ""
        if separator == ";" and any(map(_DECIMAL_COMMA.fullmatch, cells)):
            decimal = ","
    # As R's write.table leaves it; a separator at the end of every row makes the same lengths, and an empty last cell.
    return lengths == {columns + 1} and last, decimal


def require_file(path: Path) -> None:
    """Refuse what is no file that can be read."""
    if path.is_dir():
        raise DataError(f"{path} is a folder; name the file in it")
    if not path.exists():
        near = sorted(p.name for p in path.parent.iterdir() if p.is_file()) if path.parent.is_dir() else []
        # endings that are the same make names that have nothing in common look alike
        near = [name for name in near if nearest(_first_part(path.name), [_first_part(name)])]
        raise DataError(f"there is no file {path}.{nearest(path.name, near)}")


def _first_part(name: str) -> str:
    return name.partition(".")[0]


@contextmanager
def opened(path: Path, skipped: int = 0) -> Iterator[TextIO]:
    """The text of a file below some lines, unpacked where it is gzip-compressed; what is wrong as one message."""
    try:
        with path.open("rb") as raw:
            start = raw.read(4)
            raw.seek(0)
            _require_text(path, start)
            binary: Any = gzip.GzipFile(fileobj=raw) if start[:2] == _GZIP else raw
            with io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as stream:
                for _ in range(skipped):
                    _next_line(stream, path)
                yield stream
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8 text (byte {error.object[error.start]:#04x}); save it again in the encoding UTF-8"
        ) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path} is gzip-compressed and damaged ({error}); copy or download it again") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None


def _require_text(path: Path, start: bytes) -> None:
    if start.startswith(_ZIP):
        raise DataError(f"{path} is a zip archive or an Excel workbook; export the sheet as CSV or TSV")
    if path.suffix.lower() == ".gz" and start[:2] != _GZIP:
        raise DataError(f"{path} ends in .gz and is not gzip-compressed; give it the name of what it is")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError(f"{path} is UTF-16 text; save it again in the encoding UTF-8")


def _next_line(stream: TextIO, path: Path) -> str:
    """The next line that is not blank; nothing at the end."""
    return next((line for line in lines(stream, path) if line.strip()), "")


def lines(stream: TextIO, path: Path) -> Iterator[str]:
    """Lines with their ends.

    Raises
    ------
    DataError
        A line that goes on and on, or empty lines that do, as in a small file that unpacks to gigabytes of one letter.
    """
    room = _MOST_EMPTY
    while line := stream.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and line[-1] not in "\r\n":
            raise DataError(f"{path} has a line of more than {_LONGEST_LINE:,} characters; that is no table")
        if len(line) > _MOST_COLUMNS:
            _require_columns(max(line.count(separator) for separator in _SEPARATORS), path)
        room += -len(line) if line.isspace() else len(line)
        if room < 0:
            raise DataError(f"{path} has more than {_MOST_EMPTY:,} characters of empty lines; that is no table")
        yield line


def _require_columns(separators: int, path: Path) -> None:
    """Refuse a line with so many separators before it is taken apart."""
    if separators >= _MOST_COLUMNS:
        raise DataError(f"{path} has a line of more than {_MOST_COLUMNS:,} cells; that is no table")


def _columns(line: str, path: Path) -> int:
    return re.sub(r'"[^"]*"', "", line).count(_separator(line, path))


def _separator(line: str, path: Path) -> str:
    """The separator that the header line uses, outside quotes."""
    bare = re.sub(r'"[^"]*"', "", line)
    name = path.name.lower().removesuffix(".gz")
    likely = "\t" if name.endswith((".tsv", ".txt", ".tab")) else ","
    counts = {separator: bare.count(separator) for separator in _SEPARATORS}
    if counts[likely] or not any(counts.values()):
        return likely
    return max(counts, key=lambda separator: counts[separator])


def records(source: Iterable[str], separator: str, path: Path, before: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every record that is not empty; so many lines come ``before`` the first one.

    Raises
    ------
    DataError
        Quotes that are never closed, or in the wrong place.
    """
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(source, delimiter=separator, strict=True, skipinitialspace=separator != "\t")
    try:
        for cells in reader:
            if cells and cells != [""]:
                yield reader.line_num + before, cells
    except csv.Error as error:
        what = "a quoted cell is never closed" if "end of data" in str(error) else str(error)
        raise DataError(f"{path}, line {reader.line_num + before}: {what}; check the quotes around this line") from None
