"""One pass of locally weighted straight lines over sorted points.

Sums over few points are taken in their order, so that every bit is as in R: where lines meet their points exactly,
rounding decides which points count as far off in the next pass. Sums over many run in vector registers.
"""

from __future__ import annotations

import math

from ebayes_lm._typing import FloatArray
from ebayes_lm.kernels.policy import compiled_as_written, part, part_as_written

#: Lines through no more points than this may meet them all.
_FEW = 256


@part
def _wide_total(values: FloatArray) -> float:
    total = 0.0
    for j in range(values.size):
        total += values[j]
    return total


@part_as_written
def _total(values: FloatArray) -> float:
    """Sum of values, in their order where they are few."""
    if values.size > _FEW:
        return _wide_total(values)
    total = 0.0
    for j in range(values.size):
        total += values[j]
    return total


@compiled_as_written
def smooth(
    x: FloatArray, y: FloatArray, robustness: FloatArray, window: int, delta: float, room: FloatArray,
    fitted: FloatArray,
) -> None:  # fmt: skip
    """Fit rising ``x`` (n,) by lines through the nearest ``window`` points, weighted by tricube times ``robustness``.

    Lines are fitted at points at most ``delta`` apart, where there are such, and joined by straight pieces in between;
    points with the same x share one value. Where no weight is left the line is the point itself, and where x spreads
    too little to tell a slope a mean. ``room`` (2, n) is room to work in.
    """
    n = x.size
    least_spread = 0.001 * (x[n - 1] - x[0])
    left, right = 0, window - 1
    last, i = -1, 0
    while last < n - 1:
        here = x[i]
        while right < n - 1 and here - x[left] > x[right + 1] - here:
            left += 1
            right += 1
        radius = max(here - x[left], x[right] - here)
        full, none = 0.001 * radius, 0.999 * radius
        end = right + 1
        while end < n and x[end] - here <= none:
            end += 1
        xs, ys, own = x[left:end], y[left:end], robustness[left:end]
        weight, term = room[0, left:end], room[1, left:end]
        for j in range(xs.size):
            distance = abs(xs[j] - here)
            cube = distance / radius
            rest = 1.0 - cube * cube * cube
            share = 1.0 if distance <= full else rest * rest * rest
            weight[j] = (0.0 if distance > none else share) * own[j]
        total = _total(weight)
        for j in range(xs.size):
            weight[j] /= total
            term[j] = weight[j] * xs[j]
        mean = _total(term)
        for j in range(xs.size):
            term[j] = weight[j] * ((xs[j] - mean) * (xs[j] - mean))
        spread = _total(term)
        lever = (here - mean) / spread if radius > 0.0 and math.sqrt(spread) > least_spread else 0.0
        for j in range(xs.size):
            term[j] = weight[j] * (lever * (xs[j] - mean) + 1.0) * ys[j]
        value = _total(term)
        fitted[i] = value if total > 0.0 else y[i]
        for j in range(last + 1, i):
            part = (x[j] - x[last]) / (here - x[last])
            fitted[j] = part * fitted[i] + (1.0 - part) * fitted[last]
        last, i = i, i + 1
        while i < n and x[i] <= here + delta:
            if x[i] == here:
                fitted[i] = fitted[last]
                last = i
            i += 1
        i = max(last + 1, i - 1)
