"""Locally weighted regression of points that have weights of their own."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.core.local_regression import checked_distance, finite_points, lowess, points
from ebayes_lm.core.numeric import float_array, number
from ebayes_lm.errors import ArgumentError, ArgumentTypeError

#: Points so close to the middle of a window, or a sum of squares of x so small, have no slope. As in limma both are
#: absolute: x is taken to be of ordinary size, as log expression is.
_NARROWEST = _FLATTEST = 1e-7
#: A median of residuals this far below their mean is as good as zero: most points are met exactly.
_NEGLIGIBLE = 1e-7
#: Residuals within this share of the largest y are its rounding.
_ROUNDING = 1e-14


def weighted_lowess(
    x: ArrayLike,
    y: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    span: float = 0.3,
    iterations: int = 4,
    delta: float | None = None,
    n_points: int = 200,
) -> FloatArray:
    """Smooth y over x by robust, locally weighted straight lines, a weight standing for so many equal points.

    Parameters
    ----------
    x, y : (n,) array_like
        Points, in any order.
    weights : (n,) array_like, optional
        Their weights, 0 or more; only their proportions count but for windows that are nearly a point.
    span : float, optional
        Share of the total weight that a line is fitted to.
    iterations : int, optional
        Number of fits. In those after the first, points far from the curve count less.
    delta : float, optional
        Lines are fitted at points up to so far apart in x, and joined by straight pieces; 0 fits one at every x. By
        default as far as ``n_points`` lines ask for.
    n_points : int, optional
        About how many lines are fitted.

    Returns
    -------
    (n,) array
        The curve at each x, in the order of x.

    Raises
    ------
    ArgumentError
        If x, y and weights are not 1-d arrays of the same length and finite, all weights are 0, one is negative, or an
        option is outside its range.
    ArgumentTypeError
        If an option is no number.

    Notes
    -----
    Cleveland (1979) Journal of the American Statistical Association 74, 829-836, and Cleveland (1981) The American
    Statistician 35, 54 for the points where lines are fitted. Windows, lines and the median of the residuals are those
    of a set in which each point is repeated by its weight.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm import weighted_lowess
    >>> x = np.arange(6.0)
    >>> weighted_lowess(x, 2 * x + np.array([1, 1, 1, 9, 1, 1]), [1, 1, 1, 0, 1, 1], span=1).round(6)
    array([ 1.,  3.,  5.,  7.,  9., 11.])
    """
    x, y = finite_points(x, y)
    weight = np.ones(x.size) if weights is None else _checked_weights(weights, x.size)
    _check_span(span)
    _check_count(iterations, "iterations")
    _check_count(n_points, "n_points")
    if x.size < 2:
        return y.copy()
    order = np.argsort(x, kind="stable")
    ordered = x[order]
    distance = _distance(ordered, n_points) if delta is None else checked_distance(delta)
    fitted = np.empty(x.size)
    fitted[order] = _curve(ordered, y[order], weight[order], span, iterations, distance)
    return fitted


def loess_fit(
    y: ArrayLike,
    x: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    span: float = 0.3,
    iterations: int = 4,
    min_weight: float = 1e-5,
    max_weight: float = 1e5,
    equal_weights_as_null: bool = True,
) -> FloatArray:
    """Smooth y over x, by :func:`weighted_lowess` where weights differ and by :func:`lowess` where they do not.

    Parameters
    ----------
    y, x : (n,) array_like
        Points, in any order; NaN and infinite values are missing.
    weights : (n,) array_like, optional
        Their weights; NaN is 0.
    span : float, optional
        Share of the total weight, or of the points, that a line is fitted to.
    iterations : int, optional
        Number of fits. In those after the first, points far from the curve count less.
    min_weight, max_weight : float, optional
        Weights outside are moved to these.
    equal_weights_as_null : bool, optional
        Whether equal weights are no weights.

    Returns
    -------
    (n,) array
        The curve at each x, in the order of x, NaN where x or y is missing.

    Raises
    ------
    ArgumentError
        If x, y and weights are not 1-d arrays of the same length, or an option is outside its range.
    ArgumentTypeError
        If an option is no number.

    Notes
    -----
    As in limma, with weights and fewer than 4 + 1/span points one straight line is fitted to all, and fewer than
    1/span points are met exactly.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm import loess_fit
    >>> x = np.arange(6.0)
    >>> loess_fit(2 * x + 1, x, [1, 2, 1, 2, 1, 2]).round(6)
    array([ 1.,  3.,  5.,  7.,  9., 11.])
    """
    x, y = points(x, y)
    _check_span(span)
    _check_count(iterations, "iterations")
    known = np.isfinite(x) & np.isfinite(y)
    fitted = np.full(x.size, np.nan)
    x, y = x[known], y[known]
    weight = None if weights is None else _clamped(weights, known, min_weight, max_weight)
    if weight is not None and equal_weights_as_null and weight.size and np.ptp(weight) == 0.0:
        weight = None
    fitted[known] = _loess(x, y, weight, span, iterations)
    return fitted


def _clamped(weights: ArrayLike, known: BoolArray, least: float, most: float) -> FloatArray:
    weight = float_array(weights, "weights")
    if weight.shape != known.shape:
        raise ArgumentError(f"weights have shape {weight.shape} beside {known.size:,} points; give one for each.")
    if not 0.0 < number(least, "min_weight") <= number(most, "max_weight") < np.inf:
        raise ArgumentError(f"min_weight and max_weight are 0 < min <= max; got {least!r} and {most!r}")
    return np.clip(np.nan_to_num(weight[known], nan=0.0), least, most)


def _loess(x: FloatArray, y: FloatArray, weight: FloatArray | None, span: float, iterations: int) -> FloatArray:
    if weight is None:
        return lowess(x, y, span=span, iterations=iterations - 1)
    if span * x.size < 1.0:
        return y
    if x.size < 4.0 + 1.0 / span:
        return _line(x, y, weight)
    return weighted_lowess(x, y, weight, span=span, iterations=iterations)


def _line(x: FloatArray, y: FloatArray, weight: FloatArray) -> FloatArray:
    """The weighted straight line through all points."""
    share = weight / weight.sum()
    center = share @ x
    d = x - center
    square = share @ np.square(d)
    return np.asarray(share @ y + (share @ (d * y) / square if square > 0.0 else 0.0) * d)


def _curve(x: FloatArray, y: FloatArray, weight: FloatArray, span: float, iterations: int, delta: float) -> FloatArray:
    from ebayes_lm.kernels.weighted_local import find_windows, fit_anchors, place_anchors

    anchors = np.empty(x.size, dtype=np.intp)
    anchors = anchors[: place_anchors(x, delta, anchors)]
    first, last, reach = np.empty_like(anchors), np.empty_like(anchors), np.empty(anchors.size)
    below = np.append(0.0, np.cumsum(weight))
    find_windows(x, below, anchors, span * float(below[-1]), first, last, reach)
    robust, room, at_anchors = weight, np.empty(x.size), np.empty(x.size)
    while True:
        fit_anchors(x, y, weight, robust, anchors, first, last, reach, _NARROWEST, _FLATTEST, room, at_anchors)
        fitted = np.interp(x, x[anchors], at_anchors[anchors])
        iterations -= 1
        robustness = _robustness(y, fitted, weight) if iterations else None
        if robustness is None:
            return fitted
        robust = weight * robustness


def _robustness(y: FloatArray, fitted: FloatArray, weight: FloatArray) -> FloatArray | None:
    """Bisquare weights of residuals over six times their median size, None where most points are met exactly."""
    size = np.abs(y - fitted)
    limit = 6.0 * _weighted_median(size, weight)
    mean = float(weight @ size) / float(weight.sum())
    if limit < max(_NEGLIGIBLE * mean, _ROUNDING * float(np.abs(y).max())):
        return None
    return np.asarray(np.square(np.maximum(1.0 - np.square(size / limit), 0.0)))


def _distance(x: FloatArray, n_points: int) -> float:
    """The distance that lets ``n_points`` anchors reach over sorted x, however its gaps are arranged."""
    if n_points >= x.size:
        return 0.0
    shortest = np.cumsum(np.sort(np.diff(x)))
    return float(np.min(shortest[x.size - n_points - 1 :] / np.arange(1.0, n_points + 1.0)))


def _weighted_median(values: FloatArray, weight: FloatArray) -> float:
    """The middle of values each repeated by its weight, the mean of the two beside it where it falls between them."""
    order = np.argsort(values, kind="stable")
    below, half = np.cumsum(weight[order]), 0.5 * float(weight.sum())
    middle = int(np.searchsorted(below, half))
    above = min(middle + 1, values.size - 1) if below[middle] == half else middle
    return 0.5 * float(values[order[middle]] + values[order[above]])


def _checked_weights(weights: ArrayLike, n: int) -> FloatArray:
    weight = float_array(weights, "weights")
    if weight.shape != (n,):
        raise ArgumentError(f"weights have shape {weight.shape} beside {n:,} points; give one for each.")
    wrong = np.flatnonzero(~(np.isfinite(weight) & (weight >= 0.0)))
    if wrong.size:
        raise ArgumentError(
            f"{wrong.size:,} of {n:,} weights are NaN, infinite or negative, the first at position {wrong[0]}; give 0 "
            "to a point that shall not count."
        )
    if n and not weight.any():
        raise ArgumentError("all weights are 0; at least one point must count.")
    return weight


def _check_span(span: float) -> None:
    if not 0.0 < number(span, "span") <= 1.0:
        raise ArgumentError(f"span is a share of the total weight, above 0 and up to 1; got {span!r}")


def _check_count(value: int, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ArgumentTypeError(f"{name} is a count; got {value!r}")
    if value < 1:
        raise ArgumentError(f"{name} is a count, 1 or more; got {value!r}")
