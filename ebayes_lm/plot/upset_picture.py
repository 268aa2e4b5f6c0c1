"""Overlaps of many sets as bars over a matrix of dots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import IntArray
from ebayes_lm.errors import counted
from ebayes_lm.plot.neighbours import shared_out
from ebayes_lm.plot.overlaps import Members, Overlaps, members
from ebayes_lm.plot.style import NEUTRAL, QUIET, empty, new_axes, plain_names
from ebayes_lm.results.arguments import choice, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Height of the bars and of a row of dots, width of the sizes and of a bar, in inches of a new figure.
_BARS, _ROW, _SIDE, _BAR = 2.8, 0.28, 2.2, 0.28


def upset(tests: Any, include: str = "both", *, most: int = 30, ax: Axes | None = None) -> Axes:
    """Draw the sizes of overlaps of sets as bars over dots that say of which, for any number of sets.

    Parameters
    ----------
    tests : TestResults, DataFrame, array or dict
        Significant features by coefficient, as :func:`venn` takes them.
    include : {"both", "up", "down"}
        Which significant features are in a set.
    most : int
        Overlaps to draw, the largest first.
    ax : Axes, optional
        To draw on; by default those of a new figure.

    Returns
    -------
    Axes
        Those of the bars; dots stand below them and sizes of sets at their left.

    Examples
    --------
    >>> import ebayes_lm as el
    >>> ax = el.plot.upset({"one": ["a", "b", "c"], "two": ["c", "d"], "three": ["c"]})
    >>> [int(bar.get_height()) for bar in ax.patches]
    [2, 1, 1]
    """
    found, table = _largest(tests, include, most)
    ax = new_axes(ax, size=(_SIDE + max(3.5, _BAR * len(table)), _BARS + 0.4 + _ROW * len(found.names)))
    if table.empty:
        return empty(ax, "No feature is in a set")
    heights = table.iloc[:, -1].to_numpy()
    ax.bar(np.arange(len(table)), heights, color="#404040", width=0.7)
    for at, height in enumerate(heights):
        ax.annotate(
            f"{height:,}", (at, height), xytext=(0, 2), textcoords="offset points", ha="center", fontsize="small"
        )
    ax.set(xlim=(-0.6, len(table) - 0.4), ylabel="Features in these sets alone", xticks=[])
    ax.spines[["top", "right"]].set_visible(False)
    ax.margins(y=0.1)
    order = np.argsort(-found.sizes()[include].to_numpy(), kind="stable")
    width = max(3.5, _BAR * len(table))
    around = shared_out(ax, (_BARS, _ROW * len(order)), (_SIDE, width))
    _dots(around.add(1, 1, sharex=ax), table.iloc[:, :-1].to_numpy()[:, order])
    _sizes(around.add(1, 0), found, order, include)
    notes = [f"the {len(table):,} largest overlaps"] if len(table) == most else []
    notes += [f"{counted(found.left_out, 'feature')} left out, not tested in all"] if found.left_out else []
    if notes:
        ax.set_title("; ".join(notes), fontsize="small", color=QUIET, loc="right")
    return ax


def upset_data(tests: Any, include: str = "both", *, most: int = 30) -> Overlaps:
    """What :func:`upset` draws: the largest overlaps, and the sizes of sets.

    Parameters
    ----------
    tests, include, most
        As for :func:`upset`.

    Returns
    -------
    Overlaps
        Its ``counts`` has a row for each combination of sets that occurs, the largest first, ``sizes`` one for each
        set, and ``left_out`` is the number of features that lack a test.

    Examples
    --------
    >>> import ebayes_lm as el
    >>> el.plot.upset_data({"one": ["a", "b", "c"], "two": ["c", "d"]}).counts
         one    two  both
    0   True  False     2
    1  False   True     1
    2   True   True     1
    """
    found, table = _largest(tests, include, most)
    return Overlaps(table, found.sizes(), found.left_out)


def _largest(tests: Any, include: str, most: int) -> tuple[Members, pd.DataFrame]:
    most = whole_number(most, "most", "the number of overlaps to draw")
    choice(include, ("both", "up", "down"), "include", "'both', 'up' or 'down'")
    found = members(tests, include)
    patterns, counts = found.patterns(include)
    patterns, counts = patterns[patterns > 0], counts[patterns > 0]
    order = np.argsort(-counts, kind="stable")[:most]
    return found, found.table(patterns[order])


def _dots(below: Axes, held: Any) -> None:
    """Dots (overlaps, sets) below the bars, those of one overlap joined."""
    overlaps, sets = held.shape
    across, down = np.meshgrid(np.arange(overlaps), np.arange(sets), indexing="ij")
    for row in range(0, sets, 2):
        below.axhspan(row - 0.5, row + 0.5, color="#F2F2F2", zorder=0.0)
    below.scatter(across[~held], down[~held], s=20.0, c="#D9D9D9", linewidths=0.0)
    below.scatter(across[held], down[held], s=32.0, c="#404040", linewidths=0.0, zorder=3.0)
    first, last = np.argmax(held, axis=1), sets - 1 - np.argmax(held[:, ::-1], axis=1)
    below.vlines(np.arange(overlaps), first, last, color="#404040", linewidth=1.4)
    below.set(ylim=(sets - 0.5, -0.5), yticks=[], xticks=[])
    below.spines[:].set_visible(False)


def _sizes(side: Axes, found: Members, order: IntArray, include: str) -> None:
    """Names and sizes of sets at the left of their dots."""
    sets = len(order)
    sizes = found.sizes()[include].to_numpy()[order]
    side.barh(np.arange(sets), sizes, color=NEUTRAL, height=0.6)
    for at, size in enumerate(sizes):
        side.annotate(f"{size:,}", (size, at), xytext=(-2, 0), textcoords="offset points", ha="right", va="center",
                      fontsize="x-small")  # fmt: skip
    side.set(ylim=(sets - 0.5, -0.5), xlim=(max(float(sizes.max()), 1.0) * 1.35, 0.0), xticks=[])
    side.set_yticks(np.arange(sets), plain_names([found.names[k] for k in order]), fontsize="small")
    side.tick_params(length=0.0)
    side.set_xlabel("Size of the set", fontsize="small")
    side.spines[:].set_visible(False)
