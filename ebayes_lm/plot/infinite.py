"""What is infinite, such as evidence where p is exactly 0: at the edge of a picture, under a mark of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.plot.style import QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: How far beyond the others, in shares of their range.
_STEP = 0.06


def draw_infinite(ax: Axes, x: FloatArray, y: FloatArray, colours: Any) -> FloatArray:
    """Mark points that are infinitely high or low beyond all others, say how many, and give heights as drawn.

    ``colours`` is one for all, or one for each point.
    """
    known = y[np.isfinite(y)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    step = _STEP * ((high - low) or 1.0)
    at = np.where(np.isposinf(y), high + step, np.where(np.isneginf(y), low - step, y))
    beyond = np.isinf(y) & np.isfinite(x)
    if not beyond.any():
        return at
    for mark, side in (("^", np.isposinf(y)), ("v", np.isneginf(y))):
        rows = np.flatnonzero(beyond & side)
        if not len(rows):
            continue
        own = colours if isinstance(colours, str) else np.asarray(colours)[rows]
        ax.scatter(x[rows], at[rows], s=30.0, c=own, marker=mark, linewidths=0.0, zorder=3)
    ax.set_title(f"▲ infinite: {beyond.sum():,}", loc="right", fontsize="small", color=QUIET)
    return at
