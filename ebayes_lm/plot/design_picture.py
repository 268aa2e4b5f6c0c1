"""A design matrix as cells of colour with their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.estimability import describe_dependencies, non_estimable
from ebayes_lm.errors import counted
from ebayes_lm.plot.style import QUIET, new_axes, plain, plain_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: More cells than these along a side have no room for a value or a name.
_MOST_VALUES, _MOST_NAMES = 40, 80
#: Dependencies that are told in words.
_MOST_TOLD = 3


@dataclass(frozen=True, eq=False)
class DesignPicture:
    """A design matrix, and what of it cannot be estimated.

    Attributes
    ----------
    frame : DataFrame, samples x coefficients
    rank : int
        Coefficients that can be estimated.
    aliased : list of str
        Those that cannot, as earlier ones determine them.
    dependencies : list of str
        How: "young = all - old".
    """

    frame: pd.DataFrame
    rank: int
    aliased: list[str]
    dependencies: list[str]


def design(design: Any, *, ax: Axes | None = None) -> Axes:
    """Draw a design matrix: a row a sample, a column a coefficient, and which coefficients cannot be estimated.

    Parameters
    ----------
    design : Design, fit, DataFrame or array
        Samples x coefficients, or a fit that has such a design.
    ax : Axes, optional
        To draw on; by default those of a new figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import pandas as pd, ebayes_lm as el
    >>> table = pd.DataFrame({"group": list("AABB"), "batch": list("xxyy")})
    >>> el.plot.design(el.model_matrix("~ group + batch", table)).get_title()
    'Rank 2 of 3: batchy = groupB'
    """
    found = design_data(design)
    samples, coefs = found.frame.shape
    ax = new_axes(ax, size=(min(2.4 + 0.5 * coefs, 9.0), min(1.8 + 0.25 * samples, 9.0)))
    values = found.frame.to_numpy()
    # columns have units of their own, so that each is on a scale of its own about zero
    reach = np.abs(values).max(axis=0)
    shades = values / np.where(reach > 0.0, reach, 1.0)
    ax.imshow(shades, cmap="PuOr_r", vmin=-1.6, vmax=1.6, aspect="auto", interpolation="nearest")
    if samples <= _MOST_VALUES and coefs <= _MOST_VALUES // 2:
        for row, column in np.ndindex(samples, coefs):
            ax.text(column, row, f"{values[row, column]:.3g}", ha="center", va="center", fontsize="small",
                    color="black" if values[row, column] else "#8C8C8C")  # fmt: skip
    _sides(ax, found)
    for at in (k for k, name in enumerate(found.frame.columns) if name in found.aliased):
        ax.axvspan(at - 0.5, at + 0.5, fill=False, hatch="///", edgecolor="#8C8C8C", linewidth=0.0)
    return ax


def design_data(design: Any) -> DesignPicture:
    """What :func:`design` draws: the matrix, its rank, and the coefficients that others determine.

    Parameters
    ----------
    design : Design, fit, DataFrame or array
        As for :func:`design`.

    Returns
    -------
    DesignPicture
        Its ``frame`` is the matrix; ``rank``, ``aliased`` and ``dependencies`` tell what of it cannot be estimated.

    Examples
    --------
    >>> import pandas as pd, ebayes_lm as el
    >>> table = pd.DataFrame({"group": list("AABB"), "batch": list("xxyy")})
    >>> el.plot.design_data(el.model_matrix("~ group + batch", table)).aliased
    ['batchy']
    """
    matrix = getattr(getattr(design, "fit", design), "design", design)
    matrix = matrix if isinstance(matrix, Design) else Design(matrix)
    aliased = non_estimable(matrix) or []
    return DesignPicture(matrix.frame, matrix.shape[1] - len(aliased), aliased, describe_dependencies(matrix))


def _sides(ax: Axes, found: DesignPicture) -> None:
    samples, coefs = found.frame.shape
    size = "small" if max(samples, coefs) <= _MOST_VALUES else "xx-small"
    rows = np.arange(samples if samples <= _MOST_NAMES else 0)
    ax.set_yticks(rows, plain_names(found.frame.index[: len(rows)]), fontsize=size)
    columns = np.arange(coefs if coefs <= _MOST_NAMES else 0)
    ax.set_xticks(columns, plain_names(found.frame.columns[: len(columns)]), rotation=90.0, fontsize=size)
    for tick, name in zip(ax.get_xticklabels(), found.frame.columns, strict=False):
        tick.set_color("#B00000" if name in found.aliased else "black")
    ax.tick_params(length=0.0)
    ax.set_xticks(np.arange(1, coefs) - 0.5, minor=True)
    ax.grid(which="minor", axis="x", color="white", linewidth=2.0)
    ax.tick_params(which="minor", length=0.0)
    ax.spines[:].set_visible(False)
    if not found.aliased:
        ax.set_title(f"Full rank: {counted(coefs, 'coefficient')}", fontsize="medium", loc="center", color=QUIET)
        return
    told = "; ".join(plain(text, 60) for text in found.dependencies[:_MOST_TOLD])
    more = len(found.dependencies) - _MOST_TOLD
    ax.set_title(f"Rank {found.rank} of {coefs}: {told}{f'; {more} more' if more > 0 else ''}", fontsize="medium",
                 wrap=True)  # fmt: skip
