"""How values depend on something known of features: a curve over numbers, or means of categories."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.local_regression import line_places
from ebayes_lm.core.weighted_local import loess_fit

#: Points of a curve that is to be drawn.
_POINTS = 100


class Curve(NamedTuple):
    """A curve that is straight between the places ``at``, which rise, and level beyond them; NaN where it is unknown.

    Few places are enough, however many points the curve goes through.
    """

    at: FloatArray
    height: FloatArray

    def of(self, x: FloatArray) -> FloatArray:
        """The curve at x."""
        return np.interp(x, self.at, self.height)


def curve(values: FloatArray, covariate: FloatArray, span: float) -> Curve:
    """A robust local regression of values (G,) on a covariate (G,).

    Features without a value take no part: the curve goes through the others.
    """
    known = np.isfinite(values)
    if not known.any():
        return Curve(np.zeros(1), np.full(1, np.nan))
    if not known.all():
        values, covariate = values[known], covariate[known]
    order = np.argsort(covariate, kind="stable")
    x = covariate[order]
    fitted = loess_fit(values[order], x, span=span)
    places = line_places(x)
    return Curve(x[places], fitted[places])


def category_means(values: FloatArray, codes: IntArray, count: int) -> FloatArray:
    """Mean (count,) of the values (G,) that each category has, NaN where there are none."""
    known = np.isfinite(values)
    sums = np.bincount(codes[known], weights=values[known], minlength=count)
    with np.errstate(invalid="ignore"):
        means: FloatArray = sums / np.bincount(codes[known], minlength=count)
    return means


def grid(covariate: FloatArray) -> FloatArray:
    """Rising values of a covariate at which to draw curves: quantiles, so that they are dense where features are."""
    return np.unique(np.quantile(covariate, np.linspace(0.0, 1.0, _POINTS)))
