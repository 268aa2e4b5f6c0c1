from __future__ import annotations

import multiprocessing
import pickle
import shutil
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm import lm_fit, open_matrix
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.data.stores import layout
from ebayes_lm.errors import ArgumentError, DataError

zarr = pytest.importorskip("zarr")
numcodecs = pytest.importorskip("numcodecs")

Y = np.random.default_rng(1).normal(size=(53, 10)).astype(np.float32)
DESIGN = np.column_stack([np.ones(10), np.arange(10) % 2])
#: The same sums in the same order, but for blocks that begin elsewhere.
SAME_FIT = 1e-13


def written(path, values=Y, **kwargs):
    """An array on disk, every chunk of it."""
    kwargs = {"chunks": (8, 4), "zarr_format": 3, **kwargs}
    array = zarr.create_array(
        path, shape=values.shape, dtype=values.dtype, config={"write_empty_chunks": True}, **kwargs
    )
    array[...] = values
    return array


def group(path, zarr_format=3, **arrays):
    held = zarr.open_group(path, mode="w", zarr_format=zarr_format)
    for name, values in arrays.items():
        if isinstance(values, list):
            array = held.create_array(name, shape=(len(values),), dtype=str)
            array[:] = np.array(values, dtype=object)
        else:
            written(path / name, values, zarr_format=zarr_format, chunks=values.shape)
    return path


@pytest.fixture
def small_bands(monkeypatch):
    """Bands of features that are too large to hold, however small."""
    monkeypatch.setattr(layout, "LARGEST_BAND", 0)


LAYOUTS = {
    "v2": {"zarr_format": 2},
    "v2 in folders": {"zarr_format": 2, "chunk_key_encoding": {"name": "v2", "separator": "/"}},
    "v2 uncompressed, columns first": {"zarr_format": 2, "compressors": None, "order": "F"},
    "v2 shuffled": {"zarr_format": 2, "filters": [numcodecs.Shuffle(4)]},
    "v3": {},
    "v3 with dots": {"chunk_key_encoding": {"name": "v2", "separator": "."}},
    "v3 in shards": {"shards": (24, 8)},
    "v3 in shards, index first": {"shards": {"shape": (16, 12), "index_location": "start"}},
    "v3 rows": {"chunks": (7, 10)},
    "v3 large chunks": {"chunks": (100, 64)},
    "v3 gzip, checked": {"compressors": [zarr.codecs.GzipCodec(), zarr.codecs.Crc32cCodec()]},
    "v3 blosc": {"compressors": [zarr.codecs.BloscCodec(cname="zstd")]},
    "v3 uncompressed": {"compressors": None},
    "v3 transposed": {"filters": [zarr.codecs.TransposeCodec(order=(1, 0))]},
}
every_layout = pytest.mark.parametrize("how", LAYOUTS.values(), ids=LAYOUTS)


@every_layout
@pytest.mark.parametrize("orientation", [None, "samples"])
@pytest.mark.parametrize("by_samples", [False, True])
def test_rows_are_features_in_any_layout(tmp_path, how, orientation, by_samples, monkeypatch):
    if by_samples:
        monkeypatch.setattr(layout, "LARGEST_BAND", 0)
        how = {key: value for key, value in how.items() if key != "shards"} | {"chunks": (53, 53)}
        how["chunks"] = (2, 53) if orientation else (53, 2)
    written(tmp_path / "y.zarr", Y.T.copy() if orientation else Y, **how)
    matrix = open_matrix(tmp_path / "y.zarr", orientation=orientation)
    assert (matrix.shape, matrix.dtype, matrix.nbytes) == (Y.shape, Y.dtype, Y.nbytes)
    assert isinstance(matrix.source, SampleMajor) == by_samples
    for start, stop in ((0, 53), (3, 5), (7, 30), (8, 16), (52, 53), (5, 5)):
        block = matrix.source.read(start, stop)
        assert_array_equal(block, Y[start:stop])
        assert block.flags.c_contiguous
        assert block.dtype == np.float32
    if by_samples:
        assert matrix.source.sample_grain == 2
        assert_array_equal(matrix.source.read_samples(1, 5), Y[:, 1:5].T)
        assert matrix.source.read_samples(0, 2).flags.c_contiguous
    assert_array_equal(pickle.loads(pickle.dumps(matrix.source)).read(0, 53), Y)


@every_layout
@pytest.mark.parametrize("orientation", [None, "samples"])
def test_fits_are_those_of_the_array(tmp_path, how, orientation):
    values = Y.copy()
    values[::7, 3] = np.nan
    written(tmp_path / "y.zarr", values.T.copy() if orientation else values, **how)
    matrix = open_matrix(tmp_path / "y.zarr", orientation=orientation)
    fit, expected = lm_fit(matrix, DESIGN, chunk_size=11, threads=2), lm_fit(values, DESIGN)
    for name in ("coefficients", "stdev_unscaled", "sigma", "amean"):
        assert_allclose(getattr(fit, name).to_numpy(), getattr(expected, name).to_numpy(), rtol=SAME_FIT, atol=0)


def test_a_fit_by_samples_is_correct(tmp_path, small_bands):
    written(tmp_path / "y.zarr", chunks=(53, 2))
    matrix = open_matrix(tmp_path / "y.zarr")
    assert isinstance(matrix.source, SampleMajor)
    assert_allclose(lm_fit(matrix, DESIGN).sigma, lm_fit(Y, DESIGN).sigma, rtol=SAME_FIT)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int64", "float16", "float64", ">f4", ">i2"])
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_every_type_of_number_is_read_in_the_order_of_this_machine(tmp_path, dtype, zarr_format):
    values = (np.arange(60) % 7 == 2 if dtype == "bool" else np.arange(60)).reshape(12, 5).astype(dtype)
    written(tmp_path / "y.zarr", values, zarr_format=zarr_format)
    matrix = open_matrix(tmp_path / "y.zarr")
    assert matrix.dtype == np.dtype(dtype).newbyteorder("=")
    assert matrix.source.read(2, 9).dtype == matrix.dtype
    assert_array_equal(matrix.source.read(2, 9), values[2:9])
    expected = lm_fit(values.astype(float), np.ones((5, 1)))
    assert_allclose(lm_fit(matrix, np.ones((5, 1))).coefficients, expected.coefficients, rtol=SAME_FIT)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_the_matrix_of_a_group_and_its_labels(tmp_path, zarr_format):
    features, samples = [f"g{i}" for i in range(53)], list("abcdefghij")
    path = group(tmp_path / "y.zarr", zarr_format, m=Y, features=features, samples=samples)
    matrix = open_matrix(path)
    assert (list(matrix.features), list(matrix.samples)) == (features, samples)
    assert_array_equal(matrix.source.read(0, 53), Y)
    group(path / "norm", zarr_format, a=Y * 2, b=Y)
    nested = open_matrix(path, layer="norm/a")
    assert_array_equal(nested.source.read(0, 53), Y * 2)
    assert not nested.has_sample_names
    turned = group(tmp_path / "t.zarr", zarr_format, values=Y.T.copy(), other=Y, features=features)
    assert list(open_matrix(turned, orientation="samples").features) == features
    with pytest.raises(DataError, match=r"features has shape \[53\], and 10 values belong there"):
        open_matrix(turned)
    with pytest.raises(ArgumentError, match="'norm/a', 'norm/b'"):
        open_matrix(path, layer="norm/c")
    with pytest.raises(DataError, match="is no array but a group: 'a', 'b'"):
        open_matrix(path, layer="norm")
    several = group(tmp_path / "several.zarr", zarr_format, one=Y, two=Y)
    with pytest.raises(ArgumentError, match="'one', 'two'; name the matrix with layer="):
        open_matrix(several)
    for layer in ("../several.zarr/one", "/one", "./one", "one/", "", str(several / "one"), "s3://one"):
        with pytest.raises(ArgumentError, match="no array"):
            open_matrix(path, layer=layer)


def test_numbers_name_features_and_wide_tables_do_not(tmp_path):
    path = group(tmp_path / "y.zarr", values=Y, features=np.arange(53) + 5, samples=Y[:2])
    matrix = open_matrix(path)
    assert list(matrix.features[:2]) == ["5", "6"]
    assert not matrix.has_sample_names
    group(path, values=Y, features=np.arange(53) + 0.5)
    with pytest.raises(DataError, match="names are text or whole numbers"):
        open_matrix(path)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_names_and_tables_whose_metadata_are_lost_are_refused(tmp_path, zarr_format):
    path = group(tmp_path / "y.zarr", zarr_format, X=Y, features=[f"g{i}" for i in range(53)])
    (path / "features" / ("zarr.json" if zarr_format == 3 else ".zarray")).unlink()
    with pytest.raises(DataError, match="its metadata are lost"):
        open_matrix(path)
    for part in ("obs", "var"):
        zarr.open_group(path / part, mode="w", zarr_format=zarr_format)
    with pytest.raises(DataError, match="parts of an AnnData"):
        open_matrix(path)


@pytest.fixture(params=[2, 3], ids=["v2", "v3"])
def annotated(request, tmp_path):
    """An AnnData in a zarr folder, and what it holds."""
    anndata = pytest.importorskip("anndata")
    rng = np.random.default_rng(3)
    obs = {
        "group": pd.Categorical(list("xy") * 5, categories=["y", "x", "z"], ordered=True),
        "age": rng.normal(size=10),
        "smokes": np.arange(10) % 3 == 1,
        "visits": pd.array([1, None, *range(8)], dtype="Int64"),
        "site": [f"s{i % 3}" for i in range(10)],
    }
    data = anndata.AnnData(
        Y.T.copy(),
        obs=pd.DataFrame(obs, index=list("abcdefghij")),
        var=pd.DataFrame({"chromosome": np.arange(53)}, index=pd.Index([f"g{i}" for i in range(53)], name="gene")),
        layers={"twice": 2 * Y.T, "sparse": scipy.sparse.csr_matrix(Y.T)},
        uns={"adjusted_twice": "batch removed"},
    )
    data.raw = anndata.AnnData(np.hstack([Y.T, Y.T]), var=pd.DataFrame(index=[f"r{i}" for i in range(106)]))
    with warnings.catch_warnings(), anndata.settings.override(zarr_write_format=request.param):
        warnings.simplefilter("ignore")  # the writer announces changes of its own
        data.write_zarr(tmp_path / "y.zarr")
    return tmp_path / "y.zarr", data


def test_anndata_is_turned_and_comes_with_its_tables(annotated):
    path, data = annotated
    matrix = open_matrix(path)
    assert_array_equal(matrix.source.read(0, 53), Y)
    assert matrix.adjusted is None
    pd.testing.assert_frame_equal(matrix.sample_table, data.obs, check_index_type=False, check_column_type=False)
    pd.testing.assert_frame_equal(matrix.annotation, data.var, check_index_type=False, check_column_type=False)
    assert list(matrix.samples) == list(data.obs_names)
    expected = lm_fit(data, "~ site + age")
    assert_allclose(lm_fit(matrix, "~ site + age").coefficients, expected.coefficients, rtol=SAME_FIT)
    assert list(lm_fit(matrix, "~ age").coefficients.index) == list(data.var_names)


def test_layers_of_anndata(annotated):
    path, data = annotated
    twice = open_matrix(path, layer="twice")
    assert_array_equal(twice.source.read(0, 53), 2 * Y)
    assert twice.adjusted == "batch removed"
    raw = open_matrix(path, layer="raw")
    assert_array_equal(raw.source.read(0, 106), np.vstack([Y, Y]))
    assert list(raw.features) == list(data.raw.var_names)
    with pytest.raises(ArgumentError, match="no layer 'thrice'; it has 'sparse', 'twice', 'raw'"):
        open_matrix(path, layer="thrice")
    with pytest.raises(DataError, match="sparse matrix"):
        open_matrix(path, layer="sparse")
    with pytest.raises(ArgumentError, match="samples x features, as every AnnData"):
        open_matrix(path, orientation="features")


def test_tables_of_anndata_that_are_not_whole_are_refused(annotated):
    path, _ = annotated
    shutil.rmtree(path / "obs" / "age")
    with pytest.raises(DataError, match="lacks columns that it lists: 'age'"):
        open_matrix(path)
    shutil.rmtree(path / "obs" / "_index")
    with pytest.raises(DataError, match="names no rows"):
        open_matrix(path)


def test_threads_and_processes_read_at_the_same_time(tmp_path):
    written(tmp_path / "y.zarr")
    source = open_matrix(tmp_path / "y.zarr").source
    with ThreadPoolExecutor(4) as pool:
        blocks = list(pool.map(lambda start: source.read(start, start + 3), range(51)))
    for start, block in enumerate(blocks):
        assert_array_equal(block, Y[start : start + 3])
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert_array_equal(pool.apply(source.read, (3, 40)), Y[3:40])
