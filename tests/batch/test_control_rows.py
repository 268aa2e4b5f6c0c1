from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from ebayes_lm.batch.control_rows import rows_and_controls
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.errors import DataError

VALUES = np.random.default_rng(1).normal(size=(50, 4))
POSITIONS = [2, 3, 17, 30, 49]


@pytest.mark.parametrize("chunk", [None, 1, 7, 50])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array, pd.DataFrame])
def test_controls_are_read_from_their_blocks(chunk, kind):
    rows, controls = rows_and_controls(as_feature_matrix(kind(VALUES)), POSITIONS, Running(chunk_size=chunk))
    assert_array_equal(controls.positions, POSITIONS)
    assert_array_equal(controls.rows, VALUES[POSITIONS] * rows.unit)
    (total,) = rows.total(lambda y, weights, at: (y.sum(axis=0),))
    assert_allclose(total, VALUES.sum(axis=0) * rows.unit)
    assert rows.shape == (50, 4)


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_values_are_brought_near_one_by_a_power_of_two(scale):
    rows, controls = rows_and_controls(as_feature_matrix(VALUES * scale), POSITIONS, Running())
    assert 0.01 < np.abs(controls.rows).max() <= 1.0
    assert np.frexp(rows.unit)[0] == 0.5


def test_a_matrix_of_zeros_is_left_alone():
    rows, _ = rows_and_controls(as_feature_matrix(VALUES * 0), POSITIONS, Running())
    assert rows.unit == 1.0


def test_values_that_are_missing_or_infinite_are_counted():
    spoiled = VALUES.copy()
    spoiled[[4, 4, 9], [0, 1, 2]] = np.nan, np.inf, -np.inf
    with pytest.raises(DataError, match="3 values in 2 of 50 features"):
        rows_and_controls(as_feature_matrix(spoiled), POSITIONS, Running())
