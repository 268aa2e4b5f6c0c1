from __future__ import annotations

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm import open_matrix
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError

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


def test_a_function_that_does_not_map_values_is_refused(tmp_path):
    np.save(tmp_path / "y.npy", Y)
    matrix = open_matrix(tmp_path / "y.npy")
    with pytest.raises(ArgumentTypeError, match="a function"):
        matrix.map(2.0)
    with pytest.raises(ArgumentError, match="one real number for each"):
        matrix.map(np.sum).source.read(0, 2)
