"""Locally weighted straight lines over sorted points that have weights of their own."""

from __future__ import annotations

import math

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.kernels.policy import compiled


@compiled
def place_anchors(x: FloatArray, delta: float, anchors: IntArray) -> int:
    """Positions of the first x, of each that is the next more than ``delta`` beyond, and of the last; their number."""
    anchors[0], count = 0, 1
    for i in range(1, x.shape[0]):
        if x[i] > x[anchors[count - 1]] + delta or (i == x.shape[0] - 1 and x[i] > x[anchors[count - 1]]):
            anchors[count] = i
            count += 1
    return count


@compiled
def find_windows(
    x: FloatArray, below: FloatArray, anchors: IntArray, share: float, first: IntArray, last: IntArray,
    reach: FloatArray,
) -> None:  # fmt: skip
    """The nearest points of each anchor whose weights reach ``share``: from ``first`` to ``last``, ``reach`` away.

    ``below`` (n + 1,) is the weight of all points before each. The reach is a distance to a point on one side; that
    point is found by bisection, and for each that is tried the outermost point within its distance on the other side.
    """
    n = x.shape[0]
    for k in range(anchors.shape[0]):
        i = anchors[k]
        nearest = math.inf
        outermost_left, outermost_right = 0, n - 1
        for side in (-1, 1):
            low, high = 0, (i if side < 0 else n - 1 - i)
            while low <= high:
                steps = (low + high) // 2
                distance = abs(x[i + side * steps] - x[i])
                a, b = 0, i
                while a < b:
                    middle = (a + b) // 2
                    if x[i] - x[middle] <= distance:
                        b = middle
                    else:
                        a = middle + 1
                left = a
                a, b = i, n - 1
                while a < b:
                    middle = (a + b + 1) // 2
                    if x[middle] - x[i] <= distance:
                        a = middle
                    else:
                        b = middle - 1
                if below[a + 1] - below[left] >= share:
                    if distance <= nearest:
                        nearest, outermost_left, outermost_right = distance, left, a
                    high = steps - 1
                else:
                    low = steps + 1
        if nearest == math.inf:
            nearest = max(x[i] - x[0], x[n - 1] - x[i])
        first[k], last[k], reach[k] = outermost_left, outermost_right, nearest


@compiled
def fit_anchors(
    x: FloatArray, y: FloatArray, weights: FloatArray, robust: FloatArray, anchors: IntArray, first: IntArray,
    last: IntArray, reach: FloatArray, narrowest: float, flattest: float, room: FloatArray, fitted: FloatArray,
) -> None:  # fmt: skip
    """A line at each anchor by ``robust`` weights times the tricube of distance, its value at the anchor.

    A mean instead of a line where all points lie within ``narrowest`` of the anchor or their weighted sum of squares
    around their mean is below ``flattest``. Where nothing has weight, the mean by plain ``weights``.
    ``room`` (n,) is to work in.
    """
    for k in range(anchors.shape[0]):
        i, h = anchors[k], reach[k]
        at, inverse = x[i], (1.0 / h if h >= narrowest else 0.0)
        # views from 0 on let the loops run in vector registers
        xs, ys, ws = x[first[k] : last[k] + 1], y[first[k] : last[k] + 1], robust[first[k] : last[k] + 1]
        total = sum_x = sum_y = 0.0
        for j in range(xs.shape[0]):
            d = abs(xs[j] - at) * inverse
            cube = 1.0 - d * d * d
            w = ws[j] * (cube * cube * cube)
            room[j] = w
            total += w
            sum_x += w * xs[j]
            sum_y += w * ys[j]
        if not total > 0.0:
            fitted[i] = np.sum(weights[first[k] : last[k] + 1] * ys) / np.sum(weights[first[k] : last[k] + 1])
            continue
        mean_x, mean_y = sum_x / total, sum_y / total
        square = product = 0.0
        for j in range(xs.shape[0]):
            d = xs[j] - mean_x
            square += room[j] * d * d
            product += room[j] * d * (ys[j] - mean_y)
        slope = product / square if h >= narrowest and square >= flattest else 0.0
        fitted[i] = mean_y + slope * (at - mean_x)
