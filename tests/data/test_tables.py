from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.data.tables import split_annotation
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError

NUMBERS = pd.DataFrame({"s1": [1.0, 2.0], "s2": [3.0, 4.0]})


def test_all_numbers_are_all_samples():
    values, features, annotation = split_annotation(NUMBERS.set_axis(["a", "b"]), None)
    assert list(values.columns) == ["s1", "s2"]
    assert list(features) == ["a", "b"]
    assert annotation is None


def test_one_leading_text_column_names_the_features():
    values, features, annotation = split_annotation(NUMBERS.assign(id=["a", "b"])[["id", "s1", "s2"]], None)
    assert list(values.columns) == ["s1", "s2"]
    assert list(features) == ["a", "b"]
    assert annotation is not None
    assert list(annotation["id"]) == ["a", "b"]
    assert list(annotation.index) == ["a", "b"]


def test_one_leading_text_column_beside_labels_is_annotation():
    frame = NUMBERS.set_axis(pd.Index(["a", "b"], name="gene")).assign(symbol=["A", "A"])[["symbol", "s1", "s2"]]
    values, features, annotation = split_annotation(frame, None)
    assert list(values.columns) == ["s1", "s2"]
    assert list(features) == ["a", "b"]
    assert annotation is not None
    assert list(annotation["symbol"]) == ["A", "A"]


@pytest.mark.parametrize("text", [["a", "b"], pd.Categorical(["a", "b"]), pd.array(["a", None], dtype="string")])
def test_text_of_every_kind(text):
    frame = NUMBERS.copy()
    frame.insert(0, "id", text)
    assert list(split_annotation(frame, None)[0].columns) == ["s1", "s2"]


@pytest.mark.parametrize("column", [[1j, 2j], np.array([1.5, None], dtype=object), pd.to_datetime(["2020-01-01"] * 2)])
def test_what_is_no_text_names_no_features(column):
    frame = NUMBERS.copy()
    frame.insert(0, "id", column)
    with pytest.raises(DataError, match="not numeric: 1 column, 'id'"):
        split_annotation(frame, None)


@pytest.mark.parametrize("column", [["a", None], ["1-Mar", 7]])
def test_text_with_gaps_or_numbers_in_it(column):
    frame = NUMBERS.copy()
    frame.insert(0, "id", np.array(column, dtype=object))
    assert list(split_annotation(frame, None)[0].columns) == ["s1", "s2"]


@pytest.mark.parametrize(("frame", "named"), [
    (NUMBERS.assign(id=["a", "b"]), "'id'"),
    (NUMBERS.assign(id=["a", "b"], note=["c", "d"])[["id", "note", "s1", "s2"]], "'id', 'note'"),
])  # fmt: skip
def test_other_text_needs_feature_columns(frame, named):
    with pytest.raises(DataError, match=rf"not numeric: .*{named}.*feature_columns="):
        split_annotation(frame, None)


def test_named_columns_may_be_numbers_and_stand_anywhere():
    values, features, annotation = split_annotation(NUMBERS.assign(length=[7, 8], id=["a", "b"]), ["id", "length"])
    assert list(values.columns) == ["s1", "s2"]
    assert list(features) == ["a", "b"]
    assert list(annotation["length"]) == [7, 8]


def test_an_index_of_names_stays():
    frame = NUMBERS.assign(symbol=["A", "B"]).set_axis(["x", "y"])
    _, features, annotation = split_annotation(frame, "symbol")
    assert list(features) == ["x", "y"]
    assert list(annotation.index) == ["x", "y"]


def test_unknown_columns():
    with pytest.raises(ArgumentError, match=r"'symbl', which is not a column\. Did you mean 'symbol'"):
        split_annotation(NUMBERS.assign(symbol=["A", "B"]), ["symbl"])
    with pytest.raises(ArgumentTypeError, match="feature_columns must be a column name or a list"):
        split_annotation(NUMBERS, 3)


def test_text_that_is_left():
    with pytest.raises(DataError, match=r"not numeric: 'note'; add them to feature_columns="):
        split_annotation(NUMBERS.assign(id=["a", "b"], note=["c", "d"]), "id")


def test_the_table_is_left_alone():
    frame = NUMBERS.assign(id=["a", "b"])[["id", "s1", "s2"]]
    before = frame.copy(deep=True)
    split_annotation(frame, None)
    pd.testing.assert_frame_equal(frame, before)
