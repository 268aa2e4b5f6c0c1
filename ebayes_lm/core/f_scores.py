"""Normal scores of the upper tails of many F statistics, from a table."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy.special import fdtr, fdtrc, fdtri, ndtri

from ebayes_lm._typing import FloatArray

#: Tails of the first and the last score of a table; nobody asks for less likely ones.
_OUTERMOST = 1e-9
#: Scores in a table: a curve of fifth degree through so many, even in log F, has them to 1e-11.
_ENTRIES = 1024


class _Table(NamedTuple):
    low: float
    high: float
    pieces: Any


def f_scores(f: FloatArray, df1: float, df2: float) -> FloatArray:
    """Normal scores (n,) of the upper tails of F statistics, which may be 0 or infinite.

    Tails below 1e-9 are taken for 1e-9, and those as near to 1 alike.
    """
    table = _table(df1, df2)
    with np.errstate(divide="ignore"):
        log_f = np.log(f)
    return np.asarray(table.pieces(np.clip(log_f, table.low, table.high, out=log_f)))


@lru_cache(maxsize=64)
def _table(df1: float, df2: float) -> _Table:
    from scipy.interpolate import PPoly, make_interp_spline

    low, high = np.log(fdtri(df1, df2, [_OUTERMOST, 1.0 - _OUTERMOST]))
    log_f = np.linspace(low, high, _ENTRIES)
    f = np.exp(log_f)
    upper = fdtrc(df1, df2, f)
    # of two tails the smaller has digits
    scores = np.where(upper < 0.5, ndtri(upper), -ndtri(fdtr(df1, df2, f)))
    return _Table(float(low), float(high), PPoly.from_spline(make_interp_spline(log_f, scores, k=5)))
