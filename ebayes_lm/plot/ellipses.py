"""Ellipses of which each combination overlaps, and where in it there is most room."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray


class Ellipse(NamedTuple):
    """Centre, half axes, and the angle of the first of them in degrees."""

    x: float
    y: float
    a: float
    b: float
    angle: float


#: Points along a side of the grid on which regions are found.
_GRID = 300
_EXTENT = 2.0
#: Four ellipses in two pairs that mirror each other (Venn 1880).
_FOUR = (
    Ellipse(-0.32, 0.1, 1.25, 0.62, -42.5), Ellipse(-0.01, 0.44, 1.25, 0.62, -42.5),
    Ellipse(0.01, 0.44, 1.25, 0.62, 42.5), Ellipse(0.32, 0.1, 1.25, 0.62, 42.5),
)  # fmt: skip
#: Distance from the middle, angle of the first, half axes, and how its long axis stands to the line to the middle. Of
#: such numbers those were taken that leave the smallest region most room.
_FIVE = (0.3, 90.0, 1.3, 0.76, 21.4)


@cache
def ellipses(number: int) -> tuple[Ellipse, ...]:
    """One to five ellipses; three and five are one turned about the middle (Grünbaum 1975)."""
    if number == 1:
        return (Ellipse(0.0, 0.0, 1.0, 1.0, 0.0),)
    if number == 2:
        return (Ellipse(-0.55, 0.0, 1.0, 1.0, 0.0), Ellipse(0.55, 0.0, 1.0, 1.0, 0.0))
    if number == 4:
        return _FOUR
    away, start, a, b, turn = (0.6, 90.0, 0.95, 0.95, 0.0) if number == 3 else _FIVE
    angles = start - np.arange(number) * 360.0 / number
    return tuple(
        Ellipse(away * np.cos(np.radians(t)), away * np.sin(np.radians(t)), a, b, t + turn) for t in angles.tolist()
    )


def inside(shapes: tuple[Ellipse, ...], x: FloatArray, y: FloatArray) -> IntArray:
    """Combination of each point as a whole number, the first ellipse being the highest bit."""
    found = np.zeros(np.broadcast(x, y).shape, dtype=np.int64)
    for shape in shapes:
        cos, sin = np.cos(np.radians(shape.angle)), np.sin(np.radians(shape.angle))
        along, across = (x - shape.x) * cos + (y - shape.y) * sin, (y - shape.y) * cos - (x - shape.x) * sin
        found = 2 * found + (np.square(along / shape.a) + np.square(across / shape.b) <= 1.0)
    return found


@cache
def roomiest(number: int) -> tuple[tuple[float, float, float], ...]:
    """For each combination of so many ellipses but that of none: the point farthest from every edge, and how far."""
    from scipy.ndimage import distance_transform_edt

    line = np.linspace(-_EXTENT, _EXTENT, _GRID)
    regions = inside(ellipses(number), line[None, :], line[:, None])
    found = []
    for pattern in range(1, 2**number):
        depth = distance_transform_edt(regions == pattern)
        row, column = np.unravel_index(np.argmax(depth), depth.shape)
        found.append((float(line[column]), float(line[row]), float(depth.max()) * (line[1] - line[0])))
    return tuple(found)
