"""Weights of many values from a trend with many knots."""

from __future__ import annotations

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.kernels.policy import compiled_as_written


@compiled_as_written
def weigh(values: FloatArray, x: FloatArray, y: FloatArray, low: float, scale: float, first: AnyArray) -> None:
    """Replace each of ``values`` (n,) by one over the fourth power of the trend through knots ``x``, ``y`` (m,).

    Between knots the trend is straight, beyond them constant; NaN stays. The range of x is cut into equal cells, cell c
    from ``low + c / scale`` on; of knots ``first[c]`` lie in cells before it. A value finds its cell by the same
    arithmetic as a knot does, so that it only has to be compared with the knots in it.
    """
    last, last_cell = x.size - 1, first.size - 2
    for i in range(values.size):
        value = values[i]
        if value >= x[last]:
            root = y[last]
        elif value > x[0]:
            cell = min(int((value - low) * scale), last_cell)
            below, above = first[cell] - 1, first[cell + 1]
            below = max(below, 0)
            while above - below > 1:
                middle = (below + above) // 2
                if x[middle] <= value:
                    below = middle
                else:
                    above = middle
            share = (value - x[below]) / (x[below + 1] - x[below])
            root = y[below] + (y[below + 1] - y[below]) * share
        elif value <= x[0]:
            root = y[0]
        else:
            root = value
        square = root * root
        values[i] = 1.0 / (square * square)
