"""Least squares of many rows on one design, each row read twice while it is in cache."""

from __future__ import annotations

from typing import Any

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.kernels.policy import compiled

#: Sums of squares outside these bounds have lost digits to the range of float64.
SAFE_LOW, SAFE_HIGH = 1e-280, 1e280


@compiled
def fit_rows(
    y: Any, forward: FloatArray, backward: FloatArray, weights: FloatArray, triangle: FloatArray, units: FloatArray,
    df: float, noise: float, coefficients: FloatArray, sigma: FloatArray, mean: FloatArray, suspect: BoolArray,
) -> None:  # fmt: skip
    """Coefficients, residual standard deviation and mean of each row (g, n).

    With ``Q R`` the factors of the weighted design, ``forward`` (r, n) is ``Q' W^1/2`` and ``backward`` (r, n) is
    ``Q' W^-1/2``: effects are ``y forward'`` and residuals ``y - effects backward``, whose squares are summed with
    ``weights`` (n,). Coefficients follow by back substitution through ``triangle`` (r, r), times ``units`` (r,).
    Four coefficients share a pass over the row, so that it is loaded once for four multiplications.

    A row is ``suspect`` where its sum of squares is not finite or leaves the safe range, or where sigma is below
    ``noise`` times its largest effect.
    """
    rows, n = y.shape
    r = forward.shape[0]
    residual, effects = np.empty(n), np.empty(r)
    for i in range(rows):
        total = 0.0
        for j in range(n):
            value = float(y[i, j])
            residual[j] = value
            total += value
        mean[i] = total / n
        k = 0
        while k + 4 <= r:
            a = b = c = d = 0.0
            for j in range(n):
                value = residual[j]
                a += value * forward[k, j]
                b += value * forward[k + 1, j]
                c += value * forward[k + 2, j]
                d += value * forward[k + 3, j]
            effects[k], effects[k + 1], effects[k + 2], effects[k + 3] = a, b, c, d
            k += 4
        while k < r:
            a = 0.0
            for j in range(n):
                a += residual[j] * forward[k, j]
            effects[k] = a
            k += 1
        k = 0
        while k + 4 <= r:
            a, b, c, d = effects[k], effects[k + 1], effects[k + 2], effects[k + 3]
            for j in range(n):
                residual[j] -= (
                    a * backward[k, j] + b * backward[k + 1, j] + c * backward[k + 2, j] + d * backward[k + 3, j]
                )
            k += 4
        while k < r:
            a = effects[k]
            for j in range(n):
                residual[j] -= a * backward[k, j]
            k += 1
        total = 0.0
        for j in range(n):
            total += weights[j] * residual[j] * residual[j]
        size = 0.0
        for k in range(r - 1, -1, -1):
            a = effects[k]
            size = max(size, abs(a))
            for m in range(k + 1, r):
                a -= triangle[k, m] * effects[m]
            effects[k] = a / triangle[k, k]
            coefficients[i, k] = effects[k] * units[k]
        sigma[i] = np.sqrt(total / df)
        suspect[i] = not total < SAFE_HIGH or (df > 0 and (total <= SAFE_LOW or sigma[i] <= noise * size))
