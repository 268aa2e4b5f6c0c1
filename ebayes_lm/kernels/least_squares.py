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
    m is r made up to a multiple of six by rows of zeros: a pass over the row subtracts what the last six coefficients
    explain and projects what is left on the next six. ``residual`` (n,) and ``effects`` (m,) are room to work in.

    A row is ``suspect`` where its sum of squares is not finite or leaves the safe range, or where sigma is below
    ``noise`` times its largest effect.
    """
    rows, n = y.shape
    m = forward.shape[0]
    r = triangle.shape[0]
    for i in range(rows):
        total = a = b = c = d = e = f = 0.0
        for j in range(n):
            value = float(y[i, j])
            residual[j] = value
            total += value
            a += value * forward[0, j]
            b += value * forward[1, j]
            c += value * forward[2, j]
            d += value * forward[3, j]
            e += value * forward[4, j]
            f += value * forward[5, j]
        mean[i] = total / n
        effects[0], effects[1], effects[2], effects[3], effects[4], effects[5] = a, b, c, d, e, f
        for k in range(6, m, 6):
            u = v = w = x = p = q = 0.0
            for j in range(n):
                value = residual[j] - (
                    a * backward[k - 6, j] + b * backward[k - 5, j] + c * backward[k - 4, j]
                    + d * backward[k - 3, j] + e * backward[k - 2, j] + f * backward[k - 1, j]
                )  # fmt: skip
                residual[j] = value
                u += value * forward[k, j]
                v += value * forward[k + 1, j]
                w += value * forward[k + 2, j]
                x += value * forward[k + 3, j]
                p += value * forward[k + 4, j]
                q += value * forward[k + 5, j]
            a, b, c, d, e, f = u, v, w, x, p, q
            effects[k], effects[k + 1], effects[k + 2] = a, b, c
            effects[k + 3], effects[k + 4], effects[k + 5] = d, e, f
        total = 0.0
        for j in range(n):
            value = residual[j] - (
                a * backward[m - 6, j] + b * backward[m - 5, j] + c * backward[m - 4, j]
                + d * backward[m - 3, j] + e * backward[m - 2, j] + f * backward[m - 1, j]
            )  # fmt: skip
            total += weights[j] * value * value
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
