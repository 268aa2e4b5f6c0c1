"""B-splines and natural cubic splines with R's knots and R's basis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.errors import DesignError, DesignWarning, warn


@dataclass(frozen=True, eq=False)
class BSplineBasis:
    """Columns of ``bs``: the B-splines over the knots, polynomials going on beyond the boundary."""

    knots: FloatArray
    degree: int
    intercept: bool
    boundary: tuple[float, float]
    what: str

    def __call__(self, x: FloatArray) -> FloatArray:
        """Values (n, df) at any points (n,)."""
        beyond = int(np.sum((x < self.boundary[0]) | (x > self.boundary[1])))
        if beyond:
            warn(
                f"{self.what}: {beyond} samples lie beyond the boundary knots {self.boundary[0]:g} and "
                f"{self.boundary[1]:g}, "
                "where a polynomial spline runs away quickly; ns continues in straight lines",
                DesignWarning,
            )
        return _b_splines(x, self.knots, self.degree)[:, 0 if self.intercept else 1 :]


@dataclass(frozen=True, eq=False)
class NaturalSplineBasis:
    """Columns of ``ns``: cubic splines that are straight lines beyond the boundary knots.

    The cubic B-splines are turned into the null space of their second derivatives at both boundary knots, by the
    trailing columns of a Householder QR, which is R's choice of basis (Hastie, Statistical Models in S, 1992, 7.4).
    """

    knots: FloatArray
    boundary: tuple[float, float]
    intercept: bool
    turn: FloatArray

    def __call__(self, x: FloatArray) -> FloatArray:
        """Values (n, df) at any points (n,)."""
        inside = np.clip(x, *self.boundary)
        values = _b_splines(inside, self.knots, 3)
        beyond = x - inside
        if np.any(beyond):
            values = values + beyond[:, None] * _b_splines(inside, self.knots, 3, derivative=1)
        result: FloatArray = values[:, 0 if self.intercept else 1 :] @ self.turn
        return result


def b_spline_basis(
    x: FloatArray,
    df: int | None = None,
    knots: FloatArray | None = None,
    degree: int = 3,
    intercept: bool = False,
    boundary: tuple[float, float] | None = None,
    what: str = "bs",
) -> BSplineBasis:
    """Learn ``bs`` from points (n,): interior knots at equal quantiles unless given."""
    low, high = _boundary(x, boundary, what)
    interior = _interior(x, df, degree + intercept, knots, (low, high), what)
    full = np.concatenate([np.full(degree + 1, low), interior, np.full(degree + 1, high)])
    return BSplineBasis(full, degree, intercept, (low, high), what)


def natural_spline_basis(
    x: FloatArray,
    df: int | None = None,
    knots: FloatArray | None = None,
    intercept: bool = False,
    boundary: tuple[float, float] | None = None,
    what: str = "ns",
) -> NaturalSplineBasis:
    """Learn ``ns`` from points (n,): interior knots at equal quantiles unless given."""
    low, high = _boundary(x, boundary, what)
    interior = _interior(x, df, 1 + intercept, knots, (low, high), what)
    full = np.concatenate([np.full(4, low), interior, np.full(4, high)])
    curvature = _b_splines(np.array([low, high]), full, 3, derivative=2)[:, 0 if intercept else 1 :]
    q, _ = np.linalg.qr(curvature.T, mode="complete")
    return NaturalSplineBasis(full, (low, high), intercept, q[:, 2:])


def _boundary(x: FloatArray, boundary: tuple[float, float] | None, what: str) -> tuple[float, float]:
    low, high = (float(x.min()), float(x.max())) if boundary is None else (min(boundary), max(boundary))
    if not low < high:
        raise DesignError(f"{what}: all values are {low:g}; a spline needs values that differ")
    return low, high


def _interior(
    x: FloatArray, df: int | None, least: int, knots: FloatArray | None, boundary: tuple[float, float], what: str
) -> FloatArray:
    """Interior knots, sorted and strictly inside the boundary."""
    if knots is None:
        count = 0 if df is None else df - least
        if count < 0:
            raise DesignError(f"{what}: df has to be at least {least} here")
        inside = x[(x >= boundary[0]) & (x <= boundary[1])]
        knots = np.quantile(inside, np.linspace(0, 1, count + 2)[1:-1]) if len(inside) else np.empty(0)
    knots = np.sort(knots)
    if len(knots) and not (boundary[0] < knots[0] and knots[-1] < boundary[1]):
        raise DesignError(
            f"{what}: the knots {', '.join(f'{k:g}' for k in knots)} do not lie strictly between the boundary knots "
            f"{boundary[0]:g} and {boundary[1]:g}; take fewer df, or give knots inside"
        )
    return knots


def _b_splines(x: FloatArray, knots: FloatArray, degree: int, derivative: int = 0) -> FloatArray:
    """All B-splines (n, number of knots - degree - 1), or a derivative of theirs."""
    from scipy.interpolate import BSpline

    basis = BSpline(knots, np.eye(len(knots) - degree - 1), degree)
    return np.asarray(basis(x, nu=derivative), dtype=np.float64)
