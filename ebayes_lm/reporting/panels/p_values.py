"""How p-values spread: what a histogram of them tells of signal, and of the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.adjust import adjust_p
from ebayes_lm.errors import counted
from ebayes_lm.reporting.panels.panel import Axis, Bars, Chart, Panel, Rule
from ebayes_lm.reporting.panels.wording import share, some
from ebayes_lm.results.false_discoveries import prop_true_null
from ebayes_lm.results.tested import TestedFit
from ebayes_lm.results.threshold import TreatFit

Shape = Literal["few", "signal", "flat", "towards one", "in the middle", "threshold"]

_BINS = 40
#: Fewer p-values than this have no shape.
_FEWEST = 200
#: The last twentieth against the half before it: so many times as high is a peak at one ...
_PEAK = 1.5
#: ... where it is also so many standard errors away, and p below 0.05 so rare are too few.
_ERRORS, _DEPLETED = 6.0, 0.5
#: The middle half so many times as high as the two ends is a hump.
_HUMP = 1.5
#: More contrasts than this have a row in the table alone.
_MOST_CHARTS = 6

_MEANING: dict[Shape, str] = {
    "few": "{0}: too few features for the shape of the histogram to tell anything.",
    "signal": "{0}: a peak near 0 above a level rest, as features with an effect among features without one give.",
    "flat": "{0}: level from 0 to 1, as features without any effect give. No signal is seen.",
    "towards one": "{0}: more p-values near 1 than chance gives, so that the tests do not hold what they say.",
    "in the middle": "{0}: p-values pile up between the ends, so that the tests do not hold what they say.",
    "threshold": "{0}: p-values pile up near 1, because effects below the threshold are less than what is tested for. "
    "That is as it should be.",
}
_ADVICE = (
    "Standard errors may be too large: see whether the design lacks a batch, a pairing or a hidden factor "
    "(el.residual_structure, el.latent_factors), whether features with next to no data are in it (el.filter_by_expr, "
    "min_observed=), and whether filtering looked at the groups."
)


class Spread(NamedTuple):
    """P-values of one contrast: how many fall in each bin, and what that looks like."""

    name: str
    tested: int
    found: int
    pi0: float
    counts: IntArray
    shape: Shape


def shape_of(p: FloatArray, found: int, threshold: bool = False) -> Shape:
    """What the histogram of p-values (all known) looks like; ``found`` are significant."""
    m = len(p)
    if m < _FEWEST:
        return "few"
    if threshold:
        return "threshold"
    last, before, first = _height(p, 0.95, 1.0), _height(p, 0.5, 0.95), _height(p, 0.0, 0.05)
    error = np.sqrt(max(before, 1e-9) / (0.05 * m))
    if last > _PEAK * before and last - before > _ERRORS * error:
        return "towards one"
    middle = _height(p, 0.25, 0.75)
    if first < _DEPLETED and (1.0 - first) * np.sqrt(0.05 * m) > _ERRORS:
        return "in the middle" if middle > _HUMP * (2.0 - middle) else "towards one"
    return "signal" if found or first > _PEAK else "flat"


def _height(p: FloatArray, above: float, upto: float) -> float:
    """How many p-values lie in a part of the histogram, in terms of what an even one has."""
    low = p >= above if above == 0.0 else p > above
    return float(np.count_nonzero(low & (p <= upto)) / len(p) / (upto - above))


def spread_of(mod: TestedFit, name: str, at: int, fdr: float) -> Spread:
    """P-values of one contrast in bins."""
    p = mod.p_value_of(at)
    p = p[np.isfinite(p)]
    counts = np.histogram(p, _BINS, (0.0, 1.0))[0]
    found = int(np.count_nonzero(adjust_p(p, "BH") <= fdr)) if len(p) else 0
    threshold = isinstance(mod, TreatFit)
    pi0 = float(prop_true_null(p)) if len(p) >= _FEWEST and not threshold else float("nan")
    return Spread(name, len(p), found, pi0, counts, shape_of(p, found, threshold))


def p_value_panel(mod: TestedFit, contrasts: dict[str, int], fdr: float) -> Panel:
    """Histograms of p-values, contrast by contrast."""
    spreads = [spread_of(mod, name, at, fdr) for name, at in contrasts.items()]
    bad = [each for each in spreads if each.shape in ("towards one", "in the middle")]
    judged = any(each.shape != "few" for each in spreads)
    return Panel(
        id="p_values",
        title="P-values",
        words=_words(spreads, fdr),
        charts=tuple(_chart(each, at) for at, each in enumerate(spreads[:_MOST_CHARTS]) if each.tested),
        table=_table(spreads),
        light="amber" if bad else "green" if judged else None,
        advice=_ADVICE if bad else None,
    )


def _words(spreads: Sequence[Spread], fdr: float) -> tuple[str, ...]:
    """One sentence for each shape that is there, those to worry about first."""
    order: tuple[Shape, ...] = ("towards one", "in the middle", "signal", "flat", "threshold", "few")
    groups = {shape: [each for each in spreads if each.shape == shape] for shape in order}
    said = [_MEANING[shape].format(some([each.name for each in group])) for shape, group in groups.items() if group]
    if len(spreads) == 1 and np.isfinite(spreads[0].pi0):
        said.append(_share_with_effect(spreads[0], fdr))
    return tuple(said)


def _share_with_effect(one: Spread, fdr: float) -> str:
    part = share(max(1.0 - one.pi0, 0.0))
    about = "About " if part[0].isdigit() else ""
    number = f"{one.found:,}" if one.found else "none"
    verb = "stands" if one.found <= 1 else "stand"
    text = (
        f"{about}{part} of {counted(one.tested, 'feature')} have an effect by the shape of the histogram (1 - pi0); "
        f"{number} {verb} out at a false discovery rate of {fdr:g}."
    )
    return text[0].upper() + text[1:]


def _table(spreads: Sequence[Spread]) -> pd.DataFrame:
    rows = [(each.name, each.tested, each.found, each.pi0, each.shape) for each in spreads]
    return pd.DataFrame(rows, columns=["contrast", "tested", "significant", "pi0", "shape"])


def _chart(spread: Spread, at: int) -> Chart:
    edges = np.linspace(0.0, 1.0, _BINS + 1)
    bars = Bars(edges[:-1], edges[1:], spread.counts, colour=0)
    even = spread.tested / _BINS
    rule = Rule(y=even, name="no effects at all")
    null = ""
    if np.isfinite(spread.pi0):
        rule = Rule(y=spread.pi0 * even, name=f"features without effect (pi0 = {spread.pi0:.2f})")
        null = f" The share of features without effect is estimated as {spread.pi0:.2f}."
    lowest = spread.counts[: _BINS // 20].sum() / spread.tested
    return Chart(
        id=f"p_values.{at}",
        title=spread.name,
        x=Axis("p-value"),
        y=Axis("features", zero=True),
        layers=(bars, rule),
        alt=f"Histogram of p-values of {spread.name}: {share(lowest)} lie below 0.05, where chance gives 5%.{null}",
    )
