"""Residual standard deviations over abundance, and the prior that they are drawn towards."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.errors import agreeing, counted
from ebayes_lm.reporting.panels.clouds import cloud
from ebayes_lm.reporting.panels.panel import Axis, Chart, Layer, Line, Panel, Points, Text
from ebayes_lm.reporting.panels.wording import share
from ebayes_lm.reporting.sentences import describe_prior
from ebayes_lm.results.tested import TestedFit

_LINE_POINTS = 200
#: So many outlying features are marked.
_MOST_OUTLIERS = 300
#: Tenths of the features by abundance are compared where there are so many.
_FEWEST = 500
#: A median variance that changes by such a factor over the tenths is a trend that a common prior ignores ...
_TREND = 2.0
#: ... which matters where the prior is so large a share of a moderated variance.
_MATTERS = 0.1


class Variances(NamedTuple):
    """Of the features that have both: abundance, root of the residual standard deviation, and where they stand."""

    rows: np.ndarray[tuple[int], np.dtype[np.intp]]
    x: FloatArray
    y: FloatArray


def variance_panel(mod: TestedFit) -> Panel | None:
    """What the prior rests on; none where no feature has a variance."""
    found = _variances(mod)
    if len(found.x) < 2:
        return None
    factor = trend_over_abundance(found.x, found.y**4)
    missed = mod.is_moderated and not _follows_abundance(mod) and factor is not None and factor >= _TREND
    weight = _share_of_prior(mod)
    ignored = missed and weight >= _MATTERS
    outlying = _outlying(mod, found)
    words = [describe_prior(mod), *_trend_words(factor, missed, weight), *_outlier_words(outlying)]
    return Panel(
        id="variances",
        title="Variances and their prior",
        words=tuple(words),
        charts=(_chart(mod, found, outlying),),
        light="amber" if ignored else "green" if factor is not None else None,
        advice=_ADVICE if ignored else None,
    )


_ADVICE = "Let the prior follow abundance with ebayes(trend=True), on the command line --trend; counts want voom first."


def _variances(mod: TestedFit) -> Variances:
    sigma, amean = mod.fit.record.sigma, mod.fit.record.amean
    rows = np.flatnonzero(np.isfinite(sigma) & np.isfinite(amean) & mod.fit.record.has_df)
    return Variances(rows, amean[rows], np.sqrt(sigma[rows]))


def trend_over_abundance(x: FloatArray, variances: FloatArray) -> float | None:
    """By which factor the median variance changes from one tenth by abundance to another.

    None of few features, or where a tenth does not vary.
    """
    if len(x) < _FEWEST:
        return None
    tenths = np.array_split(variances[np.argsort(x, kind="stable")], 10)
    medians = np.array([np.median(tenth) for tenth in tenths])
    return float(medians.max() / medians.min()) if medians.min() > 0.0 else None


def _follows_abundance(mod: TestedFit) -> bool:
    return np.ndim(mod.prior.scale) > 0 and len(np.atleast_1d(mod.prior.scale)) == mod.shape[0]


def _share_of_prior(mod: TestedFit) -> float:
    """How much of the moderated variance of a typical feature is prior."""
    d0, own = float(np.nanmedian(mod.moderation.df_prior)), float(np.nanmedian(mod.fit.record.df_residual))
    return 1.0 if np.isinf(d0) else d0 / (d0 + own) if d0 + own > 0.0 else 0.0


def _trend_words(factor: float | None, missed: bool, weight: float) -> list[str]:
    if factor is None:
        return []
    size = f"by a factor of {factor:.2g}"
    if missed:
        hardly = "" if weight >= _MATTERS else f", which matters little, because the prior weighs {share(weight)}"
        return [
            f"The median variance changes {size} from one tenth of the features by abundance to another, and a common "
            f"prior draws all of them to one value{hardly}."
        ]
    return [f"From one tenth of the features by abundance to another the median variance changes {size}."]


def _outlying(mod: TestedFit, found: Variances) -> BoolArray:
    """Features whose prior df a robust prior has lowered to less than half."""
    shrunk = getattr(mod.prior, "df2_shrunk", None)
    if shrunk is None or np.shape(shrunk) != (mod.shape[0],):
        return np.zeros(len(found.rows), dtype=bool)
    lowered: BoolArray = np.asarray(shrunk)[found.rows] < 0.5 * mod.prior.df2
    return lowered


def _outlier_words(outlying: BoolArray) -> list[str]:
    number = int(np.count_nonzero(outlying))
    if not number:
        return []
    verb, them = agreeing(number, "stands", "stand"), agreeing(number, "it", "them")
    more = f" The {_MOST_OUTLIERS} highest are marked." if number > _MOST_OUTLIERS else ""
    return [f"{counted(number, 'variance')} {verb} out, and the robust prior leaves {them} alone.{more}"]


def _chart(mod: TestedFit, found: Variances, outlying: BoolArray) -> Chart:
    layers: list[Layer] = [cloud(found.x, found.y)]
    line = _prior_line(mod, found)
    if line is not None:
        layers.append(line)
    marked = np.flatnonzero(outlying)
    marked = marked[np.argsort(-found.y[marked], kind="stable")[:_MOST_OUTLIERS]]
    if len(marked):
        names = Text.of(mod.labels.features[found.rows[marked]])
        layers.append(
            Points(found.x[marked], found.y[marked], names, "outlying variance", 1, 3.0, features=found.rows[marked])
        )
    return Chart(
        id="variances",
        title="Residual standard deviation over abundance",
        x=Axis("average value (AveExpr)"),
        y=Axis("square root of the residual standard deviation", zero=True),
        layers=layers,
        alt=f"Square roots of residual standard deviations of {counted(len(found.x), 'feature')} over their average "
        f"value, around {np.median(found.y):.3g}{'' if line is None else ', with the prior as a line'}.",
    )


def _prior_line(mod: TestedFit, found: Variances) -> Line | None:
    """The prior over abundance, on the scale of the chart."""
    prior = mod.moderation.in_units(mod.moderation.s2_prior)
    if not mod.is_moderated or np.ndim(prior) > 1:
        return None
    heights = np.sqrt(np.sqrt(np.broadcast_to(prior, (mod.shape[0],))[found.rows]))
    known = np.flatnonzero(np.isfinite(heights))
    if not len(known):
        return None
    order = known[np.argsort(found.x[known], kind="stable")]
    some = order[np.unique(np.linspace(0, len(order) - 1, _LINE_POINTS).astype(np.intp))]
    return Line(found.x[some], heights[some], name="prior", colour=2)
