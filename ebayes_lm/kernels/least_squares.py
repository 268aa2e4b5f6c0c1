"""Least squares of many rows on one design, each row read twice while it is in cache."""

from __future__ import annotations

from typing import Any

from ebayes_lm._typing import FloatArray
from ebayes_lm.kernels.policy import compiled


@compiled
def project_rows(
    y: Any, forward: FloatArray, backward: FloatArray, weights: FloatArray, residual: FloatArray,
    effects: FloatArray, rss: FloatArray, mean: FloatArray,
) -> None:  # fmt: skip
    """Effects, residual sum of squares and mean of each row.

    With ``Q`` the orthonormal basis of the weighted design, ``forward`` (r, n) is ``Q' W^1/2`` and ``backward`` (r, n)
    is ``Q' W^-1/2``: effects are ``y forward'`` and residuals ``y - effects backward``, whose squares are summed with
    ``weights`` (n,). ``residual`` (n,) is room to work in. Four coefficients share a pass over the row, so that it is
    loaded once for four multiplications.
    """
    rows, n = y.shape
    r = forward.shape[0]
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
            effects[i, k], effects[i, k + 1], effects[i, k + 2], effects[i, k + 3] = a, b, c, d
            k += 4
        while k < r:
            a = 0.0
            for j in range(n):
                a += residual[j] * forward[k, j]
            effects[i, k] = a
            k += 1
        k = 0
        while k + 4 <= r:
            a, b, c, d = effects[i, k], effects[i, k + 1], effects[i, k + 2], effects[i, k + 3]
            for j in range(n):
                residual[j] -= (
                    a * backward[k, j] + b * backward[k + 1, j] + c * backward[k + 2, j] + d * backward[k + 3, j]
                )
            k += 4
        while k < r:
            a = effects[i, k]
            for j in range(n):
                residual[j] -= a * backward[k, j]
            k += 1
        total = 0.0
        for j in range(n):
            total += weights[j] * residual[j] * residual[j]
        rss[i] = total
