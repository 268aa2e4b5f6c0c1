"""Gamma regressions of squared residuals on eigenvalues, one for each row."""

from __future__ import annotations

import math

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.kernels.policy import compiled_as_written, part_as_written

_STEPS = 21
_TOLERANCE = 1e-6
#: Variances count as no less than this share of the row's largest.
_LEAST_VARIANCE = 1e-3
#: A step that has been damped to this share of the variances does not move them.
_NO_STEP = 1e-11


@part_as_written
def _deviance(d: FloatArray, df: FloatArray, sums: FloatArray, m: int, residual: float, block: float) -> float:
    """Deviance up to a constant; infinite where a variance is not positive."""
    total = 0.0
    for j in range(m):
        mu = residual + block * d[j]
        if not mu > 0.0:
            return math.inf
        total += sums[j] / mu + df[j] * math.log(mu)
    return total


@part_as_written
def _score(
    d: FloatArray, df: FloatArray, sums: FloatArray, m: int, residual: float, block: float
) -> tuple[float, float, float, float, float]:
    """Three entries of the information matrix and two of the score."""
    largest = 0.0
    for j in range(m):
        largest = max(largest, abs(residual + block * d[j]))
    least = _LEAST_VARIANCE * largest * largest
    one, cross, square, score0, score1 = 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(m):
        mu = residual + block * d[j]
        inverse = 1.0 / max(mu * mu, least)
        weight, score = df[j] * inverse, (sums[j] - df[j] * mu) * inverse
        one += weight
        cross += weight * d[j]
        square += weight * d[j] * d[j]
        score0 += score
        score1 += score * d[j]
    return one, cross, square, score0, score1


@compiled_as_written
def climb(values: FloatArray, df: FloatArray, sums: FloatArray, beta: FloatArray) -> None:
    """Raise the likelihood of variances ``beta[:, 0] + beta[:, 1] * values`` from where ``beta`` (g, 2) stands.

    ``sums`` (g, m) are sums of squares over ``df`` (g, m) directions whose eigenvalues are ``values`` (g, m); those
    without a direction do not count. The sums are of a size near their df.
    """
    g, most = sums.shape
    d, n, s = np.empty(most), np.empty(most), np.empty(most)
    for i in range(g):
        m = 0
        for j in range(most):
            if df[i, j] > 0.0:
                d[m], n[m], s[m] = values[i, j], df[i, j], sums[i, j]
                m += 1
        residual, block = beta[i, 0], beta[i, 1]
        deviance = _deviance(d, n, s, m, residual, block)
        one, cross, square, score0, score1 = _score(d, n, s, m, residual, block)
        damping = 0.25 * (one + square)
        at_once, steps = True, 0
        while True:
            a, c = one + damping, square + damping
            determinant = a * c - cross * cross
            step0 = (c * score0 - cross * score1) / determinant
            step1 = (a * score1 - cross * score0) / determinant
            reached = _deviance(d, n, s, m, residual + step0, block + step1)
            if not reached <= deviance:
                if max(abs(step0), abs(step1)) <= _NO_STEP * max(abs(residual), abs(block)):
                    break
                damping *= 2.0
                at_once = False
                continue
            residual += step0
            block += step1
            deviance = reached
            steps += 1
            if step0 * score0 + step1 * score1 < _TOLERANCE or steps >= _STEPS:
                break
            if at_once:  # a step that went well as it was eases the damping of the next one
                damping *= 0.1
            at_once = True
            one, cross, square, score0, score1 = _score(d, n, s, m, residual, block)
        beta[i, 0], beta[i, 1] = residual, block
