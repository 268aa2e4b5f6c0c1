"""Sorting positions: stable, and as fast as where that does not matter."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray


def stable_order(key: FloatArray) -> IntArray:
    """Positions that sort ``key`` (n,) from small to large, equal ones as they stood, NaN last.

    An unstable sort takes half the time of a stable one on a million values; ties, which are rare, are put back in
    their order afterwards.
    """
    order = np.argsort(key)
    ordered = key[order]
    same = ordered[1:] == ordered[:-1]
    first_nan = len(key) - int(np.count_nonzero(np.isnan(key)))
    order[first_nan:].sort()
    if not same.any():
        return order
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    run = np.cumsum(np.append(True, ~same))[tied]
    members = order[tied]
    order[tied] = members[np.lexsort((members, run))]
    return order
