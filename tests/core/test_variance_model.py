from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.variance_model import group_directions, variance_model

#: Orthonormal bases are so to rounding.
ROUNDING = 1e-14


def test_every_sample_has_a_variance_of_its_own():
    model = variance_model(np.ones((5, 1)))
    assert model.is_free
    assert model.directions.shape == (4, 5)
    assert_allclose(model.directions @ model.directions.T, np.eye(4), atol=ROUNDING)
    assert_allclose(model.directions.sum(axis=1), 0.0, atol=ROUNDING)
    assert (model.n_samples, model.df_residual) == (5, 4)


def test_aliased_columns_of_the_design_are_left_out():
    x = np.column_stack([np.ones(4), [0, 0, 1, 1], [1, 1, 0, 0]])
    model = variance_model(x)
    assert len(model.columns) == 2
    assert model.df_residual == 2


@pytest.mark.parametrize(
    ("z", "k"),
    [
        (np.array([[1.0, 2.0], [3.0, 6.0], [0.0, 0.0], [1.0, 2.0]]), 1),
        (np.array([[5.0, 1.0], [5.0, 0.0], [5.0, 0.0], [5.0, 2.0]]), 1),
        (np.full((4, 1), 0.1), 0),
        (np.eye(4), 3),
    ],
)
def test_constant_and_repeated_directions_add_nothing(z, k):
    model = variance_model(np.ones((4, 1)), z)
    assert model.directions.shape == (k, 4)
    assert_allclose(model.directions.sum(axis=1), 0.0, atol=ROUNDING)


def test_groups():
    assert_array_equal(group_directions(np.array([1, 0, 1])), [[0, 1], [1, 0], [0, 1]])
    assert variance_model(np.ones((3, 1)), group_directions(np.array([1, 0, 1]))).directions.shape == (1, 3)
