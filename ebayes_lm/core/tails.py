"""Tail probabilities of t and F, each on its own side, and their logarithms where the plain value underflows."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, chdtrc, fdtrc, gammaln, stdtrit

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.core.tail_series import t_tails

#: A power, a value, df1 and df2: the value to that power is an F.
_Arguments: TypeAlias = tuple[float, FloatArray, FloatArray, FloatArray]
#: Above this denominator df an F tail is a chi-square tail, as in limma.
CHI_SQUARE_FROM = 1e6
#: Below this a tail probability is no longer used itself: its logarithm is computed by series.
DEEP = 1e-280
#: Below this the plain tail probability itself is lost on the way to 0.
LAST = 1e-305
_SERIES_MOST = 10_000
_SERIES_TOLERANCE = 1e-17
_NEWTON_STEP = 1e-14
_NEWTON_MOST = 100


def t_p_value(t: ArrayLike, df: ArrayLike) -> FloatArray:
    """Two-sided tail probability of t, down to the smallest number; df may be infinite, 0 or NaN give NaN."""
    return _refined(*_t_tail(t, df))


def log_t_p_value(t: ArrayLike, df: ArrayLike) -> FloatArray:
    """Natural logarithm of :func:`t_p_value`, finite also where that underflows to 0."""
    return _logarithm(*_t_tail(t, df))


def f_p_value(f: ArrayLike, df1: ArrayLike, df2: ArrayLike) -> FloatArray:
    """Upper tail probability of F; beyond ``df2 = 1e6`` that of chi-square with df1 at ``df1 * F``, as in limma."""
    return _refined(*_f_tail(f, df1, df2))


def log_f_p_value(f: ArrayLike, df1: ArrayLike, df2: ArrayLike) -> FloatArray:
    """Natural logarithm of :func:`f_p_value`, finite also where that underflows to 0."""
    return _logarithm(*_f_tail(f, df1, df2))


def _t_tail(t: ArrayLike, df: ArrayLike) -> tuple[FloatArray, _Arguments]:
    """Two-sided tail of t, and the same as a tail of F for where it is too small."""
    t, df = np.asarray(t, dtype=np.float64), np.asarray(df, dtype=np.float64)
    return t_tails(t, df), (2.0, np.abs(t), np.asarray(1.0), df)


def _f_tail(f: ArrayLike, df1: ArrayLike, df2: ArrayLike) -> tuple[FloatArray, _Arguments]:
    f, df1, df2 = (np.asarray(a, dtype=np.float64) for a in (f, df1, df2))
    limit = df2 > CHI_SQUARE_FROM
    with np.errstate(all="ignore"):
        if df2.size and not limit.any():
            tail = np.asarray(fdtrc(df1, df2, f))
        else:
            chi_square = np.asarray(chdtrc(df1, df1 * f))
            tail = chi_square if limit.all() else np.where(limit, chi_square, fdtrc(df1, df2, f))
    return tail, (1.0, f, df1, np.where(limit, np.inf, df2))


def _refined(tail: FloatArray, arguments: _Arguments) -> FloatArray:
    """The tail, its deep values by the series: library functions give up before the smallest numbers."""
    deep = tail < LAST
    if deep.any():
        tail = np.array(tail)
        tail[deep] = np.exp(_deep(deep, arguments))
    return tail


def _logarithm(tail: FloatArray, arguments: _Arguments) -> FloatArray:
    deep = tail < DEEP
    with np.errstate(divide="ignore"):
        log_tail = np.asarray(np.log(tail))
    if deep.any():
        log_tail[deep] = _deep(deep, arguments)
    return log_tail


def _deep(deep: BoolArray, arguments: _Arguments) -> FloatArray:
    """Logarithms of the tails at ``deep``; the first argument is the power that makes the second an F."""
    power, value, df1, df2 = arguments
    chosen, df1, df2 = (np.broadcast_to(a, deep.shape)[deep] for a in (value, df1, df2))
    with np.errstate(divide="ignore"):
        return _deep_log_tail(power * np.log(chosen), df1, df2)


def _deep_log_tail(log_f: FloatArray, df1: FloatArray, df2: FloatArray) -> FloatArray:
    """Log upper tail of F far out, by the incomplete beta function I_x(a, b), a = df2/2, b = df1/2, in logarithms.

    I_x(a, b) = x^a (1-x)^(b-1) / (a B(a, b)) * 2F1(1-b, 1; a+1; -x/(1-x)), x = df2 / (df2 + df1 F): Abramowitz and
    Stegun 26.5.23 after 15.3.5. Its limit for infinite df2 is the expansion of the incomplete gamma function, 6.5.32.
    """
    a, b = 0.5 * df2, 0.5 * df1
    with np.errstate(all="ignore"):
        log_odds = np.log(b) + log_f - np.log(a)
        leading = np.where(
            np.isinf(a),
            -b * np.exp(log_f) + (b - 1.0) * (np.log(b) + log_f) - gammaln(b),
            -a * np.logaddexp(0.0, log_odds)
            - (b - 1.0) * np.logaddexp(0.0, -log_odds)
            - np.log(a)
            - betaln(np.where(np.isinf(a), 1.0, a), b),
        )
        value = leading + np.log(_tail_series(a, b, np.exp(-log_f) / b))
        return np.where(np.isposinf(log_f), -np.inf, value)


def _tail_series(a: FloatArray, b: FloatArray, z: FloatArray) -> FloatArray:
    """Sum of prod_{k=1..n} z (b-k) / (1 + k/a): in the deep tail a handful of terms."""
    total, term = np.ones_like(z), np.ones_like(z)
    for k in range(1, _SERIES_MOST):
        term = term * z * (b - k) / (1.0 + k / a)
        total += term
        if not np.any(np.abs(term) > _SERIES_TOLERANCE * total):
            break
    return total


def t_quantile(p: ArrayLike, df: ArrayLike) -> FloatArray:
    """Positive t whose two-sided tail probability is p."""
    p, df = np.asarray(p, dtype=np.float64), np.asarray(df, dtype=np.float64)
    with np.errstate(all="ignore"):
        return np.asarray(-stdtrit(df, 0.5 * p), dtype=np.float64)


def t_quantile_from_log(log_p: ArrayLike, df: ArrayLike) -> FloatArray:
    """Positive t whose two-sided log tail probability is ``log_p``, also far beyond where p itself underflows.

    Newton's method for log t. Log p is a concave, decreasing function of it, so that every step after the first comes
    from the far side of the root and none overshoots.
    """
    log_p, df = np.broadcast_arrays(np.asarray(log_p, dtype=np.float64), np.asarray(df, dtype=np.float64))
    with np.errstate(all="ignore"):
        log_t = _far_log_quantile(log_p, df)
        for _ in range(_NEWTON_MOST):
            t = np.exp(log_t)
            current = log_t_p_value(t, df)
            slope = -2.0 * np.exp(log_t + _log_t_density(log_t, df) - current)
            step = (log_p - current) / slope
            log_t = log_t + np.where(np.isfinite(step), step, 0.0)
            if not np.any(np.abs(step) > _NEWTON_STEP * np.maximum(1.0, np.abs(log_t))):
                break
        return np.asarray(np.exp(log_t))


def _far_log_quantile(log_p: FloatArray, df: FloatArray) -> FloatArray:
    """Log t at which the leading factor (1 + t^2/df)^(-df/2) of the tail equals p: never below the quantile far out."""
    w = -2.0 * log_p / df
    student = 0.5 * (np.log(df) + w + np.log(-np.expm1(-w)))
    return np.where(np.isinf(df), 0.5 * np.log(-2.0 * log_p), student)


def _log_t_density(log_t: FloatArray, df: FloatArray) -> FloatArray:
    normal = -0.5 * np.exp(2.0 * log_t) - 0.5 * np.log(2.0 * np.pi)
    finite = np.where(np.isinf(df), 1.0, df)
    student = -0.5 * (finite + 1.0) * np.logaddexp(0.0, 2.0 * log_t - np.log(finite))
    student = student - 0.5 * np.log(finite) - betaln(0.5 * finite, 0.5)
    return np.asarray(np.where(np.isinf(df), normal, student))
