"""Sample tables: ids stay text, numbers become numbers, codes do not."""

from __future__ import annotations

import pandas as pd
import pytest

from ebayes_lm.data.readers.sample_table import best_id_column, read_sample_table, typed


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "2"], "int64", [1, 2]),
        (["1.5", "-2e3"], "float64", [1.5, -2000.0]),
        (["1", "NA"], "float64", [1.0, None]),
        (["001", "002"], "object", ["001", "002"]),
        (["0", "1"], "int64", [0, 1]),
        (["TRUE", "FALSE"], "bool", [True, False]),
        (["TRUE", "NA"], "object", ["TRUE", None]),
        (["A", ""], "object", ["A", None]),
        (["NA", "nan"], "object", [None, None]),
        (["1_000", "2"], "object", ["1_000", "2"]),
        (["inf", "1"], "object", ["inf", "1"]),
    ],
)
def test_columns(cells, kind, values):
    column = typed(pd.DataFrame({"x": pd.Series(cells, dtype=object)}))["x"]
    assert (str(column.dtype) in (kind, "str")) or str(column.dtype) == kind
    assert [None if pd.isna(v) else v for v in column] == values


def test_cells_are_read_as_text(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text('id,age\n001,"3"\nNA,4\n')
    assert read_sample_table(path).to_numpy().tolist() == [["001", "3"], ["NA", "4"]]


def test_decimal_commas_become_points(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("id;age;note\n1;3,5;a, b\n2;4;c\n")
    with pytest.warns(UserWarning, match="semicolons, with decimal commas"):
        table = typed(read_sample_table(path))
    assert table["age"].tolist() == [3.5, 4.0]
    assert table["note"].tolist() == ["a, b", "c"]


def test_the_column_of_names_is_found():
    table = pd.DataFrame({"n": ["1", "2"], "array": ["a", "b"], "other": ["a", "x"]})
    assert best_id_column(table, ["a", "b"]) == "array"
    assert best_id_column(table, ["q"]) == "n"
