"""Matrices in delimited text, converted once."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from ebayes_lm.data.progress import Progress
from ebayes_lm.data.readers.matrix_text import check_header
from ebayes_lm.data.readers.number_blocks import NumberBlock, is_number, number_blocks
from ebayes_lm.data.readers.text import MISSING_TEXT, TextFile, open_text
from ebayes_lm.data.stores.conversion import Conversion
from ebayes_lm.data.stores.numpy_file import NumpyFile
from ebayes_lm.data.stores.opening import Opened, Request
from ebayes_lm.errors import DataError, listing

#: Cells that are parsed at a time.
_CELLS = 1 << 18
_REMEDY = "name columns that describe features in feature_columns="
_REMEDY_OF_SAMPLES = "a column that describes rows holds text in all of its first cells"
#: A number in a form that is not read, or a word for none: cells of a sample that went wrong, and no description.
_NEARLY = re.compile(r"[-+]?\d[\d,.' ]*%?|-|#?n/?a|<na>|null|none", re.IGNORECASE)


def open_text_file(path: Path, request: Request) -> Opened:
    """The matrix of a CSV or TSV file, plain or gzip-compressed.

    Its numbers are parsed once, block by block, into a scratch file of eight bytes a value, which goes
    with the matrix. The first column names the rows. Columns that are named and columns of text describe
    them: those of which none of the first cells is a number, and not all are nearly one.

    Raises
    ------
    DataError
        The file cannot be read, repeats a sample, has rows of unequal length, or cells that are not numbers.
    StorageError
        The scratch file has no room.
    ArgumentError
        A layer, or a column that is not there.
    """
    request.refuse_layer(path)
    file = open_text(path)
    turned = request.orientation == "samples"
    check_header(file, unique=not turned)
    request.require_columns(path, file.header)
    described = _described(file, request)
    if len(file.header) == 1 + len(described):
        raise DataError(f"{path} has no column of numbers besides {listing(file.header, 3)}")
    source, names, texts = _converted(file, described, turned)
    rows = pd.Index(names, name=file.header[0] or None)
    apart = {0, *described}
    columns = pd.Index([name for j, name in enumerate(file.header) if j not in apart])
    table = pd.concat(texts, ignore_index=True).set_axis(rows) if described else None
    if not turned:
        return Opened(source, rows, columns, annotation=table)
    if not rows.is_unique:
        raise DataError(f"{path} has samples that appear more than once: {listing(rows[rows.duplicated()].unique())}")
    return Opened(source, columns, rows, sample_table=table)


def _described(file: TextFile, request: Request) -> list[int]:
    """Positions of columns that describe rows: first those that are named, as they are named, then others of text."""
    named = [file.header.index(name) for name in request.feature_columns]
    return [j for j in dict.fromkeys([*named, *_columns_of_text(file, strict=request.orientation != "samples")]) if j]


def _columns_of_text(file: TextFile, strict: bool) -> list[int]:
    """Positions of columns, the first left aside, whose first cells are text or missing, and some of them text.

    Where samples are columns, ``strict``, what is nearly a number is not text enough to leave a sample out.
    """
    maybe, sure = set(range(1, len(file.header))), set[int]()
    for cells in file.head():
        for j in [j for j in maybe if j < len(cells) and cells[j] not in MISSING_TEXT]:
            cell = cells[j]
            if is_number(cell, file.decimal):
                maybe.discard(j)
            elif not (strict and _NEARLY.fullmatch(cell)):
                sure.add(j)
    return sorted(maybe & sure)


def _converted(file: TextFile, described: list[int], turned: bool) -> tuple[NumpyFile, pd.Series, list[pd.DataFrame]]:
    size = file.path.stat().st_size
    names: list[pd.Series] = []
    texts: list[pd.DataFrame] = []
    width = len(file.header) - 1 - len(described)
    with Conversion(file.path, width) as conversion, Progress(size, None, "bytes") as progress:
        behind, rows = 0, 0
        for block in number_blocks(file, described, _CELLS, _REMEDY_OF_SAMPLES if turned else _REMEDY):
            rows += len(block.names)
            # Half of what the rows so far let expect: the others may hold longer numbers. A small packed file that
            # unpacks to terabytes is found out early, and not when the disk is full.
            conversion.require_room(rows * (size / block.behind - 1) / 2)
            conversion.append(block.numbers)
            names.append(pd.Series(block.names, dtype="str"))
            texts.append(_table(file, block, described))
            progress.advance(block.behind - behind)
            behind = block.behind
        if not names:
            raise DataError(f"{file.path} has a header and no rows")
        return conversion.source(turned), pd.concat(names, ignore_index=True), texts


def _table(file: TextFile, block: NumberBlock, described: list[int]) -> pd.DataFrame:
    columns = pd.Index([file.header[j] for j in described])
    return pd.DataFrame(block.described, columns=columns, dtype="str")
