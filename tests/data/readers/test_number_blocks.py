"""Blocks of numbers against pandas reading the same text whole."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm.data.readers import number_blocks as number_blocks_module
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


@pytest.mark.parametrize("name", ["x.csv", "x.tsv"])
def test_columns_of_text_beside_quotes_and_without(tmp_path, name):
    content = "id,a,chr\n g1,1, X\ng2,2,Y\n" + '"g3",3,"Z"\n'
    content = content if name == "x.csv" else content.replace(" ", "").replace(",", "\t")
    (block,) = _blocks(tmp_path, content, described=(2,), name=name)
    assert (block.names, block.described) == (["g1", "g2", "g3"], [("X",), ("Y",), ("Z",)])
    assert_array_equal(block.numbers, [[1], [2], [3]])


def test_blocks_of_long_rows_have_few(tmp_path, monkeypatch):
    monkeypatch.setattr(number_blocks_module, "_CHARACTERS", 100)
    content = "id,a\n" + "".join(f"{'g' * 60},{i}\n" for i in range(5))
    assert [len(block.names) for block in _blocks(tmp_path, content)] == [2, 2, 1]
    monkeypatch.setattr(number_blocks_module, "_LONGEST_NAME", 59)
    with pytest.raises(DataError, match="line 2: a name of 60 characters"):
        _blocks(tmp_path, content)


@pytest.mark.parametrize("cell", ["NAN", "-nan", "１２", "\xa05", "nan ", "5\x1f", "1.e", "+", "infin"])
def test_what_the_parser_does_not_take_is_no_number(tmp_path, cell):
    with pytest.raises(DataError, match="line 3: column 'a' of row 'h' holds"):
        _blocks(tmp_path, f'id,a\ng,1\nh,"{cell}"\n')


def test_what_the_parser_takes_is_a_number(tmp_path):
    cells = ["1.", "-.5", "+5", " 5 ", "\t5", "1E5", "+Inf", "-infinity", "1e400", "1e-400", "007"]
    (block,) = _blocks(tmp_path, "id,a\n" + "".join(f'g,"{cell}"\n' for cell in cells), cells=100)
    expected = [1, -0.5, 5, 5, 5, 1e5, np.inf, -np.inf, np.inf, 0, 7]
    assert_array_equal(block.numbers[:, 0], expected)
    assert all(number_blocks_module.is_number(cell, ".") for cell in cells)


def test_separators_within_quotes_are_shown(tmp_path):
    with pytest.raises(DataError, match="holds '1,234'"):
        _blocks(tmp_path, 'id,a\ng,"1,234"\n')


@pytest.mark.parametrize("empty", ["\n", "\r\n", " \n"])
@pytest.mark.parametrize("before", ["", "id,a\n", "id,a\ng,1\n", "# x\n", 'id,a\n"'])
def test_empty_lines_without_end_are_refused(tmp_path, monkeypatch, empty, before):
    monkeypatch.setattr(text, "_MOST_EMPTY", 1000)
    few, many = empty * (900 // len(empty)), empty * 2000
    if before.endswith("1\n"):
        assert len(_blocks(tmp_path, before + few + "h,1\n", cells=100)[0].names) == 2
    with pytest.raises(DataError, match="more than 1,000 characters of empty lines"):
        _blocks(tmp_path, gzip.compress((before + many).encode()))


def test_empty_lines_may_be_as_many_as_others(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "_MOST_EMPTY", 10)
    rows = "id,a\n" + "g,1\n\n\n" * 500
    assert sum(len(block.names) for block in _blocks(tmp_path, rows)) == 500


def test_few_long_records_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "_LOOK_CELLS", 5)
    (tmp_path / "x.csv").write_text("id,a,b\ng,1,2\nh,3,4\ni,5,6\n")
    assert [cells[0] for cells in open_text(tmp_path / "x.csv").head()] == ["g", "h"]


@pytest.mark.parametrize("content", ["id" + ",a" * 40 + "\n", "id,a\ng" + "," * 40 + "\n"])
def test_lines_of_cells_without_end_are_refused(tmp_path, monkeypatch, content):
    monkeypatch.setattr(text, "_MOST_COLUMNS", 40)
    with pytest.raises(DataError, match="a line of more than 40 cells"):
        _blocks(tmp_path, content)


def test_a_line_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "_LONGEST_LINE", 1000)
    for content in ("id,a\n" + "g" * 2000 + ",1\n", "i" * 2000 + ",a\ng,1\n"):
        with pytest.raises(DataError, match="a line of more than 1,000"):
            _blocks(tmp_path, gzip.compress(content.encode()))


def test_cells_one_by_one_are_what_the_parser_makes_of_them(tmp_path, monkeypatch):
    content = 'id;a;b\ng;1,5; NA\nh;;"-2,5e1"\ni;1e400;-inf\n'
    with pytest.warns(UserWarning, match="decimal commas"):
        (expected,) = _blocks(tmp_path, content)
    monkeypatch.setattr(number_blocks_module, "_numbers", lambda *_: None)
    with pytest.warns(UserWarning, match="decimal commas"):
        (block,) = _blocks(tmp_path, content)
    assert_array_equal(block.numbers, expected.numbers)
    assert_array_equal(block.numbers, [[1.5, np.nan], [np.nan, -25], [np.inf, -np.inf]])
