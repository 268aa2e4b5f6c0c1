from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.normalization_factors import (
    balanced,
    geometric_means,
    median_ratios,
    root_sums,
    typical_sample,
    upper_quantiles,
)

COLUMNS = np.random.default_rng(1).poisson(5, (4, 31)).astype(float)


@pytest.mark.parametrize("p", [0, 0.2, 0.75, 1])
def test_quantiles_leave_absent_features_out(p):
    beside = np.hstack([COLUMNS, np.zeros((4, 6))])
    assert_allclose(upper_quantiles(beside, p, 6), np.quantile(COLUMNS, p, axis=1), rtol=1e-15)


def test_the_typical_sample():
    assert typical_sample(np.array([1.0, 5, 3, 2.9])) == 2
    assert typical_sample(np.array([2.0, 4])) == 0
    assert typical_sample(np.array([0.0, 0, 3])) is None


def test_geometric_means_and_ratios():
    rows = COLUMNS.T + (np.arange(4) > 0)
    assert_allclose(geometric_means(rows), scipy.stats.gmean(rows, axis=1), rtol=1e-14)
    means = geometric_means(rows)
    seen = means > 0
    expected = [np.median([r[j] / m for r, m in zip(rows[seen], means[seen], strict=True)]) for j in range(4)]
    assert_allclose(median_ratios(rows[seen].T.copy(), means[seen]), expected, rtol=1e-15)


def test_root_sums_of_equal_samples_are_equal():
    one = np.random.default_rng(2).poisson(3, 500)
    rows = np.column_stack([one, np.sort(one)])
    assert_array_equal(*root_sums(rows).astype(float))
    assert_allclose(root_sums(rows).astype(float), np.sqrt(one).sum(), rtol=1e-14)


def test_balanced_factors_multiply_to_one():
    factors = np.array([3.0, 0.2, 7])
    assert_allclose(balanced(factors).prod(), 1, rtol=1e-15)
    assert_allclose(balanced(factors) / factors, (balanced(factors) / factors)[0], rtol=1e-15)
