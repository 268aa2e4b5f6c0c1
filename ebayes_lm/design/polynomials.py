"""Orthonormal polynomials over the points of a sample, remembered as their three-term recurrence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.errors import DesignError


@dataclass(frozen=True, eq=False)
class OrthogonalPolynomials:
    """Polynomials of degree 1, 2, ... with unit length and leading coefficients above zero.

    ``p[k+1](x) = (x - alpha[k]) p[k](x) - beta[k] p[k-1](x)``, divided by ``length[k+1]`` at the end; Kennedy and
    Gentle, Statistical Computing (1980), pages 343-347, which is what R's ``poly`` cites too. The points are first
    moved to their mean and divided by a power of two, so that high degrees neither overflow nor cancel.
    """

    middle: float
    exponent: int
    alpha: tuple[float, ...]
    beta: tuple[float, ...]
    length: tuple[float, ...]

    def __call__(self, x: FloatArray) -> FloatArray:
        """Values (n, degree) at any points (n,)."""
        u = np.ldexp(x - self.middle, -self.exponent)
        before, now = np.zeros_like(u), np.ones_like(u)
        columns = []
        for alpha, beta, length in zip(self.alpha, self.beta, self.length, strict=True):
            before, now = now, (u - alpha) * now - beta * before
            columns.append(now / length)
        return np.column_stack(columns)


def orthogonal_polynomials(x: FloatArray, degree: int, what: str = "poly") -> OrthogonalPolynomials:
    """Learn the polynomials up to a degree from points (n,)."""
    distinct = len(np.unique(x))
    if degree >= distinct:
        raise DesignError(
            f"{what} has degree {degree} but only {distinct} distinct values; the degree is at most {distinct - 1}"
        )
    middle = float(np.mean(x))
    exponent = int(np.frexp(np.max(np.abs(x - middle)))[1])
    u = np.ldexp(x - middle, -exponent)
    before, now = np.zeros_like(u), np.ones_like(u)
    squared = float(len(u))
    alphas, betas, lengths = [], [], []
    squared_before = squared
    for k in range(degree):
        alpha = float(u @ now**2) / squared
        beta = squared / squared_before if k else 0.0
        before, now = now, (u - alpha) * now - beta * before
        squared_before, squared = squared, float(now @ now)
        alphas.append(alpha)
        betas.append(beta)
        lengths.append(squared**0.5)
    return OrthogonalPolynomials(middle, exponent, tuple(alphas), tuple(betas), tuple(lengths))
