"""Tails of t for very many values at one number of degrees of freedom, by a Chebyshev series."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import stdtr

from ebayes_lm._typing import FloatArray

#: From so many values on, making the series is worth it.
MANY = 4_000
#: The series covers |t| up to this; p is below 1e-290 beyond it at the largest df, and the few values there are rare.
REACH = 37.0
_TERMS = 40
_CENTRE = 4.0
#: The series has to agree with the tail itself this closely between its nodes, else it does not serve.
_AGREEMENT = 1e-12
_BLOCK = 16_384


def t_tails(t: FloatArray, df: FloatArray) -> FloatArray:
    """Two-sided tail probabilities of t: by series for many t (n,) at one df, else one by one."""
    if t.ndim == 1 and t.size >= MANY:
        if df.shape == t.shape:
            return _tails_by_df(t, df)
        series = many_t_tails(t, float(df)) if df.ndim == 0 and df > 0 else None
        if series is not None:
            return series
    return _one_by_one(t, df)


def _tails_by_df(t: FloatArray, df: FloatArray) -> FloatArray:
    """Where values are missing, a few df serve nearly all features."""
    tail, rest = np.empty_like(t), np.ones(len(t), dtype=bool)
    values, counts = np.unique(df, return_counts=True)
    for value in values[(counts >= MANY) & (values > 0)]:
        rows = df == value
        series = many_t_tails(t[rows], float(value))
        if series is not None:
            tail[rows] = series
            rest &= ~rows
    tail[rest] = _one_by_one(t[rest], df[rest])
    return tail


def _one_by_one(t: FloatArray, df: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):
        return np.asarray(2.0 * stdtr(df, -np.abs(t)))


def many_t_tails(t: FloatArray, df: float) -> FloatArray | None:
    """Two-sided tail probabilities of t (n,), or None where the series does not reach full accuracy at this df.

    The tail times ``(1 + t^2/df)^(df/2)`` varies slowly from 1 at t = 0; its logarithm is expanded in Chebyshev
    polynomials of ``(|t| - c) / (|t| + c)``, the variable in which tails of the normal have long been expanded
    (Shepherd and Laframboise 1981, Mathematics of Computation 36, 249-253). Sums take a quarter of the time of the
    incomplete beta function, and values agree with it to 1e-12.
    """
    series = _series(df)
    if series is None:
        return None
    tail = np.empty_like(t)
    for start in range(0, len(t), _BLOCK):
        block = slice(start, start + _BLOCK)
        tail[block] = _sum(series, np.abs(t[block]), df)
    beyond = np.flatnonzero(~(np.abs(t) <= REACH))
    tail[beyond] = 2.0 * stdtr(df, -np.abs(t[beyond]))
    return tail


def _sum(series: FloatArray, size: FloatArray, df: float) -> FloatArray:
    """Clenshaw's recurrence, in place: the tail at positive t within reach."""
    with np.errstate(all="ignore"):
        twice = 2.0 * _mapped(size)
    older, newer = np.zeros_like(size), np.full_like(size, series[-1])
    for coefficient in series[-2:0:-1]:
        older *= -1.0
        older += coefficient
        older += twice * newer
        older, newer = newer, older
    log_ratio = series[0] - older + 0.5 * twice * newer
    with np.errstate(all="ignore"):
        return np.asarray(np.exp(log_ratio - _exponent(size, df)))


def _exponent(size: FloatArray, df: float) -> FloatArray:
    """Half of ``df log(1 + t^2/df)``, which is ``t^2/2`` for the normal."""
    square = np.square(size)
    return np.asarray(0.5 * square if np.isinf(df) else 0.5 * df * np.log1p(square / df))


def _mapped(size: FloatArray) -> FloatArray:
    """Map t from 0 to the reach onto -1 to 1."""
    last = (REACH - _CENTRE) / (REACH + _CENTRE)
    return 2.0 * ((size - _CENTRE) / (size + _CENTRE) + 1.0) / (last + 1.0) - 1.0


def _unmapped(x: FloatArray) -> FloatArray:
    last = (REACH - _CENTRE) / (REACH + _CENTRE)
    s = 0.5 * (x + 1.0) * (last + 1.0) - 1.0
    return _CENTRE * (1.0 + s) / (1.0 - s)


@lru_cache(maxsize=64)
def _series(df: float) -> FloatArray | None:
    """Chebyshev coefficients of the logarithm of the ratio, or None where they do not settle."""
    angles = np.pi * (np.arange(_TERMS) + 0.5) / _TERMS
    size = _unmapped(np.cos(angles))
    with np.errstate(all="ignore"):
        values = np.log(2.0 * stdtr(df, -size)) + _exponent(size, df)
    coefficients = 2.0 / _TERMS * (np.cos(np.outer(np.arange(_TERMS), angles)) @ values)
    coefficients[0] *= 0.5
    between = _unmapped(np.cos(np.pi * np.arange(1, _TERMS) / _TERMS))
    exact = 2.0 * stdtr(df, -between)
    agrees = np.abs(_sum(coefficients, between, df) - exact) <= _AGREEMENT * exact
    return coefficients if agrees.all() else None
