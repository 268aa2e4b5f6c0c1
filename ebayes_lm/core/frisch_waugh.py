"""What covariates leave of features and of outcomes (Frisch & Waugh 1933, Econometrica 1, 387-401; Lovell 1963)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray
from ebayes_lm.core.qr import RANK_TOLERANCE, pivoted_qr
from ebayes_lm.core.row_layout import squared_lengths

#: A projection that takes more than this of a row's length is made twice: what it leaves has lost digits.
_AGAIN = 0.5
#: Squared singular values of the covariates on a feature's own samples below this ask for a factorisation of its own.
_WELL_CONDITIONED = 1e-6


@dataclass(frozen=True, eq=False)
class Covariates:
    """What covariates and a constant explain of values of n samples.

    Attributes
    ----------
    basis : (n, r) array
        Orthonormal.
    """

    basis: FloatArray

    @property
    def rank(self) -> int:
        """Dimensions, that of the constant among them."""
        return int(self.basis.shape[1])

    def residuals(self, rows: FloatArray, size: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What is left of rows (g, n) of squared lengths ``size`` (g,), and its squared lengths."""
        rest = rows - (rows @ self.basis) @ self.basis.T
        left = squared_lengths(rest)
        again = np.flatnonzero(left < _AGAIN**2 * size)
        if len(again):
            lossy = rest[again]
            rest[again] = lossy - (lossy @ self.basis) @ self.basis.T
            left[again] = squared_lengths(rest[again])
        return rest, left

    def restricted(self, present: BoolArray) -> Covariates:
        """The same on some of the samples (n,), which may not tell all covariates apart."""
        left, values, _ = np.linalg.svd(self.basis[present], full_matrices=False)
        return Covariates(np.ascontiguousarray(left[:, values > RANK_TOLERANCE]))


@dataclass(frozen=True, eq=False)
class OwnCovariates:
    """The same for rows that each have samples of their own, many at once.

    The basis is no longer orthonormal on the samples that a row has; the inverse of its cross products there is what
    brings values to residuals, and a second round removes what rounding left.

    Attributes
    ----------
    covariates : Covariates
    present : (g, n) array
        One where a row has a value, zero elsewhere.
    inverses : (g, r, r) array
    poor : (g,) bool array
        Rows whose samples hardly tell covariates apart: nothing here serves them.
    """

    covariates: Covariates
    present: FloatArray
    inverses: FloatArray
    poor: BoolArray

    @property
    def rank(self) -> int:
        """Dimensions, the same on the samples of every row but the poor ones."""
        return self.covariates.rank

    def residuals(self, rows: FloatArray, size: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
        """What is left of rows (g, n), which are zero where they have no value, and stay so, and its squares."""
        for _ in range(2):
            sides = rows @ self.covariates.basis
            coefficients = np.matmul(self.inverses, sides[:, :, None])[:, :, 0]
            rows = (rows - coefficients @ self.covariates.basis.T) * self.present
        return rows, squared_lengths(rows)

    def shares(self, outcomes: FloatArray) -> FloatArray:
        """Squared lengths (g, q) of what is left of outcomes (q, n) on the samples of each row.

        The outcomes are residuals on all samples: their products with the basis follow from the samples that are
        missing.
        """
        basis, missing = self.covariates.basis, 1.0 - self.present
        q, (n, r) = len(outcomes), basis.shape
        sides = (missing @ (outcomes.T[:, :, None] * basis[:, None, :]).reshape(n, q * r)).reshape(-1, q, r)
        explained: FloatArray = np.einsum("gqr,gqr->gq", np.matmul(sides, self.inverses), sides)
        return self.present @ np.square(outcomes).T - explained

    def take(self, rows: AnyArray) -> OwnCovariates:
        """Some of the rows."""
        return OwnCovariates(self.covariates, self.present[rows], self.inverses[rows], self.poor[rows])


def covariates_of(x: FloatArray) -> Covariates:
    """Covariates (n, p) of any rank, to which a constant is added."""
    if not x.shape[1]:
        return Covariates(np.full((len(x), 1), len(x) ** -0.5))
    centred = x - x.mean(axis=0)
    varying = np.abs(centred).max(axis=0, initial=0.0) > np.finfo(np.float64).eps * 4 * np.abs(x).max(axis=0)
    return Covariates(pivoted_qr(np.column_stack([np.ones(len(x)), centred[:, varying]])).q)


def own_covariates(covariates: Covariates, present: BoolArray) -> OwnCovariates:
    """Prepare rows that have values where ``present`` (g, n) says so."""
    basis = covariates.basis
    there = present.astype(np.float64)
    n, r = basis.shape
    grams = (there @ (basis[:, :, None] * basis[:, None, :]).reshape(n, r * r)).reshape(-1, r, r)
    values, vectors = np.linalg.eigh(grams)
    poor: BoolArray = np.asarray(values[:, 0] < _WELL_CONDITIONED)
    values[poor] = 1.0
    inverses = np.matmul(vectors / values[:, None, :], vectors.transpose(0, 2, 1))
    return OwnCovariates(covariates, there, inverses, poor)
