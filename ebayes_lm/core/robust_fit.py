"""Robust fits: Huber's M-estimation, in which observations far from the fit lose weight (Huber 1981, chapter 7)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.core.ols import ZERO_VARIANCE
from ebayes_lm.core.row_layout import binary_exponents
from ebayes_lm.core.wls import RowDesignFits, RowDesigns

#: Residuals beyond so many standard deviations lose weight; 95 % efficient where errors are normal.
HUBER = 1.345
#: The median size of normal errors, in standard deviations, as R rounds it.
_MEDIAN_SIZE = 0.6745
#: A row has converged when its residuals change by less than this share of their length.
_ACCURACY = 1e-4


class RobustFits(NamedTuple):
    """Robust fits of rows: the last weighted fit, its weights (g, n), and whether the row has converged."""

    fits: RowDesignFits
    weights: FloatArray
    converged: BoolArray


def robust_fits(designs: RowDesigns, y: FloatArray, weights: FloatArray, max_iter: int) -> RobustFits:
    """Fit rows (g, n), with prior weights (g, n) that are zero where a value is missing.

    From least squares on, scale and weights are computed from the residuals of the fit before: the scale is their
    median size over that of normal errors, and a residual of ``u`` scales has the weight ``min(1, HUBER / |u|)``.
    Prior weights are inverse variances: residuals are multiplied by their roots first. ``sigma`` is the last scale;
    where it is zero up to rounding, the row is fitted and weights stay as they are. Rows are brought near 1 by a power
    of two, so that squares of their residuals can be taken in every unit.
    """
    unit = binary_exponents(y)
    y, root = np.ldexp(y, -unit[:, None]), np.sqrt(weights)
    noise = ZERO_VARIANCE * _root_mean_square(y * root, root)
    fits = designs.fit(y, weights)
    sigma, last = fits.sigma.copy(), weights.copy()
    converged = fits.rank == 0
    residuals = _residuals(designs, fits, y, root)
    open_ = np.flatnonzero(~converged)
    for _ in range(max_iter):
        if not len(open_):
            break
        before = residuals[open_]
        scale = median_size(before, root[open_] > 0) / _MEDIAN_SIZE
        sigma[open_] = scale
        exact = scale <= noise[open_]
        converged[open_[exact]] = True
        open_, before, scale = open_[~exact], before[~exact], scale[~exact]
        last[open_] = weights[open_] * huber_weights(before / scale[:, None])
        now = designs.fit(y[open_], last[open_])
        for kept, new in zip(fits, now, strict=True):
            kept[open_] = new
        after = _residuals(designs, now, y[open_], root[open_])
        residuals[open_] = after
        change = np.square(before - after).sum(axis=1) / np.square(before).sum(axis=1)
        done = np.sqrt(change) <= _ACCURACY
        converged[open_[done]] = True
        open_ = open_[~done]
    fits = fits._replace(
        coefficients=np.ldexp(fits.coefficients, unit[:, None]),
        effects=np.ldexp(fits.effects, unit[:, None]),
        sigma=np.ldexp(sigma, unit),
        zero_variance=sigma <= noise,
    )
    return RobustFits(fits, last, converged)


def huber_weights(u: FloatArray) -> FloatArray:
    """Weights of residuals in units of their scale."""
    return HUBER / np.maximum(HUBER, np.abs(u))


def median_size(residuals: FloatArray, present: BoolArray) -> FloatArray:
    """Median absolute residual (g,) of what is present in each row (g, n)."""
    ordered = np.sort(np.where(present, np.abs(residuals), np.inf), axis=1)
    count = np.maximum(present.sum(axis=1), 1)
    rows = np.arange(len(ordered))
    median: FloatArray = 0.5 * (ordered[rows, (count - 1) // 2] + ordered[rows, count // 2])
    return median


def _residuals(designs: RowDesigns, fits: RowDesignFits, y: FloatArray, root: FloatArray) -> FloatArray:
    """Residuals times the roots of the prior weights, zero where there is no value."""
    fitted = np.nan_to_num(fits.coefficients / designs.units) @ designs.columns
    residuals: FloatArray = (y - fitted) * root
    return residuals


def _root_mean_square(values: FloatArray, root: FloatArray) -> FloatArray:
    size: FloatArray = np.sqrt(np.square(values).sum(axis=1) / np.maximum(np.count_nonzero(root, axis=1), 1))
    return size
