"""Log variances of samples by restricted maximum likelihood, all rows together (Smyth 2002)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.in_order import Sums
from ebayes_lm.core.qr import RANK_TOLERANCE, pivoted_qr
from ebayes_lm.core.row_layout import pieces, squared_lengths
from ebayes_lm.core.variance_model import VarianceModel

#: Residual variances below this are rounding in data of limma's kind, and limma's own bound.
SMALLEST_VARIANCE = 1e-15


class Step(NamedTuple):
    """One step of the scoring iteration: where to, and how much there is to gain (both along the directions)."""

    move: FloatArray
    gain: float


@dataclass(frozen=True, eq=False)
class Scoring:
    """Fisher scoring of the coefficients of log variances.

    Attributes
    ----------
    model : VarianceModel
    n_rows : int
        Rows that take part.
    prior_n : float
        Rows that are added in which all samples scatter alike.
    weighted : bool
        Whether rows come with weights of their own.
    """

    model: VarianceModel
    n_rows: int
    prior_n: float
    weighted: bool

    def weights(self, coefficients: FloatArray) -> FloatArray:
        """Weights (n,) of samples."""
        with np.errstate(over="ignore", under="ignore"):
            weights: FloatArray = np.exp(-coefficients @ self.model.directions)
        return weights

    def sums(self, y: AnyArray, cells: FloatArray | None, weights: FloatArray) -> Sums:
        """What a block of complete rows adds: squared residuals (n,) over variances, or information and score."""
        if cells is None:
            return (self._standardized_squares(y, weights),)
        from ebayes_lm.kernels.sample_variances import pool_rows

        n = self.model.n_samples
        information, score = np.zeros((n, n)), np.zeros(n)
        pool_rows(
            y, np.ascontiguousarray(cells), self.model.basis, weights, RANK_TOLERANCE, SMALLEST_VARIANCE, information,
            score,
        )  # fmt: skip
        return information, score

    def _standardized_squares(self, y: AnyArray, weights: FloatArray) -> FloatArray:
        root, q = np.sqrt(weights), self._basis(weights)
        total = np.zeros(y.shape[1])
        with np.errstate(all="ignore"):
            for piece in pieces(y):
                rest = piece * root
                rest -= (rest @ q) @ q.T
                rest *= rest
                total += (1.0 / rest.sum(axis=1)) @ rest
        return total * self.model.df_residual

    def _basis(self, weights: FloatArray) -> FloatArray:
        return pivoted_qr((self.model.basis * np.sqrt(weights)).T).q

    def step(self, weights: FloatArray, sums: Sums) -> Step:
        """The step from these weights, by what all rows add up to."""
        z = self.model.directions
        if self.weighted:
            lower, score = sums
            information = self._along(np.tril(lower) + np.tril(lower, -1).T)
        else:
            information, score = self.information(weights), sums[0] - self.n_rows * self._free(weights)
        side = z @ (score + self.prior_n * (weights - 1.0))
        move = np.asarray(np.linalg.solve(information, side), dtype=np.float64)
        return Step(move, float(side @ move))

    def information(self, weights: FloatArray) -> FloatArray:
        """What rows that share their weights tell of the coefficients, (k, k): half of it is Fisher's information."""
        q, free = self._basis(weights), self._free(weights)
        each = np.diag(2.0 * free - 1.0) + (q @ q.T) ** 2 - np.outer(free, free) / self.model.df_residual
        return self._along(self.n_rows * each)

    def _along(self, information: FloatArray) -> FloatArray:
        """Information on samples (n, n) along the directions, with that of the prior."""
        z = self.model.directions
        projected: FloatArray = z @ information @ z.T + self.prior_n * np.eye(len(z))
        return projected

    def _free(self, weights: FloatArray) -> FloatArray:
        """What the design leaves of each sample, one less its leverage."""
        q = self._basis(weights)
        free: FloatArray = 1.0 - squared_lengths(q)
        return free

    def criterion(self, step: Step) -> float:
        """Gain per row and coefficient; where rows are weighted, limma divides by the number of rows once more."""
        rows = self.n_rows + self.prior_n
        return step.gain / len(step.move) / (rows * rows if self.weighted else rows)
