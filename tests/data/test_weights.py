from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.data.containers import EList
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.weights import Weights, matrix_weights
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError, DataError

NAMES, FEATURES = pd.Index(["a", "b", "c"]), pd.Index(["f", "g"])
MATRIX = as_feature_matrix(pd.DataFrame(np.ones((2, 3)), index=FEATURES, columns=NAMES))
CELLS = np.array([[1.0, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize("weights", [[1, 2, 3], np.array([[1, 2, 3]]), pd.Series([3, 2, 1], index=list("cba"))])
def test_one_weight_a_sample(weights):
    found = matrix_weights(weights, MATRIX)
    assert found.samples is not None
    assert found.samples.dtype == np.float64
    assert found.samples.tolist() == [1, 2, 3]
    assert found.features is None
    assert found.cells is None


@pytest.mark.parametrize("weights", [[1, 2], np.array([[1], [2]]), pd.Series([2, 1], index=["g", "f"])])
def test_one_weight_a_feature(weights):
    found = matrix_weights(weights, MATRIX)
    assert found.features is not None
    assert found.features.tolist() == [1, 2]


@pytest.mark.parametrize(
    "weights", [CELLS, pd.DataFrame(CELLS, FEATURES, NAMES), pd.DataFrame(CELLS, FEATURES, NAMES).iloc[::-1, [2, 0, 1]]]
)
def test_one_weight_a_value(weights):
    found = matrix_weights(weights, MATRIX)
    assert found.cells is not None
    assert found.cells.tolist() == CELLS.tolist()


def test_one_number_serves_all():
    assert matrix_weights(2, MATRIX).samples.tolist() == [2, 2, 2]


def test_weights_of_the_container_serve_where_none_are_given():
    matrix = as_feature_matrix(EList(np.ones((2, 3)), weights=[1, 2, 3]))
    assert matrix_weights(None, matrix).samples.tolist() == [1, 2, 3]
    assert matrix_weights(CELLS, matrix).cells.tolist() == CELLS.tolist()
    assert matrix_weights(None, MATRIX) == (None, None, None)


@pytest.mark.parametrize("weights", [[1, -1, 1], [1, np.nan, 1], [1, np.inf, 1]])
def test_weights_that_cannot_be(weights):
    with pytest.raises(DataError, match=r"1 of 3 are not, that of 'b'\. Weight 0 leaves a sample out"):
        matrix_weights(weights, MATRIX)
    with pytest.raises(DataError, match=r"1 of 6 are not, that of 'g'\. Weight 0 leaves an observation out"):
        matrix_weights([[1, 1, 1], weights], MATRIX)


def test_a_mask_is_not_overlooked():
    masked = np.ma.masked_array([1.0, 2.0, 3.0], mask=[True, False, False])
    with pytest.raises(ArgumentTypeError, match=r"masked array.*filled\(0\)"):
        matrix_weights(masked, MATRIX)


@pytest.mark.parametrize("shape", [(4,), (3, 2), (2, 3, 1), (1, 1)])
def test_other_shapes(shape):
    with pytest.raises(DataError, match="one number for each sample, for each feature, or for each value"):
        matrix_weights(np.ones(shape), MATRIX)


@pytest.mark.parametrize("weights", [np.zeros(3), np.zeros((2, 3)), 0])
def test_nothing_but_zeros(weights):
    with pytest.raises(DataError, match="every weight is zero"):
        matrix_weights(weights, MATRIX)


@pytest.mark.parametrize(
    "weights",
    [pd.Series([1, 2, 3], list("abx")), pd.DataFrame(CELLS, FEATURES, list("abx")), pd.Series([1, 2], list("fx"))],
)
def test_other_names(weights):
    with pytest.raises(AlignmentError, match="'x'"):
        matrix_weights(weights, MATRIX)


def test_a_vector_for_a_square_matrix_is_ambiguous():
    square = as_feature_matrix(np.ones((3, 3)))
    with pytest.raises(ArgumentError, match="there are 3 of both"):
        matrix_weights([1, 2, 3], square)
    assert matrix_weights([[1, 2, 3]], square).samples.tolist() == [1, 2, 3]
    assert matrix_weights([[1], [2], [3]], square).features.tolist() == [1, 2, 3]


def test_weights_of_every_kind_are_weights_of_observations():
    of_samples, of_features = np.arange(3.0), np.arange(2.0)
    assert Weights().of_observations((2, 3)) is None
    assert Weights(cells=CELLS).of_observations((2, 3)) is CELLS
    spread = Weights(samples=of_samples).of_observations((2, 3))
    assert np.shares_memory(spread, of_samples)
    assert spread.tolist() == [[0, 1, 2], [0, 1, 2]]
    assert Weights(features=of_features).of_observations((2, 3)).tolist() == [[0, 0, 0], [1, 1, 1]]
