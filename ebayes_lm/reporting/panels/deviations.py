"""How far off is far, for numbers of samples most of which are much the same."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray

#: So many robust standard deviations.
_SCORES = 6.0
#: The median size of normal deviations, in their standard deviations.
_MEDIAN_SIZE = 0.6745


def far_off(deviations: FloatArray) -> float:
    """The size beyond which deviations from what is usual are no chance; NaN are left aside.

    >>> round(far_off(np.array([-1.0, 0.5, 1.0, 40.0, np.nan])), 2)
    8.9
    """
    return _SCORES * float(np.nanmedian(np.abs(deviations))) / _MEDIAN_SIZE
