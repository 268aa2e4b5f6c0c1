"""Families of comparisons between the levels of a factor, written by nobody."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from ebayes_lm.design.conditions import cond
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import DesignError, listing, nearest


def pairwise(design: Design, factor: str) -> pd.DataFrame:
    """Differences of all pairs of levels, ``"B - A"`` for every B after A; coefficients x contrasts.

    Other factors stand at their reference, numbers at their mean.

    Raises
    ------
    DesignError
        The design has no such factor.
    """
    levels = _levels(design, factor)
    means = {level: cond(design, **{factor: level}) for level in levels}
    return pd.DataFrame({f"{b} - {a}": means[b] - means[a] for a, b in combinations(levels, 2)})


def one_against_rest(design: Design, factor: str) -> pd.DataFrame:
    """Each level against the mean of all others, ``"A - rest"``; coefficients x contrasts.

    Every other level counts the same, whatever the number of its samples. Other factors stand at their reference,
    numbers at their mean.

    Raises
    ------
    DesignError
        The design has no such factor.
    """
    levels = _levels(design, factor)
    means = pd.DataFrame({level: cond(design, **{factor: level}) for level in levels})
    return pd.DataFrame({f"{one} - rest": means[one] - means.drop(columns=one).mean(axis=1) for one in levels})


def _levels(design: Design, factor: str) -> list[str]:
    known = design.levels if design.recipe.factors else {}
    if not isinstance(factor, str) or factor not in known:
        there = f"its factors are {listing(known, 10)}.{nearest(factor, known)}" if known else "it has no factor"
        raise DesignError(f"{factor!r} is not a factor of the design; {there}")
    return known[factor]
