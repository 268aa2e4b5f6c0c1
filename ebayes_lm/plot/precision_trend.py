"""The trend of variability over mean from which precision weights come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm.errors import ArgumentTypeError
from ebayes_lm.plot.cloud import cloud, mark_size
from ebayes_lm.plot.prior_trend import thinned
from ebayes_lm.plot.style import ACCENT, NEUTRAL, empty, group_colours, group_legend, new_axes
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.tested import TestedFit
from ebayes_lm.weights.precision_list import VoomEList, VoomMatrix
from ebayes_lm.weights.voom_fit import VoomFit

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class PrecisionTrend:
    """Points and lines of a trend of variability over mean.

    Attributes
    ----------
    points : DataFrame
        ``x``, the mean, and ``y``, the square root of the residual standard deviation, a row for each feature; and
        ``group`` where each group of samples has a trend of its own.
    line : DataFrame
        ``y`` at rising ``x``, with ``group`` likewise.
    of_counts : bool
        Whether means are those of log counts.
    """

    points: pd.DataFrame
    line: pd.DataFrame
    of_counts: bool


def voom_trend(y: Any, *, ax: Axes | None = None) -> Axes:
    """Draw the trend from which precision weights were taken, over the points that it was learnt from.

    Parameters
    ----------
    y : VoomEList, VoomMatrix or VoomFit
        What :func:`voom`, :func:`vooma` and their relatives return; or a fit that estimated its weights, or its tests.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentTypeError
        There is no trend in what was given.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> counts = np.random.default_rng(1).negative_binomial(5, 0.1, size=(200, 6))
    >>> el.plot.voom_trend(el.voom(counts)).get_title()
    'mean-variance trend'
    """
    data = voom_trend_data(y)
    ax = new_axes(ax)
    ax.set(
        title="mean-variance trend",
        xlabel="mean log2 count" if data.of_counts else "mean log2 value",
        ylabel="√ residual standard deviation",
    )
    points, line = data.points, data.line
    if not np.isfinite(points["x"] + points["y"]).any():
        return empty(ax, "no feature has residual degrees of freedom")
    ax.margins(0.05)
    size = mark_size(len(points))
    if "group" not in points.columns:
        cloud(ax, points["x"], points["y"], colour=NEUTRAL, size=size)
        line = line.iloc[thinned(line["x"].to_numpy())]
        ax.plot(line["x"], line["y"], color=ACCENT, linewidth=2.0)
        return ax
    names, colours, codes = group_colours(line["group"])
    own = points["group"].astype(str)
    for k, (name, colour) in enumerate(zip(names, colours, strict=True)):
        chosen = points[own == name]
        cloud(ax, chosen["x"], chosen["y"], colour=colour, size=size, alpha=0.3)
        part = line[codes == k]
        part = part.iloc[thinned(part["x"].to_numpy())]
        ax.plot(part["x"], part["y"], color=colour, linewidth=2.0)
    group_legend(ax, names, colours, title="group")
    return ax


def voom_trend_data(y: Any) -> PrecisionTrend:
    """Give what :func:`voom_trend` draws.

    Parameters
    ----------
    y
        As for :func:`voom_trend`.

    Returns
    -------
    PrecisionTrend
        Points, line, and whether they are of counts.

    Raises
    ------
    ArgumentTypeError
        As :func:`voom_trend`.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> counts = np.random.default_rng(1).negative_binomial(5, 0.1, size=(200, 6))
    >>> len(el.plot.voom_trend_data(el.voom(counts)).points)
    200
    """
    elist = y.fit if isinstance(y, TestedFit) else y
    elist = elist.elist if isinstance(elist, VoomFit) else elist
    if not isinstance(elist, (VoomEList, VoomMatrix)):
        how = (
            "; this fit was given its weights: draw what voom() returned"
            if isinstance(elist, LinearFit)
            else "; voom() or vooma() makes one"
        )
        raise ArgumentTypeError(
            f"voom_trend() draws the trend of precision weights, which {type(y).__name__} has none of{how}"
        )
    counted = elist.targets is not None and "lib_size" in elist.targets.columns
    return PrecisionTrend(elist.voom_xy, elist.voom_line, counted)
