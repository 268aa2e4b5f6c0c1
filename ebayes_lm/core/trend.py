"""A smooth trend over a covariate: natural cubic splines by least squares, in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray

_BLOCK = 1 << 16
_HEAD = 64
_DEGREE = 3
#: A spline of this many coefficients is fitted to at least so many points; one coefficient always remains.
_POINTS_FOR_DF = (3, 6, 30)
#: An interior knot that ties put on the boundary moves inside by this share of the way to its neighbour, as in R's ns.
_INWARDS = 0.125


@dataclass(frozen=True, eq=False)
class SplineTrend:
    """A least-squares trend.

    Attributes
    ----------
    fitted : (G,) array
        The trend at every covariate value, also where the response did not take part in the fit.
    residual_variance : float
        Residual sum of squares over residual df, in squared units of the response; NaN without residual df.
    df : int
        Coefficients of the trend, intercept included.
    """

    fitted: FloatArray
    residual_variance: float
    df: int


def natural_spline_trend(e: FloatArray, covariate: FloatArray, usable: BoolArray) -> SplineTrend:
    """Fit ``e`` (G,) by a natural cubic spline of ``covariate`` (G,) over the ``usable`` rows, one or more of them.

    The spline has 1 to 4 coefficients, one more at 3, 6 and 30 points, and never more than the covariate has distinct
    values. Interior knots stand at equally spaced quantiles, boundary knots at the extremes; beyond them the spline
    goes on as a straight line. With one coefficient the covariate is not looked at.

    The covariate is mapped to [0, 1] first, so that its origin and unit do not matter.
    """
    everywhere = finite_covariate(covariate)
    inside = everywhere[usable]
    response = e[usable]
    df = min(1 + sum(inside.size >= points for points in _POINTS_FOR_DF), _distinct(inside, len(_POINTS_FOR_DF) + 1))
    if df < 2:
        return _constant(response, covariate.size)
    low, high = inside.min(), inside.max()
    basis = _NaturalBasis(_interior_knots((inside - low) / (high - low), df - 2))
    triangle = _triangle(basis, inside, response, low, high)
    coefficients, _, rank, _ = np.linalg.lstsq(triangle[:, :df], triangle[:, df], rcond=None)
    residual = triangle[:, df] - triangle[:, :df] @ coefficients
    fitted = np.empty(everywhere.size)
    for rows in _blocks(everywhere.size):
        fitted[rows] = basis((everywhere[rows] - low) / (high - low)) @ coefficients
    return SplineTrend(fitted=fitted, residual_variance=_mean_square(residual, inside.size - int(rank)), df=df)


def _constant(response: FloatArray, size: int) -> SplineTrend:
    mean = float(response.mean())
    variance = _mean_square(response - mean, response.size - 1)
    return SplineTrend(fitted=np.full(size, mean), residual_variance=variance, df=1)


def _mean_square(residual: FloatArray, df: int) -> float:
    return float(residual @ residual) / df if df > 0 else float("nan")


def finite_covariate(covariate: FloatArray) -> FloatArray:
    """Bring infinite values one unit beyond the finite range, or to their sign where nothing is finite."""
    infinite = np.isinf(covariate)
    if not infinite.any():
        return covariate
    if infinite.all():
        return np.sign(covariate)
    finite = covariate[~infinite]
    return np.clip(covariate, finite.min() - 1.0, finite.max() + 1.0)


def _distinct(x: FloatArray, enough: int) -> int:
    """Count distinct values, up to ``enough``; only many ties make it sort them all."""
    for part in (x[:_HEAD], x):
        count = np.unique(part).size
        if count >= enough:
            return enough
    return count


def _interior_knots(u: FloatArray, count: int) -> FloatArray:
    """Equally spaced quantiles of u in [0, 1], moved off the boundary where ties put them there."""
    knots = np.quantile(u, np.arange(1, count + 1) / (count + 1))
    at_start, at_end = knots <= 0.0, knots >= 1.0
    if at_start.any():
        knots[at_start] = _INWARDS * knots[~at_start].min(initial=1.0)
    if at_end.any():
        knots[at_end] = 1.0 - _INWARDS * (1.0 - knots[~at_end].max(initial=0.0))
    return knots


class _NaturalBasis:
    """Cubic B-splines on [0, 1], combined so that the second derivative vanishes at both ends; linear beyond them."""

    def __init__(self, interior: FloatArray) -> None:
        ends = _DEGREE + 1
        knots = np.concatenate([np.zeros(ends), interior, np.ones(ends)])
        identity = np.eye(interior.size + ends)
        from scipy.interpolate import BSpline
        from scipy.linalg import null_space

        curvature = BSpline(knots, identity, _DEGREE).derivative(2)(np.array([0.0, 1.0]))
        self.size = interior.size + 2
        self._spline = BSpline(knots, null_space(curvature), _DEGREE)
        self._end_slopes = self._spline.derivative()(np.array([0.0, 1.0]))

    def __call__(self, u: FloatArray) -> FloatArray:
        within = np.clip(u, 0.0, 1.0)
        values = np.asarray(self._spline(within), dtype=np.float64)
        beyond = u - within
        if beyond.any():
            values += np.minimum(beyond, 0.0)[:, None] * self._end_slopes[0]
            values += np.maximum(beyond, 0.0)[:, None] * self._end_slopes[1]
        return values


def _triangle(basis: _NaturalBasis, x: FloatArray, y: FloatArray, low: float, high: float) -> FloatArray:
    """R of the QR of [basis | y], folded together block by block."""
    folded = np.zeros((0, basis.size + 1))
    for rows in _blocks(x.size):
        block = np.column_stack([basis((x[rows] - low) / (high - low)), y[rows]])
        folded = np.asarray(np.linalg.qr(np.vstack([folded, block]), mode="r"))
    return folded


def _blocks(size: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, size, _BLOCK))
