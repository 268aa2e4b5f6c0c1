"""Digamma and trigamma in the forms that the variance prior needs."""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import zeta

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.numeric import float_array

#: The asymptotic series of log x - digamma x is exact to the last bit from here on.
_ASYMPTOTIC_FROM = 12
#: Coefficients of x^-2, x^-4, ... in that series: Bernoulli numbers B_2k / 2k (Abramowitz and Stegun 6.3.18).
_BERNOULLI = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)

_LARGE, _SMALL = 1e7, 1e-6
_NEWTON_STEP = 1e-8
_NEWTON_MOST = 50


def logmdigamma(x: ArrayLike) -> FloatArray:
    """``log(x) - digamma(x)`` without the cancellation of the two, elementwise; NaN below zero."""
    x = np.asarray(x, dtype=np.float64)
    with np.errstate(all="ignore"):
        small = x < _ASYMPTOTIC_FROM
        value = np.asarray(_asymptotic(np.where(small, x + _ASYMPTOTIC_FROM, x)))
        if small.any():
            value[small] += _climb(x[small])
        value[~(x >= 0)] = np.nan
    return value


def _asymptotic(x: FloatArray) -> FloatArray:
    """Horner sum of 1/(2x) + B_2/(2x^2) + ..."""
    inverse_square = 1.0 / x / x
    total = np.zeros_like(x)
    for coefficient in reversed(_BERNOULLI):
        total = (total + coefficient) * inverse_square
    return np.asarray(0.5 / x + total)


def _climb(x: FloatArray) -> FloatArray:
    """What the recurrence digamma(x + 1) = digamma(x) + 1/x adds on the way up to the asymptotic range."""
    total = np.zeros_like(x)
    for k in reversed(range(_ASYMPTOTIC_FROM)):
        h = 1.0 / (x + k)
        total += np.where(np.isinf(h), np.inf, h - np.log1p(h))
    return total


@overload
def trigamma_inverse(x: float) -> float: ...
@overload
def trigamma_inverse(x: ArrayLike) -> FloatArray: ...
def trigamma_inverse(x: ArrayLike) -> FloatArray | float:
    """Solve ``trigamma(y) = x`` for y.

    Parameters
    ----------
    x : float or array_like
        Values of the trigamma function. It is positive, so a negative x has no solution.

    Returns
    -------
    float or array of the shape of x
        y > 0. NaN where x is NaN or negative, inf where x is 0.

    Notes
    -----
    Newton's method on 1/trigamma, which is convex and nearly linear, from 0.5 + 1/x: it converges monotonically from
    there (Smyth 2004, Statistical Applications in Genetics and Molecular Biology 3(1), article 3, appendix). Above 1e7
    and below 1e-6 the leading terms 1/sqrt(x) and 1/x are used, as in limma.

    Examples
    --------
    >>> from ebayes_lm.core.special import trigamma_inverse
    >>> round(trigamma_inverse(0.5), 6)
    2.459953
    >>> trigamma_inverse([0.0, -1.0])
    array([inf, nan])
    """
    values = np.atleast_1d(float_array(x, "x"))
    y = np.full(values.shape, np.nan)
    large, small = values > _LARGE, (values >= 0) & (values < _SMALL)
    with np.errstate(divide="ignore"):
        y[large] = 1.0 / np.sqrt(values[large])
        y[small] = 1.0 / values[small]
    middle = (values >= _SMALL) & (values <= _LARGE)
    y[middle] = _newton(values[middle])
    return float(y[0]) if np.ndim(x) == 0 else y


def _newton(x: FloatArray) -> FloatArray:
    y = 0.5 + 1.0 / x
    for _ in range(_NEWTON_MOST):
        trigamma = zeta(2, y)
        step = trigamma * (1.0 - trigamma / x) / (-2.0 * zeta(3, y))
        y += step
        if np.all(np.abs(step) < _NEWTON_STEP * y):
            break
    return np.asarray(y)
