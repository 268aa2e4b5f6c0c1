from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm.core.covariance import OwnCovariances, packed
from ebayes_lm.core.wls import row_designs

X = np.column_stack([np.ones(10), np.repeat([0.0, 1], 5)])
ABSENT = np.random.default_rng(0).random((4, 10)) < 0.3
CELLS = np.random.default_rng(1).uniform(0.5, 2, (6, 10))


def own(weights=None):
    """Features 1, 2, 4 and 5 of six."""
    return OwnCovariances(
        row_designs(X), np.array([0, 1]), 6, np.array([1, 2, 4, 5]), packed(ABSENT), np.arange(1.0, 11), weights,
        np.array([1.0, 2, 3, 4]), np.array([2, 5]), np.array([[1.0, 0], [2, 0]]),
    )  # fmt: skip


def test_weights_are_zero_where_a_value_is_missing():
    assert_array_equal(own().row_weights(slice(None)), np.where(ABSENT, 0, np.arange(1.0, 11)))
    assert_array_equal(own(CELLS).row_weights(slice(1, 3)), np.where(ABSENT[1:3], 0, CELLS[[2, 4]]))


@pytest.mark.parametrize("weights", [None, CELLS])
@pytest.mark.parametrize(
    "features", [[5, 0, 2, 2], slice(1, 5), np.array([False, True, False, True, False, True]), [], [0, 3]]
)
def test_a_subset_answers_as_the_whole(features, weights):
    whole, part = own(weights), own(weights).take(features)
    chosen = np.arange(6)[features]
    assert part.n_features == len(chosen)
    assert chosen[part.rows].tolist() == [f for f in chosen if f in whole.rows]
    at = [whole.rows.tolist().index(f) for f in chosen[part.rows]]
    assert_array_equal(part.row_weights(slice(None)), whole.row_weights(np.array(at, dtype=int)))
    contrast = np.array([[0.0], [1.0]])
    assert_array_equal(part.stdev(slice(None), contrast), whole.stdev(np.array(at, dtype=int), contrast))
    assert chosen[part.deficient].tolist() == [f for f in chosen if f in (2, 5)]
    assert part.solutions[:, 0].tolist() == [{2: 1, 5: 2}[f] for f in chosen if f in (2, 5)]


def test_a_missing_sample_takes_a_bit():
    assert own().missing.shape == (4, 2)
    assert own().missing.dtype == np.uint8
