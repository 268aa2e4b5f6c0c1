"""Hidden factors by control features: RUV-2, RUV-4 and RUV-inverse as columns of samples.

Gagnon-Bartsch and Speed (2012) Biostatistics 13, 539-552; Gagnon-Bartsch, Jacob and Speed (2013) Technical Report 820,
Department of Statistics, University of California, Berkeley.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.row_layout import squared_lengths
from ebayes_lm.core.shared_directions import (
    Rows,
    Spaces,
    leading_axes,
    main_directions,
    precision_of,
    residual_moment,
)

#: Directions in which control features vary less than this share of their most are none.
_NONE = 1e-12


class Controls(NamedTuple):
    """Rows (c, n) of control features, and their positions among all rows."""

    rows: FloatArray
    positions: IntArray


class Regression(NamedTuple):
    """What the association of factors with what is of interest rests on.

    Attributes
    ----------
    responses : (c, p) array
        Effects of what is of interest on the control features, in the basis of its space.
    predictors : (c, q) array
        What they are regressed on.
    precision : (c,) array
    """

    responses: FloatArray
    predictors: FloatArray
    precision: FloatArray


def regressed(rows: Rows, at: Spaces, controls: Controls, k: int, *, corrected: bool) -> tuple[FloatArray, Regression]:
    """RUV-4: factors (n, k) from residuals of all rows, their association with interest from the controls.

    ``corrected`` weighs rows by their precision and allows for the error of loadings.
    """
    axes, variances = main_directions(rows, at.residual, k, weigh=corrected)
    residuals = controls.rows @ at.residual
    regression = Regression(
        controls.rows @ at.interest,
        residuals @ axes,
        precision_of(variances[controls.positions]) if corrected else np.ones(len(residuals)),
    )
    return at.residual @ axes + at.interest @ association(regression, corrected=corrected), regression


def inverse(
    rows: Rows, at: Spaces, controls: Controls, columns: FloatArray, k: int, *, corrected: bool
) -> tuple[FloatArray, Regression]:
    """RUV-inverse: a factor (n, p) for each column of interest, and k directions of residuals that they leave.

    All residual directions predict the effects. With ``columns`` (n, p) appended beside the factors, least squares
    gives the estimates of generalised least squares under the covariance of the controls.
    """
    variances = main_directions(rows, at.residual, k, weigh=corrected).variances
    residuals = controls.rows @ at.residual
    precision = precision_of(variances[controls.positions]) if corrected else np.ones(len(residuals))
    regression = Regression(controls.rows @ at.interest, residuals, precision)
    effects_by_residuals = association(regression, corrected=False)
    projected = at.interest.T @ columns
    square = projected.shape[0] == projected.shape[1]
    used = np.linalg.solve(projected, effects_by_residuals) if square else effects_by_residuals
    used = (used / np.maximum(np.linalg.norm(used, axis=1), np.finfo(float).tiny)[:, None]).T
    factors = at.residual @ used + at.interest @ (effects_by_residuals @ used)
    if k:
        factors = np.hstack([factors, at.residual @ _beside(rows, at, used, variances if corrected else None, k)])
    return factors, regression


def _beside(rows: Rows, at: Spaces, used: FloatArray, variances: FloatArray | None, k: int) -> FloatArray:
    """Main directions (m, k) of residuals at right angles to those used."""
    basis = np.linalg.qr(used)[0]
    moment = residual_moment(rows, at.residual, None if variances is None else precision_of(variances))
    moment -= basis @ (basis.T @ moment)
    moment -= (moment @ basis) @ basis.T
    return leading_axes((moment + moment.T) / 2.0, k)


def shared(rows: Rows, at: Spaces, controls: Controls, k: int, *, corrected: bool) -> FloatArray:
    """RUV-2: main directions (n, k) of the control features beside what is known.

    ``corrected`` scales each control feature by its residual standard deviation.
    """
    basis = np.hstack([at.interest, at.residual])
    values = controls.rows @ basis
    if corrected:
        variances = main_directions(rows, at.residual, k, weigh=True).variances
        values *= np.sqrt(precision_of(variances[controls.positions]))[:, None]
    factors: FloatArray = basis @ leading_axes(values.T @ values, k)
    return factors


def association(regression: Regression, *, corrected: bool) -> FloatArray:
    """Coefficients (p, q) of the responses on the predictors.

    Predictors that have errors draw coefficients towards zero. Errors have variance one over the precision, so that
    each axis of the predictors tells how reliable it is, and ``corrected`` divides by that. Below a half it turns the
    other way: an axis that is mostly error is no factor, and its association is drawn to none rather than magnified.
    """
    weighted = regression.predictors * regression.precision[:, None]
    sizes, axes = np.linalg.eigh(weighted.T @ regression.predictors)
    inverse_sizes = np.zeros_like(sizes)
    there = sizes > _NONE * sizes.max(initial=0.0)
    inverse_sizes[there] = 1.0 / sizes[there]
    if corrected:
        errors = np.count_nonzero(regression.precision)
        reliability = np.clip(1.0 - errors * inverse_sizes, 1e-9, 1.0)
        inverse_sizes *= np.minimum(1.0 / reliability, 4.0 * reliability)
    coefficients: FloatArray = regression.responses.T @ weighted @ (axes * inverse_sizes) @ axes.T
    return coefficients


def f_of_regression(response: FloatArray, predictors: FloatArray, precision: FloatArray) -> tuple[float, int, int]:
    """F of there being no association of a response (c,) with predictors (c, q), and its df."""
    root = np.sqrt(precision)
    response, predictors = response * root, predictors * root[:, None]
    basis = np.linalg.qr(predictors)[0]
    explained = float(np.square(basis.T @ response).sum())
    df1, df2 = basis.shape[1], int(np.count_nonzero(precision)) - basis.shape[1]
    left = float(np.square(response).sum()) - explained
    return (explained / df1 / (left / df2) if df2 > 0 and left > 0 else np.nan), df1, df2


def scatter(values: FloatArray, at: Spaces, factors: FloatArray) -> tuple[FloatArray, FloatArray, int]:
    """Squared effects (c,) of interest on control features given the factors, over df; residual variances; df."""
    design = np.linalg.qr(np.hstack([at.known, factors, at.interest]))[0]
    free = at.known.shape[1] + factors.shape[1]
    effects = values @ design[:, free:]
    residuals = values - (values @ design) @ design.T
    df = len(design) - design.shape[1]
    variances = squared_lengths(residuals) / df
    return np.square(effects).mean(axis=1), variances, df
