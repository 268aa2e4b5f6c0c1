"""Points of a chart: some as they are, very many as counts on a grid."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.reporting.panels.panel import Grid, Layer, Points

_MOST_POINTS = 2_000
_ACROSS, _UP = 120, 80


def cloud(x: FloatArray, y: FloatArray) -> Layer:
    """Points (all finite), or how many fall in each cell of a grid."""
    if len(x) <= _MOST_POINTS:
        return Points(x, y, size=2.0)
    return grid(x, y)


def grid(x: FloatArray, y: FloatArray) -> Grid:
    """How many points (all finite) fall in each cell of a grid."""
    (x0, x1), (y0, y1) = _limits(x), _limits(y)
    counts = np.histogram2d(y, x, (_UP, _ACROSS), ((y0, y1), (x0, x1)))[0]
    return Grid(x0, x1, y0, y1, _ACROSS, _UP, counts.astype(np.intp))


def _limits(values: FloatArray) -> tuple[float, float]:
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)
