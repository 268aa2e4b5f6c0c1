"""Statistics put on the scale of a standard normal: t by equal tails, anything by ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, ndtri_exp

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.ordering import mean_ranks

_LOG_HALF = float(np.log(0.5))


def z_of(t: ArrayLike, log_p: ArrayLike) -> FloatArray:
    """Normal deviates with the signs of t and the two-sided log tail probabilities ``log_p``; NaN where there is none.

    Tails stay in logarithms, so that no statistic is too large.
    """
    with np.errstate(invalid="ignore"):
        size = -ndtri_exp(np.asarray(log_p, dtype=np.float64) + _LOG_HALF)
        return np.asarray(np.copysign(np.maximum(size, 0.0), t))


def rank_scores(values: FloatArray) -> FloatArray:
    """Normal scores of finite values (n,) by their ranks, values that tie sharing a mean rank."""
    return np.asarray(ndtri((mean_ranks(values) - 0.5) / max(len(values), 1)))
