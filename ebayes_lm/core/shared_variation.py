"""How statistics of many features vary with something else: with groups, with loadings, with one another."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtr

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.ordering import stable_order

#: Points further from a line than so many standard deviations do not count; passes until it rests.
_BISQUARE = 4.685
_PASSES = 50
_SETTLED = 1e-8
_MAD = 0.674489750196082


def bins_of_equal_size(values: FloatArray, n_bins: int) -> IntArray:
    """Bin of each finite value (n,), from 0, values that tie in one; fewer bins where many tie."""
    order = stable_order(values)
    ordered = values[order]
    new = np.append(True, ordered[1:] != ordered[:-1])[: len(values)]
    first = np.maximum.accumulate(np.where(new, np.arange(len(values)), 0))
    bins = np.empty(len(values), dtype=np.intp)
    bins[order] = first * n_bins // max(len(values), 1)
    return np.unique(bins, return_inverse=True)[1].reshape(-1).astype(np.intp)


def share_between(values: FloatArray, codes: IntArray) -> float:
    """Share of the variance of values (n,) that lies between groups, less what chance puts there; at least 0."""
    sizes = np.bincount(codes)
    held = sizes > 0
    n, groups = len(values), int(np.count_nonzero(held))
    centred = values - values.mean() if n else values
    total = float(np.square(centred).sum())
    if n <= groups or total == 0.0:
        return 0.0
    sums = np.bincount(codes, weights=centred)[held]
    between = float((np.square(sums) / sizes[held]).sum()) / total
    return max(0.0, 1.0 - (1.0 - between) * (n - 1) / (n - groups))


def robust_slope(x: FloatArray, y: FloatArray, noise: FloatArray) -> float:
    """Slope through the origin of y on what x (n,) stand for, x having errors of variances ``noise`` (n,).

    Points far from the line do not count (Tukey's bisquare). The errors of x, which would draw the slope to zero, are
    taken off its sum of squares; 0 where nothing else is left of that.
    """
    if not x.any():
        return 0.0
    slope = _steepness(x, y)
    for _ in range(_PASSES):
        weights = _bisquare(y - slope * x)
        size, before = float(weights @ (x * x)), slope
        slope = float(weights @ (x * y)) / size if size > 0.0 else 0.0
        if abs(slope - before) <= _SETTLED * max(abs(slope), 1.0):
            break
    errors = float(weights @ noise)
    return slope * size / (size - errors) if size > errors else 0.0


def _bisquare(rest: FloatArray) -> FloatArray:
    """Weights of residuals (n,) about zero."""
    scale = float(np.median(np.abs(rest))) / _MAD
    if scale == 0.0:
        return np.ones(len(rest))
    return np.square(np.maximum(1.0 - np.square(rest / (_BISQUARE * scale)), 0.0))


def _steepness(x: FloatArray, y: FloatArray) -> float:
    """Median slope of the points that are far out in x, to start from."""
    far = (np.abs(x) >= np.median(np.abs(x))) & (x != 0.0)
    return float(np.median(y[far] / x[far]))


def two_sided_p(t: float, df: float) -> float:
    """Two-sided tail probability of one t."""
    return float(2.0 * stdtr(df, -abs(t)))


def robust_correlation(a: FloatArray, b: FloatArray) -> float:
    """Correlation of the bulk of points (a, b), few outliers counting little (Gnanadesikan and Kettenring 1972).

    From the median deviations of sum and difference of the two, each on the scale of its own median deviation; NaN
    where one of them does not vary.
    """
    a, b = (v - np.median(v) for v in (a, b))
    scales = [float(np.median(np.abs(v))) for v in (a, b)]
    if min(scales) == 0.0:
        return float("nan")
    a, b = a / scales[0], b / scales[1]
    up, down = (float(np.median(np.abs(v - np.median(v)))) ** 2 for v in (a + b, a - b))
    return (up - down) / (up + down)
