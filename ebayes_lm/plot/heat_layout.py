"""Cells of colour with their names, bars and trees beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.plot.sample_values import sample_marks
from ebayes_lm.plot.style import QUIET, group_colours, is_ramp, plain, plain_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: More names than these along a side cannot be read.
_MOST_NAMES = 60
#: Height of a bar of colour and of a tree, in shares of the cells.
_BAR, _TREE = 0.04, 0.1
#: Levels of a bar that are named in the legend.
_MOST_LEVELS = 8
MISSING = "#BDBDBD"


def draw_cells(
    ax: Axes, values: FloatArray, rows: Any, columns: Any, limits: tuple[float, float], colours: str, label: str
) -> Axes:
    """An image of values with a bar for its colours, which is returned; what is missing is grey."""
    from matplotlib import colormaps

    shades = colormaps[colours].with_extremes(bad=MISSING)
    image = ax.imshow(values, aspect="auto", cmap=shades, vmin=limits[0], vmax=limits[1], interpolation="nearest")
    scale: Axes = ax.figure.colorbar(image, ax=ax, label=label, shrink=0.4, pad=0.02, anchor=(0.0, 1.0)).ax
    _names(ax.xaxis, columns, rotation=90.0)
    _names(ax.yaxis, rows)
    ax.yaxis.tick_left()
    for side in ax.spines.values():
        side.set_visible(False)
    return scale


def _names(axis: Any, names: Any, **options: Any) -> None:
    if len(names) > _MOST_NAMES:
        axis.set_ticks([])
        return
    size = "small" if len(names) <= 25 else "xx-small"
    axis.set_ticks(np.arange(len(names)), plain_names(names, 20), fontsize=size, **options)
    axis.set_tick_params(length=0.0)


def sample_bars(colour_by: Any, matrix: FeatureMatrix) -> list[pd.Series[Any]]:
    """What bars of colour beside samples show: one of a column or of values, or several of a list of columns."""
    columns = [] if matrix.sample_table is None else list(matrix.sample_table.columns)
    several = isinstance(colour_by, list) and all(isinstance(name, str) and name in columns for name in colour_by)
    wanted = colour_by if several else [colour_by]
    return [marks for each in wanted if (marks := sample_marks(each, matrix, "colour_by")) is not None]


def draw_bars(ax: Axes, scale: Axes, bars: Sequence[pd.Series[Any]], order: IntArray) -> float:
    """Bars of colour above the columns, in their ``order``, and how high they are; a legend stands below the scale."""
    height = 0.0
    entries: list[tuple[str, Any]] = []
    for number, marks in enumerate(bars):
        height = 0.01 + (number + 1) * _BAR
        side = ax.inset_axes((0.0, 1.0 + height - _BAR + 0.005, 1.0, _BAR - 0.01))
        values, levels = _coloured(marks)
        side.imshow(values[order][None, :], aspect="auto", interpolation="nearest")
        side.set_axis_off()
        name = plain(marks.name) if marks.name is not None else ""
        side.text(1.01, 0.5, name, transform=side.transAxes, va="center", fontsize="small")
        entries += [(name, None)] * bool(name) + levels if len(levels) <= _MOST_LEVELS else []
    if entries:
        _legend(scale, entries)
    return height


def _coloured(marks: pd.Series[Any]) -> tuple[FloatArray, list[tuple[str, Any]]]:
    """Colours (samples, 4) of what samples are marked by, and the name and colour of each level."""
    from matplotlib import colormaps
    from matplotlib.colors import to_rgba

    if is_ramp(marks):
        numbers = marks.to_numpy(dtype=np.float64, na_value=np.nan)
        known = np.isfinite(numbers)
        low, high = numbers[known].min(), numbers[known].max()
        shades = colormaps["viridis"]((np.where(known, numbers, low) - low) / (high - low))
        shades[~known] = to_rgba(MISSING)
        ends = colormaps["viridis"]([0.0, 1.0])
        return shades, [(f"{low:.4g}", tuple(ends[0])), (f"{high:.4g}", tuple(ends[1]))]
    names, colours, codes = group_colours(marks)
    palette = np.array([to_rgba(colour) for colour in [*colours, MISSING]])
    return palette[codes], list(zip(names, colours, strict=True))


def _legend(scale: Axes, entries: Sequence[tuple[str, Any]]) -> None:
    """Names of colours below the scale; what has none is a heading."""
    from matplotlib.patches import Patch

    handles = [Patch(color=colour or "none") for _, colour in entries]
    drawn = scale.legend(
        handles, [str(k) for k in range(len(entries))], loc="upper left", bbox_to_anchor=(0.0, -0.08),
        fontsize="small", frameon=False, handlelength=1.0, borderaxespad=0.0,
    )  # fmt: skip
    for text, (name, colour) in zip(drawn.get_texts(), entries, strict=True):
        text.set_text(plain(name, 20))
        if colour is None:
            text.set(weight="bold")


def draw_tree(ax: Axes, tree: Any, side: str, above: float = 0.0) -> None:
    """The tree of a clustering: of "columns" above the cells and bars, of "rows" at their left."""
    from matplotlib.collections import LineCollection
    from scipy.cluster.hierarchy import dendrogram

    drawn = dendrogram(tree, no_plot=True)
    along, height = (np.array(drawn["icoord"]) - 5.0) / 10.0, np.array(drawn["dcoord"])
    count = len(tree) + 1
    top = float(height.max()) or 1.0
    if side == "columns":
        beside = ax.inset_axes((0.0, 1.01 + above, 1.0, _TREE))
        lines = np.dstack([along, height])
        beside.set(xlim=(-0.5, count - 0.5), ylim=(0.0, top * 1.02))
    else:
        beside = ax.inset_axes((-_TREE - 0.01, 0.0, _TREE, 1.0))
        lines = np.dstack([height, along])
        beside.set(ylim=(count - 0.5, -0.5), xlim=(top * 1.02, 0.0))
        ax.yaxis.tick_right()
    beside.add_collection(LineCollection(list(lines), colors=QUIET, linewidths=0.8))
    beside.set_axis_off()
