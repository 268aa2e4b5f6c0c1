"""What there is to say of a design, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.batch.annotations import Annotation, associated
from ebayes_lm.batch.contrast_facts import CARRIED
from ebayes_lm.batch.sentences import MOST_ALIKE, MOST_NAMED, few_of, percent, some
from ebayes_lm.core.association import Association, crossing
from ebayes_lm.core.sample_weights import carriers, is_difference
from ebayes_lm.errors import counted, joined

#: Annotations go along where the strength of their association is above this, on the scale of a correlation.
TOGETHER = 0.5
#: Adjustment is worth a word where it multiplies a variance by more than this.
COSTLY = 1.5
#: An annotation that is left out, where it takes more than this share of a contrast beyond chance.
_SHARE = 0.25
#: Residual df that are few.
_FEW_DF = 2
#: A contrast rests on few samples where so few make up most of its variance.
_FEW_SAMPLES = 2
#: A mean below this share of the largest value is rounding.
_NOTHING = 1e-12


def describe_df(df: int) -> Iterator[str]:
    """Residual df, where they are few."""
    if df == 0:
        yield (
            "Every sample is fitted exactly: no residual degree of freedom is left, and no variance can be estimated. "
            "Take terms out, or add samples."
        )
    elif df <= _FEW_DF:
        yield (
            f"{counted(df, 'residual degree')} of freedom {'is' if df == 1 else 'are'} left: the variance of a feature "
            "is known poorly, and tests lean on the prior that all features share."
        )


def describe_aliasing(dependencies: Iterable[str], lost: list[str]) -> Iterator[str]:
    """Which contrasts cannot be estimated, and why."""
    told = list(dependencies)
    if told:
        why = f"The design is not of full rank: {'; '.join(told)}."
        yield f"{why} It leaves {some(lost)} without an estimate." if lost else why
    elif lost:
        yield f"{some(lost)} cannot be estimated from these samples."


def describe_exact(leverage: pd.Series[float], df: int) -> Iterator[str]:
    """Samples that are fitted exactly, where not all are."""
    exact = [str(name) for name in leverage.index[leverage.to_numpy() == 1.0]]
    if df and exact:
        verb, tell = ("is", "tells") if len(exact) == 1 else ("are", "tell")
        yield f"S{_samples(exact)[1:]} {verb} fitted exactly (leverage 1), and {tell} nothing about variance."


def describe_cost(comparisons: pd.DataFrame, n: int) -> Iterator[str]:
    """Contrasts whose variance the rest of the design inflates."""
    inflation = comparisons["variance_inflation"]
    costly = comparisons[np.isfinite(inflation) & (inflation >= COSTLY)]
    for terms, rows in costly.groupby("adjusted_for", sort=False):
        parts = [
            f"of {name} by {_number(ratio)} ({_left(n, ratio)})" for name, ratio in rows["variance_inflation"].items()
        ]
        yield f"Adjusting for {terms} multiplies the variance {some(parts, MOST_ALIKE)}."


def _number(ratio: float) -> str:
    return f"{ratio:.2g}" if ratio < 99.5 else f"{ratio:,.0f}"


def _left(n: int, ratio: float) -> str:
    """What a variance so much larger is worth in samples."""
    left = round(n / ratio)
    return f"as if {left:,} of {n:,} samples were left" if left > 1 else "as if hardly a sample were left"


def describe_informing(comparisons: pd.DataFrame, weights: pd.DataFrame) -> Iterator[str]:
    """Contrasts that rest on few samples, that adjustment takes samples from, or that it makes indirect."""
    known = comparisons[comparisons["estimable"]]
    yield from few_of(_resting(known.index, weights), "contrasts; .comparisons has all")
    for terms, rows in known[known["silenced"] > 0].groupby("adjusted_for", sort=False):
        yield _silenced(str(terms), rows)
    for terms, rows in known[known["drawn_in"] > 0].groupby("adjusted_for", sort=False):
        yield _indirect(str(terms), rows["drawn_in"])


def _resting(names: Iterable[Any], weights: pd.DataFrame) -> Iterator[str]:
    for name in names:
        a = weights[name].to_numpy(dtype=np.float64)
        few = carriers(a, CARRIED)
        if len(few) <= _FEW_SAMPLES < len(a) and is_difference(a):
            share = np.square(a[few]).sum() / np.square(a).sum()
            who = _samples([str(sample) for sample in weights.index[few]])
            yield f"{name} rests on {who}: {percent(share)} of its variance comes from there."


def _silenced(terms: str, rows: pd.DataFrame) -> str:
    """Samples that adjustment for some terms takes from contrasts."""
    found = [(name, int(row["silenced"]), int(row["informing_unadjusted"])) for name, row in rows.iterrows()]
    if len(found) == 1:
        ((name, left, direct),) = found
        say, help_ = ("says", "it helps") if left == 1 else ("say", "they help")
        return (
            f"With {terms} adjusted for, {left:,} of the {direct:,} samples that {name} compares {say} nothing about "
            f"it; {help_} only to estimate the variance."
        )
    parts = [f"{left:,} of {direct:,} of {name}" for name, left, direct in found]
    return (
        f"With {terms} adjusted for, some of the samples that contrasts compare say nothing about them, and help only "
        f"to estimate the variance: {some(parts, MOST_ALIKE)}."
    )


def _indirect(terms: str, drawn: pd.Series[int]) -> str:
    """Contrasts in which samples of other groups take part, by way of some terms."""
    names = [str(name) for name in drawn.index]
    (first, *more), are = zip(names, drawn, strict=True), len(names) > 1
    told = f"{counted(int(first[1]), 'sample')} of other groups {'takes' if first[1] == 1 else 'take'} part in "
    parts = [f"{told}{first[0] if are else 'it'}", *(f"{int(number):,} in {name}" for name, number in more)]
    kind = "are in part indirect comparisons" if are else "is in part an indirect comparison"
    return f"{some(names, MOST_ALIKE)} {kind}: {some(parts, MOST_ALIKE)}, by way of {terms}."


def describe_pairs(annotations: list[Annotation], interest: list[str]) -> Iterator[str]:
    """Annotations in the design that go along with one of interest, whose terms come in the order of the design."""
    yield from few_of(_pairs([a for a in annotations if a.terms], interest), "pairs; .associations has all")


def _pairs(inside: list[Annotation], interest: list[str]) -> Iterator[str]:
    for pair in combinations(inside, 2):
        first, second = sorted(pair, key=lambda a: _rank(a, interest))
        if _rank(first, interest) < len(interest):
            found, _ = associated(first, second)
            if goes_along(found):
                yield f"{second.name} {along_with(first, second, found)}."


def _rank(annotation: Annotation, interest: list[str]) -> int:
    """Where an annotation stands among the terms of interest; after all of them where it is in none."""
    return min((interest.index(term) for term in annotation.terms if term in interest), default=len(interest))


def goes_along(found: Association) -> bool:
    """Whether an association is worth a word."""
    return found.strength >= TOGETHER or found.relation != ""


def describe_left_out(annotations: list[Annotation], interest: list[str], costs: pd.DataFrame) -> Iterator[str]:
    """Annotations that the design leaves out and that go along with a term of interest, or explain a contrast."""
    inside = [a for a in annotations if _rank(a, interest) < len(interest)]
    sentences: list[str] = []
    numbers: list[str] = []
    for out in (a for a in annotations if not a.terms):
        related = [(a, found) for a in inside if goes_along(found := associated(a, out)[0])]
        if any(found.relation == "first tells second" for _, found in related):  # the design knows it already
            continue
        said = ""
        if related:
            a, found = max(related, key=lambda pair: (pair[1].relation != "", pair[1].strength))
            said = along_with(a, out, found)
        if out.is_running_number:
            numbers += [_of_running_number(out.name, said)] if said else []
            continue
        cost = _cost(costs.loc[[out.name]].iloc[0])
        if related or cost:
            beside = f", and {said}" if said else ""
            sentences.append(f"{out.name} is not in the design{beside}.{f' {cost}' if cost else ''}")
    yield from few_of(sentences, "annotations; .left_out has all")
    yield from few_of(numbers, "annotations; .left_out has all")


def _of_running_number(name: str, said: str) -> str:
    return (
        f"{name} numbers the samples, and looks like an identifier. If they were processed in that order, mind that it "
        f"{said}."
    )


def describe_terms() -> Iterator[str]:
    """How to hear of less."""
    yield (
        "All terms count alike here: name those that the analysis is about by of_interest= of model_matrix(), or give "
        "contrasts=, to hear of them alone."
    )


def _cost(row: pd.Series[float]) -> str:
    """What taking an annotation in would do to the contrasts."""
    inflation, beyond = row.xs("variance_inflation", level=1), row.xs("beyond_chance", level=1)
    lost = [str(name) for name in inflation.index if np.isinf(inflation[name])]
    dear = [name for name in inflation.index if np.isfinite(inflation[name]) and beyond[name] >= _SHARE]
    parts = [f"leave {some(lost, MOST_ALIKE)} without an estimate"] if lost else []
    if dear:
        factors = [f"of {name} by {_number(inflation[name])}" for name in dear]
        parts.append(f"multiply the variance {some(factors, MOST_ALIKE)}")
    return f"Taking it in would {joined(parts)}." if parts else ""


def along_with(a: Annotation, b: Annotation, found: Association) -> str:
    """What is to be said of b beside a, without a full stop."""
    if found.relation == "same":
        return f"divides the samples as {a.name} does, so that neither can be told from the other"
    if found.measure == "r":
        return f"goes along with {a.name} (correlation {found.value:.2f})"
    if found.measure == "R2" and a.is_factor:
        return f"differs between levels of {a.name} (R2 {found.value:.2f}): {_means(b, a)}"
    if found.measure == "R2":
        return f"goes along with {a.name} (R2 {found.value:.2f}): {_means(a, b)}"
    if found.relation == "second tells first":
        return f"tells {a.name} wholly: each of its levels lies within one of {a.name}"
    if found.relation == "first tells second":
        return f"is told wholly by {a.name}: each level of {a.name} lies within one of its own"
    return f"goes along with {a.name} (Cramér's V {found.value:.2f}): {_placed(a, b)}"


def _means(number: Annotation, factor: Annotation) -> str:
    both = number.known & factor.known
    values: FloatArray = number.data[both].astype(np.float64)
    codes = factor.codes[both]
    means = [(level, values[codes == i].mean()) for i, level in enumerate(factor.levels) if (codes == i).any()]
    nothing = _NOTHING * np.abs(values).max()
    means = [(level, mean if abs(mean) > nothing else 0.0) for level, mean in means]
    shown = [f"{mean:.3g} in {level}" for level, mean in means[:MOST_NAMED]]
    return f"the mean of {number.name} is {joined(shown)}" + (
        f" ({len(means)} levels in all)" if len(means) > len(shown) else ""
    )


def _placed(a: Annotation, b: Annotation) -> str:
    """Where the samples of each level lie; of many levels the one that is most on one side."""
    both = a.known & b.known
    table = crossing(a.codes[both], b.codes[both])
    if len(a.levels) <= MOST_NAMED and (table == 0).any():
        return "; ".join(
            f"{_level(a, level)} is in {b.name} {_spread(row, b)}"
            for level, row in zip(a.levels, table, strict=False)
            if row.sum()
        )
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    excess = (table - expected) / np.sqrt(np.where(expected > 0, expected, 1.0))
    i, j = np.unravel_index(int(np.argmax(excess)), table.shape)
    return (
        f"of {counted(int(table[i].sum()), 'sample')} of {_level(a, a.levels[i])}, {table[i, j]:,} "
        f"{'is' if table[i, j] == 1 else 'are'} in {b.name} {b.levels[j]}"
    )


def _level(factor: Annotation, level: str) -> str:
    """A level in a sentence; a number says nothing without its factor."""
    return level if any(c.isalpha() for c in level) else f"{factor.name} {level}"


def _spread(row: FloatArray, b: Annotation) -> str:
    order = [int(j) for j in np.argsort(-row, kind="stable") if row[j]]
    shown = [f"{b.levels[j]} ({int(row[j]):,})" for j in order[:MOST_NAMED]]
    if len(order) > len(shown):
        shown.append(f"{len(order) - len(shown)} more")
    return joined(shown)


def _samples(names: list[str]) -> str:
    return f"{'sample' if len(names) == 1 else 'samples'} {some(names)}"
