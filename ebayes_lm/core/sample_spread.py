"""How far residuals of each sample scatter, and whether groups of samples differ in that."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import fdtrc, fdtri

from ebayes_lm._typing import BoolArray, FloatArray, IntArray

#: Robust standard errors from the median log spread, and times the median spread, from which a sample is outlying.
OUTLYING_Z, OUTLYING_RATIO = 3.5, 1.5
#: A standard deviation in terms of the median absolute deviation of a normal distribution.
_MAD = 1.4826
#: Rows among which medians are taken; more would move them by less than two per cent.
_MEDIAN_ROWS = 5000
#: Standard error of the log of a median absolute deviation, times the root of the number of rows.
_MEDIAN_ERROR = 1.17


class SampleSpread(NamedTuple):
    """Spread of residuals of n samples relative to one another.

    Attributes
    ----------
    robust : (n,) array
        Median absolute residual over features, 1 in the median sample; NaN where the design leaves nothing of a sample.
    rms : (n,) array
        Root mean square over all features, likewise.
    z : (n,) array
        Robust standard score of the log of the former.
    outlying : (n,) bool array
    """

    robust: FloatArray
    rms: FloatArray
    z: FloatArray
    outlying: BoolArray


def sample_spread(squares: FloatArray, free: FloatArray, residuals: FloatArray, of_rows: FloatArray) -> SampleSpread:
    """Spread of samples from sums of squares (n,) over what is left of them (n,), and residuals (g, n) of some rows.

    ``of_rows`` (g, n) or (1, n) is what the design leaves of the samples of those rows.
    """
    step = max(1, len(residuals) // _MEDIAN_ROWS)
    residuals, of_rows = residuals[::step], of_rows if len(of_rows) == 1 else of_rows[::step]
    with np.errstate(divide="ignore", invalid="ignore"):
        rms = np.where(free > 0, np.sqrt(squares / free), np.nan)
        sizes = np.abs(residuals) / np.sqrt(np.where(of_rows > 0, of_rows, np.nan))
    sizes[(residuals == 0.0).all(axis=1)] = np.nan  # rows that were left out
    known = np.isfinite(rms) & np.isfinite(sizes).any(axis=0)
    robust = np.full(len(rms), np.nan)
    if known.any():
        robust[known] = _medians(sizes[:, known])
    rms, robust = _relative(rms), _relative(robust)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(robust)
    usable = log[np.isfinite(log)]
    error = _MAD * float(np.median(np.abs(usable - np.median(usable)))) if len(usable) else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(np.isfinite(log), log / max(error, _MEDIAN_ERROR / np.sqrt(max(len(sizes), 1))), np.nan)
        outlying = (z > OUTLYING_Z) & (robust >= OUTLYING_RATIO)
    return SampleSpread(robust, rms, z, outlying)


def _medians(sizes: FloatArray) -> FloatArray:
    """Medians (n,) of columns without their NaN, which take a column at a time where there are any."""
    gaps = np.isnan(sizes)
    if (gaps == gaps[:, :1]).all():  # rows that were left out
        return np.median(np.ascontiguousarray(sizes[~gaps[:, 0]].T), axis=1)
    return np.nanmedian(sizes, axis=0)


def _relative(values: FloatArray) -> FloatArray:
    known = values[np.isfinite(values) & (values > 0)]
    return values / float(np.median(known)) if len(known) else values


class LevelVariances(NamedTuple):
    """Residual variances of the levels of a factor.

    Attributes
    ----------
    n : (k,) integer array
        Samples.
    df : (k,) array
        Residual df of a feature that fall to the level.
    sd : (k,) array
        Standard deviations, 1 in the smallest; NaN where the design leaves a level nothing.
    p : float
        Of the largest against the smallest variance, adjusted for the number of pairs; NaN for fewer than two levels.
    """

    n: IntArray
    df: FloatArray
    sd: FloatArray
    p: float


def level_variances(squares: FloatArray, free: FloatArray, codes: IntArray, rows: float) -> LevelVariances:
    """Compare levels (n,), negative for none, by squares (n,) over all features and what is left of samples (n,).

    ``free`` is per feature. The ratio of two variances is judged as F on the residual df of the levels times ``rows``,
    the number of features as independent ones that they are worth.
    """
    n_levels = int(codes.max(initial=-1)) + 1
    known = codes >= 0
    n = np.bincount(codes[known], minlength=n_levels)
    df: FloatArray = np.asarray(np.bincount(codes[known], weights=free[known], minlength=n_levels), dtype=np.float64)
    total = np.bincount(codes[known], weights=squares[known], minlength=n_levels)
    with np.errstate(divide="ignore", invalid="ignore"):
        variances = np.where((df > 1e-6) & (total > 0), total / df, np.nan)
    compared = np.flatnonzero(np.isfinite(variances))
    if len(compared) < 2:
        return LevelVariances(n, df, np.full(n_levels, np.nan), np.nan)
    high, low = compared[variances[compared].argmax()], compared[variances[compared].argmin()]
    ratio = variances[high] / variances[low]
    one_sided = fdtrc(rows * df[high], rows * df[low], ratio)
    pairs = len(compared) * (len(compared) - 1)
    return LevelVariances(n, df, np.sqrt(variances / variances[low]), float(min(1.0, one_sided * pairs)))


def square_of_p(p: float, df: float, samples: float) -> float:
    """The squared studentised residual, the largest among so many samples, that has this p-value on ``df`` residual df.

    Zero where there is one df or less, and no p-value.
    """
    if df <= 1.0:
        return 0.0
    critical = float(fdtri(1.0, df - 1.0, 1.0 - min(p / max(samples, 1.0), 1.0)))
    return df * critical / (df - 1.0 + critical)


def p_of_squares(largest: FloatArray, df: FloatArray, samples: float, most: float) -> FloatArray:
    """P-values (g,) of the largest squared studentised residual of rows, among so many samples; 1 where above ``most``.

    A square over ``df`` is a beta variable where residuals are normal, so that its ratio to what is left is F with 1
    and df - 1 degrees of freedom. NaN for rows with fewer than two.
    """
    p = np.where(df > 1.0, 1.0, np.nan)
    kinds = df[:1] if (df == df[0]).all() else np.unique(df)
    for value in kinds[kinds > 1.0]:
        rows = np.flatnonzero((df == value) & (largest >= square_of_p(most, float(value), samples)))
        share = np.minimum(largest[rows] / value, 1.0)
        with np.errstate(divide="ignore"):
            single = fdtrc(1.0, value - 1.0, (value - 1.0) * share / (1.0 - share))
        p[rows] = np.minimum(1.0, samples * single)
    return p
