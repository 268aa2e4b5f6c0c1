"""Variances with few residual df put in terms of many, by equal tail probability."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc, gammaln, hyp1f1

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.core.log_f_moments import log_f_density
from ebayes_lm.core.prior import VariancePrior
from ebayes_lm.core.tails import DEEP, log_f_p_value

#: df that differ by less are the same.
_SAME_DF = 1e-14
_NEWTON_STEP = 1e-13
_NEWTON_MOST = 200


def to_largest_df(x: FloatArray, df1: FloatArray, prior: VariancePrior) -> FloatArray:
    """Variances (n,) that lie as far out among those with the most df as these do with their own, under the prior.

    The smaller tail is met, in logarithms.
    """
    most = float(df1.max())
    fewer = np.broadcast_to(df1 < most - _SAME_DF, x.shape)
    if not fewer.any():
        return x
    scale = np.broadcast_to(prior.scale, x.shape)[fewer]
    log_f, own = np.log(x[fewer] / scale), df1[fewer]
    upper = log_f_p_value(np.exp(log_f), own, prior.df2)
    lower = _log_lower_tail(log_f, own, prior.df2)
    x = x.copy()
    x[fewer] = scale * np.exp(_log_quantile(log_f, np.minimum(upper, lower), upper < lower, most, prior.df2))
    return x


def _log_quantile(start: FloatArray, log_p: FloatArray, upper: BoolArray, df1: float, df2: float) -> FloatArray:
    """Logarithm of the F whose upper or lower log tail is ``log_p``, by Newton's method.

    Both log tails are concave in log f, so that every step after the first comes from the far side of the root.
    """
    log_f = start
    for _ in range(_NEWTON_MOST):
        tail = np.where(upper, log_f_p_value(np.exp(log_f), df1, df2), _log_lower_tail(log_f, df1, df2))
        slope = np.exp(log_f + log_f_density(log_f, df1, df2) - tail)
        step = (log_p - tail) / np.where(upper, -slope, slope)
        log_f = log_f + step
        if not np.any(np.abs(step) > _NEWTON_STEP):
            break
    return log_f


def _log_lower_tail(log_f: FloatArray, df1: ArrayLike, df2: float) -> FloatArray:
    """Log lower tail of F: the upper one of 1/F, or that of chi-square where df2 are infinite."""
    if np.isfinite(df2):
        return log_f_p_value(np.exp(-log_f), df2, df1)
    a = 0.5 * np.broadcast_to(df1, log_f.shape)
    x = a * np.exp(log_f)
    with np.errstate(divide="ignore"):
        tail = np.asarray(gammainc(a, x))
        value = np.asarray(np.log(tail))
    deep = tail < DEEP
    if deep.any():  # Abramowitz and Stegun 6.5.12, far below the mean
        a, x = a[deep], x[deep]
        value[deep] = a * (np.log(a) + log_f[deep]) - x - gammaln(a + 1.0) + np.log(hyp1f1(1.0, a + 1.0, x))
    return value
