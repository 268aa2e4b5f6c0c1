"""Standardised residuals of many rows on one design, each row worked on while it is in cache."""

from __future__ import annotations

import math
from typing import Any

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray
from ebayes_lm.kernels.least_squares import SAFE_HIGH, SAFE_LOW
from ebayes_lm.kernels.policy import compiled, part


@part
def _largest(row: FloatArray, over_free: FloatArray) -> tuple[float, int]:
    """The largest square of a row (n,) times ``over_free`` (n,), and where it is."""
    most, at = 0.0, 0
    for j in range(len(row)):
        value = row[j] * row[j] * over_free[j]
        if value > most:
            most, at = value, j
    return most, at


@compiled
def standardise_rows(
    y: Any, forward: FloatArray, backward: FloatArray, roots: FloatArray, over_free: FloatArray, df: float,
    noise: float, least: float, effects: FloatArray, residuals: FloatArray, sigma: FloatArray, largest: FloatArray,
    sample: AnyArray, suspect: BoolArray,
) -> None:  # fmt: skip
    """Residuals of rows (g, n) divided by their standard deviation, and the largest of each row.

    ``forward`` and ``backward`` (m, n) are what ``fit_rows`` takes, m a multiple of six; ``roots`` (n,) are those of
    the weights, by which residuals are multiplied. ``largest`` (g,) receives the largest square times ``over_free``
    (n,), one over what the design leaves of a sample, and ``sample`` (g,) where that is; zero where no such value
    reaches ``least``. ``effects`` (m,) is room to work in.

    A row is ``suspect`` where its sum of squares is not finite or leaves the safe range, or where sigma is below
    ``noise`` times its largest effect; its residuals are then zero.
    """
    rows, n = y.shape
    m = forward.shape[0]
    for i in range(rows):
        a = b = c = d = e = f = 0.0
        for j in range(n):
            value = float(y[i, j])
            residuals[i, j] = value
            a += value * forward[0, j]
            b += value * forward[1, j]
            c += value * forward[2, j]
            d += value * forward[3, j]
            e += value * forward[4, j]
            f += value * forward[5, j]
        effects[0], effects[1], effects[2], effects[3], effects[4], effects[5] = a, b, c, d, e, f
        for k in range(6, m, 6):
            u = v = w = x = p = q = 0.0
            for j in range(n):
                value = residuals[i, j] - (
                    a * backward[k - 6, j] + b * backward[k - 5, j] + c * backward[k - 4, j]
                    + d * backward[k - 3, j] + e * backward[k - 2, j] + f * backward[k - 1, j]
                )  # fmt: skip
                residuals[i, j] = value
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
            value = roots[j] * (residuals[i, j] - (
                a * backward[m - 6, j] + b * backward[m - 5, j] + c * backward[m - 4, j]
                + d * backward[m - 3, j] + e * backward[m - 2, j] + f * backward[m - 1, j]
            ))  # fmt: skip
            residuals[i, j] = value
            total += value * value
        size = 0.0
        for k in range(m):
            size = max(size, abs(effects[k]))
        sigma[i] = math.sqrt(total / df)
        suspect[i] = not total < SAFE_HIGH or total <= SAFE_LOW or sigma[i] <= noise * size
        if suspect[i]:
            residuals[i] = 0.0
        inverse = 0.0 if suspect[i] else 1.0 / sigma[i]
        reach = 0.0  # counted, which vector registers do, where a search for the largest goes one by one
        for j in range(n):
            value = residuals[i, j] * inverse
            residuals[i, j] = value
            reach += 1.0 if value * value * over_free[j] >= least else 0.0
        largest[i], sample[i] = _largest(residuals[i], over_free) if reach > 0.0 else (0.0, 0)
