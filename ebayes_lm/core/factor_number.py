"""How many factors many rows share: those that lower the error of rows that took no part in finding them."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.factor_analysis import (
    ROUGHLY_AT_REST,
    Rows,
    factor_analysis,
    noise,
    rows_of,
    weights_of,
)

#: Parts of the rows; each is predicted from factors of all others.
_PARTS = 10
#: A factor is worth its loadings where it carries twice the noise of a direction: once goes away with it, and once
#: comes back as the error of the loadings.
_WORTH = 2.0
#: Variances are those beside so many more factors than were found so far, lest a factor hide in them.
_AHEAD = 2
_MOST_ROUNDS = 12


def number_of_factors(rows: FloatArray | Rows, seed: int | None, *, lost: FloatArray | None = None) -> int:
    """Number of factors in rows (G, m), m / 2 at most.

    Rows are divided into parts at random. Factors of the other rows are directions in which those of a part carry
    more than noise, or not: this is bi-cross-validation (Owen & Wang 2016, Statistical Science 31, 119-139) where rows
    are so many more than columns that all columns can be used, the cost of loadings being known. Rows count by their
    noise, at first by their variance as a whole, then by that beside the factors found.
    """
    rows = rows_of(rows)
    g, m = rows.shape
    most = min(m // 2, m - 2)
    if most < 1 or g < 2 * _PARTS:
        return 0
    free = m - (0.0 if lost is None else lost)
    squares = rows.squares()
    order = np.random.default_rng(0 if seed is None else seed).permutation(g)
    parts = np.array_split(order, _PARTS)
    variances, k, ahead = noise(squares, free), 0, min(_AHEAD, most)
    for turn in range(_MOST_ROUNDS):
        weights = weights_of(variances, squares, m)
        found = _worthwhile(rows.crosses(weights, parts), most, ahead)
        if turn and found <= k:
            break
        k, ahead = found, min(found + _AHEAD, most)
        # those ahead are mostly noise, which comes to rest late
        variances = factor_analysis(rows, ahead, lost=lost, at_rest=ROUGHLY_AT_REST, telling=k).variances
    return k


def _worthwhile(crosses: list[FloatArray], most: int, ahead: int) -> int:
    """How many directions carry enough in rows that took no part, given cross products of the parts."""
    parts = np.asarray(crosses)
    total = parts.sum(axis=0)
    directions = np.linalg.eigh(total - parts).eigenvectors[:, :, ::-1][:, :, :most]
    energy = np.einsum("pij,pij->j", directions, parts @ directions)
    level = (np.trace(total) - energy[:ahead].sum()) / (len(total) - ahead)
    if not level > 0:
        return 0
    gain = np.cumsum(energy / level - _WORTH)
    return int(gain.argmax()) + 1 if gain.max() > 0 else 0
