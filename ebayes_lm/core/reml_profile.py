"""Residual maximum likelihood of a correlation within blocks, one for each row (Patterson & Thompson 1971).

Samples of one block share a correlation rho. In the residual space of a row's design the block structure has
eigenvalues d, and a residual in the direction of one has the variance ``sigma^2 (1 + rho (d - 1))``. With sigma
profiled out, what is left to minimise is a sum over directions in one variable, which may have more than one valley.

The variable is the log of gamma = (rho - low) / (1 - rho), where low = -1 / (m - 1) is the correlation at which a block
of the largest size m stops varying as a whole. Up to a factor that cancels, the variance of a direction is then
``mu = (m - d) / (m - 1) + d gamma``: a sum of positive terms, so that no digits are lost near either end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray

#: Variance of the mean of a largest block, as a share of what it were without correlation, where the likelihood rises
#: until there is none: the residuals know nothing of such means, and nothing holds it back.
LEAST_BETWEEN = 0.01
#: Where the variance within blocks, or that of the mean of a largest block, is below this share of what it were without
#: correlation, it is zero.
_VANISHING = 1e-10
#: The residuals know of the mean of a largest block where an eigenvalue is this near its size.
_CONTAINED = 1e-6
#: Eigenvalues of the block structure below this share of the largest size are zero.
NO_EIGENVALUE = 1e-10
#: Steps of the logarithm of gamma by which valleys are told apart; each direction bends the profile over about three.
_STEP = 1.0
#: Newton steps below this end the search; the bracket is as small after fifty halvings.
_SETTLED = 1e-13
_MOST_STEPS = 60
#: Information matrices of a smaller determinant, in units of the product of their diagonal, are rounding.
_SINGULAR = 1e-10


class Spectrum(NamedTuple):
    """What residuals of rows tell about the correlation within blocks.

    Attributes
    ----------
    values : (v, k) or (1, k) array
        Eigenvalues d of the block structure in the residual space.
    counts : (v, k) or (1, k) array
        Directions with that eigenvalue; zero where a row has none.
    squares : (v, k) array
        Sums of squares of the residual over them.
    """

    values: FloatArray
    counts: FloatArray
    squares: FloatArray

    def take(self, rows: BoolArray) -> Spectrum:
        """Of some of the rows."""
        shared = len(self.values) != len(self.squares)
        values, counts = (self.values, self.counts) if shared else (self.values[rows], self.counts[rows])
        return Spectrum(values, counts, self.squares[rows])


class CorrelationFits(NamedTuple):
    """Estimates by residual maximum likelihood; the first axis of every array is the row.

    NaN where residuals vary only within or only between blocks, so that the likelihood has no maximum.

    Attributes
    ----------
    rho : (v,) array
    variance : (v,) array
        Of one observation of weight one.
    covariance : (v, 3) array
        Of (log variance, rho), from the information in the row: first variance, covariance, second variance.
    """

    rho: FloatArray
    variance: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, eq=False)
class _Profile:
    """The profile of some rows as a function of ``log gamma``, up to a constant."""

    fixed: FloatArray
    spectrum: Spectrum
    df: FloatArray

    def value(self, log_gamma: FloatArray) -> FloatArray:
        mu = self._variances(log_gamma)
        _, counts, squares = self.spectrum
        total = (squares / mu).sum(axis=1)
        deviance: FloatArray = self.df * np.log(total) + (counts * np.log(mu)).sum(axis=1)
        return deviance

    def slopes(self, log_gamma: FloatArray) -> tuple[FloatArray, FloatArray]:
        """First and second derivatives."""
        mu = self._variances(log_gamma)
        _, counts, squares = self.spectrum
        rise = 1.0 - self.fixed / mu
        bend = rise * (1.0 - rise)
        share = squares / mu
        share /= share.sum(axis=1, keepdims=True)
        mean = (share * rise).sum(axis=1)
        spread = (share * np.square(rise)).sum(axis=1) - np.square(mean)
        first = (counts * rise).sum(axis=1) - self.df * mean
        second = (counts * bend).sum(axis=1) + self.df * (spread - (share * bend).sum(axis=1))
        return first, second

    def take(self, rows: BoolArray) -> _Profile:
        fixed = self.fixed if len(self.fixed) != len(self.df) else self.fixed[rows]
        return _Profile(fixed, self.spectrum.take(rows), self.df[rows])

    def _variances(self, log_gamma: FloatArray) -> FloatArray:
        mu: FloatArray = self.fixed + self.spectrum.values * np.exp(log_gamma)[:, None]
        return mu


def fit_correlations(spectrum: Spectrum, largest: FloatArray) -> CorrelationFits:
    """Estimate the correlation of rows whose residuals vary both within and between blocks.

    ``largest`` (v,) is the size of a row's largest block, at least two.
    """
    scale = spectrum.squares.max(axis=1, initial=0.0)
    unit = spectrum._replace(squares=spectrum.squares / scale[:, None])
    per_row = len(spectrum.values) == len(scale)
    size = largest[:, None] if per_row else largest[:1, None]
    df = np.broadcast_to(spectrum.counts.sum(axis=1), scale.shape)
    profile = _Profile((size - spectrum.values) / (size - 1.0), unit, df)
    low, high = _log_gamma(_VANISHING / largest), _log_gamma(1.0 - _VANISHING * (1.0 - 1.0 / largest))
    log_gamma = _minimum(profile, low, high)
    inside = (log_gamma > low) & (log_gamma < high)
    contained = (profile.fixed < _CONTAINED).any(axis=1)
    log_gamma = np.where(log_gamma > low, log_gamma, _log_gamma(LEAST_BETWEEN / largest))
    share = 1.0 / (1.0 + np.exp(-log_gamma))
    rho = (share * largest - 1.0) / (largest - 1.0)
    relative = profile._variances(log_gamma) * (1.0 - share)[:, None]
    variance = (unit.squares / relative).sum(axis=1) / df
    covariance = _covariance(unit, relative, variance, df, inside)
    fits = CorrelationFits(rho, variance * scale, covariance)
    for values in fits:
        values[(log_gamma >= high) | (~inside & contained)] = np.nan
    return fits


def _log_gamma(share: FloatArray) -> FloatArray:
    """From rho as a share of the way from its lower bound to one."""
    log_gamma: FloatArray = np.log(share) - np.log1p(-share)
    return log_gamma


def _minimum(profile: _Profile, low: FloatArray, high: FloatArray) -> FloatArray:
    """Where the lowest valley of each row has its floor: the best of a grid, then Newton steps kept in its cell."""
    n_points = 2 + int(np.max(high - low, initial=0.0) / _STEP)
    step = (high - low) / (n_points - 1)
    best, at = np.full(len(low), np.inf), np.zeros(len(low))
    some = slice(1 if len(profile.fixed) < len(low) else None)  # all rows have the same variances
    for j in range(n_points):
        value = profile.value((low + j * step)[some])
        better = value < best
        best[better], at[better] = value[better], j
    here = low + at * step
    left, right = np.maximum(here - step, low), np.minimum(here + step, high)
    found, active = here.copy(), np.arange(len(low))
    for _ in range(_MOST_STEPS):
        if not len(active):
            break
        first, second = profile.slopes(here)
        right, left = np.where(first >= 0.0, here, right), np.where(first <= 0.0, here, left)
        with np.errstate(all="ignore"):
            target = here - first / second
        newton = (second > 0.0) & (target >= left) & (target <= right)
        target = np.where(newton, target, 0.5 * (left + right))
        found[active] = target
        going = np.abs(target - here) > _SETTLED * np.maximum(1.0, np.abs(here))
        here, left, right, active = target[going], left[going], right[going], active[going]
        profile = profile.take(going)
    return found


def _covariance(
    spectrum: Spectrum, relative: FloatArray, variance: FloatArray, df: FloatArray, inside: BoolArray
) -> FloatArray:
    """Inverse of the observed information of (log variance, rho).

    At a bound, where the slope is not zero, the information that is to be expected takes its place; it is never
    indefinite.
    """
    values, counts, squares = spectrum
    slope = (values - 1.0) / relative
    share = squares / relative / variance[:, None]
    expected = (df, (counts * slope).sum(axis=1), (counts * np.square(slope)).sum(axis=1))
    observed = (df, (share * slope).sum(axis=1), ((2.0 * share - counts) * np.square(slope)).sum(axis=1))
    regular = inside & (observed[0] * observed[2] - observed[1] ** 2 > _SINGULAR * observed[0] * np.abs(observed[2]))
    a, b, c = (0.5 * np.where(regular, o, e) for o, e in zip(observed, expected, strict=True))
    determinant = a * c - b * b
    inverse: FloatArray = np.stack([c, -b, a], axis=1) / determinant[:, None]
    return inverse
