"""Columns that describe features in files, against the same table in memory."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm import lm_fit, open_matrix
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError

NAMED = ["length", "chr"]


@pytest.fixture
def table():
    values = np.random.default_rng(7).normal(size=(12, 4))
    frame = pd.DataFrame(values, index=[f"g{i}" for i in range(12)], columns=list("abcd"))
    frame.insert(1, "length", np.arange(12) + (1 << 53))
    frame.insert(0, "chr", ["chr1", "chrX"] * 6)
    return frame


@pytest.fixture(params=["y.csv", "y.tsv.gz", "y.parquet"])
def path(request, tmp_path, table):
    path = tmp_path / request.param
    if path.suffix == ".parquet":
        pytest.importorskip("pyarrow")
        table.to_parquet(path)
    else:
        table.to_csv(path, sep="," if "csv" in path.name else "\t")
    return path


@pytest.mark.parametrize(
    "named", [NAMED, NAMED[::-1], ["length"], "length", ("chr", "length", "chr"), {"chr": 0, "length": 1}]
)
def test_columns_are_those_of_the_table_in_memory(path, table, named):
    first = [named] if isinstance(named, str) else named
    wanted = list(dict.fromkeys([*first, "chr"]))  # text describes features without being named, after those that are
    expected = as_feature_matrix(table, feature_columns=wanted)
    matrix = open_matrix(path, feature_columns=named)
    assert_array_equal(matrix.source.read(0, 12), expected.source.read(0, 12))
    assert (list(matrix.features), list(matrix.samples)) == (list(expected.features), list("abcd"))
    annotation = matrix.annotation if path.suffix == ".parquet" else matrix.annotation.astype({"length": "int64"})
    pd.testing.assert_frame_equal(annotation, expected.annotation, check_index_type=False, check_dtype=False)


def test_top_tables_show_them(path, table):
    samples = pd.DataFrame({"group": list("aabb")}, index=list("abcd"))
    top = lm_fit(open_matrix(path, feature_columns=NAMED), "~ group", samples=samples).ebayes().top_table("groupb")
    assert list(top.columns[:2]) == NAMED
    assert [int(value) for value in top["length"]] == list(table["length"][top.index])


def test_names_that_are_not_there(path):
    for named, said in {"lenght": "Did you mean 'length'", "zzz": "which is not a column of y"}.items():
        with pytest.raises(ArgumentError, match=said):
            open_matrix(path, feature_columns=["chr", named])
    with pytest.raises(ArgumentError, match="names 3, which"):
        open_matrix(path, feature_columns=[3])
    with pytest.raises(ArgumentTypeError, match="list of these, not 3"):
        open_matrix(path, feature_columns=3)
    with pytest.raises(ArgumentError, match="samples stand in rows"):
        open_matrix(path, feature_columns=NAMED, orientation="samples")


def test_a_matrix_without_samples_is_refused(path):
    assert open_matrix(path, feature_columns=iter([*NAMED, *"abc"])).shape == (12, 1)
    with pytest.raises(DataError, match="no column of numbers"):
        open_matrix(path, feature_columns=["length", "chr", *"abcd"])


@pytest.mark.parametrize(
    ("name", "said"), [("y.npy", "y.npy is neither$"), ("y.h5ad", "of an AnnData is its var"), ("y.zarr", "its var")]
)
def test_formats_without_such_columns(tmp_path, name, said):
    with pytest.raises(ArgumentError, match=said):
        open_matrix(tmp_path / name, feature_columns="length")


@pytest.mark.parametrize("label", ["entrez", ""])
def test_a_first_column_of_numbers_names_the_rows_of_text(tmp_path, label):
    path = tmp_path / "y.csv"
    path.write_text(f"{label},a,b\n007,1,2\n7,3,4\n")
    for options in ({}, {"feature_columns": label}):
        matrix = open_matrix(path, **options)
        assert (list(matrix.features), matrix.features.name) == (["007", "7"], label or None)
        assert (list(matrix.samples), matrix.annotation) == (["a", "b"], None)


class TestFirstColumnsOfParquet:
    """Files whose rows have no names stored beside them."""

    @pytest.fixture(autouse=True)
    def arrow(self, tmp_path):
        pytest.importorskip("pyarrow")
        self.path = tmp_path / "y.parquet"

    def opened(self, first, **options):
        frame = pd.DataFrame({"entrez": first, "a": [0.5, 1.0, 2.0], "b": [1, 2, 2]})
        frame.to_parquet(self.path)
        return open_matrix(self.path, **options)

    def test_whole_numbers_that_are_all_different_name_the_rows(self):
        with pytest.warns(UserWarning, match="'entrez', holds whole numbers"):
            matrix = self.opened([7157, 4609, 672])
        assert (list(matrix.features), matrix.features.name) == (["7157", "4609", "672"], "entrez")
        assert list(matrix.samples) == ["a", "b"]

    @pytest.mark.parametrize("first", [[7, 7, 8], [0.1, 0.2, 0.3], pd.array([1, None, 2], dtype="Int64")])
    def test_other_numbers_are_a_sample_unless_they_are_named(self, first):
        matrix = self.opened(first)
        assert list(matrix.samples) == ["entrez", "a", "b"]
        assert matrix.features.equals(pd.RangeIndex(3))
        named = self.opened(first, feature_columns=["entrez"])
        assert list(named.samples) == ["a", "b"]
        assert named.features.name == "entrez"
        assert named.annotation is None

    def test_columns_that_are_named_may_hold_anything_but_lists(self):
        frame = pd.DataFrame({"id": ["g", "h"], "when": pd.Timestamp("2020-01-01"), "a": [1.0, 2.0], "n": [[1], [2]]})
        frame[["id", "when", "a"]].to_parquet(self.path)
        annotation = open_matrix(self.path, feature_columns="when").annotation
        assert annotation["when"].dt.year.tolist() == [2020, 2020]
        with pytest.raises(DataError, match=r"neither numbers nor text: 'when'.*feature_columns="):
            open_matrix(self.path)
        frame.to_parquet(self.path)
        with pytest.raises(DataError, match="'n'"):
            open_matrix(self.path, feature_columns=["when", "n"])

    def test_levels_of_an_index(self):
        frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
        frame.index = pd.MultiIndex.from_arrays([["x", "x"], ["t1", "t2"]], names=["gene", "transcript"])
        frame.to_parquet(self.path)
        with pytest.raises(DataError, match="name the others in feature_columns="):
            open_matrix(self.path)
        matrix = open_matrix(self.path, feature_columns="gene")
        assert (list(matrix.features), matrix.features.name) == (["t1", "t2"], "transcript")
        assert list(matrix.annotation["gene"]) == ["x", "x"]

    def test_text_may_be_stored_in_many_ways(self):
        pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        for kind in (pa.string(), pa.large_string(), pa.string_view()):
            names = pa.array(["g", None], kind)
            pq.write_table(pa.table({"id": names, "gene": names, "a": [1.0, 2.0]}), self.path)
            matrix = open_matrix(self.path)
            assert (list(matrix.features), matrix.features.name) == (["g", ""], "id")
            assert matrix.annotation["gene"].isna().tolist() == [False, True]
        names = pa.array(["g", "h"]).dictionary_encode()
        pq.write_table(pa.table({"id": names, "gene": names, "a": [1.0, 2.0]}), self.path)
        matrix = open_matrix(self.path)
        assert list(matrix.features) == list(matrix.annotation["gene"]) == ["g", "h"]

    @pytest.mark.parametrize("index", [pd.period_range("2020", periods=2), pd.IntervalIndex.from_breaks([0, 1, 2])])
    def test_names_of_types_that_pandas_makes_up_are_refused(self, index):
        pd.DataFrame({"a": [1.0, 2.0]}, index=index).to_parquet(self.path)
        with pytest.raises(DataError, match="neither numbers nor text"):
            open_matrix(self.path)

    def test_whole_numbers_with_gaps_stay_whole(self):
        position = pd.array([1 << 54, None, (1 << 54) + 1], dtype="Int64")
        frame = pd.DataFrame({"position": position, "a": [1.0, 2.0, 3.0]}, index=list("xyz"))
        frame.to_parquet(self.path)
        found = open_matrix(self.path, feature_columns="position").annotation["position"]
        assert found.astype("Int64").tolist() == position.tolist()
