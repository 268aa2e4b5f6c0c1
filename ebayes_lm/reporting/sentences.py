"""An analysis in sentences: what was compared, on which samples, with which prior, and what came out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm.errors import agreeing, counted, joined
from ebayes_lm.reporting.informing import Informing
from ebayes_lm.results.tested import TestedFit

#: Groups of samples that are listed one by one; more are counted.
_MOST_GROUPS = 8
#: Levels that mean nothing without their factor, as numbers do.
_ANSWERS = {"true", "false", "yes", "no"}


def spoken(factor: str, level: str) -> str:
    """A level as it can stand by itself: with its factor where it is a number, or an answer.

    >>> spoken("batch", "2"), spoken("group", "treated"), spoken("smoker", "no")
    ('batch 2', 'treated', 'smoker no')
    """
    bare = level.replace(".", "", 1).lstrip("-").isdecimal() or level.lower() in _ANSWERS
    return f"{factor} {level}" if bare else level


def title(informing: Informing) -> str:
    """What is compared: two levels of one factor as such, anything else by its name."""
    compared = informing.compared
    if len(compared) == 1:
        ((name, nets),) = compared.items()
        up = [spoken(name, level) for level, net in nets.items() if abs(net - 1.0) < 1e-6]
        down = [spoken(name, level) for level, net in nets.items() if abs(net + 1.0) < 1e-6]
        if len(nets) == 2 and up and down:
            return f"{up[0]} against {down[0]}"
    return informing.name


def equation(weights: pd.Series[float]) -> str:
    """A contrast as a sum of coefficients.

    >>> equation(pd.Series([-1.0, 0.5, 0.5], index=["A", "B", "C"]))
    '0.5 B + 0.5 C - A'
    """
    text = ""
    used = weights[weights != 0.0]
    for name in sorted(used.index, key=lambda n: used[n] < 0):
        size = f"{abs(used[name]):.6g}"
        sign = "-" if used[name] < 0 else "+"
        lead = f" {sign} " if text else sign.replace("+", "")
        text += f"{lead}{name}" if size == "1" else f"{lead}{size} {name}"
    return text or "0"


def describe_informing(informing: Informing) -> str:
    """Which samples a comparison rests on, and why the others do not speak."""
    inside, every = informing.informing, informing.factors
    n, total = len(inside), len(every)
    idle = len(informing.idle)
    if n == total - idle:
        what = joined(_counts(informing, inside))
        every_one = f"All {n:,}" if not idle else f"All {n:,} of {total:,} samples that have a weight"
        return f"{every_one}{'' if idle else ' samples'} inform it{f': {what}' if what else ''}."
    blocks = [b for b in informing.held_equal if inside[b].nunique() < every[b].nunique()]
    if not blocks:
        what = joined(_counts(informing, inside))
        lead = f"{n:,} of {total:,} samples inform it{f': {what}' if what else ''}."
    else:
        lead = _in_blocks(informing, blocks[0])
    zero = f" {counted(idle, 'sample')} of weight zero {agreeing(idle, 'takes', 'take')} no part." if idle else ""
    return f"{lead} {_rest(total - n - idle)}{zero}"


def _in_blocks(informing: Informing, block: str) -> str:
    """The same where a factor that is held equal decides which samples speak."""
    inside, total = informing.informing, len(informing.factors)
    present = [level for level in informing.levels[block] if level in set(inside[block])]
    both = [level for level in informing.blocks_with_both_sides(block) if level in present]
    sides = joined(_sides(informing))
    n = len(inside)
    if len(present) == 1:
        only = f", the only {block} that holds both {sides}" if both and sides else ""
        what = joined(_counts(informing, inside))
        where = f"{block} {present[0]}{only}"
        return f"It rests on the {n:,} of {total:,} samples in {where}{f': {what}' if what else ''}."
    groups = [joined(_counts(informing, inside[inside[block] == level])) for level in present]
    listed = [
        f"{block} {level}" + (f" ({group})" if group else "") for level, group in zip(present, groups, strict=True)
    ]
    where = "; ".join(listed) if len(listed) <= _MOST_GROUPS else f"{len(listed):,} levels of {block}"
    indirect = ""
    if sides and not both:
        between = joined(_between(informing))
        way = f"by way of {between}" if between else "by way of other factors"
        indirect = f" No {block} holds both {sides}, so the comparison is indirect, {way}."
    return f"{n:,} of {total:,} samples inform it: {where}.{indirect}"


def _rest(n: int) -> str:
    them = (
        "other sample has no weight in the estimate and helps"
        if n == 1
        else "others have no weight in the estimate and help"
    )
    return f"The {f'{n:,} ' if n > 1 else ''}{them} only to estimate the variance."


def _sides(informing: Informing) -> list[str]:
    """Levels on either side, of a comparison within one factor; those with positive weight first."""
    compared = informing.compared
    if len(compared) != 1:
        return []
    ((name, nets),) = compared.items()
    return [spoken(name, level) for level in sorted(nets, key=lambda level: nets[level] < 0)]


def _between(informing: Informing) -> list[str]:
    """Levels that lend a hand without being compared."""
    compared = informing.compared
    if len(compared) != 1:
        return []
    ((name, nets),) = compared.items()
    inside = set(informing.informing[name])
    return [spoken(name, level) for level in informing.levels[name] if level in inside and level not in nets]


def _counts(informing: Informing, rows: pd.DataFrame) -> list[str]:
    """Samples per level of the compared factors, such as "14 Cancer"."""
    names = list(informing.compared)
    if not names:
        return []
    words = pd.DataFrame({name: [spoken(name, level) for level in rows[name]] for name in names}, index=rows.index)
    of = "" if words.equals(rows[names].astype(words.dtypes)) else "of "
    cells = words.agg(" ".join, axis=1).value_counts(sort=False)
    if len(names) == 1:
        order = [*_sides(informing), *(spoken(names[0], level) for level in informing.levels[names[0]])]
        cells = cells.loc[sorted(cells.index, key=order.index)]
    if len(cells) > _MOST_GROUPS:
        return [f"{len(cells):,} groups of {joined(names)}"]
    return [f"{count:,} {of}{cell}" for cell, count in cells.items()]


def describe_data(mod: TestedFit) -> str:
    """Size of the problem in one sentence."""
    n, used = mod.design.shape[0], mod.fit.plan.n_used
    df = np.unique(mod.df_residual.to_numpy())
    each = f"{df[0]:.4g}" if len(df) == 1 else f"{df[0]:.4g} to {df[-1]:.4g}"
    where = counted(n, "sample") if used == n else f"{used:,} of {n:,} samples, the others having weight zero"
    return (
        f"{counted(mod.shape[0], 'feature')} on {where}; {counted(mod.rank, 'coefficient')} "
        f"{agreeing(mod.rank, 'is', 'are')} estimated, which leaves {each} residual "
        f"{'degree' if each == '1' else 'degrees'} of freedom per feature."
    )


def describe_prior(mod: TestedFit) -> str:
    """The prior of the variances in some sentences."""
    if not mod.is_moderated:
        return "Every feature is tested with its own variance alone; nothing is moderated."
    if mod.prior.method == "none":
        return "There are too few features to learn a prior from; each is tested with its own variance."
    df = float(mod.prior.df2)
    where = _location(mod)
    how = f" Estimated by {mod.prior.method}{_outliers(mod)}."
    if np.isinf(df):
        return (
            f"Variances are replaced by {where}: its degrees of freedom d0 are infinite, because the variances differ "
            f"no more than chance explains.{how}"
        )
    own = float(np.nanmedian(mod.df_residual))
    share = df / (df + own)
    part = "over 99%" if share > 0.995 else f"{share:.0%}"
    return (
        f"Variances are drawn towards {where}. It counts for d0 = {_df(df)} degrees of freedom beside the {own:.4g} of "
        f"a feature, so {part} of a moderated variance is prior.{how}"
    )


def _df(df: float) -> str:
    return f"{df:.3g}" if df < 1000.0 else f"{df:,.0f}"


def _location(mod: TestedFit) -> str:
    scale = np.sqrt(np.asarray(mod.prior.scale, dtype=np.float64))
    if scale.ndim == 0:
        return f"a common prior, standard deviation s0 = {scale:.4g}"
    low, high = np.nanmin(scale), np.nanmax(scale)
    return f"a prior that follows average expression, standard deviation s0 from {low:.4g} to {high:.4g}"


def _outliers(mod: TestedFit) -> str:
    low = lowest_df(mod)
    return "" if low is None else f"; d0 is lower where a variance stands out, down to {_df(low)}"


def lowest_df(mod: TestedFit) -> float | None:
    """The fewest prior df of a feature, where a robust prior has lowered them for outlying variances."""
    shrunk = mod.prior.df2_shrunk
    low = np.inf if shrunk is None else float(np.nanmin(shrunk))
    return low if low < mod.prior.df2 else None


def _be(number: int) -> str:
    return agreeing(number, "is", "are")


def describe_decisions(counts: pd.Series[int], informing: Informing, fdr: float, lfc: float | None = None) -> str:
    """How many features are up and down, and by more than what."""
    parts = title(informing).split(" against ")
    up, down = (f"higher in {parts[0]}", "lower") if len(parts) == 2 else ("up", "down")
    beyond = "" if lfc is None else f" by more than {lfc:g} (TREAT)"
    return (
        f"At a false discovery rate of {fdr:.3g}, {counts['Up']:,} of {counts.sum():,} features {_be(counts['Up'])} "
        f"{up}{beyond}, {counts['Down']:,} {_be(counts['Down'])} {down}, and {counts['NotSig']:,} "
        f"{_be(counts['NotSig'])} not significant."
    )
