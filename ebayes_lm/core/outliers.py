"""Prior df of features whose variance lies beyond a robust prior."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.outlier_df import increasing
from ebayes_lm.core.sorted_tails import falling_f_tails
from ebayes_lm.core.tails import log_f_p_value


def df_of_outliers(f: FloatArray, df1: float, df2: float) -> FloatArray | None:
    """Prior df of F statistics (n,), lowered the more, the more surely one is an outlier; None where none is.

    The farthest outlier would lie at the median under the lowest of them (Phipson et al 2016, section 4.4).
    """
    order = np.argsort(-f)
    ordinary = _share_of_rank(f[order], df1, df2)
    if np.all(ordinary == 1.0):
        return None
    farthest, lowest = f[order[0]], 0.0
    log_tail = float(log_f_p_value(farthest, df1, df2))
    if np.isfinite(log_tail):
        lowest = np.log(0.5) / log_tail * df2
        lowest *= np.log(0.5) / float(log_f_p_value(farthest, df1, lowest))
    return _unsorted(increasing(ordinary * df2 + (1.0 - ordinary) * lowest), order, df2)


def df_beside_infinite(f: FloatArray, df1: float) -> FloatArray | None:
    """Prior df of F statistics (n,) where they are infinite but for outliers; None where none is.

    An outlier shares in the residual df of all features by its probability of being none.
    """
    order = np.argsort(-f)
    ordinary = _share_of_rank(f[order], df1, np.inf)
    df = np.where(ordinary < 1.0, ordinary * (f.size * df1), np.inf)
    return _unsorted(np.maximum.accumulate(df), order, np.inf)


def _share_of_rank(f: FloatArray, df1: float, df2: float) -> FloatArray:
    """Probability that falling F (n,) are no outliers: tail probability over the share as far out, at most 1."""
    first = np.flatnonzero(np.append(True, f[1:] != f[:-1]))
    count = np.diff(np.append(first, f.size))
    as_far = np.repeat(first + 0.5 * count, count) / f.size
    return np.minimum(falling_f_tails(f, df1, df2) / as_far, 1.0)


def _unsorted(df: FloatArray, order: IntArray, most: float) -> FloatArray | None:
    if df[0] == most:
        return None
    whole = np.empty(df.size)
    whole[order] = df
    return whole
