"""Prior df by maximum likelihood of the scaled F distribution, its scale following from the df."""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, digamma

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.line_minimum import line_minimum

#: Half the prior df, d, is sought as d/(1 + d) between these: prior df from 2 to 9998.
_BOUNDS = (0.5, 0.9998)


def likeliest_df(log_x: FloatArray, half_df1: FloatArray, weight: FloatArray) -> float:
    """Prior df of variances x = exp(``log_x``), whose mean of log x + logmdigamma(df1/2) is 0; all arrays (n,).

    For each d = df2/2 the scale is the one that this mean asks for, exp(-logmdigamma(d)) = exp(digamma(d)) / d.
    """
    distinct, group = np.unique(half_df1, return_inverse=True)
    weight_of = np.bincount(group, weights=weight, minlength=distinct.size)
    weighted_df1 = weight * half_df1
    sum_df1, log_odds = float(weighted_df1.sum()), log_x + np.log(half_df1)

    def minus_log_likelihood(share: float) -> float:
        d = share / (1.0 - share)
        shift = float(digamma(d))
        bulk = np.logaddexp(0.0, log_odds - shift)
        return float(weight_of @ betaln(distinct, d) + sum_df1 * shift + weighted_df1 @ bulk + d * (weight @ bulk))

    share = line_minimum(minus_log_likelihood, *_BOUNDS)
    return 2.0 * share / (1.0 - share)
