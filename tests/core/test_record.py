from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, dataclass

import numpy as np
import pytest

from ebayes_lm.core.record import Record, axes
from ebayes_lm.errors import DataError


@dataclass(frozen=True, eq=False)
class Example(Record):
    table: np.ndarray = axes("feature", "coef")
    column: np.ndarray = axes("feature")
    square: np.ndarray = axes("coef", "coef")
    note: str = "plain"


def example():
    return Example(np.arange(12.0).reshape(4, 3), np.arange(4.0), np.arange(9.0).reshape(3, 3))


def test_axes_are_declared_once():
    assert Example.declared_axes() == {"table": ("feature", "coef"), "column": ("feature",), "square": ("coef", "coef")}
    assert example().size("feature") == 4
    assert example().size("coef") == 3
    with pytest.raises(DataError, match="no axis 'sample'"):
        example().size("sample")


@pytest.mark.parametrize(
    ("table", "column", "square"),
    [
        ((4, 3), (5,), (3, 3)),
        ((4, 3), (4,), (3, 2)),
        ((4, 3), (4,), (2, 2)),
        ((4,), (4,), (3, 3)),
        ((4, 3), (4, 1), (3, 3)),
    ],
)
def test_shapes_have_to_agree(table, column, square):
    with pytest.raises(DataError, match=r"Example\.(table|column|square) has shape"):
        Example(np.zeros(table), np.zeros(column), np.zeros(square))


@pytest.mark.parametrize(
    "rows",
    [
        slice(1, 3),
        slice(None, None, -1),
        np.array([2, 0, 2]),
        np.array([], dtype=int),
        np.array([True, False, True, False]),
    ],
)
@pytest.mark.parametrize("columns", [slice(None), [2, 0], np.array([1])])
def test_take_subsets_every_array_along_its_axes(rows, columns):
    whole, part = example(), example().take(feature=rows, coef=columns)
    np.testing.assert_array_equal(part.table, whole.table[rows][:, columns])
    np.testing.assert_array_equal(part.column, whole.column[rows])
    np.testing.assert_array_equal(part.square, whole.square[columns][:, columns])
    assert part.note == "plain"


def test_take_of_one_axis_leaves_the_others():
    part = example().take(coef=[0])
    assert part.size("feature") == 4
    assert part.square.shape == (1, 1)


@pytest.mark.parametrize("copy", [lambda r: r, lambda r: pickle.loads(pickle.dumps(r)), lambda r: r.take(feature=[0])])
def test_arrays_are_read_only(copy):
    record = copy(example())
    for name in Example.declared_axes():
        with pytest.raises(ValueError, match="read-only"):
            getattr(record, name)[...] = 0
    with pytest.raises(FrozenInstanceError):
        record.note = "other"


def test_what_the_caller_holds_stays_writeable_and_is_not_copied():
    column = np.arange(4.0)
    record = Example(np.zeros((4, 3)), column, np.zeros((3, 3)))
    assert np.shares_memory(record.column, column)
    assert column.flags.writeable


def test_pickle_keeps_values():
    record = pickle.loads(pickle.dumps(example()))
    np.testing.assert_array_equal(record.table, example().table)
    assert record.note == "plain"
