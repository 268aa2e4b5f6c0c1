"""Upper tail probabilities of many sorted F statistics, each from the one before it."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.log_f_moments import log_f_density
from ebayes_lm.core.tails import f_p_value

#: Gaps of log F wider than this share of its standard deviation are not integrated over.
_WIDE = 0.03
#: From so many statistics on integration is faster.
_MANY = 2_000
#: Gauss-Legendre nodes and weights on [0, 1].
_NODES, _WEIGHTS = 0.5 + np.sqrt(0.15) * np.array([-1.0, 0.0, 1.0]), np.array([5.0, 8.0, 5.0]) / 18.0


def falling_f_tails(f: FloatArray, df1: float, df2: float) -> FloatArray:
    """Upper tail probabilities of falling F statistics (n,); df2 may be infinite.

    Between neighbours the density is integrated, to the last digits; across wide gaps, as they are far out, the tail is
    computed anew.
    """
    if f.size < _MANY:
        return f_p_value(f, df1, df2)
    z = np.log(f)
    gap = np.append(np.inf, z[:-1] - z[1:])
    anew = ~(gap <= _WIDE * np.sqrt(2.0 / df1 + 2.0 / df2))
    gap[anew] = 0.0
    risen = np.zeros(f.size)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        at = z + node * gap
        risen += weight * np.exp(at + log_f_density(at, df1, df2))
    risen = np.cumsum(risen * gap)
    start = np.flatnonzero(anew)
    base = np.repeat(f_p_value(f[start], df1, df2) - risen[start], np.diff(np.append(start, f.size)))
    return np.asarray(base + risen)
