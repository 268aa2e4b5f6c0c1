from __future__ import annotations

import os
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm import lm_fit, open_matrix
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.data.stores import hdf5, hdf5_storage
from ebayes_lm.errors import ArgumentError, DataError

h5py = pytest.importorskip("h5py")

Y = np.random.default_rng(1).normal(size=(50, 8)).astype(np.float32)
FEATURES, SAMPLES = [f"g{i}" for i in range(50)], [f"s{j}" for j in range(8)]
TABLE = pd.DataFrame({"group": list("AAAABBBB")}, index=SAMPLES)
#: The same numbers in the same order; only blocks may begin elsewhere.
SAME_FIT = 1e-13

STORED = {
    "one piece": {},
    "chunks": {"chunks": (7, 3)},
    "chunks with checksums": {"chunks": (20, 8), "compression": "gzip", "shuffle": True, "fletcher32": True},
    "chunks of columns": {"chunks": (50, 1)},
}


def written(path, held=Y, at="group/data", features=FEATURES, samples=SAMPLES, **how):
    with h5py.File(path, "w") as file:
        file.create_dataset(at, data=held, **how)
        parent = file[at].parent
        parent["features"], parent["samples"] = features, np.array(samples, dtype="S")
    return path


@pytest.mark.parametrize("orientation", [None, "samples"])
@pytest.mark.parametrize("stored", STORED)
def test_blocks_and_labels_are_those_of_the_file(tmp_path, stored, orientation):
    turned = orientation == "samples"
    how = dict(STORED[stored])
    if turned and "chunks" in how:
        how["chunks"] = how["chunks"][::-1]
    path = written(tmp_path / "y.h5", Y.T if turned else Y, **how)
    matrix = open_matrix(path, orientation=orientation)
    assert (matrix.shape, matrix.dtype) == (Y.shape, Y.dtype)
    assert (list(matrix.features), list(matrix.samples)) == (FEATURES, SAMPLES)
    for start, stop in ((0, 50), (0, 14), (3, 4), (13, 29), (45, 50)):
        block = matrix.source.read(start, stop)
        assert_array_equal(block, Y[start:stop], strict=True)
        assert block.flags.c_contiguous
        assert block.flags.aligned
    assert_array_equal(pickle.loads(pickle.dumps(matrix.source)).read(5, 9), Y[5:9])


@pytest.mark.parametrize("stored", STORED)
def test_a_fit_is_that_of_the_matrix_in_memory(tmp_path, stored):
    path = written(tmp_path / "y.hdf5", **STORED[stored])
    found = lm_fit(open_matrix(path, layer="group/data"), "~ group", samples=TABLE, chunk_size=9, threads=2)
    frame = pd.DataFrame(Y, index=FEATURES, columns=SAMPLES)
    expected = lm_fit(frame, "~ group", samples=TABLE)
    assert_allclose(found.coefficients, expected.coefficients, rtol=SAME_FIT, atol=SAME_FIT)
    assert_allclose(found.sigma, expected.sigma, rtol=SAME_FIT)
    assert list(found.coefficients.index) == FEATURES


@pytest.mark.parametrize("stored", ["one piece", "chunks with checksums"])
def test_many_threads_read_what_one_reads(tmp_path, stored):
    source = open_matrix(written(tmp_path / "y.h5", **STORED[stored])).source
    bounds = [(start, start + 3) for start in range(47)] * 10
    with ThreadPoolExecutor(8) as pool:
        for (start, stop), block in zip(bounds, pool.map(lambda at: source.read(*at), bounds), strict=True):
            assert_array_equal(block, Y[start:stop])


def test_samples_are_read_where_features_would_cost_the_whole_file(tmp_path, monkeypatch):
    from ebayes_lm.data.stores import layout

    monkeypatch.setattr(layout, "LARGEST_BAND", 256)
    monkeypatch.setattr(hdf5, "_PAGE", 1 << 30)
    for name, how in (("piece", {}), ("chunks", {"chunks": (1, 50)})):
        source = open_matrix(written(tmp_path / f"{name}.h5", Y.T, **how), orientation="samples").source
        assert isinstance(source, SampleMajor)
        assert_array_equal(source.read_samples(2, 5), Y[:, 2:5].T, strict=True)
        assert_array_equal(source.read(10, 30), Y[10:30], strict=True)
    assert not isinstance(open_matrix(written(tmp_path / "rows.h5")).source, SampleMajor)


@pytest.mark.parametrize("dtype", ["f2", ">f4", ">f8", "i1", ">u2", "?"])
@pytest.mark.parametrize("userblock", [0, 512])
def test_numbers_of_every_kind(tmp_path, dtype, userblock):
    held = (np.arange(12).reshape(4, 3) % 5).astype(dtype)
    with h5py.File(tmp_path / "y.h5", "w", userblock_size=userblock) as file:
        file["odd"] = np.zeros(3, dtype=np.int8)
        file["y"] = held
        file.create_dataset("z", data=held, chunks=(2, 2))
    for layer in ("y", "z"):
        matrix = open_matrix(tmp_path / "y.h5", layer=layer)
        assert matrix.dtype == matrix.source.read(0, 1).dtype == held.dtype.newbyteorder("=")
        assert_array_equal(matrix.source.read(1, 4), held[1:4])


def test_which_matrix_of_several(tmp_path):
    with h5py.File(tmp_path / "y.h5", "w") as file:
        file["a/x"], file["b"], file["words"], file["cube"] = Y, 2 * Y, FEATURES, np.zeros((2, 2, 2))
        file["alias"] = h5py.SoftLink("/a/x")
        file["features"] = list("xy")
    with pytest.raises(ArgumentError, match=r"'a/x', 'b'; name a dataset"):
        open_matrix(tmp_path / "y.h5")
    with pytest.raises(ArgumentError, match=r"no dataset 'c'.*'a/x', 'b'"):
        open_matrix(tmp_path / "y.h5", layer="c")
    with pytest.raises(DataError, match="has 2 names for an axis of 50"):
        open_matrix(tmp_path / "y.h5", layer="b")
    for layer, at in (("cube", "shape"), ("words", "shape")):
        with pytest.raises(DataError, match=at):
            open_matrix(tmp_path / "y.h5", layer=layer)
    assert_array_equal(open_matrix(tmp_path / "y.h5", layer="/a/./x").source.read(0, 2), Y[:2])
    with h5py.File(tmp_path / "y.h5", "a") as file:
        del file["features"]
    assert_array_equal(open_matrix(tmp_path / "y.h5", layer="alias").source.read(0, 2), Y[:2])


def test_values_in_other_files_are_read_only_where_allowed(tmp_path, monkeypatch):
    written(tmp_path / "other.h5", at="deep/data")
    (tmp_path / "raw.bin").write_bytes(Y.tobytes())
    monkeypatch.chdir(tmp_path)
    with h5py.File("y.h5", "w") as file:
        file["link"] = h5py.ExternalLink("other.h5", "/deep/data")
        file["group"] = h5py.ExternalLink("other.h5", "/deep")
        file["soft"] = h5py.SoftLink("/group/data")
        file.create_dataset("raw", Y.shape, "f4", external=[("raw.bin", 0, Y.nbytes)])
        layout = h5py.VirtualLayout(Y.shape, "f4")
        layout[...] = h5py.VirtualSource("other.h5", "deep/data", Y.shape)
        file.create_virtual_dataset("view", layout)
    for layer, named in (
        ("link", "'/link' is a link"), ("group/data", "'/group' is a link"), ("soft", "'/group' is a link"),
        ("raw", "raw.bin"), ("view", "other.h5"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=f"{named}.*allow_external=True"):
            open_matrix("y.h5", layer=layer)
        source = open_matrix(tmp_path / "y.h5", layer=layer, allow_external=True).source
        assert_array_equal(source.read(3, 9), Y[3:9])
    (tmp_path / "raw.bin").write_bytes(Y.tobytes()[:-4])
    (tmp_path / "other.h5").rename(tmp_path / "gone.h5")
    for layer, message in (("raw", "holds less"), ("view", "no file"), ("link", "no file")):
        with pytest.raises(DataError, match=message):
            open_matrix(tmp_path / "y.h5", layer=layer, allow_external=True)


def test_a_view_with_holes_is_refused(tmp_path):
    written(tmp_path / "other.h5", at="data")
    with h5py.File(tmp_path / "y.h5", "w") as file:
        layout = h5py.VirtualLayout((60, 8), "f4")
        layout[:50] = h5py.VirtualSource(tmp_path / "other.h5", "data", Y.shape)
        file.create_virtual_dataset("view", layout)
        file["round"] = h5py.SoftLink("/round")
    with pytest.raises(DataError, match="400 of its 480 values"):
        open_matrix(tmp_path / "y.h5", layer="view", allow_external=True)
    with pytest.raises(DataError, match="circle"):
        open_matrix(tmp_path / "y.h5", layer="round")


def test_what_was_never_written_is_refused(tmp_path):
    with h5py.File(tmp_path / "y.h5", "w") as file:
        file.create_dataset("some", Y.shape, "f4", chunks=(10, 8), fillvalue=7)[:20] = Y[:20]
        file.create_dataset("none", Y.shape, "f4")
        file.create_dataset("huge", (1 << 40, 1 << 20), "f4", chunks=(10, 8))
    with pytest.raises(DataError, match="lacks 3 of its 5 chunks"):
        open_matrix(tmp_path / "y.h5", layer="some")
    with pytest.raises(DataError, match="never written"):
        open_matrix(tmp_path / "y.h5", layer="none")
    with pytest.raises(DataError, match="lacks"):
        open_matrix(tmp_path / "y.h5", layer="huge")


def test_what_is_no_matrix_of_numbers_is_refused(tmp_path):
    with h5py.File(tmp_path / "y.h5", "w") as file:
        file["text"] = np.array([["a", "b"]], dtype="S1")
        file["pairs"] = np.zeros((2, 2), dtype=[("a", "f4"), ("b", "i4")])
        file.create_dataset("lists", (2, 2), h5py.vlen_dtype(np.int32))
        file.create_dataset("pointers", (2, 2), h5py.ref_dtype)
        file.create_dataset("codes", (2, 2), h5py.enum_dtype({"RED": 0, "BLUE": 1}))
        file["empty"], file["none"] = h5py.Empty("f4"), np.zeros((0, 4))
    for layer in ("text", "pairs", "lists", "pointers", "codes", "empty", "none"):
        with pytest.raises(DataError, match=r"y\.h5"):
            open_matrix(tmp_path / "y.h5", layer=layer)


def test_chunks_that_unpack_to_more_than_is_read_at_once_are_refused(tmp_path, monkeypatch):
    path = written(tmp_path / "y.h5", **STORED["chunks with checksums"])
    monkeypatch.setattr(hdf5_storage, "LARGEST_CHUNK", 500)
    with pytest.raises(DataError, match="chunks of 640 bytes"):
        open_matrix(path)


def test_a_chunk_that_was_packed_from_far_more_is_refused(tmp_path):
    with h5py.File(tmp_path / "y.h5", "w") as file:
        made = file.create_dataset("y", Y.shape, "f4", chunks=Y.shape, compression="gzip")
        made.id.write_direct_chunk((0, 0), bytes(10_000))
    with pytest.raises(DataError, match="chunk of 10,000 bytes"):
        open_matrix(tmp_path / "y.h5")


def test_a_filter_that_is_not_installed_is_named(tmp_path):
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_chunk((10, 8))
    made.set_filter(32_015, h5py.h5z.FLAG_OPTIONAL, ())
    with h5py.File(tmp_path / "y.h5", "w") as file:
        h5py.h5d.create(file.id, b"y", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(Y.shape), made)
        file["y"][...] = Y
    with pytest.raises(DataError, match=r"filter 32015.*hdf5plugin"):
        open_matrix(tmp_path / "y.h5")


def test_tables_of_pandas_are_refused(tmp_path):
    with h5py.File(tmp_path / "y.h5", "w") as file:
        file["y/block0_values"] = Y
        file["y"].attrs["pandas_type"] = np.bytes_("frame")
    with pytest.raises(DataError, match=r"pandas\.read_hdf"):
        open_matrix(tmp_path / "y.h5")


def test_a_checksum_that_does_not_agree_names_the_rows(tmp_path):
    path = written(tmp_path / "y.h5", **STORED["chunks with checksums"])
    source = open_matrix(path).source
    with h5py.File(path, "r") as file:
        chunk = file["group/data"].id.get_chunk_info(1)
    content = bytearray(path.read_bytes())
    content[chunk.byte_offset + 8] ^= 4
    del source
    path.write_bytes(content)
    source = open_matrix(path).source
    assert_array_equal(source.read(0, 20), Y[:20])
    with pytest.raises(DataError, match="features 20 to 40"):
        source.read(22, 24)


def test_a_file_that_has_changed_is_not_read_on(tmp_path):
    path = written(tmp_path / "y.h5")
    kept = pickle.dumps(open_matrix(path).source)
    written(path, Y[:, :4], samples=SAMPLES[:4])
    with pytest.raises(DataError, match="changed"):
        pickle.loads(kept).read(0, 2)


def test_what_is_no_file_of_the_format(tmp_path):
    (tmp_path / "text.h5").write_text("a,b")
    (tmp_path / "empty.hdf5").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe.h5")
    whole = written(tmp_path / "whole.h5").read_bytes()
    (tmp_path / "short.h5").write_bytes(whole[:-700])
    for name in ("text.h5", "empty.hdf5", "pipe.h5", "short.h5", "absent.h5"):
        with pytest.raises(DataError, match=name):
            open_matrix(tmp_path / name)
