"""Tail probabilities of t and F, each on its own side, and their logarithms where the plain value underflows."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, chdtrc, fdtrc, gammaln, stdtr, stdtrit

from ebayes_lm._typing import FloatArray

#: Above this denominator df an F tail is a chi-square tail, as in limma.
CHI_SQUARE_FROM = 1e6
#: Below this a tail probability is no longer used itself: its logarithm is computed by series.
DEEP = 1e-280
_SERIES_MOST = 10_000
_SERIES_TOLERANCE = 1e-17
_NEWTON_STEP = 1e-14
_NEWTON_MOST = 100


def t_p_value(t: ArrayLike, df: ArrayLike) -> FloatArray:
    """Two-sided tail probability of t; df may be infinite (normal), a df of 0 or NaN gives NaN."""
    t, df = np.asarray(t, dtype=np.float64), np.asarray(df, dtype=np.float64)
    with np.errstate(all="ignore"):
        return np.asarray(2.0 * stdtr(df, -np.abs(t)), dtype=np.float64)


def log_t_p_value(t: ArrayLike, df: ArrayLike) -> FloatArray:
    """Natural logarithm of :func:`t_p_value`, finite also where that underflows to 0."""
    t, df = np.asarray(t, dtype=np.float64), np.asarray(df, dtype=np.float64)
    p = t_p_value(t, df)
    deep = p < DEEP
    with np.errstate(divide="ignore"):
        log_p = np.asarray(np.log(p))
        if deep.any():
            t, df = np.broadcast_to(t, p.shape)[deep], np.broadcast_to(df, p.shape)[deep]
            log_p[deep] = _deep_log_tail(2.0 * np.log(np.abs(t)), np.ones_like(df), df)
    return log_p


def f_p_value(f: ArrayLike, df1: ArrayLike, df2: ArrayLike) -> FloatArray:
    """Upper tail probability of F; beyond ``df2 = 1e6`` that of chi-square with df1 at ``df1 * F``, as in limma."""
    f, df1, df2 = (np.asarray(a, dtype=np.float64) for a in (f, df1, df2))
    with np.errstate(all="ignore"):
        if df2.size and not (df2 > CHI_SQUARE_FROM).any():
            return np.asarray(fdtrc(df1, df2, f))
        chi_square = np.asarray(chdtrc(df1, df1 * f))
        if (df2 > CHI_SQUARE_FROM).all():
            return chi_square
        return np.where(df2 > CHI_SQUARE_FROM, chi_square, fdtrc(df1, df2, f))


def log_f_p_value(f: ArrayLike, df1: ArrayLike, df2: ArrayLike) -> FloatArray:
    """Natural logarithm of :func:`f_p_value`, finite also where that underflows to 0."""
    p = f_p_value(f, df1, df2)
    deep = p < DEEP
    with np.errstate(divide="ignore"):
        log_p = np.asarray(np.log(p))
        if deep.any():
            f, df1, df2 = (np.broadcast_to(np.asarray(a, dtype=np.float64), p.shape)[deep] for a in (f, df1, df2))
            log_p[deep] = _deep_log_tail(np.log(f), df1, np.where(df2 > CHI_SQUARE_FROM, np.inf, df2))
    return log_p


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
