from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from ebayes_lm import lm_fit, open_matrix
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.data.stores import sparse_groups
from ebayes_lm.errors import DataError

h5py = pytest.importorskip("h5py")

_RNG = np.random.default_rng(3)
#: Samples x features, as in AnnData; every third value is there, and one feature and one sample have none.
X = np.where(_RNG.random((12, 30)) < 0.3, _RNG.normal(size=(12, 30)), 0).astype(np.float32)
X[4], X[:, 7] = 0, 0
#: The same numbers in the same order; only blocks may begin elsewhere.
SAME_FIT = 1e-13


def parts_of(x, kind):
    packed = sparse.csr_matrix(x) if kind == "csr" else sparse.csc_matrix(x)
    return {"indptr": packed.indptr, "indices": packed.indices, "data": packed.data}


def written(path, kind="csc", x=X, *, shape=None, storage=None, **parts):
    """An h5ad file of which some parts are other than they should be."""
    with h5py.File(path, "w") as file:
        group = file.create_group("X")
        group.attrs["encoding-type"] = f"{kind}_matrix"
        group.attrs["shape"] = np.array(x.shape if shape is None else shape)
        for name, values in {**parts_of(x, kind), **parts}.items():
            group.create_dataset(name, data=values, **(storage or {}))
        for name, n in (("obs", x.shape[0]), ("var", x.shape[1])):
            file.create_group(name).attrs["_index"] = "_index"
            file[name]["_index"] = [f"{name}{i}" for i in range(n)]
    return path


@pytest.mark.parametrize("storage", [{}, {"chunks": (9,), "compression": "gzip"}])
@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("kind", ["csr", "csc"])
def test_features_and_samples_are_those_of_the_matrix(tmp_path, monkeypatch, kind, index, storage):
    monkeypatch.setattr(sparse_groups, "_ENTRIES", 20)
    parts = {name: parts_of(X, kind)[name].astype(index) for name in ("indptr", "indices")}
    source = open_matrix(written(tmp_path / "x.h5ad", kind, storage=storage, **parts)).source
    assert (source.shape, source.dtype) == ((30, 12), np.float32)
    for at in (source, pickle.loads(pickle.dumps(source))):
        for start, stop in ((0, 30), (0, 1), (6, 9), (29, 30)):
            block = at.read(start, stop)
            assert_array_equal(block, X.T[start:stop], strict=True)
            assert block.flags.c_contiguous
    assert isinstance(source, SampleMajor) == (kind == "csr")
    if kind == "csr":
        for start, stop in ((0, 12), (3, 6), (11, 12)):
            assert_array_equal(source.read_samples(start, stop), X[start:stop], strict=True)


@pytest.mark.parametrize("kind", ["csr", "csc"])
def test_a_fit_is_that_of_the_matrix_in_memory(tmp_path, kind):
    x = X + np.float32(3) * (X != 0)
    design = pd.DataFrame({"a": 1.0, "b": np.arange(12) % 2}, index=[f"obs{i}" for i in range(12)])
    found = lm_fit(open_matrix(written(tmp_path / "x.h5ad", kind, x)), design, threads=2)
    expected = lm_fit(x.T, design.to_numpy())
    assert_allclose(found.coefficients, expected.coefficients, rtol=SAME_FIT, atol=SAME_FIT)
    assert_allclose(found.sigma, expected.sigma, rtol=SAME_FIT, atol=SAME_FIT)


@pytest.mark.parametrize("dtype", ["f2", ">f4", "f8", "i2", "?", "u1"])
def test_numbers_of_every_kind(tmp_path, dtype):
    x = (np.arange(12).reshape(3, 4) % 3).astype(dtype)
    for kind in ("csr", "csc"):
        packed = parts_of(x.astype(np.float32), kind)
        matrix = open_matrix(
            written(tmp_path / f"{kind}.h5ad", kind, x.astype("f4"), data=packed["data"].astype(dtype))
        )
        block = matrix.source.read(0, 4)
        assert matrix.dtype == block.dtype
        assert_array_equal(block, x.T)


def test_entries_of_one_place_are_added_up_as_in_memory(tmp_path):
    parts = {"indptr": [0, 3, 3], "indices": [1, 0, 1], "data": [1.0, 2.0, 4.0]}
    source = open_matrix(written(tmp_path / "x.h5ad", "csc", np.zeros((3, 2)), **parts)).source
    assert_array_equal(source.read(0, 2), [[2, 5, 0], [0, 0, 0]])


def test_a_matrix_of_zeros(tmp_path):
    for kind in ("csr", "csc"):
        path = written(tmp_path / f"{kind}.h5ad", kind, np.zeros((3, 2)))
        assert_array_equal(open_matrix(path).source.read(0, 2), np.zeros((2, 3)))


GOOD = parts_of(X, "csc")
ENTRIES = len(GOOD["data"])


def changed(part, at, value):
    values = GOOD[part].copy()
    values[at] = value
    return {part: values}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (changed("indptr", 0, 1), "begins with 1"),
        (changed("indptr", -1, ENTRIES + 1), "entries"),
        (changed("indptr", 5, ENTRIES), "falls 1 times"),
        ({"indptr": GOOD["indptr"][:-1]}, "indptr' is not a vector of the 31 values"),
        ({"indptr": GOOD["indptr"].astype(float)}, "indptr' is not a vector"),
        ({"indices": GOOD["indices"][:-1]}, "places of them"),
        ({"indices": GOOD["indices"].astype(float)}, "places of them"),
        ({"data": GOOD["data"][None]}, "needs vectors"),
        ({"data": GOOD["data"].astype("S")}, "real numbers"),
        ({"data": GOOD["data"].astype(complex)}, "real numbers"),
        ({"shape": (12, 30, 1)}, "how many samples"),
        ({"shape": (12, -30)}, "how many samples"),
        ({"shape": (12.0, 30.0)}, "how many samples"),
        ({"shape": (12, 31)}, "is not a vector of the 32 values"),
        ({"shape": (13, 30)}, "12 names for an axis of 13"),
        ({"shape": (1 << 60, 30)}, "12 names for an axis"),
        ({"shape": (1, 30)}, "entries in a line of 1"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(tmp_path, wrong, message):
    path = written(tmp_path / "x.h5ad", **wrong)
    with pytest.raises(DataError, match=message):
        open_matrix(path)


@pytest.mark.parametrize("value", [-1, 12, 2_000_000_000])
def test_entries_outside_of_the_matrix_name_the_features(tmp_path, value):
    at = int(GOOD["indptr"][20])
    source = open_matrix(written(tmp_path / "x.h5ad", **changed("indices", at, value))).source
    assert_array_equal(source.read(0, 20), X.T[:20])
    with pytest.raises(DataError, match=r"features 20 to 22: entries lie outside the 12 places"):
        source.read(20, 22)


def test_parts_that_were_never_written_are_refused(tmp_path):
    path = written(tmp_path / "x.h5ad")
    with h5py.File(path, "a") as file:
        del file["X/indices"]
        file["X"].create_dataset("indices", (ENTRIES,), "i4", chunks=(10,))[:15] = 0
    with pytest.raises(DataError, match="lacks"):
        open_matrix(path)
    with h5py.File(path, "a") as file:
        del file["X/indices"]
    with pytest.raises(DataError, match="needs vectors"):
        open_matrix(path)
    with h5py.File(path, "a") as file:
        file["X/indices"] = h5py.ExternalLink("other.h5", "/indices")
    with pytest.raises(DataError, match="'/X/indices' is a link"):
        open_matrix(path)


def test_a_vector_that_unpacks_to_far_more_than_is_stored_is_refused(tmp_path, monkeypatch):
    from ebayes_lm.data.stores import hdf5_storage

    monkeypatch.setattr(hdf5_storage, "_LARGE_VECTOR", 1000)
    parts = {"indptr": np.zeros(100_001, dtype=np.int64)}
    storage = {"compression": "gzip", "chunks": True}
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        group = file.create_group("X")
        group.attrs.update({"encoding-type": "csc_matrix", "shape": (3, 100_000)})
        for name, values in {**parts, "indices": np.zeros(0, np.int32), "data": np.zeros(0)}.items():
            group.create_dataset(name, data=values, maxshape=(None,), **storage)
    with pytest.raises(DataError, match="takes 800,008 bytes"):
        open_matrix(tmp_path / "x.h5ad")
