"""One pass of locally weighted straight lines over sorted points."""

from __future__ import annotations

import math

from ebayes_lm._typing import FloatArray
from ebayes_lm.kernels.policy import compiled_as_written


@compiled_as_written
def smooth(
    x: FloatArray, y: FloatArray, robustness: FloatArray, window: int, delta: float, weight: FloatArray,
    fitted: FloatArray,
) -> None:  # fmt: skip
    """Fit rising ``x`` (n,) by lines through the nearest ``window`` points, weighted by tricube times ``robustness``.

    Lines are fitted at points at most ``delta`` apart, where there are such, and joined by straight pieces in between;
    points with the same x share one value. ``weight`` (n,) is room to work in. Where no weight is left, or too little
    spread to tell a slope, the line is the point itself or the mean.
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
        total = 0.0
        end = left
        while end < n:
            distance = abs(x[end] - here)
            weight[end] = 0.0
            if distance <= 0.999 * radius:
                share = 1.0
                if distance > 0.001 * radius:
                    cube = distance / radius
                    rest = 1.0 - cube * cube * cube
                    share = rest * rest * rest
                weight[end] = share * robustness[end]
                total += weight[end]
            elif x[end] > here:
                break
            end += 1
        if total > 0.0:
            mean, spread, value = 0.0, 0.0, 0.0
            for j in range(left, end):
                weight[j] /= total
                mean += weight[j] * x[j]
            for j in range(left, end):
                spread += weight[j] * ((x[j] - mean) * (x[j] - mean))
            lever = (here - mean) / spread if radius > 0.0 and math.sqrt(spread) > least_spread else 0.0
            for j in range(left, end):
                value += weight[j] * (lever * (x[j] - mean) + 1.0) * y[j]
            fitted[i] = value
        else:
            fitted[i] = y[i]
        for j in range(last + 1, i):
            share = (x[j] - x[last]) / (here - x[last])
            fitted[j] = share * fitted[i] + (1.0 - share) * fitted[last]
        last, i = i, i + 1
        while i < n and x[i] <= here + delta:
            if x[i] == here:
                fitted[i] = fitted[last]
                last = i
            i += 1
        i = max(last + 1, i - 1)
