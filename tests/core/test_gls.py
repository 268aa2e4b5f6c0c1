from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebayes_lm.core.gls import BlockCorrelation, uncorrelated
from ebayes_lm.errors import ArgumentError

#: Inverse of a Cholesky factor of condition below 100.
INVERSE = 1e-13


@pytest.mark.parametrize("rho", [0.0, 0.4, -0.3, 0.95])
def test_whitened_samples_are_uncorrelated(rho):
    correlation = BlockCorrelation(np.array([0, 1, 0, 2, 1, 0]), rho)
    whitener = correlation.whitener()
    assert_allclose(whitener @ correlation.matrix() @ whitener.T, np.eye(6), atol=INVERSE)


def test_of_some_samples():
    correlation = BlockCorrelation(np.array([0, 0, 1, 1]), 0.5).take(np.array([0, 2, 3]))
    assert correlation.matrix().tolist() == [[1, 0, 0], [0, 1, 0.5], [0, 0.5, 1]]


def test_no_correlation():
    assert uncorrelated(3).matrix().tolist() == np.eye(3).tolist()


@pytest.mark.parametrize("rho", [-0.5, -0.9, 1.0])
def test_a_correlation_that_no_block_of_three_can_have(rho):
    with pytest.raises(ArgumentError, match=r"lies between -0\.5 and 1"):
        BlockCorrelation(np.array([0, 0, 0, 1]), rho)
