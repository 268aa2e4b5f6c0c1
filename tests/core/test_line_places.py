"""Where the lines of lowess are fitted: the curve is straight in between."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.local_regression import line_places, lowess

#: Rounding of a straight piece that is drawn in two ways.
SAME = 1e-12

RNG = np.random.default_rng(3)
PLACES = {
    "even": np.arange(3000.0),
    "ties": np.round(RNG.uniform(0, 1, 3000), 2),
    "gaps": np.repeat([0.0, 1.0, 1.001, 50.0], 50) + RNG.uniform(0, 0.2, 200),
    "skewed": RNG.exponential(size=3000) ** 2,
    "one value": np.ones(20),
    "a single point": np.zeros(1),
}


@pytest.mark.parametrize("which", PLACES)
@pytest.mark.parametrize("delta", [None, 0.0, 0.3])
def test_the_curve_is_straight_between_them(which, delta):
    x = np.sort(PLACES[which])
    fitted = lowess(x, np.sin(x) + RNG.normal(size=x.size), span=0.4, delta=delta)
    at = line_places(x, delta)
    assert_allclose(np.interp(x, x[at], fitted[at]), fitted, rtol=0, atol=SAME * np.abs(fitted).max())


def test_they_are_few():
    assert len(line_places(np.sort(PLACES["skewed"]))) < 220
    assert_array_equal(line_places(np.array([0.0, 0.0, 5.0]), 0.0), [0, 2])
