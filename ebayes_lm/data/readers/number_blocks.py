"""Delimited text as blocks of numbers: never more of a file in memory than a block of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TextIO

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


@dataclass
class NumberBlock:
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


@dataclass
class _Rows:
    """Rows that wait to be parsed."""

    lines: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    described: list[tuple[str, ...]] = field(default_factory=list)
    #: One cell a line.
    numbers: list[str] = field(default_factory=list)


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
    numeric = [j for j in range(1, len(file.header)) if j not in set(described)]
    rows, most = _Rows(), max(1, cells // len(file.header))
    with opened(file.path, file.skipped) as stream:
        for line, found in _below_header(file, stream):
            _require_length(file, line, found)
            _keep(rows, line, found, described, numeric)
            if len(rows.names) == most:
                yield _parsed(file, rows, numeric, remedy, _behind(stream))
                rows = _Rows()
        if rows.names:
            yield _parsed(file, rows, numeric, remedy, _behind(stream))


def _below_header(file: TextFile, stream: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row; lines without quotes are split, which takes a quarter of the time."""
    source = lines(stream, file.path)
    header = records(source, file.separator, file.path, file.skipped)
    at = next(header)[0]
    for text in source:
        at += 1
        cells = _split(text.rstrip("\r\n"), file.separator)
        if cells is None:
            first = records(chain([text], source), file.separator, file.path, at - 1)
            found = next(first, None)
            if found is None:
                continue
            at, cells = found
        if cells:
            yield at, cells


def _split(line: str, separator: str) -> list[str] | None:
    """Cells of a line without quotes, or with the name alone in quotes as R writes it; None where it takes more.

    A blank line has none.
    """
    if '"' not in line:
        cells = line.split(separator) if line.strip(" ") else []
    elif line[0] == '"':
        name, _, rest = line[1:].partition('"')
        if '"' in rest or not rest.startswith(separator):
            return None
        cells = [name, *rest[1:].split(separator)]
    else:
        return None
    if separator != "\t" and " " in line:
        cells = [cell.lstrip(" ") if cell[:1] == " " else cell for cell in cells]
    return cells


def _keep(rows: _Rows, line: int, cells: list[str], described: Sequence[int], numeric: list[int]) -> None:
    rows.lines.append(line)
    rows.names.append(cells[0])
    if described:
        rows.described.append(tuple(cells[j] for j in described))
        numbers = [cells[j] for j in numeric]
    else:
        numbers = cells[1:]
    text = "\n".join(numbers)
    if text.count("\n") != len(numbers) - 1 and numbers:
        # a line break within quotes: no number, whatever stands on either side
        text = "\n".join(cell.replace("\n", _NEVER) for cell in numbers)
    rows.numbers.append(text)


def _behind(stream: TextIO) -> int:
    binary: Any = stream.buffer
    return int(getattr(binary, "fileobj", binary).tell())


def _require_length(file: TextFile, line: int, cells: list[str]) -> None:
    if len(cells) != len(file.header):
        raise DataError(
            f"{file.path}, line {line}: {len(cells)} cells where the header has {len(file.header)} "
            f"(row {cells[0]!r}); every row needs one cell a column"
        )


def _parsed(file: TextFile, rows: _Rows, numeric: list[int], remedy: str, behind: int) -> NumberBlock:
    shape = (len(rows.names), len(numeric))
    numbers = _numbers("\n".join(rows.numbers), shape, file)
    if numbers is None:
        _find_fault(file, rows, numeric, remedy)
        raise DataError(f"{file.path}, lines {rows.lines[0]} to {rows.lines[-1]}: not all cells are numbers")
    return NumberBlock(rows.names, rows.described, numbers, behind)


def _numbers(text: str, shape: tuple[int, int], file: TextFile) -> FloatArray | None:
    """Cells by the fast parser, or None where it stumbles.

    One long column: columns of their own would cost a hundred microseconds each, however few rows there are.
    """
    if _NEVER in text or "\0" in text:
        return None
    try:
        column: pd.Series = pd.read_csv(  # type: ignore[call-overload]
            io.StringIO(text + "\n"), sep=_NEVER, decimal=file.decimal, header=None, names=[0], index_col=False,
            dtype=np.float64, keep_default_na=False, na_values=MISSING_TEXT, skip_blank_lines=False,
            skipinitialspace=file.separator != "\t", quoting=csv.QUOTE_NONE, **EXACT,
        )[0]  # fmt: skip
    except (ValueError, pd.errors.ParserError):
        return None
    return column.to_numpy().reshape(shape) if len(column) == shape[0] * shape[1] else None


def _find_fault(file: TextFile, rows: _Rows, numeric: list[int], remedy: str) -> None:
    """Raise on the first cell that is not a number."""
    for line, name, numbers in zip(rows.lines, rows.names, rows.numbers, strict=True):
        for j, cell in zip(numeric, numbers.split("\n"), strict=True):
            if not is_number(cell, file.decimal):
                raise DataError(
                    f"{file.path}, line {line}: column {file.header[j]!r} of row {name!r} holds {cell!r}, which is "
                    f"not a number. Missing values are empty, NA or NaN; {remedy}"
                )


def is_number(cell: str, decimal: str) -> bool:
    """Whether a cell of numbers may hold this."""
    if cell in MISSING_TEXT:
        return True
    if "_" in cell or (decimal == "," and "." in cell):
        return False
    try:
        float(cell.replace(decimal, "."))
    except ValueError:
        return False
    return True
