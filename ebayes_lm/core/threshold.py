"""Tests of whether an effect is larger than a threshold."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.moderation import Moderation, t_statistic
from ebayes_lm.core.tails import log_t_p_value, t_p_value

#: Points of the Gauss-Legendre rule that averages over thresholds; those below zero repeat those above.
_POINTS = 16


def excess_t(effect: FloatArray, unscaled: FloatArray, moderation: Moderation, threshold: float) -> FloatArray:
    """Signed t by which an effect (features,) exceeds the threshold; 0 where it does not."""
    beyond = t_statistic(np.abs(effect) - threshold, unscaled, moderation)
    t: FloatArray = np.sign(effect) * np.maximum(beyond, 0.0) + 0.0  # no zero keeps a sign
    return t


def threshold_p(
    effect: FloatArray, unscaled: FloatArray, moderation: Moderation, df: FloatArray, rule: FloatArray
) -> FloatArray:
    """P of the effects (features,) where the true one is no larger than a threshold (McCarthy and Smyth 2009).

    ``rule`` holds thresholds and their weights, (2, n): one for treat, several for an average over them.
    """
    p = np.zeros(len(effect))
    for threshold, weight in rule.T:
        above, below = _sides(effect, unscaled, moderation, threshold)
        p += weight * (_upper_tail(above, df) + _upper_tail(below, df))
    return np.asarray(np.minimum(p, 1.0))


def log_threshold_p(
    effect: FloatArray, unscaled: FloatArray, moderation: Moderation, df: FloatArray, rule: FloatArray
) -> FloatArray:
    """Natural logarithm of :func:`threshold_p`, finite where that underflows."""
    log_p = np.full(len(effect), -np.inf)
    for threshold, weight in rule.T:
        above, below = _sides(effect, unscaled, moderation, threshold)
        with np.errstate(invalid="ignore"):  # NaN where there is no effect
            both = np.logaddexp(_log_upper_tail(above, df), _log_upper_tail(below, df))
            log_p = np.logaddexp(log_p, np.log(weight) + both)
    return np.asarray(np.minimum(log_p, 0.0))


def single(threshold: float) -> FloatArray:
    """The rule of one threshold."""
    return np.array([[threshold], [1.0]])


def averaged(threshold: float) -> FloatArray:
    """The rule that averages over all thresholds up to this one, which p is even in."""
    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    positive = points > 0
    return np.array([threshold * points[positive], weights[positive]])


def _sides(
    effect: FloatArray, unscaled: FloatArray, moderation: Moderation, threshold: float
) -> tuple[FloatArray, FloatArray]:
    """How far the effect lies above the threshold of its own sign, and above that of the other, as t."""
    size = np.abs(effect)
    above = t_statistic(size - threshold, unscaled, moderation)
    below = above if threshold == 0.0 else t_statistic(size + threshold, unscaled, moderation)
    return above, below


def _upper_tail(t: FloatArray, df: FloatArray) -> FloatArray:
    half = 0.5 * t_p_value(t, df)
    return np.where(t < 0, 1.0 - half, half)


def _log_upper_tail(t: FloatArray, df: FloatArray) -> FloatArray:
    log_half = log_t_p_value(t, df) - np.log(2.0)
    return np.asarray(np.where(t < 0, np.log1p(-np.exp(log_half)), log_half))
