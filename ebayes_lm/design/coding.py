"""How a factor becomes columns: contrast codings, and R's rule for when all levels get one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.design.polynomials import orthogonal_polynomials


def treatment(levels: tuple[str, ...]) -> tuple[FloatArray, tuple[str, ...]]:
    """Each level but the first against the first."""
    return np.eye(len(levels))[:, 1:], levels[1:]


def sum_to_zero(levels: tuple[str, ...]) -> tuple[FloatArray, tuple[str, ...]]:
    """Each level but the last against the mean of all."""
    k = len(levels)
    return np.vstack([np.eye(k - 1), np.full((1, k - 1), -1.0)]), _numbered(k - 1)


def helmert(levels: tuple[str, ...]) -> tuple[FloatArray, tuple[str, ...]]:
    """Each level against the mean of those before it."""
    k = len(levels)
    coding = np.triu(np.full((k, k - 1), -1.0))
    coding[np.arange(1, k), np.arange(k - 1)] = np.arange(1, k)
    return coding, _numbered(k - 1)


def polynomial(levels: tuple[str, ...]) -> tuple[FloatArray, tuple[str, ...]]:
    """Orthonormal trends over equally spaced levels."""
    k = len(levels)
    scores = np.arange(k, dtype=np.float64)
    names = tuple({1: ".L", 2: ".Q", 3: ".C"}.get(degree, f"^{degree}") for degree in range(1, k))
    return orthogonal_polynomials(scores, k - 1, "contr.poly")(scores), names


Coding = Callable[[tuple[str, ...]], tuple[FloatArray, tuple[str, ...]]]
CODINGS: dict[str, Coding] = {
    "contr.treatment": treatment,
    "contr.sum": sum_to_zero,
    "contr.helmert": helmert,
    "contr.poly": polynomial,
}


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(str(i + 1) for i in range(count))


def fully_coded(terms: tuple[tuple[int, ...], ...], factors: set[int], intercept: bool) -> list[set[int]]:
    """Which factors of each term get a column for every level.

    A factor is coded by contrasts where what the term is without it lies within an earlier term (the intercept counts
    as one for main effects), and by all its levels otherwise. Without an intercept the first term that holds
    a factor codes it by all its levels, whatever numeric terms precede it. This is R's rule, as its answers show it
    (Chambers and Hastie, Statistical Models in S, 1992, 2.4).
    """
    full: list[set[int]] = []
    for i, term in enumerate(terms):
        earlier = [set(t) for t in terms[:i]] + ([set()] if intercept else [])
        rest = {v: set(term) - {v} for v in term if v in factors}
        full.append({v for v in rest if not any(rest[v] <= t for t in earlier)})
    if not intercept:
        first = next((i for i, term in enumerate(terms) if factors.intersection(term)), None)
        if first is not None:
            full[first] = factors.intersection(terms[first])
    return full
