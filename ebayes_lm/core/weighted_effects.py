"""Surrogate variables by weighted effects: sums of features, weighted by how far these follow what residuals share."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.in_order import Part
from ebayes_lm.core.qr import complement, pivoted_qr
from ebayes_lm.core.signs import upright

#: Effects below this share of the values are rounding.
_NOISE = 1e-13
#: Rows that are factored at once.
_PIECE = 2000


class Rows(Protocol):
    """Rows (G, n) of complete values that are gone through block by block."""

    def folded(self, work: Callable[[FloatArray, slice], Part], join: Callable[[Part, Part], Part]) -> Part:
        """What ``work`` gives for the blocks, joined in their order."""


class Effects(NamedTuple):
    """What weighted effects of some rows come to.

    Attributes
    ----------
    triangle : (m, m) array
        With their cross product, and with digits that this would lose.
    squares : float
        Of the values.
    largest : float
        Weight.
    """

    triangle: FloatArray
    squares: float
    largest: float

    def beside(self, other: Effects) -> Effects:
        """Of these rows and those."""
        both = np.concatenate([self.triangle, other.triangle])
        return Effects(
            np.asarray(np.linalg.qr(both, mode="r")), self.squares + other.squares, max(self.largest, other.largest)
        )


def weighted_effects(rows: Rows, x: FloatArray, count: int, *, by_sd: bool, exponent: int = 0) -> FloatArray:
    """Surrogate variables (n, k) of rows (G, n) beside a design (n, p), each with mean square one.

    A surrogate variable is the sum of all rows, weighted by a left singular vector of their effects in the residual
    space of the design. With ``by_sd`` they are found one after another, each of them then part of the design, and rows
    weigh by their residual standard deviation, too. There are fewer than ``count`` where no more effects are left.
    Rows are divided by two to the power of ``exponent``, so that squares are numbers.

    Their largest entry is positive.
    """
    found = np.empty((len(x), 0))
    while found.shape[1] < count:
        weighing = _Weighing(complement(pivoted_qr(np.column_stack([x, found])).q), by_sd, exponent)
        more = _leading(rows, weighing, 1 if by_sd else count)
        found = np.column_stack([found, more])
        if not by_sd or not more.shape[1]:
            break
    return found


class _Weighing(NamedTuple):
    """How effects of rows are found, and weighted."""

    basis: FloatArray
    by_sd: bool
    exponent: int

    def of(self, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Rows (g, n) in their unit, their weights (g, 1), and weighted effects (g, m)."""
        y = np.ldexp(y, -self.exponent)
        effects = y @ self.basis
        if not self.by_sd:
            return y, np.ones((len(y), 1)), effects
        sd = np.sqrt(np.mean(np.square(effects), axis=1, keepdims=True))
        return y, sd, effects * sd

    def effects(self, y: FloatArray, _: slice) -> Effects:
        """What a block comes to."""
        y, weights, weighted = self.of(y)
        # factors of pieces that stay in the cache have the right singular vectors of the whole
        pieces = [np.linalg.qr(weighted[at : at + _PIECE], mode="r") for at in range(0, len(weighted), _PIECE)]
        triangle = np.asarray(np.linalg.qr(np.concatenate(pieces), mode="r"))
        return Effects(triangle, float(np.einsum("ij,ij->", y, y)), float(weights.max(initial=0.0)))


def _leading(rows: Rows, weighing: _Weighing, count: int) -> FloatArray:
    n, m = weighing.basis.shape
    if not m:
        return np.empty((n, 0))
    whole: Effects = rows.folded(weighing.effects, Effects.beside)
    _, singular, directions = np.linalg.svd(whole.triangle)
    there = np.count_nonzero(singular > _NOISE * np.sqrt(whole.squares) * whole.largest)
    wanted = directions[: min(count, there)].T

    def sums_of(y: FloatArray, _: slice) -> FloatArray:
        y, weights, weighted = weighing.of(y)
        return np.asarray(((weighted @ wanted) * weights).T @ y)

    sums = rows.folded(sums_of, np.add)
    return upright((sums / np.sqrt(np.mean(np.square(sums), axis=1, keepdims=True))).T)
