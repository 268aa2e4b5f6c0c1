"""Up to five sets as overlapping ellipses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm.errors import ArgumentError
from ebayes_lm.plot.ellipses import Ellipse, ellipses, roomiest
from ebayes_lm.plot.overlaps import Members, Overlaps, members
from ebayes_lm.plot.style import DOWN, PALETTE, QUIET, UP, new_axes, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_SETS = 5
#: Names farther out than this stand to the side of their point.
_BESIDE = 0.75
_SHADES = {"both": "black", "up": UP, "down": DOWN}
#: Size of a number in points, by how much room there is around it; between these bounds.
_POINTS_OF_ROOM, _SMALLEST, _LARGEST = 80.0, 5.5, 12.0


def venn(tests: Any, include: Any = "both", *, ax: Axes | None = None) -> Axes:
    """Draw how many features are in some of up to five sets and in no others, as ``vennDiagram`` does.

    Parameters
    ----------
    tests : TestResults, DataFrame, array or dict
        Significant features by coefficient: what :func:`ebayes_lm.decide_tests` gives, or a table of codes -1, 0 and 1
        or of masks, one column a set; or sets of labels by name.
    include : {"both", "up", "down"} or list of them
        Which significant features are in a set. Of several, each has its own number, up above down.
    ax : Axes, optional
        To draw on; by default those of a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        More than five sets, or an unknown kind.

    Examples
    --------
    >>> import ebayes_lm as el
    >>> ax = el.plot.venn({"one": ["a", "b", "c"], "two": ["c", "d"]})
    >>> sorted(text.get_text() for text in ax.texts)
    ['1', '1', '2', 'one (3)', 'two (2)']
    """
    found = _up_to_five(tests, include)
    ax = new_axes(ax, size=(6.4, 5.6))
    number = len(found.names)
    shapes, sizes, counts = ellipses(number), found.sizes(), found.table(np.arange(2**number))
    _draw(ax, shapes)
    for k, shape in enumerate(shapes):
        size = " / ".join(f"{count:,}" for count in sizes.iloc[k])
        _name(ax, shape, f"{plain(found.names[k])} ({size})", PALETTE[k], number % 2 == 0)
    for row, (x, y, room) in enumerate(roomiest(number), start=1):
        _number(ax, x, y, room, counts.iloc[row, number:])
    _corner(ax, found, counts.iloc[0, number:])
    return ax


def venn_data(tests: Any, include: Any = "both") -> Overlaps:
    """What :func:`venn` draws: the number of features of each combination of sets, as ``vennCounts`` has them.

    Parameters
    ----------
    tests, include
        As for :func:`venn`.

    Returns
    -------
    Overlaps
        Its ``counts`` has a row for each of the 2^k combinations, ``sizes`` one for each set, and ``left_out`` is the
        number of features that lack a test.

    Raises
    ------
    ArgumentError
        More than five sets, or an unknown kind.

    Examples
    --------
    >>> import ebayes_lm as el
    >>> el.plot.venn_data({"one": ["a", "b", "c"], "two": ["c", "d"]}).counts
         one    two  both
    0  False  False     0
    1  False   True     1
    2   True  False     2
    3   True   True     1
    """
    found = _up_to_five(tests, include)
    return Overlaps(found.table(np.arange(2 ** len(found.names))), found.sizes(), found.left_out)


def _up_to_five(tests: Any, include: Any) -> Members:
    found = members(tests, include)
    if len(found.names) > _MOST_SETS:
        raise ArgumentError(f"there are {len(found.names)} sets, and ellipses show five at most; upset() shows more")
    return found


def _draw(ax: Axes, shapes: tuple[Ellipse, ...]) -> None:
    from matplotlib.patches import Ellipse as Patch

    for shape, colour in zip(shapes, PALETTE, strict=False):
        place: dict[str, Any] = {
            "xy": (shape.x, shape.y),
            "width": 2 * shape.a,
            "height": 2 * shape.b,
            "angle": shape.angle,
        }
        ax.add_patch(Patch(**place, facecolor=colour, alpha=0.15))
        ax.add_patch(Patch(**place, fill=False, edgecolor=colour, linewidth=1.6))
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.autoscale_view()
    ax.margins(0.2)


def _name(ax: Axes, shape: Ellipse, text: str, colour: str, upward: bool) -> None:
    """The name of a set outside its ellipse, where that reaches farthest from the middle."""
    turn = np.linspace(0.0, 2.0 * np.pi, 361)
    cos, sin = np.cos(np.radians(shape.angle)), np.sin(np.radians(shape.angle))
    along, across = shape.a * np.cos(turn), shape.b * np.sin(turn)
    x, y = shape.x + along * cos - across * sin, shape.y + along * sin + across * cos
    # an even number of ellipses reaches up, an odd one in all directions
    far = int(np.argmax(y + 0.3 * np.abs(x) if upward else np.hypot(0.8 * x, y)))
    below = y[far] < 0.0
    aside = "right" if x[far] < -_BESIDE else "left" if x[far] > _BESIDE else "center"
    ax.annotate(
        text, (x[far], y[far]), xytext=(0.0, -4.0 if below else 4.0), textcoords="offset points", ha=aside,
        va="top" if below else "bottom", fontsize="medium",
    )  # fmt: skip
    ax.plot(x[far], y[far], marker="o", color=colour, markersize=5.0, clip_on=False)


def _number(ax: Axes, x: float, y: float, room: float, counts: pd.Series[Any]) -> None:
    size = float(np.clip(_POINTS_OF_ROOM * room, _SMALLEST, _LARGEST))
    for line, (kind, count) in enumerate(counts.items()):
        up = (0.5 * (len(counts) - 1) - line) * 1.15 * size
        ax.annotate(
            f"{count:,}", (x, y), xytext=(0.0, up), textcoords="offset points", ha="center", va="center",
            fontsize=size, color=_SHADES[str(kind)],
        )  # fmt: skip


def _corner(ax: Axes, found: Members, none: pd.Series[Any]) -> None:
    """What is in no set, which of several numbers is which, and what was left out."""
    lines = []
    if found.outside_known:
        lines.append(f"in none: {' / '.join(f'{count:,}' for count in none)}")
    if len(none) > 1 or none.index[0] != "both":
        lines.append(f"numbers: {' / '.join(str(kind) for kind in none.index)}")
    if found.left_out:
        lines.append(f"left out, not tested in all: {found.left_out:,}")
    if lines:
        ax.text(1.0, 0.0, "\n".join(lines), transform=ax.transAxes, ha="right", va="bottom", color=QUIET,
                fontsize="small")  # fmt: skip
