"""Blocks of numbers against pandas reading the same text whole."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm.data.readers import text
from ebayes_lm.data.readers.number_blocks import EXACT, number_blocks
from ebayes_lm.data.readers.text import open_text
from ebayes_lm.errors import DataError

NUMBERS = pd.DataFrame(
    np.random.default_rng(3).normal(size=(23, 5)) * 10.0 ** np.arange(-2, 3),
    index=[f"g{i}" for i in range(23)],
    columns=list("abcde"),
)
NUMBERS.iloc[3, 2] = np.nan


def _blocks(tmp_path, content, described=(), cells=30, name="x.csv"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(number_blocks(open_text(path), described, cells, "drop the column"))


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"quoting": 2},
        {"quoting": 1},
        {"lineterminator": "\r\n"},
        {"lineterminator": "\r"},
        {"na_rep": "NA"},
        {"float_format": "%.3e"},
        {"sep": "\t"},
        {"encoding": "utf-8-sig"},
    ],
    ids=str,
)
@pytest.mark.parametrize("packed", [False, True])
def test_blocks_are_what_pandas_reads(tmp_path, written, packed):
    buffer = io.BytesIO()
    NUMBERS.to_csv(buffer, **written)
    content = buffer.getvalue()
    expected = pd.read_csv(
        io.BytesIO(content), index_col=0, sep=written.get("sep", ","),
        lineterminator="\r" if written.get("lineterminator") == "\r" else None, **EXACT,
    )  # fmt: skip
    blocks = _blocks(tmp_path, gzip.compress(content) if packed else content)
    assert [len(block.names) for block in blocks] == [5, 5, 5, 5, 3]
    assert [name for block in blocks for name in block.names] == list(NUMBERS.index)
    assert_array_equal(np.concatenate([block.numbers for block in blocks]), expected.to_numpy())
    assert blocks[-1].behind == (tmp_path / "x.csv").stat().st_size


def test_columns_that_are_kept_as_text(tmp_path):
    content = 'id,a,chr,b,gene\ng1,1,X,2,"one, two"\n"g,2",3,NA,4,\n\n   \n"g""3", 5,"7\n8", NA,x\n'
    (block,) = _blocks(tmp_path, content, described=(2, 4))
    assert block.names == ["g1", "g,2", 'g"3']
    assert block.described == [("X", "one, two"), ("NA", ""), ("7\n8", "x")]
    assert_array_equal(block.numbers, [[1, 2], [3, 4], [5, np.nan]])


def test_decimal_commas(tmp_path):
    with pytest.warns(UserWarning, match="decimal commas"):
        (block,) = _blocks(tmp_path, "id;a;b\ng;1,5;-2,5e1\nh;3;\n")
    assert_array_equal(block.numbers, [[1.5, -25], [3, np.nan]])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("g2,high,2", "line 3: column 'a' of row 'g2' holds 'high'.*drop the column"),
        ('"g2",1,"2\n3"', "line 4: column 'b' of row 'g2' holds"),
        ("g2,1,2\x01", "holds '2.x01'"),
        ("g2,1,2\x003", "holds '2.x003'"),
        ("g2,1_000,2", "holds '1_000'"),
        ("g2,1", "line 3: 2 cells where the header has 3"),
        ("g2,1,2,3", "line 3: 4 cells where the header has 3"),
        ('g2,1,"2', "never closed"),
        ('g2,1,"2"x', "check the quotes"),
        ("g2,1\t5,2", "holds '1.t5'"),
    ],
)
@pytest.mark.parametrize("cells", [3, 100])
def test_what_is_wrong_is_said_with_its_line(tmp_path, row, message, cells):
    with pytest.raises(DataError, match=message):
        _blocks(tmp_path, f"id,a,b\ng1,1,2\n{row}\ng3,1,2\n", cells=cells)


def test_a_line_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "_LONGEST_LINE", 1000)
    for content in ("id,a\n" + "g" * 2000 + ",1\n", "i" * 2000 + ",a\ng,1\n"):
        with pytest.raises(DataError, match="a line of more than 1,000"):
            _blocks(tmp_path, gzip.compress(content.encode()))
