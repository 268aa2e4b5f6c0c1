"""Quantiles of tests against those that they would have if all null hypotheses were true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import betaincinv, ndtri, ndtri_exp, stdtrit

from ebayes_lm._typing import FloatArray
from ebayes_lm.errors import ArgumentError
from ebayes_lm.plot.chosen import tested_one
from ebayes_lm.plot.cloud import cloud
from ebayes_lm.plot.infinite import draw_infinite
from ebayes_lm.plot.p_values import p_title, p_values
from ebayes_lm.plot.style import DOWN, QUIET, empty, new_axes
from ebayes_lm.results.arguments import choice, confidence
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.moderated import ModeratedFit
from ebayes_lm.results.tested import TestedFit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Ranks at which a band is computed; between them it is drawn straight.
_RANKS = 300


@dataclass(frozen=True, eq=False)
class Quantiles:
    """Observed quantiles beside expected ones.

    Attributes
    ----------
    points : DataFrame
        ``expected`` and ``observed``, a row for each test, from small to large.
    band : DataFrame
        ``expected``, ``lower`` and ``upper``: where observed quantiles lie, each with the given probability, if all
        null hypotheses are true and tests independent.
    scale : str
        What is on the axes: "p", -log10 of the p-value; "t"; or "z", t as the normal deviate of the same probability,
        where t have different df.
    """

    points: pd.DataFrame
    band: pd.DataFrame
    scale: str


_NAMES = {"p": "−log10 p", "t": "moderated t", "z": "moderated t as normal deviate"}


def qq(fit: Any, coef: Any = None, *, kind: str = "p", level: float = 0.95, ax: Axes | None = None) -> Axes:
    """Draw quantiles of p-values, or of t, against those of true null hypotheses, with a pointwise band.

    Points along the line are as expected. Points above it from the very left speak of inflated tests, points that leave
    it at the right of effects. What is infinite stands at the edge, under a mark of its own.

    Parameters
    ----------
    fit : ModeratedFit, TreatFit, or p-values
    coef : str or int, optional
        Coefficient by name or 0-based position; by default the only one of interest.
    kind : {"p", "t"}
        P-values on a scale of -log10, or moderated t.
    level : float
        Probability of the band, for each point on its own.
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
        An unknown coefficient, several of interest and none chosen, or t of tests against a threshold.

    Notes
    -----
    The order statistics of n independent p-values of true null hypotheses have beta distributions, and these give the
    band. t of tests whose df differ are shown as normal deviates of the same probability.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(200, 6))
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> el.plot.qq(fit.ebayes(), kind="t").get_xlabel()
    'expected moderated t'
    """
    data = qq_data(fit, coef, kind=kind, level=level)
    ax = new_axes(ax)
    name = _NAMES[data.scale]
    ax.set(title=p_title(fit, coef, "qq"), xlabel=f"expected {name}", ylabel=f"observed {name}")
    points, band = data.points, data.band
    if not len(points):
        return empty(ax, "nothing was tested")
    ax.fill_between(band["expected"], band["lower"], band["upper"], color=QUIET, alpha=0.2, linewidth=0.0)
    ends = points["expected"].iloc[[0, -1]]
    ax.plot(ends, ends, color=QUIET, linewidth=1.0)
    cloud(ax, points["expected"], points["observed"], colour=DOWN)
    draw_infinite(ax, points["expected"].to_numpy(), points["observed"].to_numpy(), DOWN)
    return ax


def qq_data(fit: Any, coef: Any = None, *, kind: str = "p", level: float = 0.95) -> Quantiles:
    """Give what :func:`qq` draws.

    Parameters
    ----------
    fit, coef, kind, level
        As for :func:`qq`.

    Returns
    -------
    Quantiles
        Points, band, and what is on the axes.

    Raises
    ------
    StageError, ArgumentError
        As :func:`qq`.

    Examples
    --------
    >>> import ebayes_lm as el
    >>> data = el.plot.qq_data([0.5, 0.1, 0.9, float("nan")])
    >>> data.points.index.tolist()
    [2, 0, 1]
    """
    choice(kind, ("p", "t"), "kind", "'p' or 't'")
    level = confidence(level)
    observed, scale, df = _observed(fit, coef, kind)
    order = np.argsort(observed.to_numpy(), kind="stable")
    order = order[: np.count_nonzero(observed.notna())]
    points = observed.iloc[order].to_frame("observed")
    number = len(points)
    points.insert(0, "expected", _quantile(plotting_positions(number), scale, df))
    rank = np.unique(np.geomspace(1, max(number, 1), _RANKS).round())
    rank = np.unique(np.concatenate([rank, number + 1 - rank]))[: number or 0]
    tail = 0.5 - 0.5 * level
    lower, upper = (_quantile(betaincinv(rank, number + 1 - rank, q), scale, df) for q in (tail, 1.0 - tail))
    at = points["expected"].to_numpy()[rank.astype(np.intp) - 1] if number else np.empty(0)
    return Quantiles(points, pd.DataFrame({"expected": at, "lower": lower, "upper": upper}), scale)


def plotting_positions(number: int) -> FloatArray:
    """Probabilities at which the quantiles of so many values are expected, rising, as R's ppoints gives them."""
    shift = 0.375 if number <= 10 else 0.5
    return np.asarray((np.arange(1, number + 1) - shift) / (number + 1.0 - 2.0 * shift), dtype=np.float64)


def _observed(fit: Any, coef: Any, kind: str) -> tuple[pd.Series[float], str, float]:
    """What is observed, on which scale, and the df of t."""
    if kind == "p":
        if not isinstance(fit, (LinearFit, TestedFit)):
            p = p_values(fit, coef, "qq")
            index = fit.index if isinstance(fit, pd.Series) else None
            with np.errstate(divide="ignore"):
                return pd.Series(-np.log10(p), index=index), "p", np.nan
        mod, k = tested_one(fit, coef, "qq")
        return pd.Series(mod.log_p_value_of(k) / -np.log(10.0), index=mod.labels.features), "p", np.nan
    mod, k = tested_one(fit, coef, "qq")
    if not isinstance(mod, ModeratedFit):
        raise ArgumentError("t of a TreatFit counts from its threshold, where it has no t distribution; use kind='p'")
    t, df = mod.t_of(k), mod.moderation.of(k).df_total
    known = df[~np.isnan(t)]
    if not known.size or (known == known[0]).all():
        return pd.Series(t, index=mod.labels.features), "t", float(known[0]) if known.size else np.nan
    # half of p, whose logarithm is known where p itself is too small
    z = np.copysign(ndtri_exp(mod.log_p_value_of(k) - np.log(2.0)), t)
    return pd.Series(z, index=mod.labels.features), "z", np.inf


def _quantile(probability: FloatArray, scale: str, df: float) -> FloatArray:
    """What stands at a probability from the left of the axis."""
    if scale == "p":
        return np.asarray(-np.log1p(-probability) / np.log(10.0))
    return np.asarray(ndtri(probability) if np.isinf(df) else stdtrit(df, probability))
