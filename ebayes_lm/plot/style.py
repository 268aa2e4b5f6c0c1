"""How every picture looks: colours that colour-blind readers can tell apart, new Axes, legends, names as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import IntArray
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.errors import ArgumentTypeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Okabe and Ito (2008), in an order in which neighbours differ most; yellow, faint on white, comes last.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000", "#F0E442")
UP, DOWN, NEUTRAL, ACCENT = "#D55E00", "#0072B2", "#8C8C8C", "#009E73"
#: Text that is not about a point or a group.
QUIET = "#595959"
_LEGEND: dict[str, Any] = {
    "framealpha": 0.8,
    "edgecolor": "none",
    "fontsize": "small",
    "title_fontsize": "small",
    "alignment": "left",
}
#: Numbers with more values than these are shown as a ramp of colours, with fewer as groups.
_MOST_NUMBERED_GROUPS = 6
#: Entries of a legend beyond these hide the picture.
_MOST_ENTRIES = 30


def new_axes(ax: Axes | None, *, size: tuple[float, float] | None = None, projection: str | None = None) -> Axes:
    """The Axes to draw on: the caller's, or those of a new figure of this size in inches."""
    require_extra("matplotlib", "plot", "drawing")
    from matplotlib.axes import Axes
    from matplotlib.pyplot import subplots

    if ax is None:
        _, ax = subplots(figsize=size, layout="constrained", subplot_kw={"projection": projection})
    elif not isinstance(ax, Axes):
        raise ArgumentTypeError(
            f"ax is one matplotlib Axes to draw on, not {type(ax).__name__}; leave it out for a new figure"
        )
    return ax


def is_ramp(values: pd.Series[Any]) -> bool:
    """Whether values are numbers on a scale, where few of them are groups."""
    numeric = pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)
    return bool(numeric and values.nunique() > _MOST_NUMBERED_GROUPS)


def group_colours(labels: Any) -> tuple[list[str], list[str], IntArray]:
    """Names of the levels of labels, a colour for each, and the level of each label, -1 where it is missing.

    Categories keep their order, everything else is sorted. More than eight levels share out one ramp of colours.
    """
    values = pd.Categorical(labels).remove_unused_categories()
    names = [str(level) for level in values.categories]
    return names, _colours(len(names)), np.asarray(values.codes, dtype=np.intp)


def _colours(number: int) -> list[str]:
    if number <= len(PALETTE):
        return list(PALETTE[:number])
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    # the lightest tenth of the ramp would be lost on white
    return [to_hex(colour) for colour in colormaps["viridis"](np.linspace(0.0, 0.9, number))]


def group_legend(
    ax: Axes,
    names: Sequence[Any],
    colours: Sequence[Any],
    *,
    title: str | None = None,
    marker: str = "o",
    **options: Any,
) -> None:
    """A legend with an entry a group, whatever the groups are called; too many groups are counted."""
    if len(names) > _MOST_ENTRIES and title is not None:
        ax.legend(handles=[], title=plain(f"{title}: {len(names)} groups", 40), **_LEGEND | options)
    if not len(names) or len(names) > _MOST_ENTRIES:
        return
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=c, marker=marker, linestyle="none" if marker else "solid") for c in colours]
    # names that begin with an underscore would be left out, so that texts are set afterwards
    legend = ax.legend(
        handles,
        [str(k) for k in range(len(names))],
        **_LEGEND | options,
    )
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(plain(name, 40))
    if title is not None:
        legend.set_title(plain(title, 40))


def plain(name: Any, most: int = 24) -> str:
    """A name as text that matplotlib draws as it stands: :func:`shortened`, and a dollar is a dollar."""
    return shortened(name, most).replace("$", r"\$")


def shortened(name: Any, most: int = 24) -> str:
    """A name on one line, of so many letters at most."""
    text = "".join(c if c.isprintable() else " " for c in str(name)).strip()
    return text if len(text) <= most else text[: most - 1] + "…"


def plain_names(names: Iterable[Any], most: int = 24) -> list[str]:
    """Each of some names by :func:`plain`."""
    return [plain(name, most) for name in names]


def empty(ax: Axes, text: str) -> Axes:
    """Say quietly that there is nothing to draw, and why."""
    ax.text(0.5, 0.5, plain(text, 200), transform=ax.transAxes, ha="center", va="center", color=QUIET, wrap=True)
    ax.set_xticks([])
    ax.set_yticks([])
    return ax
