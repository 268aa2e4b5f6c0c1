from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.between_arrays import METHODS, normalize_quantiles, normalize_scale
from ebayes_lm.errors import DataError

#: Means of a few numbers.
ROUNDING = 1e-13


@pytest.fixture
def x():
    return np.random.default_rng(4).normal(5.0, 2.0, (50, 4)) * [1.0, 1.5, 0.7, 1.0] + [0.0, 2.0, 1.0, 0.5]


def test_quantiles_give_all_samples_one_distribution(x):
    normal = normalize_quantiles(x)
    for column in normal.T:
        assert_allclose(np.sort(column), np.sort(x, axis=0).mean(axis=1), rtol=ROUNDING)
    assert_array_equal(np.argsort(normal, axis=0), np.argsort(x, axis=0))


def test_equal_values_stay_equal():
    x = np.array([[1.0, 1.0], [2.0, 2.0], [2.0, 3.0], [2.0, 4.0], [5.0, 5.0]])
    assert_allclose(normalize_quantiles(x)[:, 0], [1.0, 2.5, 2.5, 2.5, 5.0])


def test_scaling_makes_medians_equal(x):
    medians = np.median(normalize_scale(x), axis=0)
    assert_allclose(medians, np.exp(np.log(np.median(x, axis=0)).mean()), rtol=ROUNDING)
    with pytest.raises(DataError, match="the median of 1 sample is not positive, the first that at position 2"):
        normalize_scale(x - np.median(x[:, 2]))


@pytest.mark.parametrize("method", METHODS)
def test_one_sample_has_nothing_to_be_brought_to(method, x):
    before = x[:, :1].copy()
    assert_allclose(METHODS[method](x[:, :1]), before, rtol=ROUNDING)
    assert_array_equal(x[:, :1], before)


def test_cyclic_loess_takes_straight_lines_out(x):
    mean = x.mean(axis=1)
    bent = mean[:, None] + np.outer(mean, [0.3, -0.3, 0.2, -0.2]) + [1.0, 0.0, -2.0, 1.0]
    normal = METHODS["cyclicloess"](bent)
    assert_allclose(normal, np.repeat(mean[:, None], 4, axis=1), rtol=ROUNDING)
