"""Surrogate variables by weighted effects: sums of features, weighted by how far these follow what residuals share."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.qr import pivoted_qr

#: Effects below this share of the values are rounding.
_NOISE = 1e-13
#: Rows that are factored at once.
_PIECE = 2000


def weighted_effects(y: FloatArray, x: FloatArray, count: int, *, by_sd: bool) -> FloatArray:
    """Surrogate variables (n, k) of rows (G, n) beside a design (n, p), each with mean square one.

    A surrogate variable is the sum of all rows, weighted by a left singular vector of their effects in the residual
    space of the design. With ``by_sd`` they are found one after another, each of them then part of the design, and rows
    weigh by their residual standard deviation, too. There are fewer than ``count`` where no more effects are left.

    Their largest entry is positive.
    """
    y = np.ldexp(y, -int(np.frexp(np.abs(y).max(initial=0.0))[1]))
    found = np.empty((len(x), 0))
    while found.shape[1] < count:
        whole = np.column_stack([x, found])
        more = _leading(y, whole, 1, by_sd=True) if by_sd else _leading(y, whole, count, by_sd=False)
        found = np.column_stack([found, more])
        if not by_sd or not more.shape[1]:
            break
    return found


def _leading(y: FloatArray, x: FloatArray, count: int, *, by_sd: bool) -> FloatArray:
    effects = y @ _residual_basis(x)
    if not effects.shape[1]:
        return np.empty((len(x), 0))
    sd = np.sqrt(np.mean(np.square(effects), axis=1, keepdims=True)) if by_sd else 1.0
    weighted = effects * sd
    # factors of pieces that stay in the cache have the right singular vectors of the whole
    pieces = [np.linalg.qr(weighted[at : at + _PIECE], mode="r") for at in range(0, len(weighted), _PIECE)]
    _, singular, directions = np.linalg.svd(np.linalg.qr(np.concatenate(pieces), mode="r"))
    there = np.count_nonzero(singular > _NOISE * np.linalg.norm(y) * np.max(sd))
    sums = ((weighted @ directions[: min(count, there)].T) * sd).T @ y
    scaled: FloatArray = (sums / np.sqrt(np.mean(np.square(sums), axis=1, keepdims=True))).T
    largest = scaled[np.abs(scaled).argmax(axis=0), np.arange(scaled.shape[1])]
    signed: FloatArray = scaled * np.sign(largest)
    return signed


def _residual_basis(x: FloatArray) -> FloatArray:
    """Orthonormal columns (n, n - rank) that the design leaves."""
    qr = pivoted_qr(x)
    basis: FloatArray = np.linalg.qr(qr.q, mode="complete")[0][:, qr.rank :]
    return basis
