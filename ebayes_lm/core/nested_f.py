"""Which t statistics make an F significant, the largest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray, IntArray

#: The p-value of F of some rows of t (rows, coefs), given with their positions.
FTest: TypeAlias = Callable[[FloatArray, IntArray], FloatArray]


def nested_codes(t: FloatArray, f_test: FTest, level: float) -> FloatArray:
    """Signs of the significant t statistics (features, coefs), else 0; NaN without t or F (Michaud et al. 2008).

    While F is significant, the largest t counts; it is then cut to the size of the next one, and F asked again.
    """
    codes = np.where(np.isnan(t), np.nan, 0.0)
    order = np.argsort(-np.abs(t), axis=1, kind="stable")
    rows = np.arange(len(t))
    p = f_test(t, rows)
    codes[np.isnan(p)] = np.nan
    cut = t.copy()
    for k in range(t.shape[1]):
        rows = rows[_below(p, level)]
        largest = order[rows, k]
        known = ~np.isnan(t[rows, largest])
        rows, largest = rows[known], largest[known]
        if not len(rows):
            break
        codes[rows, largest] = np.sign(t[rows, largest])
        if k + 1 < t.shape[1]:
            ahead = order[rows, : k + 1]
            size = np.abs(np.take_along_axis(t[rows], order[rows, k + 1 : k + 2], axis=1))
            cut[rows[:, None], ahead] = np.sign(t[rows[:, None], ahead]) * size
            p = f_test(cut[rows], rows)
    return codes


def _below(p: FloatArray, level: float) -> BoolArray:
    with np.errstate(invalid="ignore"):
        below: BoolArray = p < level
    return below
