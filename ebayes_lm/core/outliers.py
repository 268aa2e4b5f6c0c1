"""Prior df of features whose variance lies beyond a robust prior."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.outlier_df import _increasing, _mean_rank
from ebayes_lm.core.tails import log_f_p_value


def df_of_outliers(f: FloatArray, df1: float, df2: float) -> FloatArray | None:
    """Prior df of F statistics (n,), lowered the more, the more surely one is an outlier; None where none is.

    The farthest outlier would lie at the median under the lowest of them (Phipson et al 2016, section 4.4).
    """
    log_tail = log_f_p_value(f, df1, df2)
    ordinary = _share_of_rank(f, log_tail)
    if np.all(ordinary == 1.0):
        return None
    lowest = 0.0
    if np.isfinite(log_tail.min()):
        lowest = float(np.log(0.5) / log_tail.min()) * df2
        lowest *= float(np.log(0.5) / log_f_p_value(f.max(), df1, lowest))
    shrunk, order = ordinary * df2 + (1.0 - ordinary) * lowest, np.argsort(-f, kind="stable")
    shrunk[order] = _increasing(shrunk[order])
    return shrunk if shrunk.min() < df2 else None


def df_beside_infinite(f: FloatArray, df1: float) -> FloatArray | None:
    """Prior df of F statistics (n,) where they are infinite but for outliers; None where none is.

    An outlier shares in the residual df of all features by its probability of being none.
    """
    ordinary = _share_of_rank(f, log_f_p_value(f, df1, np.inf))
    outlying = ordinary < 1.0
    shrunk, order = np.where(outlying, ordinary * (f.size * df1), np.inf), np.argsort(-f, kind="stable")
    shrunk[order] = np.maximum.accumulate(shrunk[order])
    return shrunk if shrunk.min() < np.inf else None


def _share_of_rank(f: FloatArray, log_tail: FloatArray) -> FloatArray:
    """Probability of being no outlier: tail probability over the share of features that lie as far out, at most 1."""
    empirical = (f.size - _mean_rank(f) + 0.5) / f.size
    return np.asarray(np.minimum(np.exp(log_tail) / empirical, 1.0))
