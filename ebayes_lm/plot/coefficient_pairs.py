"""Coefficients against coefficients: what two comparisons share, and what is special to either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm.plot.chosen import rule, tested_one, tested_table
from ebayes_lm.plot.cloud import cloud, mark_size
from ebayes_lm.plot.point_names import draw_labels, top_labels
from ebayes_lm.plot.style import ACCENT, DOWN, NEUTRAL, QUIET, UP, empty, group_legend, new_axes, plain, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Classes of features, by which of the two coefficients is significant, and their colours.
_CLASSES = {"neither": NEUTRAL, "x": DOWN, "y": UP, "both": ACCENT}


def coefficients(
    fit: Any,
    x: Any,
    y: Any,
    *,
    fdr: float = 0.05,
    lfc: float = 0.0,
    top: int = 0,
    labels: Any = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the estimates of one coefficient over those of another, in colours that say which are significant.

    Parameters
    ----------
    fit : ModeratedFit or TreatFit
    x, y : str or int
        Two coefficients by name or 0-based position.
    fdr : float
        Adjusted p-values below this are significant, for each coefficient on its own.
    lfc : float
        Effects must exceed this in size, too.
    top : int
        How many features are named of those that are significant in either, with most evidence first.
    labels : str or sequence, optional
        Column of the annotation with their names, or a name for each feature; by default a column of gene symbols
        where there is one, and else the labels of the features.
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
        An unknown coefficient, or a bound outside its range.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> values = np.random.default_rng(1).normal(size=(200, 9))
    >>> values[:5, 3:] += 8
    >>> fit = el.lm_fit(values, "~ group", samples=pd.DataFrame({"group": list("AAABBBCCC")}))
    >>> ax = el.plot.coefficients(fit.ebayes(), "groupB", "groupC")
    >>> ax.get_xlabel(), ax.get_legend().get_texts()[0].get_text()
    ('logFC of groupB', 'both: 5')
    """
    data = coefficients_data(fit, x, y, fdr=fdr, lfc=lfc, top=top, labels=labels)
    mod, across = tested_one(fit, x, "coefficients")
    names = {"x": mod.coef_names[across], "y": mod.coef_names[mod.labels.coef_position(y)]}
    ax = new_axes(ax)
    ax.set(xlabel=f"logFC of {plain(names['x'], 50)}", ylabel=f"logFC of {plain(names['y'], 50)}")
    horizontal, vertical, status = data["x"].to_numpy(), data["y"].to_numpy(), data["status"].array
    if not np.isfinite(horizontal + vertical).any():
        return empty(ax, "no feature has estimates of both")
    ax.margins(0.08)
    ax.axhline(0.0, color=QUIET, linewidth=0.6, zorder=0.5)
    ax.axvline(0.0, color=QUIET, linewidth=0.6, zorder=0.5)
    ax.axline((0.0, 0.0), slope=1.0, color=QUIET, linewidth=0.6, linestyle=":", zorder=0.5)
    found = np.asarray(status.isin(["x", "y", "both"]))
    cloud(ax, horizontal[~found], vertical[~found], colour=NEUTRAL, size=mark_size(len(data)))
    for name in ("x", "y", "both"):
        own = np.asarray(status == name)
        cloud(ax, horizontal[own], vertical[own], colour=_CLASSES[name], size=mark_size(int(found.sum())))
    words = {key: f"{shortened(names[key])} alone" if key in names else key for key in ("both", "x", "y", "neither")}
    entries = [f"{text}: {np.count_nonzero(status == key):,}" for key, text in words.items()]
    group_legend(ax, entries, [_CLASSES[name] for name in words], title=rule(fdr, lfc))
    draw_labels(ax, horizontal, vertical, data["label"])
    return ax


def coefficients_data(
    fit: Any, x: Any, y: Any, *, fdr: float = 0.05, lfc: float = 0.0, top: int = 0, labels: Any = None
) -> pd.DataFrame:
    """Give what :func:`coefficients` draws.

    Parameters
    ----------
    fit, x, y, fdr, lfc, top, labels
        As for :func:`coefficients`.

    Returns
    -------
    DataFrame
        A row for every feature, in the order of the fit: x and y, the estimates, status ("both", "x", "y", "neither";
        missing without tests of both), label (the names that are written, else None).

    Raises
    ------
    StageError, ArgumentError
        As :func:`coefficients`.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> values = np.random.default_rng(1).normal(size=(200, 9))
    >>> values[:5, 3:] += 8
    >>> fit = el.lm_fit(values, "~ group", samples=pd.DataFrame({"group": list("AAABBBCCC")}))
    >>> el.plot.coefficients_data(fit.ebayes(), "groupB", "groupC")["status"].value_counts()["both"]
    np.int64(5)
    """
    mod, across = tested_one(fit, x, "coefficients")
    tables = [tested_table(mod, k, fdr, lfc) for k in (across, mod.labels.coef_position(y))]
    found = np.column_stack([table["status"].isin(["up", "down"]) for table in tables])
    code = found @ [1, 2]
    code[np.any([table["status"].isna() for table in tables], axis=0)] = -1
    status = pd.Categorical.from_codes(code, categories=pd.Index(list(_CLASSES)))
    evidence = np.max([np.where(np.isnan(e), -np.inf, e) for e in (t["neg_log10_p"] for t in tables)], axis=0)
    significant = pd.Categorical.from_codes(np.where(code > 0, 0, -1), categories=pd.Index(["up"]))
    return pd.DataFrame(
        {
            "x": tables[0]["logFC"].to_numpy(),
            "y": tables[1]["logFC"].to_numpy(),
            "status": status,
            "label": top_labels(mod, significant, evidence, top, labels),
        },
        index=mod.labels.features,
    )
