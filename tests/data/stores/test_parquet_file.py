"""Parquet as a matrix on disk, against the same file read whole by pandas."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm import lm_fit, open_matrix
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.data.stores import layout, parquet_file
from ebayes_lm.errors import AlignmentError, ArgumentError, DataError, EbayesLMError, MissingExtraError
from tests.data.stores.damage import damage

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

#: Sums over blocks of another size are rounded otherwise.
BLOCKS = 1e-13
SAMPLES = pd.DataFrame({"group": list("aabbab")}, index=list("uvwxyz"))


@pytest.fixture
def y():
    values = np.random.default_rng(7).normal(size=(50, 6))
    values[3, 2] = np.nan
    return pd.DataFrame(values, index=[f"g{i}" for i in range(50)], columns=list("uvwxyz"))


@pytest.mark.parametrize("name", ["y.parquet", "y.pq"])
@pytest.mark.parametrize("orientation", [None, "features", "samples"])
@pytest.mark.parametrize("groups", [7, 50])
@pytest.mark.parametrize("large", [False, True])
def test_fits_are_those_in_memory(tmp_path, y, name, orientation, groups, large, monkeypatch):
    if large:
        monkeypatch.setattr(layout, "LARGEST_BAND", 100)
        monkeypatch.setattr(parquet_file, "_CELLS", 100)
    turned = orientation == "samples"
    (y.T if turned else y).to_parquet(tmp_path / name, row_group_size=groups)
    matrix = open_matrix(tmp_path / name, orientation=orientation)
    assert (matrix.shape, matrix.dtype) == (y.shape, np.float64)
    by_samples = isinstance(matrix.source, SampleMajor)
    assert by_samples == (large and groups == 50 and not turned)
    assert matrix.source.grain == (1 if turned else groups)
    for start, stop in [(0, 50), (3, 4), (6, 22), (49, 50), (5, 5)]:
        block = matrix.source.read(start, stop)
        assert_array_equal(block, y[start:stop])
        assert block.flags.c_contiguous
    if by_samples:
        assert_array_equal(matrix.source.read_samples(1, 4), y.T[1:4])
    fit, expected = (lm_fit(data, "~ group", samples=SAMPLES.iloc[::-1]) for data in (matrix, y))
    assert_allclose(fit.coefficients, expected.coefficients, rtol=BLOCKS, atol=BLOCKS)
    assert_allclose(fit.sigma, expected.sigma, rtol=BLOCKS, atol=BLOCKS)
    assert list(fit.coefficients.index) == list(y.index)
    elsewhere = pickle.loads(pickle.dumps(matrix.source))
    with ThreadPoolExecutor(4) as pool:
        for at, block in zip(
            range(0, 50, 5), pool.map(lambda at: elsewhere.read(at, at + 5), range(0, 50, 5)), strict=True
        ):
            assert_array_equal(block, y[at : at + 5])


@pytest.mark.parametrize("orientation", ["features", "samples"])
def test_rows_are_named_by_the_stored_index_or_a_first_column_of_text(tmp_path, y, orientation):
    path = tmp_path / "y.parquet"

    def opened(frame, **options):
        frame.to_parquet(path, **options)
        matrix = open_matrix(path, orientation=orientation)
        return matrix.features if orientation == "features" else matrix.samples

    assert list(opened(y)) == list(y.index)
    assert opened(y.rename_axis("probe")).name == "probe"
    assert list(opened(y.rename_axis("probe").reset_index())) == list(y.index)
    assert list(opened(y.set_axis(range(100, 150)))) == [str(i) for i in range(100, 150)]
    assert list(opened(y.set_axis(["NA", *y.index[1:]]))) == ["NA", *y.index[1:]]
    assert opened(y.reset_index(drop=True)).equals(pd.RangeIndex(50))
    assert opened(y, index=False).equals(pd.RangeIndex(50))


def test_columns_of_text_describe_the_rows(tmp_path, y):
    described = pd.DataFrame({"chr": pd.Categorical(["1", "X"] * 25), "gene": ["n"] * 49 + [None]}, index=y.index)
    pd.concat([described[["chr"]], y, described[["gene"]]], axis=1).to_parquet(tmp_path / "y.parquet")
    matrix = open_matrix(tmp_path / "y.parquet")
    assert_array_equal(matrix.source.read(0, 50), y)
    assert list(matrix.annotation["chr"]) == ["1", "X"] * 25
    assert matrix.annotation["gene"].isna().sum() == 1
    assert list(matrix.annotation.index) == list(y.index)
    pd.concat([SAMPLES, y.T], axis=1).to_parquet(tmp_path / "y.parquet")
    fit = lm_fit(open_matrix(tmp_path / "y.parquet", orientation="samples"), "~ group")
    assert_allclose(fit.coefficients, lm_fit(y, "~ group", samples=SAMPLES).coefficients, rtol=BLOCKS, atol=BLOCKS)


@pytest.mark.parametrize(
    ("columns", "dtype"),
    [
        ({"a": np.float32([1, np.nan, 3]), "b": np.float32([4, 5, 6])}, "float32"),
        ({"a": np.float32([1, np.nan, 3]), "b": np.int64([4, 5, 6])}, "float64"),
        ({"a": np.int16([1, 2, 3]), "b": np.uint8([4, 5, 6])}, "int16"),
        ({"a": pd.array([1, None, 3], dtype="Int16"), "b": np.uint8([4, 5, 6])}, "float64"),
        ({"a": [True, False, True], "b": [True, True, True]}, "bool"),
        ({"a": pd.array([True, None, True], dtype="boolean"), "b": np.int8([4, 5, 6])}, "float64"),
    ],
)
def test_the_type_is_what_holds_all_columns(tmp_path, columns, dtype):
    frame = pd.DataFrame(columns, index=list("xyz"))
    frame.to_parquet(tmp_path / "y.parquet")
    matrix = open_matrix(tmp_path / "y.parquet")
    values = matrix.source.read(0, 3)
    assert (str(matrix.dtype), str(values.dtype)) == (dtype, dtype)
    assert_array_equal(values.astype(float), frame.astype("Float64").to_numpy(dtype=float, na_value=np.nan))


@pytest.mark.parametrize(("dtype", "found"), [("uint8", "float64"), ("bool", "float64"), ("float16", "float32")])
def test_functions_see_numbers_with_room(tmp_path, dtype, found):
    """NumPy has logarithms of bytes in three digits, and squares of them without those beyond 255."""
    values = np.array([[3, 200], [7, 255]]).astype(dtype)
    pd.DataFrame(values, index=["x", "y"], columns=["a", "b"]).to_parquet(tmp_path / "y.parquet")
    for fn in (np.log2, np.square, np.negative):
        matrix = open_matrix(tmp_path / "y.parquet").map(fn)
        assert (str(matrix.dtype), str(matrix.source.read(0, 2).dtype)) == (found, found)
        assert_array_equal(matrix.source.read(0, 2), fn(values.astype(found)))


@pytest.mark.parametrize("orientation", ["features", "samples"])
def test_row_groups_may_be_uneven_and_empty(tmp_path, y, orientation):
    kept = (y.T if orientation == "samples" else y).rename_axis("id").reset_index()
    table = pa.Table.from_pandas(kept, preserve_index=False)
    with pq.ParquetWriter(tmp_path / "y.parquet", table.schema) as writer:
        for start, stop in [(0, 1), (1, 1), (1, 4), (4, 5), (5, len(kept))]:
            writer.write_table(table.slice(start, stop - start))
    source = open_matrix(tmp_path / "y.parquet", orientation=orientation).source
    for start, stop in [(0, 50), (0, 1), (1, 4), (3, 6), (20, 50), (5, 5)]:
        assert_array_equal(source.read(start, stop), y[start:stop])


def test_names_with_points_are_no_paths(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 2.0], "a.b": [3.0, 4.0], "a.b.c": [5.0, 6.0]}, index=["x", "y"])
    frame.to_parquet(tmp_path / "y.parquet")
    for orientation in ("features", "samples"):
        source = open_matrix(tmp_path / "y.parquet", orientation=orientation).source
        assert_array_equal(source.read(0, source.shape[0]), frame.T if orientation == "samples" else frame)


def test_what_is_no_matrix_is_refused(tmp_path, y):
    path = tmp_path / "y.parquet"
    cases = {
        "neither numbers nor text: 'when'": y.assign(when=pd.Timestamp("2020-01-01")),
        "neither numbers nor text: 'list'": y.assign(list=[[1, 2]] * 50),
        "several levels": y.set_axis(pd.MultiIndex.from_arrays([y.index, y.index])),
        "no column of numbers": y[[]].assign(gene="x"),
        r"shape \(0, 6\)": y.iloc[:0],
        "samples that appear more than once: 'g0'": y.set_axis(["g0"] * 50),
    }
    for message, frame in cases.items():
        frame.to_parquet(path)
        with pytest.raises(DataError, match=message):
            open_matrix(path, orientation="samples" if "samples" in message else None)
    pq.write_table(pa.table([[1.0], [2.0]], names=["a", "a"]), path)
    with pytest.raises(DataError, match="columns that appear more than once"):
        open_matrix(path)
    with pytest.raises(ArgumentError, match="layer='x'"):
        open_matrix(path, layer="x")
    path.write_bytes(b"PAR1")
    with pytest.raises(DataError, match="cannot be read as parquet"):
        open_matrix(path)
    (tmp_path / "folder.parquet").mkdir()
    with pytest.raises(DataError, match="is a folder"):
        open_matrix(tmp_path / "folder.parquet")


def test_samples_are_matched_by_name(tmp_path, y):
    y.to_parquet(tmp_path / "y.parquet")
    with pytest.raises(AlignmentError, match="missing: 'z'"):
        lm_fit(open_matrix(tmp_path / "y.parquet"), "~ group", samples=SAMPLES.iloc[:-1])


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    (tmp_path / "y.parquet").write_bytes(b"PAR1")
    monkeypatch.setattr("ebayes_lm.data.readers.stored.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="pyarrow"):
        open_matrix(tmp_path / "y.parquet")


def test_a_file_that_another_takes_the_place_of_is_refused(tmp_path, y):
    y.to_parquet(tmp_path / "y.parquet")
    source = open_matrix(tmp_path / "y.parquet").source
    y[:20].to_parquet(tmp_path / "y.parquet")
    with pytest.raises(DataError, match=r"y\.parquet"):
        pickle.loads(pickle.dumps(source)).read(0, 50)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("orientation", ["features", "samples"])
def test_damaged_files_are_refused_or_read_the_same(tmp_path, y, orientation, seed):
    """Pages have checksums here; flips in names of columns cannot be known, and change no number."""
    path, rng = tmp_path / "y.parquet", np.random.default_rng(seed)
    kept = y.T if orientation == "samples" else y
    kept.to_parquet(path, row_group_size=20, write_page_checksum=True)
    how = damage(path, "flip" if seed % 4 else "cut", rng)
    try:
        matrix = open_matrix(path, orientation=orientation)
        values = matrix.source.read(0, matrix.shape[0])
    except EbayesLMError:
        return
    assert_array_equal(values, y, err_msg=how)
