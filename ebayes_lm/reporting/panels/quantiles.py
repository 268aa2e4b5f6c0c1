"""P-values against what chance gives, on a logarithmic scale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.reporting.panels.panel import Axis, Band, Chart, Line, Panel, Points
from ebayes_lm.reporting.panels.wording import some
from ebayes_lm.results.tested import TestedFit
from ebayes_lm.results.threshold import TreatFit

#: Points in the panel; the smallest p-values are all there, of the others every so many.
_MOST_POINTS, _WHOLE = 1_500, 300
_MOST_CONTRASTS = 6
_BAND_POINTS, _LEVEL = 100, 0.95
_TEN = np.log(10.0)


class Quantiles(NamedTuple):
    """Minus log10 of p-values, the smallest first, beside what is expected of as many without effects."""

    name: str
    expected: FloatArray
    observed: FloatArray
    tested: int
    above: int


def quantiles_of(mod: TestedFit, name: str, at: int, points: int) -> Quantiles:
    """Thinned to so many points; ``above`` are the smallest p-values in an unbroken row that lie above the band."""
    logs = mod.log_p_value_of(at)
    logs = np.sort(logs[np.isfinite(logs)]) / -_TEN
    m = len(logs)
    ranks = thinned(m, points)
    edge = -np.log10(_limits(ranks + 1, m)[0]) if m else np.empty(0)
    inside = np.flatnonzero(logs[ranks] <= edge)
    above = int(ranks[inside[0]]) if len(inside) else m
    return Quantiles(name, -np.log10((ranks + 0.5) / max(m, 1)), logs[ranks], m, above)


def thinned(n: int, points: int) -> IntArray:
    """Ranks (from 0) to show: the first ones all, later ones evenly on the logarithmic scale."""
    if n <= points:
        return np.arange(n)
    whole = min(_WHOLE, points // 3)
    rest = np.geomspace(whole + 1, n, points - whole).astype(np.intp) - 1
    return np.unique(np.concatenate([np.arange(whole), rest]))


def _limits(ranks: IntArray, m: int) -> tuple[FloatArray, FloatArray]:
    """Where the p-value of a rank (from 1) lies among m independent ones without effects, 95 % of the time."""
    from scipy.special import betaincinv

    tail = 0.5 * (1.0 - _LEVEL)
    return betaincinv(ranks, m - ranks + 1, tail), betaincinv(ranks, m - ranks + 1, 1.0 - tail)


def quantile_panel(mod: TestedFit, contrasts: dict[str, int]) -> Panel | None:
    """One chart of all contrasts; none where nothing was tested."""
    some_ = list(contrasts.items())[:_MOST_CONTRASTS]
    points = _MOST_POINTS // max(len(some_), 1)
    found = [q for name, at in some_ if (q := quantiles_of(mod, name, at, points)).tested]
    if not found:
        return None
    threshold = isinstance(mod, TreatFit)
    words = [
        "Along the line p-values are as chance gives, 95 times of 100 within the grey band; above it they are smaller."
    ]
    if threshold:
        words.append("Effects below the threshold put the larger p-values below the line.")
    words.append(_what_is_seen(found))
    if len(contrasts) > len(some_):
        words.append(f"The first {len(some_)} of {len(contrasts):,} contrasts are drawn.")
    return Panel("quantiles", "P-values against chance", tuple(words), (_chart(found),))


def _what_is_seen(found: list[Quantiles]) -> str:
    leaving = [each.name for each in found if each.above]
    if len(found) == 1:
        return f"The smallest p-values lie {'above' if leaving else 'within or below'} the band."
    if not leaving:
        return "The smallest p-values of no contrast lie above the band."
    return f"The smallest p-values lie above the band in {some(leaving)}."


def _chart(found: list[Quantiles]) -> Chart:
    m = max(each.tested for each in found)
    ranks = np.unique(np.geomspace(1, m, _BAND_POINTS).astype(np.intp))
    low, high = _limits(ranks, m)
    expected = -np.log10((ranks - 0.5) / m)
    highest = max(float(each.observed[0]) for each in found)
    return Chart(
        id="quantiles",
        title="P-values against chance",
        x=Axis("expected -log10 p", zero=True),
        y=Axis("observed -log10 p", zero=True),
        layers=(
            Band(expected, -np.log10(high), -np.log10(low)),
            Line(expected[[0, -1]], expected[[0, -1]], dash=True),
            *(
                Points(each.expected, each.observed, name=each.name if len(found) > 1 else None, colour=k, size=2.5)
                for k, each in enumerate(found)
            ),
        ),
        alt=f"Observed against expected p-values, both as -log10; the smallest p-value reaches {highest:.1f}.",
    )
