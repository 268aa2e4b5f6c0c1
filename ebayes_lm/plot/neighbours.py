"""Axes beside others, within the room that one of them had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class Neighbours:
    """A grid over the room that Axes had, of which they keep the top right."""

    figure: Any
    grid: Any

    def add(self, row: int, column: int, **options: Any) -> Axes:
        """New Axes in a cell; ``options`` are those of ``Figure.add_subplot``."""
        made: Axes = self.figure.add_subplot(self.grid[row, column], **options)
        return made


def shared_out(ax: Axes, heights: Sequence[float], widths: Sequence[float]) -> Neighbours:
    """Share out the room of Axes to rows from the top and columns from the left, in proportion."""
    shape: dict[str, Any] = {"height_ratios": heights, "width_ratios": widths}
    figure: Any = ax.figure
    spec = ax.get_subplotspec()
    grid: Any
    if spec is None:  # the caller has put them somewhere by hand
        from matplotlib.gridspec import GridSpec

        box = ax.get_position()
        place = {"left": box.x0, "right": box.x1, "bottom": box.y0, "top": box.y1}
        grid = GridSpec(len(heights), len(widths), figure=figure, **place, **shape)
    else:
        grid = spec.subgridspec(len(heights), len(widths), hspace=0.03, wspace=0.03, **shape)
    ax.set_subplotspec(grid[0, -1])
    return Neighbours(figure, grid)
