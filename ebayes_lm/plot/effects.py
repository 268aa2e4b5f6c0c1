"""Effects and the evidence for them, as volcano plots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm.errors import ArgumentError
from ebayes_lm.plot.chosen import OUTCOMES, draw_outcomes, rule, tested_one, tested_table
from ebayes_lm.plot.infinite import draw_infinite
from ebayes_lm.plot.point_names import draw_labels, top_labels
from ebayes_lm.plot.style import NEUTRAL, QUIET, empty, new_axes, plain
from ebayes_lm.results.arguments import choice
from ebayes_lm.results.moderated import ModeratedFit
from ebayes_lm.results.threshold import TreatFit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ebayes_lm.results.tested import TestedFit

_HEIGHTS = {"p": "neg_log10_p", "B": "B"}


def volcano(
    fit: Any,
    coef: Any = None,
    *,
    fdr: float = 0.05,
    lfc: float = 0.0,
    top: int = 10,
    labels: Any = None,
    y: str = "p",
    ax: Axes | None = None,
) -> Axes:
    """Draw the evidence of every feature over its effect, with those named for which there is most.

    Parameters
    ----------
    fit : ModeratedFit or TreatFit
    coef : str or int, optional
        Coefficient by name or 0-based position; by default the only one of interest.
    fdr : float
        Adjusted p-values below this are significant.
    lfc : float
        Effects must exceed this in size, too.
    top : int
        How many of the significant features are named, those with most evidence first.
    labels : str or sequence, optional
        Column of the annotation with their names, or a name for each feature; by default a column of gene symbols
        where there is one, and else the labels of the features.
    y : {"p", "B"}
        Height: -log10 of the p-value, which underflows nowhere, or the log odds. What is infinite, as where t is,
        stands under a mark of its own at the top.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    StageError
        The fit has no tests yet.
    ArgumentError
        An unknown coefficient, several of interest and none chosen, or a bound outside its range.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(200, 6))
    >>> y[:5, 3:] += 8
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> ax = el.plot.volcano(fit.ebayes())
    >>> ax.get_title(), ax.get_legend().get_texts()[0].get_text()
    ('groupB', 'up: 5')
    """
    data = volcano_data(fit, coef, fdr=fdr, lfc=lfc, top=top, labels=labels, y=y)
    mod, k = tested_one(fit, coef, "volcano")
    ax = new_axes(ax)
    ax.set(title=plain(mod.coef_names[k], 60), xlabel="logFC", ylabel=_evidence(mod, y))
    effect, height = data["logFC"].to_numpy(), data[_HEIGHTS[y]].to_numpy()
    if np.isnan(effect + height).all():
        return empty(
            ax, "ordinary tests have no log odds" if y == "B" and not mod.is_moderated else "nothing was tested"
        )
    ax.margins(0.08)
    draw_outcomes(ax, effect, height, data["status"].array, rule(fdr, lfc))
    height = draw_infinite(ax, effect, height, data["status"].astype(object).map(OUTCOMES).fillna(NEUTRAL))
    threshold = max(lfc, mod.lfc) if isinstance(mod, TreatFit) else lfc
    for bound in (-threshold, threshold) if threshold > 0.0 else ():
        ax.axvline(bound, color=QUIET, linewidth=0.8, linestyle=":")
    significant = (data["adj.P.Val"] < fdr).to_numpy()
    if y == "p" and significant.any():
        ax.axhline(height[significant].min(), color=QUIET, linewidth=0.8, linestyle=":")
    draw_labels(ax, effect, height, data["label"])
    return ax


def volcano_data(
    fit: Any,
    coef: Any = None,
    *,
    fdr: float = 0.05,
    lfc: float = 0.0,
    top: int = 10,
    labels: Any = None,
    y: str = "p",
) -> pd.DataFrame:
    """Give what :func:`volcano` draws.

    Parameters
    ----------
    fit, coef, fdr, lfc, top, labels, y
        As for :func:`volcano`.

    Returns
    -------
    DataFrame
        A row for every feature, in the order of the fit: logFC, neg_log10_p or B, P.Value, adj.P.Val, status ("up",
        "down", "neither", or missing), label (the names that are written, else None).

    Raises
    ------
    StageError, ArgumentError
        As :func:`volcano`.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(200, 6))
    >>> y[:5, 3:] += 8
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> el.plot.volcano_data(fit.ebayes())["status"].value_counts().loc[["up", "down"]].tolist()
    [5, 0]
    """
    choice(y, _HEIGHTS, "y", "'p' or 'B'")
    mod, k = tested_one(fit, coef, "volcano")
    table = tested_table(mod, k, fdr, lfc)
    if y == "B":
        if not isinstance(mod, ModeratedFit):
            raise ArgumentError("a TreatFit has no log odds; its evidence is y='p'")
        table["B"] = mod.lods_of(k)
    written = top_labels(mod, table["status"].array, table[_HEIGHTS[y]].to_numpy(), top, labels)
    return table[["logFC", _HEIGHTS[y], "P.Value", "adj.P.Val", "status"]].assign(label=written)


def _evidence(mod: TestedFit, y: str) -> str:
    """What stands on the axis of the evidence."""
    if y == "B":
        return "log odds (B)"
    return f"−log10 p of |logFC| > {mod.lfc:.3g}" if isinstance(mod, TreatFit) else "−log10 p"
