from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.kernels.local_regression import smooth

#: Weighted least squares by the same weights in another way.
AGREEMENT = 1e-11


def run(x, y, window, delta=0.0, robustness=None):
    fitted, room = np.empty(x.size), np.empty((2, x.size))
    smooth(x, y, np.ones(x.size) if robustness is None else robustness, window, delta, room, fitted)
    return fitted


def line_at(here, x, y, window, robustness):
    """A straight line through the nearest points, by least squares."""
    radius = np.sort(np.abs(x - here))[window - 1]
    weight = np.clip(1 - (np.abs(x - here) / radius) ** 3, 0, None) ** 3 * robustness
    return np.polyfit(x - here, y, 1, w=np.sqrt(weight))[1]


@pytest.mark.parametrize("window", [8, 20, 60])
def test_lines_through_the_nearest_points(window):
    rng = np.random.default_rng(window)
    x, y, robustness = np.sort(rng.normal(size=60)), rng.normal(size=60), rng.uniform(0.2, 1, 60)
    expected = [line_at(here, x, y, window, robustness) for here in x]
    # tricube weights are cut off where they have fallen below (1 - 0.999^3)^3, at a few billionths
    assert_allclose(run(x, y, window, robustness=robustness), expected, rtol=0, atol=1e-6)


def test_straight_lines_stay_straight():
    x = np.sort(np.random.default_rng(0).exponential(size=50))
    assert_allclose(run(x, 3 * x - 1, 10), 3 * x - 1, rtol=AGREEMENT, atol=AGREEMENT)


def test_pieces_between_lines_are_straight():
    x = np.linspace(0, 10, 101)
    fitted = run(x, np.sin(x), 20, delta=1.05)
    ends = np.flatnonzero(np.abs(np.diff(fitted, 2)) > 1e-6) + 1
    assert_array_equal(np.diff(ends), 10)


def test_ties_share_one_value():
    x = np.array([0.0, 0, 1, 1, 1, 2, 3, 3])
    fitted = run(x, np.array([1.0, 3, 2, 5, 2, 0, 4, 4]), 5)
    for value in np.unique(x):
        assert len(set(fitted[x == value])) == 1


def test_without_weight_the_point_stays():
    y = np.array([1.0, 5.0, 2.0])
    assert_array_equal(run(np.arange(3.0), y, 2, robustness=np.zeros(3)), y)
    assert_allclose(run(np.ones(3), y, 2), 8 / 3, rtol=AGREEMENT)
