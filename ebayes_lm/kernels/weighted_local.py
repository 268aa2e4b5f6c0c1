"""Locally weighted straight lines over sorted points that have weights of their own."""

from __future__ import annotations

import math

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.kernels.policy import compiled


@compiled
def find_windows(
    x: FloatArray, weights: FloatArray, anchors: IntArray, share: float, first: IntArray, last: IntArray,
    reach: FloatArray,
) -> None:  # fmt: skip
    """The nearest points of each anchor whose weights reach ``share``: from ``first`` to ``last``, ``reach`` away."""
    n = x.shape[0]
    for k in range(anchors.shape[0]):
        i = anchors[k]
        left = right = i
        held = weights[i]
        farthest = 0.0
        while held < share and (left > 0 or right < n - 1):
            below = x[i] - x[left - 1] if left > 0 else math.inf
            above = x[right + 1] - x[i] if right < n - 1 else math.inf
            if below < above:
                left -= 1
                held += weights[left]
                farthest = below
            else:
                right += 1
                held += weights[right]
                farthest = above
        while left > 0 and x[i] - x[left - 1] <= farthest:
            left -= 1
        while right < n - 1 and x[right + 1] - x[i] <= farthest:
            right += 1
        first[k], last[k], reach[k] = left, right, farthest


@compiled
def fit_anchors(
    x: FloatArray, y: FloatArray, weights: FloatArray, robustness: FloatArray, anchors: IntArray, first: IntArray,
    last: IntArray, reach: FloatArray, narrowest: float, flattest: float, room: FloatArray, fitted: FloatArray,
) -> None:  # fmt: skip
    """A line at each anchor by weights times robustness times the tricube of distance, its value at the anchor.

    A mean instead of a line where all points lie within ``narrowest`` of the anchor or their weighted sum of squares
    around their mean is below ``flattest``. Where nothing has weight, robustness counts for nothing.
    ``room`` (n,) is to work in.
    """
    for k in range(anchors.shape[0]):
        i, left, right, h = anchors[k], first[k], last[k], reach[k]
        total = sum_x = sum_y = 0.0
        for j in range(left, right + 1):
            d = abs(x[j] - x[i]) / h if h >= narrowest else 0.0
            cube = 1.0 - d * d * d if d < 1.0 else 0.0
            w = weights[j] * robustness[j] * (cube * cube * cube)
            room[j] = w
            total += w
            sum_x += w * x[j]
            sum_y += w * y[j]
        if not total > 0.0:
            for j in range(left, right + 1):
                total += weights[j]
                sum_y += weights[j] * y[j]
            fitted[i] = sum_y / total
            continue
        mean_x, mean_y = sum_x / total, sum_y / total
        square = product = 0.0
        for j in range(left, right + 1):
            d = x[j] - mean_x
            square += room[j] * d * d
            product += room[j] * d * (y[j] - mean_y)
        slope = product / square if h >= narrowest and square >= flattest else 0.0
        fitted[i] = mean_y + slope * (x[i] - mean_x)
