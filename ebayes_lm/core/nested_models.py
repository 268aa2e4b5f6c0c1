"""Two designs, one within the other, with and without further columns: F tests by projection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import fdtrc

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.ols import ZERO_VARIANCE
from ebayes_lm.core.qr import RANK_TOLERANCE, pivoted_qr


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

    def residual_basis(self) -> FloatArray:
        """Orthonormal basis (n, df_residual) of what the design leaves."""
        whole = np.hstack([self.null, self.interest])
        return np.linalg.qr(whole, mode="complete").Q[:, whole.shape[1] :]

    def beside(self, hidden: FloatArray) -> Directions:
        """Bases of what hidden variables (n, k) add to the null design, the design to both, and the rest."""
        p0, k, d = self.null.shape[1], hidden.shape[1], self.interest.shape[1]
        q, r = np.linalg.qr(np.hstack([self.null, hidden, self.interest]), mode="complete")
        left = np.abs(np.diag(r))[p0:]
        return Directions(q[:, p0:], k, d, bool((left < RANK_TOLERANCE).any()))

    def explained(self, hidden: FloatArray) -> FloatArray:
        """Share (k,) of what the null design leaves of each hidden variable (n, k) that the design explains."""
        left = hidden - self.null @ (self.null.T @ hidden)
        squares = np.sum(np.square(left), axis=0)
        taken = np.sum(np.square(self.interest.T @ left), axis=0)
        shares: FloatArray = np.divide(taken, squares, out=np.zeros_like(taken), where=squares > ZERO_VARIANCE)
        return shares


class Directions(NamedTuple):
    """Orthonormal directions (n, n - p0) that the null design leaves: of k hidden variables, of d terms, the others.

    ``degenerate`` says that hidden variables, null design and terms of interest are not independent of each other.
    """

    basis: FloatArray
    k: int
    d: int
    degenerate: bool

    def p_values(self, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """F tests of rows (g, n): of hidden variables beside the null design, and of the terms of interest beside both.

        NaN for rows of which the null design leaves nothing.
        """
        effects = y @ self.basis
        bounds = (slice(self.k), slice(self.k, self.k + self.d), slice(self.k + self.d, None))
        hidden, interest, rest = (_squares(effects[:, part]) for part in bounds)
        df = self.basis.shape[1] - self.k
        size = _squares(y)
        constant = hidden + interest + rest <= ZERO_VARIANCE**2 * size
        tests = _tail(hidden, self.k, interest + rest, df), _tail(interest, self.d, rest, df - self.d)
        return tuple(np.where(constant, np.nan, p) for p in tests)  # type: ignore[return-value]


def _squares(rows: FloatArray) -> FloatArray:
    """Sums of squares of rows, without an array of squares."""
    return np.asarray(np.einsum("ij,ij->i", rows, rows))


def _tail(squares: FloatArray, df: int, rest: FloatArray, df_rest: int) -> FloatArray:
    """Upper tail of F; 0 where nothing is left of a row, 1 without a df."""
    if not df:
        return np.ones(len(squares))
    with np.errstate(divide="ignore", invalid="ignore"):
        f = (squares / df) / (rest / df_rest)
        return np.where(rest > 0.0, fdtrc(df, df_rest, f), 0.0)
