"""Mean and variance of the logarithm of a winsorised F statistic."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import betainccinv, betaincinv, gammaincinv, gammaln

from ebayes_lm._typing import FloatArray

#: Nodes of the quadrature.
_NODES = 128
#: From here on log gamma is its Stirling series to the last bit.
_STIRLING_FROM = 30.0


@cache
def _nodes() -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return 0.5 * (nodes + 1.0), 0.5 * weights


def winsorised_log_f(df1: float, df2: float, tails: tuple[float, float]) -> tuple[float, float]:
    """Mean and variance of log F(df1, df2), values in the lower and upper ``tails`` moved to their bounds.

    The integral over f runs over f/(1 + f), which lies between 0 and 1, on as many nodes as in limma; where df2 are
    fewer than one and the upper tail is small, that leaves an error of some 1e-4. df2 may be infinite.
    """
    log_bounds = _log_quantiles(df1, df2, tails)
    low, high = 1.0 / (1.0 + np.exp(-log_bounds))
    nodes, weights = _nodes()
    q = low + (high - low) * nodes
    log_f = np.log(q / (1.0 - q))
    mass = (high - low) * weights * np.exp(log_f_density(log_f, df1, df2)) / np.square(1.0 - q)
    mean = float(mass @ log_f + log_bounds @ tails)
    variance = float(mass @ np.square(log_f - mean) + np.square(log_bounds - mean) @ tails)
    return mean, variance


def _log_quantiles(df1: float, df2: float, tails: tuple[float, float]) -> FloatArray:
    """Logarithms of the quantiles of F that bound the tails."""
    a, b, p = 0.5 * df1, 0.5 * df2, np.array([tails[0], 1.0 - tails[1]])
    if np.isinf(df2):
        return np.asarray(np.log(gammaincinv(a, p)) - np.log(a))
    share, rest = betaincinv(a, b, p), betainccinv(b, a, p)
    return np.asarray(np.log(share) - np.log(rest) + np.log(b) - np.log(a))


def log_f_density(log_f: FloatArray, df1: float, df2: float) -> FloatArray:
    """Log density of F at exp(``log_f``), written so that nothing cancels as df2 grows to infinity."""
    a, b = 0.5 * df1, 0.5 * df2
    bulk = a * np.exp(log_f) if np.isinf(b) else (a + b) * np.logaddexp(0.0, log_f + np.log(a / b))
    return np.asarray(a * np.log(a) - gammaln(a) + _gamma_ratio(a, b) + (a - 1.0) * log_f - bulk)


def _gamma_ratio(a: float, b: float) -> float:
    """The logarithm of Gamma(a + b) / Gamma(b) / b^a, which is 0 for infinite b."""
    if np.isinf(b):
        return 0.0
    if b < _STIRLING_FROM:
        return float(gammaln(a + b) - gammaln(b) - a * np.log(b))
    return float((a + b - 0.5) * np.log1p(a / b) - a + _stirling_rest(a + b) - _stirling_rest(b))


def _stirling_rest(x: float) -> float:
    """What the Stirling series adds to (x - 1/2) log x - x + log(2 pi)/2 (Abramowitz and Stegun 6.1.41)."""
    s = 1.0 / (x * x)
    return (1.0 / 12.0 - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s * (1.0 / 1680.0 - s / 1188.0)))) / x
