"""Locally weighted regression without weights of the points: lowess."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.numeric import float_array, number
from ebayes_lm.errors import ArgumentError, ArgumentTypeError

#: Lines are fitted this share of the range of x apart, unless told otherwise.
_DELTA = 0.01
#: Room for the rounding of span times n.
_SLACK = 1e-7
#: Residuals count in full below, and not at all beyond, these shares of six times their median size.
_WITHIN, _BEYOND = 0.001, 0.999
#: A median of residuals this far below their mean is as good as zero: most points are met exactly.
_NEGLIGIBLE = 1e-7


def lowess(x: ArrayLike, y: ArrayLike, *, span: float, iterations: int = 3, delta: float | None = None) -> FloatArray:
    """Smooth y over x by robust, locally weighted straight lines.

    Parameters
    ----------
    x, y : (n,) array_like
        Points, in any order.
    span : float
        Share of the points that a line is fitted to; at least two are.
    iterations : int
        Robustifying passes after the first, in which points far from the curve count less.
    delta : float, optional
        Lines are fitted at points up to so far apart in x, and joined by straight pieces; 0 fits one at every x. By
        default a hundredth of the range of x.

    Returns
    -------
    (n,) array
        The curve at each x, in the order of x. Points with the same x have the same value.

    Raises
    ------
    ArgumentError
        If x and y are not two 1-d arrays of the same length and finite, or an option is outside its range.
    ArgumentTypeError
        If an option is no number.

    Notes
    -----
    Cleveland (1979) Journal of the American Statistical Association 74, 829-836: tricube weights of distance, bisquare
    weights of residuals over six times their median size.

    Examples
    --------
    >>> from ebayes_lm import lowess
    >>> lowess([1, 2, 3, 4, 5, 6, 7], [1, 4, 2, 5, 90, 7, 6], span=0.9).round(2)
    array([1.51, 2.48, 3.52, 4.54, 5.46, 6.08, 6.66])
    """
    x, y = finite_points(x, y)
    n = x.size
    window, distance = _window(span, n), _distance(delta, x)
    if isinstance(iterations, bool) or not isinstance(iterations, Integral):
        raise ArgumentTypeError(f"iterations is a count of passes; got {iterations!r}")
    if iterations < 0:
        raise ArgumentError(f"iterations is a count of passes, 0 or more; got {iterations!r}")
    if n < 2:
        return y.copy()
    order = np.argsort(x, kind="stable")
    fitted = np.empty(n)
    fitted[order] = _curve(x[order], y[order], window, distance, int(iterations))
    return fitted


def _curve(x: FloatArray, y: FloatArray, window: int, delta: float, iterations: int) -> FloatArray:
    from ebayes_lm.kernels.local_regression import smooth

    fitted, room = np.empty(x.size), np.empty((2, x.size))
    robustness = np.ones(x.size)
    smooth(x, y, robustness, window, delta, room, fitted)
    for _ in range(iterations):
        size = np.abs(y - fitted)
        limit = 6.0 * float(np.median(size))
        if limit < _NEGLIGIBLE * size.mean():
            break
        smooth(x, y, _bisquare(size, limit), window, delta, room, fitted)
    return fitted


def line_places(x: FloatArray, delta: float | None = None) -> IntArray:
    """Where in rising x (n,) the lines of :func:`lowess` are fitted; the curve is straight from one to the next."""
    distance, last = _distance(delta, x), -1
    places: list[int] = []
    while last < x.size - 1:
        # as far as the distance allows, and the next point where that is none
        beyond = int(np.searchsorted(x, float(x[places[-1]]) + distance, side="right")) if places else 0
        places.append(max(last + 1, beyond - 1))
        last = int(np.searchsorted(x, float(x[places[-1]]), side="right")) - 1
    return np.array(places, dtype=np.intp)


def _bisquare(size: FloatArray, limit: float) -> FloatArray:
    with np.errstate(all="ignore"):
        weight = np.square(1.0 - np.square(size / limit))
    weight[size <= _WITHIN * limit] = 1.0
    weight[size > _BEYOND * limit] = 0.0
    return weight


def points(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Points (n,) as numbers."""
    x, y = float_array(x, "x"), float_array(y, "y")
    if x.ndim != 1 or x.shape != y.shape:
        raise ArgumentError(f"x and y are 1-d arrays of the same length; their shapes are {x.shape} and {y.shape}.")
    return x, y


def finite_points(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """The same, all of them finite."""
    x, y = points(x, y)
    for values, name in ((x, "x"), (y, "y")):
        wrong = np.flatnonzero(~np.isfinite(values))
        if wrong.size:
            raise ArgumentError(
                f"{name} is NaN or infinite at {wrong.size:,} of {x.size:,} points, the first at position {wrong[0]}; "
                "leave these out."
            )
    return x, y


def _window(span: Any, n: int) -> int:
    if not 0.0 < number(span, "span") <= 1.0:
        raise ArgumentError(f"span is a share of the points, above 0 and up to 1; got {span!r}")
    return max(min(int(span * n + _SLACK), n), 2)


def _distance(delta: Any, x: FloatArray) -> float:
    if delta is None:
        return _DELTA * float(np.ptp(x)) if x.size else 0.0
    return checked_distance(delta)


def checked_distance(delta: Any) -> float:
    """How far apart lines are fitted at least."""
    if not 0.0 <= number(delta, "delta") < np.inf:
        raise ArgumentError(f"delta is a distance between values of x, 0 or more; got {delta!r}")
    return float(delta)
