"""Missing values: in which samples, in which features, and whether groups differ."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.errors import agreeing, counted
from ebayes_lm.reporting.completeness import completeness, describe_completeness
from ebayes_lm.reporting.panels.covariates import covariates
from ebayes_lm.reporting.panels.deviations import far_off
from ebayes_lm.reporting.panels.panel import SAMPLE_AXIS, Axis, Bars, Chart, Light, Panel, Points, Text
from ebayes_lm.reporting.panels.reading import Reading
from ebayes_lm.reporting.panels.wording import share, some
from ebayes_lm.results.tested import TestedFit

_BINS = 20
#: A group lacks more than another where chance gives that so rarely (over all covariates) ...
_LEVEL = 0.01
#: ... and its share of missing values is so many points higher.
_POINTS = 0.05
#: A sample that lacks so many points more than is usual, and far more, is named.
_FAR = 0.1
#: A group of so many samples or more in which a feature is never seen.
_NEVER = 3


def gap_panel(mod: TestedFit, data: Reading | None) -> Panel | None:
    """What is missing; none where nothing is."""
    found = completeness(mod)
    if not found.missing:
        return None
    words = [describe_completeness(found)]
    charts = [_by_feature(mod)]
    advice = None
    if data is not None and (gaps := np.isnan(data.values)).any():
        of_sample = gaps[~gaps.all(axis=1)].mean(axis=0)
        told, bad = _told(data, gaps, of_sample)
        words += told
        charts.insert(0, _by_sample(data, of_sample))
        advice = _ADVICE if bad else None
    light: Light | None = "amber" if advice else "green" if data is not None else None
    return Panel("gaps", "Missing values", tuple(words), tuple(charts), light=light, advice=advice)


_ADVICE = (
    "Values that are missing because they were low bias what is left. Compare with the measurements that were seen at "
    "all in each group, ask for more of them with lm_fit(min_observed=), on the command line --min-observed, and do "
    "not read a difference out of features that one group lacks."
)


def _told(data: Reading, gaps: BoolArray, of_sample: FloatArray) -> tuple[list[str], bool]:
    """Groups that differ, samples that lack much, features that a group never shows; and whether to worry."""
    groups = groups_that_differ(data, of_sample)
    lacking = samples_that_lack(of_sample)
    said = [f"Missing values go along with {name}: {what}." for name, what in groups]
    if len(lacking):
        each = [f"{data.names[at]} ({share(of_sample[at])})" for at in lacking]
        said.append(f"{some(each)} {agreeing(len(each), 'lacks', 'lack')} far more than is usual.")
    if not said:
        said.append(f"No group of samples lacks clearly more than another.{data.drawn}")
    said += _never_seen(data, gaps)
    return said, bool(groups or len(lacking))


def groups_that_differ(data: Reading, of_sample: FloatArray) -> list[tuple[str, str]]:
    """Factors whose levels differ in their share of missing values, by the F test over samples (Bonferroni)."""
    from scipy.stats import f_oneway

    factors = [each for each in covariates(data) if each.levels]
    differ = []
    for factor in factors:
        parts = {
            level: of_sample[factor.values == code]
            for code, level in enumerate(factor.levels)
            if (factor.values == code).sum() > 1
        }
        if len(parts) < 2 or not any(part.var() > 0 for part in parts.values()):
            continue
        p = float(f_oneway(*(np.sqrt(part) for part in parts.values())).pvalue)
        means = {level: float(part.mean()) for level, part in parts.items()}
        low, high = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
        if p * len(factors) < _LEVEL and means[high] - means[low] > _POINTS:
            differ.append((factor.name, f"{share(means[high])} in {high}, {share(means[low])} in {low}"))
    return differ


def samples_that_lack(of_sample: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Samples that lack far more than the median one, the worst first."""
    usual = float(np.median(of_sample))
    far = np.flatnonzero(of_sample - usual > max(_FAR, far_off(of_sample - usual)))
    return far[np.argsort(-of_sample[far], kind="stable")]


def _never_seen(data: Reading, gaps: BoolArray) -> list[str]:
    """Features that a whole group of a factor of the design lacks."""
    read = set(data.fit.design.levels)
    said = []
    for factor in covariates(data):
        if not factor.levels or factor.name not in read:
            continue
        each = []
        for code, level in enumerate(factor.levels):
            inside = factor.values == code
            if inside.sum() >= _NEVER:
                never = gaps[:, inside].all(axis=1) & ~gaps.all(axis=1)
                if never.any():
                    each.append(f"{int(never.sum()):,} in {level}")
        if each:
            said.append(f"Features that are never seen in a whole group of {factor.name}: {some(each)}.")
    return said


def _by_sample(data: Reading, of_sample: FloatArray) -> Chart:
    at = np.arange(1.0, len(of_sample) + 1.0)
    return Chart(
        id="gaps.samples",
        title="Missing values of each sample",
        x=SAMPLE_AXIS,
        y=Axis("share of features", zero=True),
        layers=(Points(at, of_sample, Text.of(data.names), colour_by=covariates(data) or None, size=4.0),),
        alt=f"Share of missing values of {counted(len(at), 'sample')}, from {share(of_sample.min())} to "
        f"{share(of_sample.max())}.",
    )


def _by_feature(mod: TestedFit) -> Chart:
    n = mod.fit.plan.n_used
    lacking = np.maximum(n - mod.fit.record.n_observed, 0)
    step = max(1, -(-(n + 1) // _BINS))
    edges = np.arange(0, n + step + 1, step, dtype=np.float64)
    counts = np.histogram(lacking, edges)[0]
    whole = int((lacking == 0).sum())
    kept = int(counts.nonzero()[0].max()) + 1
    return Chart(
        id="gaps.features",
        title="Samples that a feature lacks",
        x=Axis("samples without a value", zero=True),
        y=Axis("features", zero=True),
        layers=(Bars(edges[:kept], edges[1 : kept + 1], counts[:kept], colour=0),),
        alt=f"Histogram of how many samples each feature lacks; {counted(whole, 'feature')} "
        f"{agreeing(whole, 'lacks', 'lack')} none.",
    )
