"""Lower prior df for variances that lie beyond their prior."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.ordering import mean_ranks
from ebayes_lm.core.tails import log_f_p_value


def shrunk_df(f: FloatArray, df1: FloatArray, tail: FloatArray, first_df2: float, df2: float) -> FloatArray | None:
    """Prior df of features with F statistics ``f`` (n,), lowered the more, the more surely one is an outlier.

    The probability of being no outlier is the upper ``tail`` probability of f under ``first_df2`` over the share of
    features that lie as far out: Phipson et al (2016), section 4.4.
    """
    n = f.size
    empirical = (n - mean_ranks(f) + 0.5) / n
    ordinary = np.minimum(tail / empirical, 1.0)
    if np.all(ordinary == 1.0):
        return None
    farthest = int(np.argmin(tail))
    lowest = _lowest_df(f[farthest], df1[farthest], first_df2, df2) if tail[farthest] > 0.0 else 0.0
    order = np.argsort(tail, kind="stable")
    shrunk = np.empty(n)
    shrunk[order] = increasing((ordinary * df2 + (1.0 - ordinary) * lowest)[order])
    return shrunk


def _lowest_df(f: float, df1: float, first_df2: float, df2: float) -> float:
    """Prior df under which the farthest outlier lies at the median, by one step of approximation."""
    lowest = np.log(0.5) / log_f_p_value(f, df1, first_df2) * df2
    return float(np.log(0.5) / log_f_p_value(f, df1, lowest) * lowest)


def increasing(df: FloatArray) -> FloatArray:
    """No df below one of a clearer outlier; the clearest share the smallest of their running means."""
    means = np.cumsum(df) / np.arange(1.0, df.size + 1.0)
    lowest = int(np.argmin(means))
    df = df.copy()
    df[: lowest + 1] = means[lowest]
    return np.asarray(np.maximum.accumulate(df))
