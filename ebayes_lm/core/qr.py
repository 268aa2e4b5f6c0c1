"""Householder QR with limited column pivoting: of aliased columns, the later one loses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, IntArray

#: A column is aliased when what its predecessors leave of it is below this share of its length.
RANK_TOLERANCE = 1e-7

#: Columns are scaled by powers of two up to this, whose inverses are numbers, too.
_MOST = 1000


@dataclass(frozen=True, eq=False)
class PivotedQR:
    """``X[:, pivot] * 2**-scale = Q R``, estimable columns first and in their own order.

    What an aliased column has beyond the columns before it, less than the tolerance, is left out of ``R``.

    Attributes
    ----------
    q : (n, r) array
        Orthonormal basis of the columns that are kept.
    r : (r, p) array
        Upper trapezoidal factor of the scaled columns, in pivot order.
    pivot : (p,) integer array
        Column positions, the ``rank`` estimable ones first, the aliased ones after.
    rank : int
    scale : (p,) integer array
        Binary exponent by which each column (in pivot order) is divided, an exact operation.
    """

    q: FloatArray
    r: FloatArray
    pivot: IntArray
    rank: int
    scale: IntArray

    @property
    def estimable(self) -> IntArray:
        """Positions of the estimable columns."""
        return self.pivot[: self.rank]

    @property
    def aliased(self) -> IntArray:
        """Positions of the columns that their predecessors determine."""
        return self.pivot[self.rank :]

    def solve(self, effects: FloatArray) -> FloatArray:
        """Coefficients (g, r) from effects ``y Q`` (g, r) by back substitution."""
        solution: FloatArray = _back_substituted(self.r[:, : self.rank], effects) * self.units
        return solution

    @property
    def units(self) -> FloatArray:
        """What coefficients of the scaled columns are multiplied by, powers of two, (r,)."""
        return np.ldexp(1.0, -self.scale[: self.rank])

    def covariance_factor(self) -> FloatArray:
        """Square root L of the unscaled covariance, (r, r) with ``L L' = (X'X)^-1``."""
        return self.solve(np.eye(self.rank)).T

    def covariance(self) -> FloatArray:
        """``(X'X)^-1`` over the estimable columns, (r, r)."""
        factor = self.covariance_factor()
        covariance: FloatArray = factor @ factor.T
        return covariance

    def dependencies(self) -> FloatArray:
        """Each aliased column (p - r, r) as a combination of the estimable ones."""
        r = self.rank
        weights = _back_substituted(self.r[:, :r], self.r[:, r:].T)
        combination: FloatArray = np.ldexp(weights, self.scale[r:, None] - self.scale[None, :r])
        return combination


def complement(basis: FloatArray) -> FloatArray:
    """Orthonormal columns (n, n - r) at right angles to those of a basis (n, r)."""
    whole: FloatArray = np.linalg.qr(basis, mode="complete")[0]
    return whole[:, basis.shape[1] :]


def spans_constant(x: FloatArray) -> bool:
    """Whether columns (n, p) add up to a constant."""
    return pivoted_qr(np.hstack([x, np.ones((len(x), 1))])).rank == pivoted_qr(x).rank


def _back_substituted(triangle: FloatArray, sides: FloatArray) -> FloatArray:
    """Solutions (g, r) of ``triangle b = side`` for many right-hand sides (g, r), a column at a time."""
    solution = np.array(sides.T, order="C")
    for k in reversed(range(len(triangle))):
        solution[k] -= triangle[k, k + 1 :] @ solution[k + 1 :]
        solution[k] /= triangle[k, k]
    return solution.T


def pivoted_qr(x: FloatArray, tol: float = RANK_TOLERANCE) -> PivotedQR:
    """Factor a design matrix (n, p), moving aliased columns to the end.

    Columns keep their order except that one whose remaining norm falls below ``tol`` of its own length goes last,
    the rule by which R's ``lm`` and limma decide which coefficient of a rank-deficient design is not estimable.
    Columns are first divided by the power of two next to their largest entry, so that units do not matter.

    The factors are computed in the widest floating point of the machine and rounded once: their error would enter
    every feature, multiplied by the condition of the design and, where residuals are large, by its square.
    """
    n, p = x.shape
    exponents = np.clip(np.frexp(np.abs(x).max(axis=0, initial=0.0))[1].astype(np.intp), -_MOST, _MOST)
    # a column of the design is a row here, so that reflections run along memory
    a = np.ldexp(np.asarray(x, dtype=np.float64), -exponents).T.astype(np.longdouble, order="C")
    lengths = np.linalg.norm(a, axis=1)
    reflectors: list[AnyArray] = []
    kept: list[int] = []
    lost: list[int] = []
    for j in range(p):
        k = len(kept)
        tail = a[j, k:]
        remaining = np.linalg.norm(tail)
        if k == n or remaining == 0.0 or remaining < tol * lengths[j]:
            a[j, k:] = 0.0
            lost.append(j)
            continue
        v = tail / np.copysign(remaining, tail[0])
        v[0] += 1.0
        _reflect(a[j:, k:], v)
        a[j, k + 1 :] = 0.0
        reflectors.append(v)
        kept.append(j)
    pivot = np.array(kept + lost, dtype=np.intp)
    r = np.ascontiguousarray(a[pivot, : len(kept)].T, dtype=np.float64)
    return PivotedQR(q=_thin_basis(reflectors, n), r=r, pivot=pivot, rank=len(kept), scale=exponents[pivot])


def _thin_basis(reflectors: list[AnyArray], n: int) -> FloatArray:
    """First columns of the product of the reflections, (n, number of reflectors)."""
    q = np.eye(len(reflectors), n, dtype=np.longdouble)
    for k in reversed(range(len(reflectors))):
        _reflect(q[k:, k:], reflectors[k])
    return np.ascontiguousarray(q.T, dtype=np.float64)


def _reflect(rows: AnyArray, v: AnyArray) -> None:
    """Householder reflection of rows, in place; the first entry of v is 1 plus that of its unit vector."""
    rows -= np.outer(rows @ v, v / v[0])
