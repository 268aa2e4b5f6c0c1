"""Delimited text as blocks of numbers: never more of a file in memory than a block of it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, compress, islice
from typing import Any, NamedTuple, TextIO

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.data.readers.text import MISSING_TEXT, TextFile, lines, opened, records
from ebayes_lm.errors import DataError

#: Before 3.1 pandas rounds the last digit of some numbers unless told not to; since then it says so where it is told.
EXACT: dict[str, Any] = (
    {"float_precision": "round_trip"} if tuple(int(n) for n in pd.__version__.split(".")[:2]) < (3, 1) else {}
)
#: Stands in no number: each cell is a line of its own for the parser, with a separator that never comes.
_NEVER = "\x01"
#: In place of a separator or a line break within quotes: no number, whatever stands on either side.
_QUOTED = "\x02"
#: What the parser takes for a number, with a decimal point.
_NUMBER = re.compile(r"[ \t]*[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?)[ \t]*", re.ASCII | re.IGNORECASE)
#: Names are as long as a sequence may be.
_LONGEST_NAME = 1 << 20
#: Characters of a block, beside which another row is begun.
_CHARACTERS = 1 << 26


class NumberBlock(NamedTuple):
    """Some rows of a file.

    Attributes
    ----------
    names : list of str
        Cells of the first column.
    described : list of tuple of str
        Cells of the columns that are kept as text, one tuple a row.
    numbers : (rows, columns of numbers) float64
    behind : int
        Bytes of the file that have been read so far.
    """

    names: list[str]
    described: list[tuple[str, ...]]
    numbers: FloatArray
    behind: int


class _Row(NamedTuple):
    """A row; its numbers as they are written, with separators between them."""

    line: int
    name: str
    described: tuple[str, ...]
    numbers: str


def number_blocks(file: TextFile, described: Sequence[int], cells: int, remedy: str) -> Iterator[NumberBlock]:
    """The rows of a file in blocks of about so many cells.

    Parameters
    ----------
    file : TextFile
    described : sequence of int
        Positions of columns, besides the first, that are kept as text.
    cells : int
        Cells in a block.
    remedy : str
        What to do about a column of text, for messages.

    Raises
    ------
    DataError
        Rows of unequal length, a cell that is not a number, or a file that is damaged.
    """
    layout = _Layout(file, tuple(described), remedy)
    most = max(1, cells // len(file.header))
    with opened(file.path, file.skipped) as stream:
        rows = _rows(layout, lines(stream, file.path))
        while block := _block(rows, most):
            yield _parsed(layout, block, _behind(stream))


def _block(rows: Iterator[_Row], most: int) -> list[_Row]:
    """So many rows, or fewer where they are long."""
    block, room = list[_Row](), _CHARACTERS
    for row in islice(rows, most):
        block.append(row)
        room -= len(row.name) + len(row.numbers) + sum(map(len, row.described))
        if room < 0:
            break
    return block


@dataclass(frozen=True)
class _Layout:
    file: TextFile
    described: tuple[int, ...]
    remedy: str

    @cached_property
    def numeric(self) -> list[int]:
        """Positions of the columns of numbers."""
        return [j for j, numeric in enumerate(self.is_numeric) if numeric]

    @cached_property
    def is_numeric(self) -> list[bool]:
        """Of each column."""
        apart = {0, *self.described}
        return [j not in apart for j in range(len(self.file.header))]


def _rows(layout: _Layout, source: Iterator[str]) -> Iterator[_Row]:
    """Rows below the header; most of them need no more than a look."""
    file = layout.file
    at = next(records(source, file.separator, file.path, file.skipped))[0]
    for text in source:
        at += 1
        row = _simple(text.rstrip("\r\n"), at, layout)
        if row is None and text.strip(" \r\n"):
            found = next(records(chain([text], source), file.separator, file.path, at - 1), None)
            if found is not None:
                at = found[0]
                row = _careful(*found, layout)
        if row is not None:
            if len(row.name) > _LONGEST_NAME:
                raise DataError(f"{file.path}, line {at}: a name of {len(row.name):,} characters; that is no table")
            yield row


def _simple(text: str, line: int, layout: _Layout) -> _Row | None:
    """A line without quotes, or with the name alone in quotes as R writes it; None where it takes more."""
    separator, columns = layout.file.separator, len(layout.file.header)
    if '"' not in text:
        if layout.described and text.count(separator) == columns - 1:
            return _picked(line, text.split(separator), layout, blanks="" if separator == "\t" else " ")
        name, found, numbers = text.partition(separator)
    else:
        empty, _, text = text.partition('"')
        name, found, numbers = text.partition('"' + separator)
        if empty or '"' in name or '"' in numbers:
            return None
    if not found or layout.described or numbers.count(separator) != columns - 2:
        return None
    return _Row(line, name if separator == "\t" else name.lstrip(" "), (), numbers)


def _careful(line: int, cells: list[str], layout: _Layout) -> _Row:
    file = layout.file
    if len(cells) != len(file.header):
        raise DataError(
            f"{file.path}, line {line}: {len(cells)} cells where the header has {len(file.header)} "
            f"(row {cells[0]!r}); every row needs one cell a column"
        )
    for j in layout.numeric:
        cells[j] = re.sub(rf"[\r\n{file.separator}]", _QUOTED, cells[j])
    return _picked(line, cells, layout)


def _picked(line: int, cells: list[str], layout: _Layout, blanks: str = "") -> _Row:
    """Cells by what they are for, ``blanks`` before text left out."""
    described = tuple(cells[j].lstrip(blanks) for j in layout.described)
    numbers = layout.file.separator.join(compress(cells, layout.is_numeric))
    return _Row(line, cells[0].lstrip(blanks), described, numbers)


def _behind(stream: TextIO) -> int:
    binary: Any = stream.buffer
    return int(getattr(binary, "fileobj", binary).tell())


def _parsed(layout: _Layout, rows: list[_Row], behind: int) -> NumberBlock:
    file, shape = layout.file, (len(rows), len(layout.numeric))
    text = file.separator.join([row.numbers for row in rows])
    numbers = _numbers(text.replace(file.separator, "\n"), shape, file)
    if numbers is None:
        numbers = _one_by_one(layout, rows)
    return NumberBlock([row.name for row in rows], [row.described for row in rows], numbers, behind)


def _numbers(text: str, shape: tuple[int, int], file: TextFile) -> FloatArray | None:
    """Cells by the fast parser, or None where it stumbles.

    One long column: columns of their own would cost a hundred microseconds each, however few rows there are.
    """
    if _NEVER in text or "\0" in text:
        return None
    try:
        column: pd.Series = pd.read_csv(
            io.StringIO(text + "\n"), sep=_NEVER, decimal=file.decimal, header=None, names=[0], index_col=False,
            dtype=np.float64, keep_default_na=False, na_values=MISSING_TEXT, skip_blank_lines=False,
            skipinitialspace=file.separator != "\t", quoting=csv.QUOTE_NONE, **EXACT,
        )[0]  # fmt: skip
    except (ValueError, pd.errors.ParserError):
        return None
    return column.to_numpy().reshape(shape) if len(column) == shape[0] * shape[1] else None


def _one_by_one(layout: _Layout, rows: list[_Row]) -> FloatArray:
    """The numbers cell by cell, up to the first that is none; older pandas stumbles over a number beyond 1e308."""
    file = layout.file
    blanks = "" if file.separator == "\t" else " "
    numbers = np.empty((len(rows), len(layout.numeric)))
    for i, row in enumerate(rows):
        for k, cell in enumerate(row.numbers.split(file.separator)):
            text = cell.lstrip(blanks)
            if not is_number(text, file.decimal):
                name, found = file.header[layout.numeric[k]], cell.replace(_QUOTED, file.separator)
                raise DataError(
                    f"{file.path}, line {row.line}: column {name!r} of row {row.name!r} holds {found!r}, "
                    f"which is not a number. Missing values are empty, NA or NaN; {layout.remedy}"
                )
            numbers[i, k] = np.nan if text in MISSING_TEXT else float(text.replace(file.decimal, "."))
    return numbers


def is_number(cell: str, decimal: str) -> bool:
    """Whether a cell of numbers may hold this."""
    if cell in MISSING_TEXT:
        return True
    return not (decimal == "," and "." in cell) and _NUMBER.fullmatch(cell.replace(decimal, ".")) is not None
