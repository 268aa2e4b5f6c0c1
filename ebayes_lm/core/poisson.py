"""Log-linear Poisson models of many rows at once."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray

#: Expected counts of a row have settled when none changes by more than this. One that is to be zero falls by a factor
#: of e with each step, so that it ends below it.
_SETTLED, _MOST_STEPS = 1e-7, 200
#: Logarithms of rates stay within these, so that none is infinite.
_HIGH = 300.0
#: Added to counts before the first logarithm.
_START = 0.1
#: Damping of a step that went too far, how it grows and falls, and a share of the diagonal that keeps it invertible.
_FIRST, _GROWTH, _LEAST = 1e-4, 10.0, 1e-12


def poisson_rates(counts: FloatArray, sizes: FloatArray, x: FloatArray) -> FloatArray:
    """Maximum likelihood rates ``exp(x b)`` (g, m) per unit of sizes (g, m), for a design (m, r) of full column rank.

    Newton steps, damped where the likelihood would fall; rows that have settled are left out of the next. A rate that
    is zero in the limit comes out small.
    """
    first = counts + _START
    beta = _solved(x, first, first * np.log(first / sizes), np.zeros(len(counts)))
    fitted = _expected(x, beta, sizes)
    deviance, damping = _deviance(counts, fitted), np.zeros(len(counts))
    open_ = np.arange(len(counts))
    for _ in range(_MOST_STEPS):
        if not open_.size:
            break
        y, size, now = counts[open_], sizes[open_], fitted[open_]
        trial = beta[open_] + _solved(x, now, y - now, damping[open_])
        expected = _expected(x, trial, size)
        reached = _deviance(y, expected)
        better: BoolArray = reached <= deviance[open_] + _SETTLED**2
        change = np.abs(expected - now).max(axis=1)
        taken = open_[better]
        beta[taken], fitted[taken], deviance[taken] = trial[better], expected[better], reached[better]
        damping[open_] = np.where(better, damping[open_] / _GROWTH, np.maximum(damping[open_] * _GROWTH, _FIRST))
        damping[damping < _FIRST] = 0.0
        open_ = open_[~(better & (change <= _SETTLED))]
    return fitted / sizes


def _solved(x: FloatArray, weight: FloatArray, residual: FloatArray, damping: FloatArray) -> FloatArray:
    """``(X'WX + damping diag(X'WX))^-1 X'residual`` of each row, (g, r)."""
    m, r = x.shape
    products = (x[:, :, None] * x[:, None, :]).reshape(m, r * r)
    information = (weight @ products).reshape(-1, r, r)
    diagonal = np.einsum("gii->gi", information)
    diagonal *= 1.0 + _LEAST + damping[:, None]
    diagonal += np.finfo(np.float64).tiny
    return np.asarray(np.linalg.solve(information, (residual @ x)[:, :, None])[:, :, 0])


def _expected(x: FloatArray, beta: FloatArray, sizes: FloatArray) -> FloatArray:
    expected: FloatArray = sizes * np.exp(np.clip(beta @ x.T, -_HIGH, _HIGH))
    return expected


def _deviance(y: FloatArray, mu: FloatArray) -> FloatArray:
    """Half the deviance of each row."""
    with np.errstate(divide="ignore", invalid="ignore"):
        told = np.where(y > 0.0, y * np.log(y / mu), 0.0)
    half: FloatArray = (told + mu - y).sum(axis=1)
    return half
