"""How far two annotations of samples go along, each a factor or a number."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.shared_variation import share_between

Measure: TypeAlias = Literal["Cramér's V", "R2", "r"]
Relation: TypeAlias = Literal["", "same", "first tells second", "second tells first"]


class Association(NamedTuple):
    """How far two annotations go along.

    Attributes
    ----------
    measure : str
        Cramér's V of two factors, R2 of a number explained by a factor, correlation r of two numbers.
    value : float
        As the measure has it; NaN where one of them is constant.
    strength : float
        From 0 to 1 on the scale of a correlation, less what chance gives to few samples in many groups.
    relation : str
        Of two factors: whether they divide the samples alike, or one tells the other wholly.
    """

    measure: Measure
    value: float
    strength: float
    relation: Relation = ""


def crossing(a: IntArray, b: IntArray) -> IntArray:
    """Samples of each pair of levels, (levels of a, levels of b)."""
    shape = int(a.max()) + 1, int(b.max()) + 1
    return np.bincount(a * shape[1] + b, minlength=shape[0] * shape[1]).reshape(shape).astype(np.intp)


def of_factors(a: IntArray, b: IntArray) -> Association:
    """Cramér's V of two factors (n,), with Bergsma's correction (2013) for its strength.

    Bergsma, Journal of the Korean Statistical Society 42, 323-328.
    """
    table = crossing(a, b)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    (r, c), n = table.shape, int(table.sum())
    if min(r, c) < 2:
        return Association("Cramér's V", float("nan"), 0.0)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    phi2 = float((np.square(table - expected) / expected).sum()) / n
    relation = _relation(table)
    known = max(0.0, phi2 - (r - 1) * (c - 1) / (n - 1))
    most = min(side - (side - 1) ** 2 / (n - 1) for side in (r, c)) - 1.0
    strength = np.sqrt(min(known / most, 1.0)) if most > 0 else 0.0
    value = np.sqrt(min(phi2 / (min(r, c) - 1), 1.0))
    return Association("Cramér's V", float(value), 1.0 if relation == "same" else float(strength), relation)


def _relation(table: IntArray) -> Relation:
    first = bool(((table > 0).sum(axis=1) == 1).all())
    second = bool(((table > 0).sum(axis=0) == 1).all())
    if first and second:
        return "same"
    return "first tells second" if first else "second tells first" if second else ""


def of_number_and_factor(x: FloatArray, codes: IntArray) -> Association:
    """Share of the variance of a number (n,) that lies between the levels of a factor (n,)."""
    n, groups = len(x), len(np.unique(codes))
    if groups < 2 or n < 2 or np.ptp(x) == 0.0:
        return Association("R2", float("nan"), 0.0)
    sizes = np.bincount(codes)
    held = sizes > 0
    centred = x - x.mean()
    sums = np.bincount(codes, weights=centred)[held]
    r2 = float((np.square(sums) / sizes[held]).sum() / np.square(centred).sum())
    return Association("R2", min(r2, 1.0), float(np.sqrt(share_between(x, codes))))


def of_numbers(x: FloatArray, y: FloatArray) -> Association:
    """Correlation of two numbers (n,)."""
    n = len(x)
    if n < 2 or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return Association("r", float("nan"), 0.0)
    x, y = x - x.mean(), y - y.mean()
    r = float(np.clip(x @ y / np.sqrt((x @ x) * (y @ y)), -1.0, 1.0))
    adjusted = 1.0 - (1.0 - r * r) * (n - 1) / (n - 2) if n > 2 else 0.0
    return Association("r", r, float(np.sqrt(max(adjusted, 0.0))))
