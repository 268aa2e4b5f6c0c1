"""Clouds of points, however many: marks, then marks as an image, then an image of their density."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.plot.style import NEUTRAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: More points than this are one image in a vector file, which a viewer could not hold otherwise.
RASTERISED_ABOVE = 2_000
#: More than this are counted in bins: marks would hide each other, and take their time.
DENSITY_ABOVE = 50_000
#: Bins across and up; one is about as large as a small mark.
_BINS = (240, 180)
#: Points with fewer than so many in this window of bins are marked each.
_FEW, _NEIGHBOURS = 4, 7


def cloud(
    ax: Axes,
    x: Any,
    y: Any,
    *,
    colour: str = NEUTRAL,
    size: float | None = None,
    label: str | None = None,
    **options: Any,
) -> Any:
    """Draw points and return what was drawn; those that lack a coordinate are left out.

    Above fifty thousand, bins take the place of points, the darker the more lie in them, on a logarithmic scale; a
    point far from others is marked. ``options`` are those of ``Axes.scatter`` and hold for points alone.
    """
    x, y = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    there = np.isfinite(x) & np.isfinite(y)
    if not there.all():
        x, y = x[there], y[there]
    if len(x) > DENSITY_ABOVE:
        return _density(ax, x, y, colour, label)
    style: dict[str, Any] = {"s": size or mark_size(len(x)), "c": colour, "linewidths": 0.0} | options
    return ax.scatter(x, y, label=label, rasterized=len(x) > RASTERISED_ABOVE, **style)


def mark_size(number: int) -> float:
    """Area of a mark, in square points: the smaller the more there are."""
    return float(np.clip(400.0 / np.sqrt(max(number, 1)), 4.0, 24.0))


def _density(ax: Axes, x: FloatArray, y: FloatArray, colour: str, label: str | None) -> Any:
    from scipy.ndimage import uniform_filter

    (across, column), (up, row) = _binned(x, _BINS[0]), _binned(y, _BINS[1])
    counts = np.bincount(row * _BINS[0] + column, minlength=_BINS[0] * _BINS[1]).reshape(_BINS[::-1])
    image = ax.pcolorfast(across, up, _shades(counts, colour))
    # a bin at the edge of a cloud is seen beside others, and a bin far out is not
    around = uniform_filter(counts.astype(np.float64), _NEIGHBOURS, mode="constant") * _NEIGHBOURS**2
    alone = (around < _FEW)[row, column]
    ax.scatter(x[alone], y[alone], s=5.0, c=colour, linewidths=0.0, rasterized=True, label=label)
    image.sticky_edges.x.clear()
    image.sticky_edges.y.clear()
    ax.autoscale_view()
    return image


def _binned(values: FloatArray, bins: int) -> tuple[tuple[float, float], IntArray]:
    """Limits of equal bins over all values, and the bin of each; values that are all one lie in the middle."""
    low, high = float(values.min()), float(values.max())
    if not high > low:
        room = 0.5 * max(abs(low), 1.0)
        low, high = low - room, high + room
    place = (values - low) * (bins / (high - low))
    return (low, high), np.minimum(place.astype(np.intp), bins - 1)


def _shades(counts: IntArray, colour: str) -> FloatArray:
    """Colours (rows, columns, 4) of counts: nothing where none is, from a lighter to a darker shade by their log."""
    from matplotlib.colors import to_rgb

    base = np.array(to_rgb(colour))
    light, dark = 0.75 * base + 0.25, 0.35 * base
    share = np.log1p(counts) / np.log1p(counts.max())
    least = np.log(2.0) / np.log1p(counts.max())
    share = (share - least) / max(1.0 - least, 1e-12)
    colours = np.zeros((*counts.shape, 4))
    colours[..., :3] = light + np.clip(share, 0.0, 1.0)[..., None] * (dark - light)
    colours[..., 3] = counts > 0
    return colours
