from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.kernels.weighted_local import find_windows, fit_anchors, place_anchors

#: Two ways to the same weighted line.
AGREEMENT = 1e-12


def windows(x, weights, anchors, share):
    anchors = np.array(anchors)
    first, last, reach = np.empty_like(anchors), np.empty_like(anchors), np.empty(len(anchors))
    find_windows(np.array(x, dtype=float), np.append(0.0, np.cumsum(weights)), anchors, share, first, last, reach)
    return first, last, reach


def test_anchors():
    x, anchors = np.array([0.0, 0.0, 1.0, 2.0, 2.5, 4.0, 4.5]), np.empty(7, dtype=np.intp)
    for delta, expected in ((0.0, [0, 2, 3, 4, 5, 6]), (1.0, [0, 3, 5, 6]), (2.0, [0, 4, 6]), (9.0, [0, 6])):
        assert_array_equal(anchors[: place_anchors(x, delta, anchors)], expected)
    assert place_anchors(np.ones(3), 0.0, anchors) == 1


def test_windows_grow_to_their_share_of_the_weight():
    first, last, reach = windows([0, 1, 2, 4, 8], [1, 1, 1, 1, 5], [0, 2, 4], 3.0)
    assert_array_equal(first, [0, 0, 4])
    assert_array_equal(last, [2, 3, 4])
    assert_array_equal(reach, [2, 2, 0])


def test_windows_hold_all_that_is_as_near():
    first, last, reach = windows([0, 0, 1, 1, 2, 2], np.ones(6), [2], 3.0)
    assert (first[0], last[0], reach[0]) == (0, 5, 1)


def test_lines_are_those_of_least_squares():
    rng = np.random.default_rng(1)
    x, y = np.sort(rng.uniform(size=30)), rng.normal(size=30)
    weights, robustness, anchors = rng.uniform(size=30), rng.uniform(size=30), np.array([0, 7, 29])
    first, last, reach = windows(x, weights, anchors, 8.0)
    fitted = np.empty(30)
    fit_anchors(x, y, weights, weights * robustness, anchors, first, last, reach, 0.0, 0.0, np.empty(30), fitted)
    for i, h in zip(anchors, reach, strict=True):
        w = weights * robustness * np.clip(1 - (np.abs(x - x[i]) / h) ** 3, 0, None) ** 3
        assert_allclose(fitted[i], np.polyval(np.polyfit(x, y, 1, w=np.sqrt(w)), x[i]), atol=AGREEMENT)
