"""What residuals have in common: components against their null, and against what is known of the samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.batch.residual_result import ResidualStructure
from ebayes_lm.errors import ArgumentTypeError
from ebayes_lm.plot.neighbours import shared_out
from ebayes_lm.plot.style import ACCENT, NEUTRAL, QUIET, empty, new_axes, plain_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Height of the bars and of a row of cells, in inches of a new figure, and the most annotations that are shown.
_BARS, _ROW, _MOST_ROWS = 3.0, 0.32, 20
#: Adjusted p-values below this are marked.
_ALPHA = 0.05


@dataclass(frozen=True, eq=False)
class ResidualPicture:
    """Components of residuals, and how annotations go with them.

    Attributes
    ----------
    components : DataFrame
        By component its ``share`` of the variance, the ``null_quantile`` that 95 % of permutations stay below, and
        whether it is ``beyond_chance``.
    r2, adj_p_value : DataFrame, annotations x components
        Share of each component that goes with each annotation, and its test; the largest shares first.
    """

    components: pd.DataFrame
    r2: pd.DataFrame
    adj_p_value: pd.DataFrame


def residuals(structure: ResidualStructure, *, ax: Axes | None = None) -> Axes:
    """Draw the components of residuals beside what chance would give, and the annotations that go with them.

    Parameters
    ----------
    structure : ResidualStructure
        What :func:`ebayes_lm.residual_structure` gives.
    ax : Axes, optional
        To draw on; by default those of a new figure.

    Returns
    -------
    Axes
        Those of the bars; the cells of annotations stand below them. A dot marks an adjusted p-value below 0.05.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> table = pd.DataFrame({"group": list("AB") * 6, "day": list("xxxxyyyyzzzz")})
    >>> rng = np.random.default_rng(1)
    >>> y = rng.normal(size=(500, 12)) + np.outer(rng.normal(size=500), table["day"] == "y")
    >>> found = el.residual_structure(el.lm_fit(y, "~ group", samples=table), y, samples=table, seed=1)
    >>> el.plot.residuals(found).get_ylabel()
    'Share of residual variance'
    """
    found = residuals_data(structure)
    components, rows = found.components, len(found.r2)
    ax = new_axes(ax, size=(max(5.0, 3.2 + 0.34 * len(components)), _BARS + 0.6 + _ROW * min(rows, _MOST_ROWS)))
    if components.empty:
        return empty(ax, "The residuals have no components")
    at = np.arange(len(components))
    beyond = components["beyond_chance"].to_numpy(dtype=bool)
    shares = components["share"].to_numpy()
    for chosen, colour, label in ((beyond, ACCENT, "beyond chance"), (~beyond, NEUTRAL, "not beyond chance")):
        if chosen.any():
            ax.bar(at[chosen], shares[chosen], color=colour, width=0.7, label=label)
    null = components["null_quantile"].to_numpy()
    if np.isfinite(null).any():
        ax.hlines(null, at - 0.45, at + 0.45, color="black", linewidth=1.4, label="95 % of permutations are below")
    ax.set(xlim=(-0.6, len(at) - 0.4), ylim=(0.0, None), ylabel="Share of residual variance")
    ax.set_xticks(at, plain_names(components.index), fontsize="small", rotation=90.0 if len(at) > 12 else 0.0)
    ax.spines[["top", "right"]].set_visible(False)
    ax.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.legend(frameon=False, fontsize="small")
    if rows:
        _cells(ax, found.r2.iloc[:_MOST_ROWS], found.adj_p_value.iloc[:_MOST_ROWS])
    return ax


def residuals_data(structure: ResidualStructure) -> ResidualPicture:
    """What :func:`residuals` draws: components and their associations with annotations.

    Parameters
    ----------
    structure : ResidualStructure
        As for :func:`residuals`.

    Returns
    -------
    ResidualPicture
        Tables ``components``, ``r2`` and ``adj_p_value``.

    Raises
    ------
    ArgumentTypeError
        Something else.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> table = pd.DataFrame({"group": list("AB") * 6, "day": list("xxxxyyyyzzzz")})
    >>> rng = np.random.default_rng(1)
    >>> y = rng.normal(size=(500, 12)) + np.outer(rng.normal(size=500), table["day"] == "y")
    >>> found = el.residual_structure(el.lm_fit(y, "~ group", samples=table), y, samples=table, seed=1)
    >>> el.plot.residuals_data(found).r2.index[0]
    'day'
    """
    if not isinstance(structure, ResidualStructure):
        raise ArgumentTypeError(f"structure is what residual_structure(fit, y) gives, not {type(structure).__name__}")
    components = structure.components.set_index("component")[["share", "null_quantile", "beyond_chance"]]
    r2, p = (_spread(structure.associations, what, components.index) for what in ("r2", "adj_p_value"))
    order = np.argsort(-r2.max(axis=1).fillna(-1.0).to_numpy(), kind="stable")
    return ResidualPicture(components, r2.iloc[order], p.iloc[order])


def _spread(associations: pd.DataFrame, what: str, components: pd.Index) -> pd.DataFrame:
    """One column of the associations as annotations x components."""
    if associations.empty:
        return pd.DataFrame(columns=components, dtype=np.float64)
    return associations.pivot_table(what, "annotation", "component", sort=False, dropna=False).reindex(
        columns=components
    )


def _cells(ax: Axes, r2: pd.DataFrame, p: pd.DataFrame) -> None:
    """Cells of annotations x components below the bars, marked where the association is sure."""
    rows = len(r2)
    below = shared_out(ax, (_BARS, _ROW * rows), (1.0,)).add(1, 0, sharex=ax)
    values: FloatArray = r2.to_numpy(dtype=np.float64)
    image = below.imshow(values, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto", interpolation="nearest")
    below.set_facecolor("#EEEEEE")
    below.set_yticks(np.arange(rows), plain_names(r2.index), fontsize="small")
    below.tick_params(length=0.0, labelbottom=False)
    down, across = np.nonzero(p.to_numpy(dtype=np.float64) < _ALPHA)
    colours = np.where(values[down, across] > 0.6, "white", "black")
    below.scatter(across, down, s=14.0, c=colours, linewidths=0.0)
    below.set_xlabel(f"• associated, adjusted p below {_ALPHA}", fontsize="small", color=QUIET)
    below.spines[:].set_visible(False)
    ax.figure.colorbar(image, ax=[ax, below], label="R² with annotation", shrink=0.5, pad=0.02, anchor=(0.0, 0.0))
