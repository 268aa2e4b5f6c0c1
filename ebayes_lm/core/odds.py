"""Log odds of differential expression, and the variance of true effects that they rest on."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ebayes_lm._typing import BoolArray, FloatArray, IntArray
from ebayes_lm.core.tails import log_t_p_value, t_p_value, t_quantile, t_quantile_from_log

#: Beyond this the prior df count as infinite.
_INFINITE_DF = 1e6
#: Room for the rounding of a quantile.
_SLACK = 1.0 - 1e-6


def mixture_variance(
    t: FloatArray, stdev_unscaled: ArrayLike, df_total: ArrayLike, proportion: float, limits: tuple[float, float]
) -> float:
    """Variance of non-zero effects in units of the residual variance, from the most extreme t (G,) of one coefficient.

    The top half of the ``proportion`` of features held to be affected is compared with the quantiles that it would have
    as a mixture of null and affected features; each gives an estimate, clipped to ``limits``, and these are averaged
    (Smyth 2004, section 6.3). ``stdev_unscaled`` and ``df_total`` are (G,) or single; NaN in t is left out. NaN is
    returned where ``proportion`` is so small that no feature is meant.
    """
    present = ~np.isnan(t)
    count = int(np.count_nonzero(present))
    target = int(np.ceil(0.5 * proportion * count))
    if target < 1:
        return float("nan")
    rows, size, df = _most_extreme(np.abs(t), present, df_total, target)
    u = np.broadcast_to(np.asarray(stdev_unscaled, dtype=np.float64), t.shape)[rows]
    share = max(target / count, proportion)
    null = t_p_value(size, df)
    expected = ((np.arange(target) + 0.5) / count - (1.0 - share) * null) / share
    with np.errstate(all="ignore"):
        ratio = size / t_quantile(expected, df)
        variance = np.where(expected > null, np.square(u) * (ratio - 1.0) * (ratio + 1.0), 0.0)
    return float(np.clip(variance, *limits).mean())


def _most_extreme(
    size: FloatArray, present: BoolArray, df_total: ArrayLike, target: int
) -> tuple[IntArray, FloatArray, float]:
    """Rows of the ``target`` largest absolute t, these in falling order, and the df that all of them then have.

    Where df differ, t is exchanged for the value of equal tail probability at the largest df, in logarithms, because
    the extreme ones are the ones that underflow.
    """
    df = np.broadcast_to(np.asarray(df_total, dtype=np.float64), size.shape)
    most = float(df[present].max())
    if df[present].min() == most:
        rows = _lowest(np.where(present, -size, np.inf), target)
        return rows, size[rows], most
    candidates = _candidates(size, present, df, most, target)
    log_p = log_t_p_value(size[candidates], df[candidates])
    chosen = _lowest(log_p, target)
    rows = candidates[chosen]
    converted = np.where(df[rows] == most, size[rows], t_quantile_from_log(log_p[chosen], most))
    return rows, converted, most


def _candidates(size: FloatArray, present: BoolArray, df: FloatArray, most: float, target: int) -> IntArray:
    """Rows that can be among the ``target`` smallest tail probabilities, found without computing all of these.

    No chosen p lies above the worst one of the ``target`` largest t, and no p lies below its value at the largest df.
    """
    largest = _lowest(np.where(present, -size, np.inf), target)
    worst = log_t_p_value(size[largest], df[largest]).max()
    return np.flatnonzero(present & (size >= _SLACK * t_quantile_from_log(worst, most)))


def _lowest(key: FloatArray, count: int) -> IntArray:
    """Positions of the ``count`` smallest keys, smallest first; of equal ones the earlier rows."""
    last = np.partition(key, count - 1)[count - 1]
    below = np.flatnonzero(key < last)
    ties = np.flatnonzero(key == last)[: count - below.size]
    rows = np.concatenate([below, ties])
    return rows[np.argsort(key[rows], kind="stable")]


def log_odds(
    t: FloatArray,
    stdev_unscaled: ArrayLike,
    df_total: ArrayLike,
    df_prior: ArrayLike,
    var_prior: float,
    proportion: float,
) -> FloatArray:
    """Natural log odds (G,) that a feature is affected: the posterior odds of Smyth (2004), limma's B.

    ``stdev_unscaled``, ``df_total`` and ``df_prior`` are (G,) or single. Features whose prior df exceed 1e6 take the
    limit of the formula for infinite df even where df_total is finite, as in limma.
    """
    u2 = np.square(np.asarray(stdev_unscaled, dtype=np.float64))
    df = np.asarray(df_total, dtype=np.float64)
    infinite = np.asarray(df_prior, dtype=np.float64) > _INFINITE_DF
    with np.errstate(all="ignore"):
        t2 = np.square(t)
        gain = var_prior / (u2 + var_prior)
        student = 0.5 * (1.0 + df) * np.log1p(var_prior / ((u2 + var_prior) * (df / t2) + u2))
        kernel = np.where(infinite, 0.5 * t2 * gain, student)
        prior_odds = np.log(proportion) - np.log1p(-proportion)
        return np.asarray(prior_odds - 0.5 * np.log1p(var_prior / u2) + kernel)
