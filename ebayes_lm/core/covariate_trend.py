"""How values depend on something known of features: a curve over numbers, or means of categories."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.core.weighted_local import loess_fit

#: Points of a curve that is to be drawn.
_POINTS = 100


def curve(values: FloatArray, covariate: FloatArray, span: float) -> FloatArray:
    """A robust local regression of values (G,) on a covariate (G,), at every feature.

    Features without a value have that of the curve through the others, and beyond these that of its end.
    """
    known = np.isfinite(values)
    if not known.any():
        return np.full(len(values), np.nan)
    fitted = loess_fit(values, covariate, span=span)
    if not known.all():
        order = np.argsort(covariate[known], kind="stable")
        fitted[~known] = np.interp(covariate[~known], covariate[known][order], fitted[known][order])
    return fitted


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


def on_grid(curve: AnyArray, covariate: FloatArray, at: FloatArray) -> FloatArray:
    """A curve that is known at the features (G,), at other values of the covariate."""
    order = np.argsort(covariate, kind="stable")
    return np.interp(at, covariate[order], curve[order])
