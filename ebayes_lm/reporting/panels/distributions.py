"""How values are distributed in each sample, and how large the libraries of counts are."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.errors import agreeing, counted
from ebayes_lm.reporting.panels.deviations import far_off
from ebayes_lm.reporting.panels.panel import SAMPLE_AXIS, Axis, Bars, Chart, Panel, Points, Rule, Segments, Text
from ebayes_lm.reporting.panels.reading import Reading
from ebayes_lm.reporting.panels.wording import some

#: The middle half is drawn by lines side by side.
_WIDE = (-0.15, 0.0, 0.15)
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_FEWEST_FEATURES, _FEWEST_SAMPLES = 50, 4
#: A median so many usual interquartile ranges off, and far off, is one of another level.
_SHIFT = 0.25
#: Interquartile ranges that differ by such a factor from the usual one.
_WIDTH = 1.5
#: Libraries that differ by such a factor ask for voom and not for a trend, and by such a factor for a look.
_DIFFERENT, _FAR = 3.0, 10.0


def distribution_panel(data: Reading) -> Panel | None:
    """Quantiles of the values of each sample; none of very few features."""
    if len(data.values) < _FEWEST_FEATURES:
        return None
    known = np.asarray(np.isfinite(data.values).any(axis=0))
    quantiles = np.full((len(_QUANTILES), len(known)), np.nan)
    quantiles[:, known] = _quantiles(data.values[:, known])
    off = unlike(quantiles)
    names = [data.names[at] for at in off]
    return Panel(
        id="distributions",
        title="Values of each sample",
        words=(_words(names, data),),
        charts=(_chart(data, quantiles),),
        light="amber" if names else "green" if known.sum() >= _FEWEST_SAMPLES else None,
        advice="See whether the data are normalised, and whether these samples were measured as the others."
        if names
        else None,
    )


def _quantiles(values: FloatArray) -> FloatArray:
    """By column, of what is known of it."""
    if np.isfinite(values).all():
        return np.quantile(values, _QUANTILES, axis=0)
    return np.nanquantile(values, _QUANTILES, axis=0)


def unlike(quantiles: FloatArray) -> IntArray:
    """Samples whose median or spread is not that of the others; of quantiles (5, n)."""
    median, width = quantiles[2], quantiles[3] - quantiles[1]
    if np.isfinite(median).sum() < _FEWEST_SAMPLES:
        return np.empty(0, dtype=np.intp)
    usual = float(np.nanmedian(width))
    shift = np.abs(median - np.nanmedian(median))
    shifted = (shift > _SHIFT * usual) & (shift > far_off(shift))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(np.log(width / usual))
    wide = (ratio > np.log(_WIDTH)) & (ratio > far_off(ratio))
    return np.flatnonzero(shifted | wide)


def _words(names: list[str], data: Reading) -> str:
    if not names:
        return f"The samples have values of much the same level and spread.{data.drawn}"
    verb = agreeing(len(names), "has", "have")
    return f"{some(names)} {verb} values of another level or spread than the other samples.{data.drawn}"


def _chart(data: Reading, quantiles: FloatArray) -> Chart:
    at = np.arange(1.0, len(data.names) + 1.0)
    return Chart(
        id="distributions",
        title="Values of each sample",
        x=SAMPLE_AXIS,
        y=Axis("value"),
        layers=(
            Segments(at, quantiles[0], at, quantiles[4]),
            *(
                Segments(at + x, quantiles[1], at + x, quantiles[3], "middle half" if x == 0 else None, 0)
                for x in _WIDE
            ),
            Points(at, quantiles[2], Text.of(data.names), "median", colour=1, size=3.0),
        ),
        alt=f"Values of {counted(len(at), 'sample')}: thin lines hold 90% of them, thick ones the middle half. Medians "
        f"lie between {np.nanmin(quantiles[2]):.3g} and {np.nanmax(quantiles[2]):.3g}.",
    )


def library_panel(data: Reading, precision_weights: bool) -> Panel | None:
    """Sizes of the libraries; none where the data are no counts."""
    sizes = data.library_sizes
    if sizes is None or not (sizes > 0.0).all():
        return None
    ratio = float(sizes.max() / sizes.min())
    names = np.array(data.names)
    extreme = f"from {sizes.min():,.0f} ({names[sizes.argmin()]}) to {sizes.max():,.0f} ({names[sizes.argmax()]})"
    words = [f"Library sizes range {extreme}, a factor of {ratio:.2g}."]
    unweighted = ratio > _DIFFERENT and not precision_weights
    far = ratio > _FAR
    at = np.arange(1.0, len(sizes) + 1.0)
    unit = 1e6 if np.median(sizes) > 1e5 else 1.0
    chart = Chart(
        id="libraries",
        title="Library sizes",
        x=SAMPLE_AXIS,
        y=Axis("counts in all, in millions" if unit > 1.0 else "counts in all", zero=True),
        layers=(
            Bars(at - 0.4, at + 0.4, sizes / unit, colour=0),
            Rule(y=float(np.median(sizes)) / unit, name="median"),
        ),
        alt=f"Library sizes of {counted(len(sizes), 'sample')}, {extreme}.",
    )
    return Panel(
        id="libraries", title="Library sizes", words=tuple(words), charts=(chart,),
        light="amber" if far or unweighted else "green", advice=_library_advice(far, unweighted),
    )  # fmt: skip


def _library_advice(far: bool, unweighted: bool) -> str | None:
    if unweighted:
        return "Counts from libraries that differ threefold or more want el.voom, whose weights know of it."
    return "Small libraries say little: see whether sequencing failed in some samples." if far else None
