from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.data.duplicates import Duplicates, with_duplicates
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.weights import Weights
from ebayes_lm.errors import ArgumentError

Y = np.arange(24.0).reshape(12, 2)


def test_neighbours():
    laid = Duplicates(2, 1).side_by_side(Y)
    assert laid[0].tolist() == [0, 2, 1, 3]
    assert laid.shape == (6, 4)


def test_halves_of_the_matrix():
    assert Duplicates(2, 6).side_by_side(Y)[1].tolist() == [2, 14, 3, 15]


def test_groups_of_rows():
    """Three measurements, two rows apart: rows 0, 2, 4 and 1, 3, 5 and so on."""
    assert Duplicates(3, 2).rows(0, 4).tolist() == [[0, 2, 4], [1, 3, 5], [6, 8, 10], [7, 9, 11]]


@pytest.mark.parametrize(("count", "spacing"), [(2, 1), (2, 6), (3, 2), (3, 4), (1, 1)])
def test_blocks_of_features_are_read_as_the_whole(count, spacing):
    frame = pd.DataFrame(Y, index=[f"r{i}" for i in range(12)], columns=["s", "t"])
    duplicates = Duplicates(count, spacing)
    matrix = with_duplicates(as_feature_matrix(frame), duplicates)
    whole = duplicates.side_by_side(Y)
    assert matrix.shape == whole.shape
    for start in range(matrix.shape[0]):
        np.testing.assert_array_equal(matrix.source.read(start, start + 1), whole[start : start + 1])
    np.testing.assert_array_equal(matrix.source.read(0, matrix.shape[0]), whole)
    assert matrix.features[0] == "r0"
    assert list(matrix.samples) == ["s"] * count + ["t"] * count


def test_weights_follow():
    duplicates = Duplicates(2, 1)
    assert duplicates.weights(Weights(samples=np.array([1.0, 2])), 2).samples.tolist() == [1, 1, 2, 2]
    assert duplicates.weights(Weights(features=np.arange(12.0)), 2).cells[1].tolist() == [2, 3, 2, 3]
    assert duplicates.weights(Weights(cells=Y), 2).cells[0].tolist() == [0, 2, 1, 3]
    assert duplicates.weights(Weights(), 2) == (None, None, None)


def test_rows_that_make_no_whole_group():
    with pytest.raises(ArgumentError, match="12 rows do not divide into groups of ndups \\* spacing = 10"):
        with_duplicates(as_feature_matrix(Y), Duplicates(2, 5))
