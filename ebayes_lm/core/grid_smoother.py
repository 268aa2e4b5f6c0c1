"""Cubic smoothing spline of values on an even grid, its smoothness chosen by generalised cross-validation."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import eigh

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.density import POINTS
from ebayes_lm.core.line_minimum import line_minimum

#: Knots that R lays among so many points, and the points on which they lie.
_KNOTS = 119
#: Knots that lie together with the first and the last, beside these.
_END_KNOTS = 3
#: Range of the smoothing parameter, and how closely it is searched: R's, with its scale in powers of 256.
_RANGE = (-1.5, 1.5)
_TOLERANCE = 1e-4
_SCALE = 256.0
#: R integrates the square of what rises along a piece as 0.333, not as a third; the penalty moves by up to 0.3 %.
_THIRD = 0.333


class Curve(NamedTuple):
    """A cubic spline over the range of a grid."""

    knots: FloatArray
    coefficients: FloatArray
    low: float
    high: float

    def at_rising(self, x: FloatArray) -> FloatArray:
        """Values at rising points (n,) within the grid: a piece at a time, without a search for every point."""
        from scipy.interpolate import BSpline, PPoly

        scaled = (x - self.low) / (self.high - self.low)
        pieces = PPoly.from_spline(BSpline(self.knots, self.coefficients, 3))
        inner = slice(_END_KNOTS, -_END_KNOTS)
        sites = self.knots[inner]
        number = np.diff(np.searchsorted(scaled, sites[1:-1]), prepend=0, append=len(x))
        beyond = scaled - np.repeat(sites[:-1], number)
        cubic, *others = pieces.c[:, inner]
        values = np.repeat(cubic, number)
        for coefficient in others:
            values *= beyond
            values += np.repeat(coefficient, number)
        return np.asarray(values)


class _Basis(NamedTuple):
    """B-splines of the grid, and combinations of them in which penalty and cross product are both diagonal."""

    knots: FloatArray
    splines: FloatArray
    combinations: FloatArray
    roughness: FloatArray
    ratio: float


def smoothed(at: FloatArray, values: FloatArray) -> Curve:
    """Smoothing spline of values (512,) on an even grid, as R's ``smooth.spline`` has it.

    The curve minimises the residual sum of squares plus lambda times the integral of its squared second derivative
    over cubic splines with 119 knots (Hastie and Tibshirani 1990, section 2.10; Green and Silverman 1994, section 3.2).
    """
    basis = _basis()
    effects = basis.combinations.T @ (basis.splines.T @ values)
    beyond = values - basis.splines @ (basis.combinations @ effects)
    unreached = float(beyond @ beyond)

    def kept(spar: float) -> FloatArray:
        penalty = basis.ratio * _SCALE ** (3.0 * spar - 1.0)
        return np.asarray(1.0 / (1.0 + penalty * basis.roughness))

    def criterion(spar: float) -> float:
        shares = kept(spar)
        squares = unreached + float(np.sum(np.square((1.0 - shares) * effects)))
        return squares / POINTS / (1.0 - float(shares.sum()) / POINTS) ** 2

    spar = line_minimum(criterion, *_RANGE, _TOLERANCE)
    return Curve(basis.knots, basis.combinations @ (kept(spar) * effects), float(at[0]), float(at[-1]))


@cache
def _basis() -> _Basis:
    """The same for every even grid of 512 points, which is scaled to run from 0 to 1."""
    from scipy.interpolate import BSpline

    grid = np.arange(POINTS) / (POINTS - 1)
    sites = grid[(np.arange(_KNOTS) * (POINTS - 1) / (_KNOTS - 1)).astype(np.intp)]
    knots = np.concatenate([np.zeros(_END_KNOTS), sites, np.ones(_END_KNOTS)])
    splines = BSpline.design_matrix(grid, knots, 3).toarray()
    cross = splines.T @ splines
    penalty = _penalty(BSpline(knots, np.eye(len(knots) - 4), 3).derivative(2), sites)
    inner = slice(2, -3)  # which of the basis R balances the two by
    ratio = float(np.diag(cross)[inner].sum() / np.diag(penalty)[inner].sum())
    roughness, combinations = eigh(penalty, cross)
    roughness[:2] = 0.0  # straight lines
    return _Basis(knots, splines, combinations, np.maximum(roughness, 0.0), ratio)


def _penalty(second: Any, sites: FloatArray) -> FloatArray:
    """Integrals of products of second derivatives, which are linear between two sites."""
    length = np.diff(sites)[:, None]
    start = second(sites[:-1])
    rise = 2.0 * (second(0.5 * (sites[:-1] + sites[1:])) - start)
    mixed = start.T @ (length * rise)
    penalty: FloatArray = start.T @ (length * start) + 0.5 * (mixed + mixed.T) + _THIRD * rise.T @ (length * rise)
    return 0.5 * (penalty + penalty.T)
