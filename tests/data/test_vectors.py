from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.data.containers import EList
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.vectors import ordered_numbers, sample_weights
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError, DataError

NAMES = pd.Index(["a", "b", "c"])
MATRIX = as_feature_matrix(pd.DataFrame(np.ones((2, 3)), columns=NAMES))


def test_a_series_is_brought_into_order():
    series = pd.Series([3, 1, 2], index=["c", "a", "b"])
    assert ordered_numbers(series, NAMES, what="weights", axis="samples").tolist() == [1, 2, 3]


@pytest.mark.parametrize("values", [[1, 2, 3], (1.0, 2, 3), np.array([True, False, True]), np.ones((3, 1)), 2])
def test_other_values_keep_their_shape_and_order(values):
    found = ordered_numbers(values, NAMES, what="weights", axis="samples")
    np.testing.assert_array_equal(found, np.asarray(values))


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (["x", "y", "z"], ArgumentTypeError, "<U1 values"),
        ("age", ArgumentTypeError, "got 'age'"),
        ([[1], [1, 2]], ArgumentTypeError, "different lengths; give one number a sample"),
        (np.array([1, 2j]), ArgumentTypeError, "complex128"),
        (pd.Series([1, 2, 3], index=list("abx")), AlignmentError, "missing: 'c'; not in the matrix: 'x'"),
    ],
)
def test_what_is_no_vector_of_numbers(values, error, message):
    with pytest.raises(error, match=message):
        ordered_numbers(values, NAMES, what="weights", axis="samples")


@pytest.mark.parametrize("weights", [[1, 2, 3], np.array([[1, 2, 3]]), pd.Series([3, 2, 1], index=list("cba"))])
def test_weights_are_one_float_a_sample(weights):
    found = sample_weights(weights, MATRIX)
    assert found.dtype == np.float64
    assert found.tolist() == [1, 2, 3]


def test_weights_of_the_container_serve_where_none_are_given():
    matrix = as_feature_matrix(EList(np.ones((2, 3)), weights=[1, 2, 3]))
    assert sample_weights(None, matrix).tolist() == [1, 2, 3]
    assert sample_weights([3, 2, 1], matrix).tolist() == [3, 2, 1]
    assert sample_weights(None, MATRIX) is None


@pytest.mark.parametrize("weights", [[1, -1, 1], [1, np.nan, 1], [1, np.inf, 1]])
def test_weights_that_cannot_be(weights):
    with pytest.raises(DataError, match="1 of 3 are not, that of 'b'"):
        sample_weights(weights, MATRIX)


def test_a_vector_for_a_square_matrix_is_ambiguous():
    square = as_feature_matrix(np.ones((3, 3)))
    with pytest.raises(ArgumentError, match="there are 3 of both"):
        sample_weights([1, 2, 3], square)
    assert sample_weights([[1, 2, 3]], square).tolist() == [1, 2, 3]
