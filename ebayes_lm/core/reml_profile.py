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

from ebayes_lm._typing import BoolArray, FloatArray, IntArray

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
#: Steps of the logarithm of gamma by which valleys are told apart: each direction bends the profile over about three,
#: most of them not far from zero, and steps are twice as wide beyond that.
_STEP = 1.0
_BENDS = 8.0
#: Valleys whose floors differ by less than this on the grid may be in the other order.
_RIVAL = 1.0
#: What is this near the side of a cell has its valley elsewhere.
_EDGE = 1e-9
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
    """The profile of v rows as a function of ``log gamma``, up to a constant.

    Rows are the last axis, so that sums over the k directions run along memory. Where all rows have the same
    directions, what is not ``squares`` (k, v) or ``df`` (v,) is a column (k, 1).
    """

    fixed: FloatArray
    rising: FloatArray
    counts: FloatArray
    squares: FloatArray
    df: FloatArray

    @classmethod
    def of(cls, spectrum: Spectrum, largest: FloatArray) -> _Profile:
        values, counts, squares = (np.ascontiguousarray(part.T) for part in spectrum)
        size = largest[: values.shape[1]]
        df = np.broadcast_to(counts.sum(axis=0), squares.shape[1:])
        return cls((size - values) / (size - 1.0), values, counts, squares, df)

    def variances(self, log_gamma: FloatArray) -> FloatArray:
        """Of the directions of each row, (k, v)."""
        variances: FloatArray = self.fixed + self.rising * np.exp(log_gamma)
        return variances

    def deviance(self, log_gamma: FloatArray) -> FloatArray:
        mu = self.variances(log_gamma)
        total = (self.squares / mu).sum(axis=0)
        deviance: FloatArray = self.df * np.log(total) + (self.counts * np.log(mu)).sum(axis=0)
        return deviance

    def slopes(self, log_gamma: FloatArray) -> tuple[FloatArray, FloatArray]:
        """First and second derivatives of the deviance."""
        mu = self.variances(log_gamma)
        rise = 1.0 - self.fixed / mu
        bend = rise * (1.0 - rise)
        share = self.squares / mu
        share /= share.sum(axis=0)
        mean = (share * rise).sum(axis=0)
        spread = (share * np.square(rise - mean)).sum(axis=0)
        first = (self.counts * rise).sum(axis=0) - self.df * mean
        second = (self.counts * bend).sum(axis=0) + self.df * (spread - (share * bend).sum(axis=0))
        return first, second

    def take(self, rows: BoolArray) -> _Profile:
        """Of some of the rows."""
        shared = self.fixed.shape[1] == 1
        fixed, rising, counts = (p if shared else p[:, rows] for p in (self.fixed, self.rising, self.counts))
        return _Profile(fixed, rising, counts, self.squares[:, rows], self.df[rows])


def fit_correlations(spectrum: Spectrum, largest: FloatArray) -> CorrelationFits:
    """Estimate the correlation of rows whose residuals vary both within and between blocks.

    ``largest`` (v,) is the size of a row's largest block, at least two.
    """
    scale = spectrum.squares.max(axis=1, initial=0.0)
    profile = _Profile.of(spectrum._replace(squares=spectrum.squares / scale[:, None]), largest)
    low, high = _log_gamma(_VANISHING / largest), _log_gamma(1.0 - _VANISHING * (1.0 - 1.0 / largest))
    contained = (profile.fixed < _CONTAINED).any(axis=0)
    end = np.where(contained, low, _log_gamma(LEAST_BETWEEN / largest))
    log_gamma = _minimum(profile, low, high, end)
    at_end = log_gamma == end
    endless = (log_gamma > high - _STEP) | (at_end & contained)
    share = 1.0 / (1.0 + np.exp(-log_gamma))
    rho = (share * largest - 1.0) / (largest - 1.0)
    relative = profile.variances(log_gamma) * (1.0 - share)
    variance = (profile.squares / relative).sum(axis=0) / profile.df
    fits = CorrelationFits(rho, variance * scale, _covariance(profile, relative, variance, ~at_end))
    for values in fits:
        values[endless] = np.nan
    return fits


def _log_gamma(share: FloatArray) -> FloatArray:
    """From rho as a share of the way from its lower bound to one."""
    log_gamma: FloatArray = np.log(share) - np.log1p(-share)
    return log_gamma


def _minimum(profile: _Profile, low: FloatArray, high: FloatArray, end: FloatArray) -> FloatArray:
    """Where the lowest valley of each row has its floor; the point ``end`` stands for a fall that ends at ``low``.

    Valleys are seen on a grid; where the floors of two may be as deep, both are gone down to.
    """
    below = np.arange(low.min(initial=0.0), -_BENDS, 2 * _STEP)
    above = np.arange(_BENDS, high.max(initial=0.0) + 2 * _STEP, 2 * _STEP)
    grid = np.concatenate([below, np.arange(-_BENDS, _BENDS, _STEP), above])
    n_different = profile.fixed.shape[1]
    floors = _floors(np.stack([profile.deviance(np.clip(point, low, high)[:n_different]) for point in grid]))
    floors[0] = profile.deviance(end)
    every, first = np.arange(len(low)), np.argmin(floors, axis=0)
    found = _descend(profile, grid, first, low, high, end)
    lowest = floors[first, every]
    floors[first, every] = np.inf
    rival = floors.min(axis=0, initial=np.inf) < lowest + _RIVAL
    if rival.any():
        second, both = np.argmin(floors[:, rival], axis=0), profile.take(rival)
        other = _descend(both, grid, second, low[rival], high[rival], end[rival])
        better = both.deviance(other) < both.deviance(found[rival])
        found[rival] = np.where(better, other, found[rival])
    return found


def _floors(values: FloatArray) -> FloatArray:
    """Floors of valleys that values on a grid (j, v) show, by parabolas through three points; infinity elsewhere."""
    before, here, after = values[:-2], values[1:-1], values[2:]
    bend = before - 2.0 * here + after
    with np.errstate(invalid="ignore", divide="ignore"):
        floors = here - np.square(before - after) / (8.0 * bend)
    valley = (here <= before) & (here <= after) & (bend > 0.0)
    last = np.where(values[-1] < values[-2], values[-1], np.inf)
    return np.concatenate([values[:1], np.where(valley, floors, np.inf), last[None]])


def _descend(
    profile: _Profile, grid: FloatArray, at: IntArray, low: FloatArray, high: FloatArray, end: FloatArray
) -> FloatArray:
    """Newton steps from points of a grid, kept between their neighbours; ``end`` where it goes down to the left one.

    Towards its lower end a profile may be level but for rounding, which looks like a valley.
    """
    left, here, right = (np.clip(grid[np.clip(at + j, 0, len(grid) - 1)], low, high) for j in (-1, 0, 1))
    found, active, lowest = here.copy(), np.arange(len(at)), left + _EDGE
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
    return np.where(found <= lowest, end, found)


def _covariance(profile: _Profile, relative: FloatArray, variance: FloatArray, inside: BoolArray) -> FloatArray:
    """Inverse of the observed information of (log variance, rho).

    At a bound, where the slope is not zero, the information that is to be expected takes its place; it is never
    indefinite.
    """
    counts, df = profile.counts, profile.df
    slope = (profile.rising - 1.0) / relative
    share = profile.squares / relative / variance
    expected = (df, (counts * slope).sum(axis=0), (counts * np.square(slope)).sum(axis=0))
    observed = (df, (share * slope).sum(axis=0), ((2.0 * share - counts) * np.square(slope)).sum(axis=0))
    regular = inside & (observed[0] * observed[2] - observed[1] ** 2 > _SINGULAR * observed[0] * np.abs(observed[2]))
    a, b, c = (0.5 * np.where(regular, o, e) for o, e in zip(observed, expected, strict=True))
    inverse: FloatArray = np.stack([c, -b, a], axis=1) / (a * c - b * b)[:, None]
    return inverse
