"""Prior df by maximum likelihood of the scaled F distribution, its scale following from the df."""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, digamma

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.line_minimum import line_minimum

#: Half the prior df, d, is sought as d/(1 + d) between these: prior df from 2 to 9998.
_BOUNDS = (0.5, 0.9998)
#: Logarithms up to here can be taken back, which is faster than to go on in logarithms.
_LARGEST = 600.0


def likeliest_df(log_x: FloatArray, distinct: FloatArray, group: IntArray, weight: FloatArray) -> float:
    """Prior df of variances x = exp(``log_x``), whose mean of log x + logmdigamma(df1/2) is 0.

    All arrays are (n,), but for the ``distinct`` values of df1/2; ``group`` says which of them belongs to each.

    For each d = df2/2 the scale is the one that this mean asks for, exp(-logmdigamma(d)) = exp(digamma(d)) / d.
    """
    weight_of = np.bincount(group, weights=weight, minlength=distinct.size)
    half_df1 = distinct[group]
    weighted_df1 = weight * half_df1
    sum_df1, log_odds = float(weighted_df1.sum()), log_x + np.log(distinct)[group]
    odds = np.exp(log_odds) if log_odds.size and log_odds.max() < _LARGEST else None

    def minus_log_likelihood(share: float) -> float:
        d = share / (1.0 - share)
        shift = float(digamma(d))
        bulk = np.logaddexp(0.0, log_odds - shift) if odds is None else np.log1p(odds * np.exp(-shift))
        of_df = float(np.sum(weight_of * betaln(distinct, d)))
        return of_df + sum_df1 * shift + float(np.sum((weighted_df1 + d * weight) * bulk))

    share = line_minimum(minus_log_likelihood, *_BOUNDS)
    return 2.0 * share / (1.0 - share)
