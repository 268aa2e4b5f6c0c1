"""How far two sets of factors disagree about an effect, in terms of the tests that follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.factor_analysis import noise
from ebayes_lm.core.row_layout import squared_lengths

#: The level whose rejections are told, and the normal quantile that belongs to it.
LEVEL = 0.05
_QUANTILE = 1.959963984540054


@dataclass(frozen=True)
class Disagreement:
    """What tests under one set of factors come to, should another be right.

    Attributes
    ----------
    rejected : float
        Share of features without an effect whose p is below 0.05.
    share : float
        Share of the column, beside the rest of the design, that goes along with the factors in use.
    other_share : float
        The same with the other factors.
    """

    rejected: float
    share: float
    other_share: float


def disagreement(
    residuals: FloatArray, unscaled: float, used: FloatArray, association: FloatArray, scores: FloatArray,
    alpha: FloatArray,
) -> Disagreement:  # fmt: skip
    """Compare factors that are in use with a second opinion about one column.

    Parameters
    ----------
    residuals : (G, m) array
        Rows in coordinates of the residual space.
    unscaled : float
        Variance of the column's coefficient without factors, in units of the noise.
    used : (m, k) array
        The factors in use in the same coordinates.
    association : (k,) array
        Coefficients of the column in a fit of these factors to the design.
    scores : (m, q) array
        The factors of the second opinion in these coordinates, orthogonal columns of length ``sqrt(m)``.
    alpha : (q,) array
        Their association.

    Notes
    -----
    Least squares with factors in the design subtracts from the effect of a row its residuals along one direction, so
    two opinions about a column differ by the direction ``u`` between theirs, and about the effect of a row by
    ``r = residuals u``. If the second is right, residuals beside its factors are noise, of which standard errors know;
    so ``u`` counts as far as it lies among these factors. Of the square of r, ``noise |u|^2`` is there without bias.
    """
    m, k = used.shape
    basis, triangle = np.linalg.qr(used)
    own = basis @ np.linalg.lstsq(triangle.T, association, rcond=None)[0]
    inside = residuals @ basis
    squares = squared_lengths(residuals) - squared_lengths(inside)
    variances = noise(np.maximum(squares, 0.0), float(m - k)) * (unscaled + own @ own)
    other = scores @ alpha / m
    u = scores @ (scores.T @ (own - other)) / m
    bias = residuals @ u / np.sqrt(variances)
    chance = float(u @ u) / (unscaled + float(own @ own))
    total = float(np.mean(np.square(bias)))
    bias *= np.sqrt(max(0.0, 1.0 - chance / total)) if total > 0 else 0.0
    rejected = float(np.mean(ndtr(-_QUANTILE + bias) + ndtr(-_QUANTILE - bias)))
    return Disagreement(rejected, _share(own, unscaled), _share(other, unscaled))


def _share(direction: FloatArray, unscaled: float) -> float:
    """Share of a column that factors explain which take themselves out of its effect along a direction."""
    along = float(direction @ direction)
    return along / (unscaled + along)
