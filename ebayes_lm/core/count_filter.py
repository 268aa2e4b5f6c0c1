"""Which features have counts enough to be tested."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray
from ebayes_lm.core.log_counts import per_million

#: Room for the rounding of numbers of samples and of totals.
_SLACK = 1e-14


def least_samples(smallest: float, large_n: float, min_prop: float) -> float:
    """In how many samples a feature has to be seen: in the smallest group, or a share of what it has over a number."""
    return smallest if smallest <= large_n else large_n + (smallest - large_n) * min_prop


def seen_enough(
    counts: AnyArray, sizes: FloatArray, *, min_rate: float, min_samples: float, min_total: float
) -> BoolArray:
    """Whether so many samples have a rate (counts per million) of so much, and all together a total."""
    seen = np.count_nonzero(per_million(counts, sizes) >= min_rate, axis=1)
    total = counts.sum(axis=1, dtype=np.float64)
    enough: BoolArray = (seen >= min_samples - _SLACK) & (total >= min_total - _SLACK)
    return enough
