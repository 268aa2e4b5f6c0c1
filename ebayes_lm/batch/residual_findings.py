"""What residuals show, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.batch.residual_advice import NEARLY, advice, quoted, shown
from ebayes_lm.batch.residual_annotations import CONSTANT, MISSING, Known, is_compared
from ebayes_lm.batch.residual_annotations import LEVEL as MEAN
from ebayes_lm.batch.residual_tables import LEVEL
from ebayes_lm.batch.sentences import percent
from ebayes_lm.errors import counted, joined

#: A component of which one sample makes up more than this is about that sample.
_ONE_SAMPLE = 0.5
#: R2 from which a component follows an annotation, and not just in part.
_CLOSELY = 0.5
#: Samples differ in level where features have more than this of a component in common.
_IN_COMMON = 0.25
#: By column of the components, from where they are about one sample, and about the level of samples.
_LIMITS = (("sample_share", _ONE_SAMPLE), ("in_common", _IN_COMMON))
#: What an annotation explains, in terms of what it would by chance, from which it is worth a word.
_MORE = 1.25
#: Without permutations a component is looked at that has so many times its even part.
_LARGE = 2.0
#: Groups whose standard deviations differ by less than this are equal enough for tests.
_RATIO = 1.3
#: A sample with more than so many times its part of the outlying features is named.
_MANY = 3.0
#: Components, samples and features that a sentence names.
_NAMED = 4


def findings(
    components: pd.DataFrame, linked: pd.DataFrame, shares: pd.DataFrame, samples: pd.DataFrame, groups: pd.DataFrame,
    facts: dict[str, float], known: Known, with_table: bool,
) -> tuple[str, ...]:  # fmt: skip
    """All there is to say, components first."""
    if facts["features"] < 2:
        return ("Of a single feature there is nothing that features could have in common", *_hidden(known, set()))
    said = [_overall(components, facts)]
    followed = _followed(components, linked, shares)
    told = {name for name, _ in followed.values()}
    beside = _in_the_noise(shares, told)
    said += _components(components, followed, shares, known, facts)
    said += _beside(beside, known)
    said += _unexplained(components, followed, with_table)
    said += _samples(samples)
    said += _groups(groups)
    said += _outlying(samples, facts)
    said += _hidden(known, told | set(beside["annotation"]))
    return tuple(said)


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    """Rows of a table, columns by name."""
    return table.itertuples()


def _some(names: list[str]) -> str:
    """The first few of some names, and how many more there are."""
    more = len(names) - _NAMED
    return joined(names) if more <= 1 else f"{', '.join(names[:_NAMED])} and {more} more"


def _overall(components: pd.DataFrame, facts: dict[str, float]) -> str:
    if facts["df_residual"] == 1:
        return "With 1 residual df all residuals go in one direction, so that there is nothing to compare"
    even = percent(1.0 / facts["df_residual"])
    first = [percent(share) for share in components["share"][:3]]
    if not facts["n_perm"]:
        listed = joined(first)
        return (
            f"The largest components of the residuals hold {listed} of the noise, where {even} each would be even; "
            "whether that is beyond chance was not looked at (n_perm=0)"
        )
    beyond = components[components["beyond_chance"]]
    if not len(beyond):
        return f"No component of the residuals is beyond chance: the largest holds {first[0]} of the noise"
    held = [percent(share) for share in beyond["share"][:3]]
    all_of_them = len(beyond) == len(components) < facts["df_residual"]
    number = f"{len(beyond)}{' or more' if all_of_them else ''} component{'s' if len(beyond) > 1 else ''}"
    largest = f"the largest with {joined(held)}" if len(beyond) > len(held) else f"with {joined(held)}"
    return f"The residuals have {number} beyond chance, {largest} of the noise ({even} each would be even)"


def _followed(components: pd.DataFrame, linked: pd.DataFrame, shares: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """The annotation that a component is said to follow, and its R2; what is made of the data comes last.

    A direction of mere noise that an annotation which explains no more than by chance happens to lie along is none.
    """
    sure = linked[linked["adj_p_value"] <= LEVEL].sort_values(["p_value", "r2"], ascending=[True, False], kind="stable")
    of = shares.set_index("annotation").loc[sure["annotation"]]
    real = components.set_index("component").loc[sure["component"], "beyond_chance"].to_numpy(dtype=np.bool_)
    sure = sure[real | (of["share"] > _MORE * of["by_chance"]).to_numpy()]
    at = components.set_index("component").loc[sure["component"]]
    alone, common = (at[name].to_numpy() > most for name, most in _LIMITS)
    made, level = (sure["annotation"].isin(names).to_numpy() for names in ([MEAN, MISSING], [MEAN]))
    plain = (sure["r2"].to_numpy() > _CLOSELY) & ~alone & (common | ~level)
    first = pd.concat([sure[~made], sure[made & plain]]).drop_duplicates("component")
    return {row.component: (row.annotation, float(row.r2)) for row in _rows(first)}


def _components(
    components: pd.DataFrame, followed: dict[str, tuple[str, float]], shares: pd.DataFrame, known: Known,
    facts: dict[str, float],
) -> Iterator[str]:  # fmt: skip
    whole = shares.set_index("annotation")
    told: set[str] = set()
    for row in _rows(components):
        alone = row.sample_share > _ONE_SAMPLE and facts["samples"] > 4
        large = row.beyond_chance or (not facts["n_perm"] and row.share * facts["df_residual"] > _LARGE)
        if row.component in followed:
            name, r2 = followed[row.component]
            yield _follows(row, name, r2, known, whole.loc[name], name in told)
            told.add(name)
        elif alone and large:
            yield (
                f"Residual {row.component}, {percent(row.share)} of the noise, is sample {quoted(row.sample)} alone "
                f"({percent(row.sample_share)} of it): see whether it belongs to the data"
            )


def _follows(row: Any, name: str, r2: float, known: Known, whole: Any, again: bool) -> str:
    verb = "follows" if r2 >= _CLOSELY else "partly follows"
    head = f"Residual {row.component}, {percent(row.share)} of the noise, {verb} {shown(name)}"
    if again:
        return f"{head}, too (R2 {r2:.2f})"
    explains = f"which explains {percent(whole['share'])} of all noise ({percent(whole['by_chance'])} by chance)"
    return f"{head} (R2 {r2:.2f}), {explains}: {advice(name, known)}"


def _in_the_noise(shares: pd.DataFrame, told: set[str]) -> pd.DataFrame:
    """Annotations that are in the noise without a component of their own."""
    made = shares["annotation"].isin([MEAN, MISSING, CONSTANT])
    more = shares["share"] > _MORE * shares["by_chance"]
    sure = shares[(shares["adj_p_value"] <= LEVEL) & more & ~made & ~shares["annotation"].isin(told)]
    return sure.sort_values("p_value", kind="stable")


def _beside(shares: pd.DataFrame, known: Known) -> Iterator[str]:
    for row in _rows(shares):
        yield (
            f"{quoted(row.annotation)} explains {percent(row.share)} of all noise ({percent(row.by_chance)} by "
            f"chance), though no component follows it alone: {advice(row.annotation, known)}"
        )


def _unexplained(components: pd.DataFrame, followed: dict[str, tuple[str, float]], with_table: bool) -> Iterator[str]:
    alone = components["sample_share"] > _ONE_SAMPLE
    open_ = components[components["beyond_chance"] & ~components["component"].isin(followed) & ~alone]
    if not len(open_):
        return
    which = _some([f"{row.component} ({percent(row.share)})" for row in _rows(open_)])
    verb, follow, it, what = (
        ("is", "follows", "it", "an unrecorded factor")
        if len(open_) == 1
        else ("are", "follow", "they", "unrecorded factors")
    )
    why = f"and {follow} nothing in the sample table" if with_table else "and there is no sample table to compare with"
    yield (
        f"Residual {which} {verb} beyond chance {why}: {it} may be biology (co-expression) or {what}, which "
        "latent_factors() or surrogate_variables() estimate"
    )


def _samples(samples: pd.DataFrame) -> Iterator[str]:
    far = samples[samples["outlying"].astype(bool)].sort_values("spread", ascending=False, kind="stable")
    if not len(far):
        return
    which = _some([f"{quoted(sample)} ({spread:.2g} times)" for sample, spread in far["spread"].items()])
    yield (
        f"{counted(len(far), 'sample')} {'scatters' if len(far) == 1 else 'scatter'} more than the others, in terms of "
        f"the median spread: {which}. array_weights(), or voom_with_quality_weights() for counts, let such samples "
        "count less"
    )


def _groups(groups: pd.DataFrame) -> Iterator[str]:
    for factor, levels in groups[groups["adj_p_value"] <= LEVEL].groupby("factor", sort=False):
        known = levels.dropna(subset=["relative_sd"])
        sd = known["relative_sd"].to_numpy()
        most, least = known.iloc[int(sd.argmax())], known.iloc[int(sd.argmin())]
        if most["relative_sd"] < _RATIO:
            continue
        yield (
            f"Residuals scatter {most['relative_sd']:.2g} times as much in samples with {quoted(factor)} "
            f"{quoted(most['level'])} (n = {most['n']}) as with {quoted(least['level'])} (n = {least['n']}): "
            f'array_weights(var_group="{factor}") gives each level its variance, '
            "voom_with_quality_weights() does so for counts"
        )


def _outlying(samples: pd.DataFrame, facts: dict[str, float]) -> Iterator[str]:
    found, expected = int(facts["outlying_features"]), facts["outlying_expected"]
    if found < 5 or found < 2.0 * expected:
        return
    counts = samples["outlying_features"].to_numpy()
    even = found / max(1, int(np.count_nonzero(samples["spread"].notna())))
    many = [at for at in np.argsort(-counts, kind="stable") if counts[at] > max(_MANY * even, 5)]
    where = ""
    if many:
        listed = _some([f"{quoted(samples.index[at])} ({int(counts[at]):,})" for at in many])
        where = f", most of all in {listed}"
    first = samples.index[int(counts.argmax())]
    then = (
        f"see first whether {quoted(first)} belongs to the data"
        if counts.max() > _ONE_SAMPLE * found
        else "ebayes(robust=True) keeps such features from swaying the others"
    )
    yield (
        f"{counted(found, 'feature')} {'has' if found == 1 else 'have'} an outlying residual, where about "
        f"{_rounded(expected)} would by chance{where}: {then}"
    )


def _rounded(number: float) -> str:
    """A number in two digits or more, without an exponent."""
    return f"{number:,.0f}" if number >= 9.5 else f"{number:.2g}"


def _hidden(known: Known, told: set[str]) -> Iterator[str]:
    """What residuals cannot show, in whole or for the most part; of the latter, what has not been told yet."""
    columns = [c for c in known.candidates if c.name not in (MEAN, MISSING, CONSTANT)]
    out = [c for c in columns if not is_compared(c)]
    within = [quoted(c.name) for c in out if not c.space.rank]
    if within:
        yield f"Not visible here, because the design holds {_them(within)}: {_some(within)}"
    beside = [c for c in columns if is_compared(c) and not c.annotation.terms and c.name not in told]
    partly = [f"{quoted(c.name)} ({percent(c.space.held)})" for c in beside if c.space.held > NEARLY]
    if partly:
        yield f"Visible here in part only, because the design holds most of {_them(partly)}: {_some(partly)}"
    saturated = [quoted(c.name) for c in out if c.space.rank]
    if saturated:
        each = "it takes" if len(saturated) == 1 else "each takes"
        yield f"Not compared, because {each} all residual df: {_some(saturated)}"
    if known.left_out:
        each = "it has" if len(known.left_out) == 1 else "each has"
        yield (
            f"Not compared, because {each} one value alone, another in every sample, or neither numbers nor groups: "
            f"{_some([quoted(name) for name in known.left_out])}"
        )


def _them(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"
