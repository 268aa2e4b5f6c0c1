"""Variances of contrasts in mixed models, and how well they are known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray

#: An estimate of the correlation within blocks makes standard errors too small by so much of their square at most.
_LARGEST_INFLATION = 1.0


class VarianceParameters(NamedTuple):
    """What mixed models of rows say of the variances; NaN where the correlation could not be estimated.

    Attributes
    ----------
    sigma, rho : (g,) array
    covariance : (g, 3) array
        Of (log sigma^2, rho): first variance, covariance, second variance.
    """

    sigma: FloatArray
    rho: FloatArray
    covariance: FloatArray

    def log_within(self) -> FloatArray:
        """Logarithm (g,) of the variance within blocks; NaN where it is not positive."""
        with np.errstate(divide="ignore", invalid="ignore"):
            log_variance = 2.0 * np.log(self.sigma) + np.log1p(-self.rho)
        return np.where(np.isfinite(log_variance), log_variance, np.nan)


class ContrastVariances(NamedTuple):
    """Variances of contrasts, (g, k) each, at the estimated correlations.

    Attributes
    ----------
    stdev : (g, k) array
        Standard deviations, in units of sigma.
    slope, curvature : (g, k) array
        First and second derivative of their squares by rho.
    independent : (g, k) array
        Standard deviations if samples were independent.
    df : (g, k) array
        Satterthwaite's.
    """

    stdev: FloatArray
    slope: FloatArray
    curvature: FloatArray
    independent: FloatArray
    df: FloatArray

    def inflation(self, parameters: VarianceParameters) -> FloatArray:
        """By how much (g, k) of itself the variance of a contrast exceeds that at a known correlation.

        Estimated weights add variance, and make the estimate of the variance too small by as much again (Kackar &
        Harville 1984; Kenward & Roger 1997). For one correlation both together are ``-v''(rho) Var(rho)``: zero where
        generalised least squares do not depend on it, as in balanced designs.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            share = -self.curvature * parameters.covariance[:, 2:] / np.square(self.stdev)
        return np.clip(share, 0.0, _LARGEST_INFLATION)

    def overlap(self, parameters: VarianceParameters) -> tuple[FloatArray, FloatArray]:
        """Regression on the log variance of contrasts of the errors of the log variance within blocks, by first order.

        Slopes (g, k) and correlations (g, k): both are 0 for a balanced contrast between blocks, 1 within blocks.
        """
        first, mixed, second = (column[:, None] for column in parameters.covariance.T)
        with np.errstate(invalid="ignore", divide="ignore"):
            rise = self.slope / np.square(self.stdev)
            fall = -1.0 / (1.0 - parameters.rho[:, None])
            of_contrast = first + 2.0 * rise * mixed + np.square(rise) * second
            within = first + 2.0 * fall * mixed + np.square(fall) * second
            joint = first + (rise + fall) * mixed + rise * fall * second
            return joint / of_contrast, joint / np.sqrt(of_contrast * within)


def pooled_df(df: FloatArray, some: BoolArray | None = None) -> FloatArray:
    """One denominator df (g,) for F of contrasts with df (g, k) of their own (Fai & Cornelius 1996).

    The mean of t^2 over contrasts is that of F of so many df: ``df / (df - 2)`` averages, over ``some`` (g, k) of them
    or all. Of contrasts with 2 df or fewer, whose mean is infinite, the fewest df count.
    """
    some = np.ones(df.shape, dtype=np.bool_) if some is None else some
    least = np.where(some, df, np.inf).min(axis=1, initial=np.inf)
    most = np.where(some, df, -np.inf).max(axis=1, initial=-np.inf)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(some, 1.0 / (1.0 - 2.0 / df), 0.0).sum(axis=1) / some.sum(axis=1)
        pooled = 2.0 * mean / (mean - 1.0)
    df_of_f: FloatArray = np.where((most == least) | ~(least > 2.0), least, pooled)
    return df_of_f
