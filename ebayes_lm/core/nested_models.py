"""Two designs, one within the other, with and without further columns: F tests by projection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.ols import ZERO_VARIANCE
from ebayes_lm.core.qr import RANK_TOLERANCE, pivoted_qr
from ebayes_lm.core.row_layout import squared_lengths


@dataclass(frozen=True, eq=False)
class NestedModels:
    """A null design within a design, as orthonormal bases.

    Attributes
    ----------
    null : (n, p0) array
        Basis of the null design.
    interest : (n, d) array
        Basis of what the design adds to it.
    """

    null: FloatArray
    interest: FloatArray

    @classmethod
    def of(cls, design: FloatArray, null: FloatArray) -> NestedModels:
        """From matrices; the null design may have columns in common with the design, and either may be singular."""
        inner = pivoted_qr(null).q
        both = pivoted_qr(np.hstack([inner, design])).q
        return cls(inner, both[:, inner.shape[1] :])

    @property
    def df_residual(self) -> int:
        """Samples less the rank of the design."""
        n, p0 = self.null.shape
        return int(n - p0 - self.interest.shape[1])

    def residuals(self, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What the design leaves of rows (g, n), and squares (g,) of what the null design does, NaN for rounding."""
        basis, p0 = np.hstack([self.null, self.interest]), self.null.shape[1]
        along = y @ basis
        rest = along @ basis.T
        np.subtract(y, rest, out=rest)
        squares = squared_lengths(rest) + squared_lengths(along[:, p0:])
        rounding = squares <= ZERO_VARIANCE**2 * (squares + squared_lengths(along[:, :p0]))
        return rest, np.where(rounding, np.nan, squares)

    def beside(self, hidden: FloatArray) -> Directions:
        """Bases of what hidden variables (n, k) add to the null design, and the design to both."""
        p0, k = self.null.shape[1], hidden.shape[1]
        q, r = np.linalg.qr(np.hstack([self.null, hidden, self.interest]))
        left = np.abs(np.diag(r))[p0:]
        df = len(q) - p0 - k
        return Directions(q[:, p0:], k, df, bool((left < RANK_TOLERANCE).any()))

    def explained(self, hidden: FloatArray) -> FloatArray:
        """Share (k,) of what the null design leaves of each hidden variable (n, k) that the design explains."""
        left = hidden - self.null @ (self.null.T @ hidden)
        squares = np.sum(np.square(left), axis=0)
        taken = np.sum(np.square(self.interest.T @ left), axis=0)
        shares: FloatArray = np.divide(taken, squares, out=np.zeros_like(taken), where=squares > ZERO_VARIANCE)
        return shares


class Directions(NamedTuple):
    """Orthonormal directions (n, k + d): of k hidden variables beside a null design, then of terms beside both.

    ``df`` are samples less those of null design and hidden variables. ``degenerate`` says that these and the terms are
    not independent of each other.
    """

    basis: FloatArray
    k: int
    df: int
    degenerate: bool

    @property
    def df_hidden(self) -> tuple[int, int]:
        """Of the F statistics of hidden variables."""
        return self.k, self.df

    @property
    def df_interest(self) -> tuple[int, int]:
        """Of the F statistics of terms."""
        d = self.basis.shape[1] - self.k
        return d, self.df - d

    def f_statistics(self, y: FloatArray, left: FloatArray) -> tuple[FloatArray, ...]:
        """F of hidden variables beside the null design, and of the terms beside both, for rows (g, n).

        ``left`` (g,) is what the null design leaves of them; where that is NaN, F is.
        """
        squares = np.square(self.basis.T @ y.T)
        by_hidden, by_interest = squares[: self.k].sum(axis=0), squares[self.k :].sum(axis=0)
        beside = np.maximum(left - by_hidden, 0.0)
        rest = np.maximum(beside - by_interest, 0.0)
        return _f(by_hidden, beside, self.df_hidden), _f(by_interest, rest, self.df_interest)


def _f(squares: FloatArray, rest: FloatArray, df: tuple[int, int]) -> FloatArray:
    """F statistics; infinite where nothing is left of a row, NaN without terms."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(rest == 0.0, np.inf, (squares / df[0]) / (rest / df[1])))
