"""The null distribution that most of many z statistics share: its mean and its standard deviation.

Features without an effect have z of mean 0 and standard deviation 1 where the model is right. Hidden factors and
correlation move both: the mean is called bias, the standard deviation inflation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray

#: Median of chi-square with one df.
_MEDIAN_CHI_SQUARE = 0.454936423119573
#: Median absolute deviation of a standard normal.
_MAD = 0.674489750196082
#: Width of the bins; it adds a twelfth of its square to a variance of about one.
_WIDTH = 0.03
#: Values beyond this count as this: so far out, only that they are effects matters.
_FARTHEST = 30.0
#: The null, and effects up and down: means that the prior gives, the observations that it is worth, and shares.
_MEANS = np.array([0.0, 3.0, -3.0])
_WORTH = np.array([1000.0, 100.0, 100.0])
_SHARES = np.array([90.0, 5.0, 5.0])
#: Shape and rate of the prior of precisions.
_SHAPE, _RATE = 1.28, 0.36
_BURN_IN, _DRAWS = 300, 1000


class EmpiricalNull(NamedTuple):
    """What z of features without effect look like.

    Attributes
    ----------
    bias, inflation : float
        Their mean and standard deviation.
    bias_se, inflation_se : float
        Standard errors, as if features were independent.
    share : float
        Share of features without effect; 1 where they were named.
    """

    bias: float
    inflation: float
    bias_se: float
    inflation_se: float
    share: float


def genomic_lambda(z: FloatArray) -> float:
    """Median of the squares of z over that of chi-square with one df (Devlin and Roeder 1999)."""
    return float(np.median(np.square(z)) / _MEDIAN_CHI_SQUARE)


def null_of_controls(z: FloatArray) -> EmpiricalNull:
    """Mean and standard deviation of z (n,) of features that are known to have no effect, at least two."""
    n, spread = len(z), float(np.std(z, ddof=1))
    return EmpiricalNull(float(np.mean(z)), spread, spread / np.sqrt(n), spread / np.sqrt(2.0 * (n - 1)), 1.0)


def null_of_most(z: FloatArray, rng: np.random.Generator) -> EmpiricalNull:
    """Null distribution of finite z (n,) of which most have no effect.

    A mixture of three normals, the null and effects on either side, by Gibbs sampling (van Iterson, van Zwet, the BIOS
    Consortium and Heijmans 2017 Genome Biology 18:19). Values of one bin move together, so that a sweep takes as long
    for a million as for a thousand.
    """
    x, counts = binned(z)
    trace = np.empty((_DRAWS, 3))
    state = _start(z)
    for sweep in range(-_BURN_IN, _DRAWS):
        state = _swept(state, x, counts, rng)
        if sweep >= 0:
            trace[sweep] = state.means[0], state.sds[0], state.shares[0]
    (bias, inflation, share), (bias_se, inflation_se, _) = trace.mean(axis=0), trace.std(axis=0)
    return EmpiricalNull(float(bias), float(inflation), float(bias_se), float(inflation_se), float(share))


def binned(z: FloatArray) -> tuple[FloatArray, IntArray]:
    """Centres of the bins that hold values, and how many."""
    bins = np.round(np.clip(z, -_FARTHEST, _FARTHEST) / _WIDTH).astype(np.intp)
    least = int(bins.min())
    counts = np.bincount(bins - least).astype(np.intp)
    held = np.flatnonzero(counts)
    centres: FloatArray = _WIDTH * (held + least).astype(np.float64)
    return centres, counts[held]


class _State(NamedTuple):
    """A draw of the parameters, each array (3,): null, up, down."""

    means: FloatArray
    sds: FloatArray
    shares: FloatArray


def _start(z: FloatArray) -> _State:
    middle = float(np.median(z))
    spread = float(np.median(np.abs(z - middle))) / _MAD
    return _State(np.array([middle, 3.0, -3.0]), np.array([max(spread, _WIDTH), 1.0, 1.0]), _SHARES / _SHARES.sum())


def _swept(state: _State, x: FloatArray, counts: IntArray, rng: np.random.Generator) -> _State:
    """One sweep: each value to a component, then every component from its values."""
    held = _allocated(state, x, counts, rng)
    n = held.sum(axis=1)
    sums = held @ x
    means = (_WORTH * _MEANS + sums) / (_WORTH + n)
    # squares about the posterior mean, of values and of what the prior is worth
    squares = np.sum(held * np.square(x - means[:, None]), axis=1) + _WORTH * np.square(_MEANS - means)
    precisions = rng.gamma(_SHAPE + 0.5 * n, 1.0 / (_RATE + 0.5 * squares))
    sds = 1.0 / np.sqrt(precisions)
    return _State(rng.normal(means, sds / np.sqrt(_WORTH + n)), sds, rng.dirichlet(_SHARES + n))


def _allocated(state: _State, x: FloatArray, counts: IntArray, rng: np.random.Generator) -> FloatArray:
    """How many values of each bin fall to each component, (3, bins)."""
    deviations = (x - state.means[:, None]) / state.sds[:, None]
    logs = -0.5 * np.square(deviations) + np.log(state.shares / state.sds)[:, None]
    odds = np.exp(logs - logs.max(axis=0))
    null = rng.binomial(counts, odds[0] / odds.sum(axis=0))
    beside = odds[1] + odds[2]
    up = rng.binomial(counts - null, np.divide(odds[1], beside, out=np.full_like(beside, 0.5), where=beside > 0))
    return np.stack([null, up, counts - null - up]).astype(np.float64)
