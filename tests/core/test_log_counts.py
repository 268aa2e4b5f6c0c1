from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.log_counts import log_per_million, per_million, with_prior

COUNTS = np.random.default_rng(3).poisson(4, (6, 3))
SHARED, OWN = np.array([100.0, 400, 50]), np.random.default_rng(4).uniform(50, 500, (6, 3))


@pytest.mark.parametrize("sizes", [SHARED, OWN])
def test_rates_cell_by_cell(sizes):
    full = np.broadcast_to(sizes, (6, 3))
    for i, j in np.ndindex(6, 3):
        prior = 0.5 * full[i, j] / math.fsum(full[i]) * 3
        logged = math.log2((COUNTS[i, j] + prior) / (full[i, j] + 2 * prior) * 1e6)
        assert_allclose(log_per_million(COUNTS, sizes, 0.5)[i, j], logged, rtol=1e-14)
        assert per_million(COUNTS, sizes)[i, j] == COUNTS[i, j] * 1e6 / full[i, j]


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, np.float32, np.float64])
def test_counts_of_any_type_stay_as_they_are(dtype):
    counts = COUNTS.astype(dtype)
    assert_array_equal(log_per_million(counts, SHARED, 2.0), log_per_million(COUNTS, SHARED, 2.0))
    assert_array_equal(per_million(counts, SHARED), per_million(COUNTS, SHARED))
    assert_array_equal(counts, COUNTS)
    assert counts.dtype == dtype


def test_shares_stay_below_one():
    counts, sizes = with_prior(np.array([[100, 0, 50]]), SHARED, 2.0)
    assert (counts / sizes < 1).all()
    assert_allclose(counts.sum() - 150, 2 * 3, rtol=1e-14)
