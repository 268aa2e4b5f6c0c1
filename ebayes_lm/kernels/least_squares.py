"""Least squares of many rows on one design, each row worked on while it is in cache."""

from __future__ import annotations

import math
from typing import Any

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.kernels.policy import compiled

#: Sums of squares outside these bounds have lost digits to the range of float64.
SAFE_LOW, SAFE_HIGH = 1e-280, 1e280


@compiled
def fit_rows(
    y: Any, forward: FloatArray, backward: FloatArray, weights: FloatArray, triangle: FloatArray, units: FloatArray,
    df: float, noise: float, residual: FloatArray, effects: FloatArray, coefficients: FloatArray, sigma: FloatArray,
    mean: FloatArray, suspect: BoolArray,
) -> None:  # fmt: skip
    """Coefficients, residual standard deviation and mean of each row (g, n).

    With ``Q R`` the factors of the weighted design, ``forward`` (m, n) is ``Q' W^1/2`` and ``backward`` (m, n) is
    ``Q' W^-1/2``: effects are ``y forward'`` and residuals ``y - effects backward``, whose squares are summed with
    ``weights`` (n,). Coefficients follow by back substitution through ``triangle`` (r, r), times ``units`` (r,).
    Two coefficients share a pass over the row; m is r, or r + 1 with a last row of zeros, so that it is even.
    ``residual`` (n,) and ``effects`` (m,) are room to work in.

    A row is ``suspect`` where its sum of squares is not finite or leaves the safe range, or where sigma is below
    ``noise`` times its largest effect.
    """
    rows, n = y.shape
    m = forward.shape[0]
    r = triangle.shape[0]
    for i in range(rows):
        total = 0.0
        for j in range(n):
            value = float(y[i, j])
            residual[j] = value
            total += value
        mean[i] = total / n
        for k in range(0, m, 2):
            a = b = 0.0
            for j in range(n):
                a += residual[j] * forward[k, j]
                b += residual[j] * forward[k + 1, j]
            effects[k], effects[k + 1] = a, b
        for k in range(0, m, 2):
            a, b = effects[k], effects[k + 1]
            for j in range(n):
                residual[j] -= a * backward[k, j] + b * backward[k + 1, j]
        total = 0.0
        for j in range(n):
            total += weights[j] * residual[j] * residual[j]
        size = 0.0
        for k in range(r - 1, -1, -1):
            a = effects[k]
            size = max(size, abs(a))
            for other in range(k + 1, r):
                a -= triangle[k, other] * effects[other]
            effects[k] = a / triangle[k, k]
            coefficients[i, k] = effects[k] * units[k]
        sigma[i] = math.sqrt(total / df)
        suspect[i] = not total < SAFE_HIGH or (df > 0 and (total <= SAFE_LOW or sigma[i] <= noise * size))
