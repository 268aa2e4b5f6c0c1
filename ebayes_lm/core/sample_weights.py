"""What each sample gives to an estimate, and what other columns of a design take from it."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray, IntArray
from ebayes_lm.core.contrast import is_estimable
from ebayes_lm.core.qr import pivoted_qr, spans_constant

#: Weights below this share of the largest come from rounding.
NEGLIGIBLE = 1e-8
#: Leverages this close to 1 are 1 but for rounding.
_WHOLE = 1e-8


def least_weights(columns: FloatArray, target: FloatArray) -> FloatArray:
    """The shortest weights a (n,) with ``columns' a = target`` (r,); columns (n, r) of full rank, of any units."""
    scale = np.linalg.norm(columns, axis=0)
    weights: FloatArray = np.linalg.lstsq((columns / scale).T, target / scale, rcond=None)[0]
    return weights


def without_rounding(weights: FloatArray) -> FloatArray:
    """Weights with zeros where they come from rounding."""
    return np.where(np.abs(weights) <= NEGLIGIBLE * np.abs(weights).max(initial=0.0), 0.0, weights)


def weights_of_samples(x: FloatArray, contrast: FloatArray) -> FloatArray | None:
    """Weights a (n,) of the samples in the estimate ``a'y`` of a contrast (p,) by least squares; None without one."""
    qr = pivoted_qr(x)
    if not is_estimable(qr, contrast[:, None])[0] or not np.any(contrast[qr.estimable]):
        return None
    return without_rounding(least_weights(x[:, qr.estimable], contrast[qr.estimable]))


def is_difference(weights: FloatArray) -> bool:
    """Whether an estimate stays where all values are raised by one, as differences and slopes do and means do not."""
    return bool(abs(weights.sum()) <= NEGLIGIBLE * np.abs(weights).sum())


def leverages(x: FloatArray) -> FloatArray:
    """How far each sample determines its own fitted value, (n,) from 0 to 1; exactly 1 where wholly."""
    found = np.square(pivoted_qr(x).q).sum(axis=1)
    return np.where(found > 1.0 - _WHOLE, 1.0, found)


def effective_number(weights: FloatArray) -> float:
    """Samples that would give the same precision if all counted alike: ``(sum |a|)^2 / sum a^2``.

    That is n of a comparison of two groups of n/2, and nearly 4 times the smaller group where the other is large.
    """
    return float(np.square(np.abs(weights).sum()) / np.square(weights).sum())


def carriers(weights: FloatArray, share: float) -> IntArray:
    """Positions of the fewest samples that make up so large a share of the estimate's variance, the heaviest first."""
    squares = np.square(weights)
    order = np.argsort(-squares, kind="stable")
    reached = np.cumsum(squares[order]) >= (share - _WHOLE) * squares.sum()
    return order[: int(np.argmax(reached)) + 1]


def weights_without(x: FloatArray, contrast: FloatArray, kept: BoolArray) -> FloatArray | None:
    """Weights (n,) of the samples in the estimate of a contrast (p,) in a design of the columns ``kept`` (p,) alone.

    A constant that the design holds in any form stays. None where the smaller design has no estimate.
    """
    smaller, fewer = x[:, kept], contrast[kept]
    if spans_constant(x):
        smaller, fewer = np.hstack([smaller, np.ones((len(x), 1))]), np.append(fewer, 0.0)
    return weights_of_samples(smaller, fewer)
