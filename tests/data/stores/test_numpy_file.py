from __future__ import annotations

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm import open_matrix
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, EbayesLMError
from tests.data.stores.damage import damage

Y = np.random.default_rng(1).normal(size=(7, 4)).astype(np.float32)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("orientation", [None, "features", "samples"])
def test_rows_are_features_in_any_order_of_the_file(tmp_path, order, orientation):
    held = np.asarray(Y.T if orientation == "samples" else Y, order=order)
    np.save(tmp_path / "y.npy", held)
    matrix = open_matrix(tmp_path / "y.npy", orientation=orientation)
    assert (matrix.shape, matrix.dtype, matrix.nbytes) == (Y.shape, Y.dtype, Y.nbytes)
    block = matrix.source.read(2, 5)
    assert_array_equal(block, Y[2:5])
    assert block.flags.c_contiguous
    by_samples = isinstance(matrix.source, SampleMajor)
    assert by_samples == ((order == "F") != (orientation == "samples"))
    if by_samples:
        assert_array_equal(matrix.source.read_samples(1, 3), Y[:, 1:3].T)
    assert_array_equal(pickle.loads(pickle.dumps(matrix.source)).read(0, 7), Y)
    assert_array_equal(matrix.map(np.square).source.read(0, 7), np.square(Y))


def test_what_is_no_matrix_is_refused(tmp_path):
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    np.save(tmp_path / "text.npy", np.array([["a"]]))
    np.save(tmp_path / "objects.npy", np.array([[{}]]), allow_pickle=True)
    (tmp_path / "short.npy").write_bytes((tmp_path / "cube.npy").read_bytes()[:-8])
    (tmp_path / "empty.npy").write_bytes(b"")
    for name in ("cube", "text", "objects", "short", "empty"):
        with pytest.raises(DataError, match=f"{name}.npy"):
            open_matrix(tmp_path / f"{name}.npy")
    with pytest.raises(ArgumentError, match="layer='x'"):
        open_matrix(tmp_path / "cube.npy", layer="x")
    with pytest.raises(ArgumentError, match="no format"):
        open_matrix(tmp_path / "y.xlsx")
    with pytest.raises(ArgumentTypeError):
        open_matrix(3)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_file_that_is_cut_after_it_was_opened_is_refused(tmp_path, order):
    np.save(tmp_path / "y.npy", np.asarray(Y, order=order))
    source = open_matrix(tmp_path / "y.npy").source
    (tmp_path / "y.npy").write_bytes((tmp_path / "y.npy").read_bytes()[:-3])
    with pytest.raises(DataError, match="less than when it was opened"):
        source.read(0, 7)


def _with_header(path, text):
    """A file of values whose header, of the usual length, says that."""
    np.save(path, Y)
    held = path.read_bytes()
    path.write_bytes(held[:10] + text.encode().ljust(len(held) - Y.nbytes - 11) + b"\n" + held[-Y.nbytes :])


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_file_that_is_gone_is_said_to_be(tmp_path, order):
    np.save(tmp_path / "y.npy", np.asarray(Y, order=order))
    y = open_matrix(tmp_path / "y.npy")
    (tmp_path / "y.npy").unlink()
    with pytest.raises(DataError, match=r"y\.npy is no longer there"):
        y.source.read(0, 1)


@pytest.mark.parametrize(("kept", "reason"), [(-4, r"y\.npy is cut off: it holds 236 bytes"), (0, r"y\.npy is empty")])
def test_a_file_that_is_cut_off_is_said_to_be(tmp_path, kept, reason):
    np.save(tmp_path / "y.npy", Y)
    (tmp_path / "y.npy").write_bytes((tmp_path / "y.npy").read_bytes()[:kept])
    with pytest.raises(DataError, match=reason):
        open_matrix(tmp_path / "y.npy")


@pytest.mark.parametrize("shape", ["(70000000000, 4)", "(9223372036854775807, 4)", "(-7, 4)", "(True, 28)", "(6, 4)"])
def test_a_header_that_says_otherwise_than_the_file_holds_is_refused(tmp_path, shape):
    _with_header(tmp_path / "y.npy", f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}")
    with pytest.raises(DataError, match=r"y\.npy"):
        open_matrix(tmp_path / "y.npy")
    _with_header(tmp_path / "y.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 4), }")
    assert_array_equal(open_matrix(tmp_path / "y.npy").source.read(0, 7), Y)


def test_objects_are_refused_whatever_the_header_says(tmp_path):
    _with_header(tmp_path / "y.npy", "{'descr': '|O', 'fortran_order': False, 'shape': (7, 4), }")
    with pytest.raises(DataError, match=r"y\.npy"):
        open_matrix(tmp_path / "y.npy")
    np.savez(tmp_path / "y.npz", y=Y)
    (tmp_path / "y.npz").rename(tmp_path / "y.npy")
    with pytest.raises(DataError, match=r"y\.npy"):
        open_matrix(tmp_path / "y.npy")


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_header_is_read(tmp_path, version):
    with (tmp_path / "y.npy").open("wb") as file:
        np.lib.format.write_array(file, Y, version=version)
    assert_array_equal(open_matrix(tmp_path / "y.npy").source.read(0, 7), Y)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint32", "float16", ">f4", ">i2", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_type_of_number_is_read_in_the_order_of_this_machine(tmp_path, dtype, order):
    values = np.asarray((np.arange(28) % 3).reshape(7, 4).astype(dtype), order=order)
    np.save(tmp_path / "y.npy", values)
    source = open_matrix(tmp_path / "y.npy").source
    assert source.dtype == source.read(0, 7).dtype == np.dtype(dtype).newbyteorder("=")
    assert_array_equal(source.read(1, 6), values[1:6])
    if isinstance(source, SampleMajor):
        assert_array_equal(source.read_samples(1, 3), values[:, 1:3].T)


@pytest.mark.parametrize("way", ["cut", "flip", "lengthen", "empty"])
def test_damaged_files_end_in_an_error_or_in_the_same_values(tmp_path, way):
    """Values themselves carry no checksum: bits are turned in the header alone, and there may give another type."""
    refused = 0
    for seed in range(100):
        np.save(tmp_path / "y.npy", Y)
        rng = np.random.default_rng(seed)
        said = damage(tmp_path / "y.npy", way, rng, slice(0, 64 if way == "flip" else None))
        try:
            matrix = open_matrix(tmp_path / "y.npy")
        except EbayesLMError:
            refused += 1
        else:
            told = matrix.source.stored != np.dtype("<f4")
            assert told or np.array_equal(matrix.source.read(0, 7), Y), said
    assert refused == 100 if way != "flip" else refused > 50


def test_a_function_that_does_not_map_values_is_refused(tmp_path):
    np.save(tmp_path / "y.npy", Y)
    matrix = open_matrix(tmp_path / "y.npy")
    with pytest.raises(ArgumentTypeError, match="a function"):
        matrix.map(2.0)
    with pytest.raises(ArgumentError, match="one real number for each"):
        matrix.map(np.sum).source.read(0, 2)
