"""The prior of the variances by winsorised moments, which outliers do not shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.equal_tails import to_largest_df
from ebayes_lm.core.local_regression import lowess
from ebayes_lm.core.log_f_moments import winsorised_log_f
from ebayes_lm.core.ordering import trimmed_mean
from ebayes_lm.core.outliers import df_beside_infinite, df_of_outliers
from ebayes_lm.core.prior import VariancePrior, checked_variances, extended, prior_by_moments, telling_zeros
from ebayes_lm.core.prior_options import winsor_tails
from ebayes_lm.core.trend import finite_covariate
from ebayes_lm.errors import DataError

#: Fewer residual df than this tell nothing.
_FEWEST_DF = 1e-6
#: Variances are raised to this share of their median before their logarithm is taken.
_FLOOR = 1e-12
#: Share of the features in a window of the trend.
_SPAN = 0.4
#: From fewer variances than this plain moments are all that can be had.
_FEWEST = 3
#: df2/(1 + df2) is sought to the last bits.
_EXACT = 1e-15


def fit_f_dist_robustly(
    x: ArrayLike,
    df1: ArrayLike,
    *,
    covariate: ArrayLike | None = None,
    winsor_tail_p: tuple[float, float] = (0.05, 0.1),
) -> VariancePrior:
    """Fit a scaled F distribution to variances by moments that outliers do not shape.

    Parameters
    ----------
    x : (G,) array_like
        Residual variances. Not used: NaN and infinite ones, and those without degrees of freedom.
    df1 : float or (G,) array_like
        Their residual degrees of freedom.
    covariate : (G,) array_like, optional
        Usually the average log expression. The prior variance then follows a lowess of it. Infinite values stand one
        unit beyond the finite range.
    winsor_tail_p : pair of float
        Shares of the lower and of the upper tail of the log variances that are moved to the bounds of these tails.

    Returns
    -------
    VariancePrior
        ``df2_shrunk`` holds fewer prior df for the features that are outliers; it is None where there are none. With
        fewer variances than leave one in either tail this is :func:`fit_f_dist`, as it is where winsorising brings
        nothing to light.

    Raises
    ------
    ArgumentError
        If shapes do not match, a tail is no share below one half or the covariate holds NaN.
    DataError
        If half of the variances are zero or less.

    Warns
    -----
    VarianceWarning
        Some variances are zero.

    Notes
    -----
    Phipson et al (2016) Annals of Applied Statistics 10, 946-963, section 4: df2 equates the variance of winsorised
    log variances to that of a winsorised log F statistic. A feature whose variance lies farther out than its rank among
    all explains is an outlier, the more surely the fewer prior df it receives.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.core.prior_robust import fit_f_dist_robustly
    >>> x = 2.0 * np.random.default_rng(1).f(4, 10, size=5000)
    >>> x[:20] = 500.0
    >>> prior = fit_f_dist_robustly(x, 4)
    >>> round(prior.scale, 1), round(prior.df2), bool(prior.df2_shrunk[0] < 1)
    (2.0, 10, True)
    """
    tails = winsor_tails(winsor_tail_p)
    return telling_zeros(prior_by_winsorised_moments(*checked_variances(x, df1, covariate), tails))


def prior_by_winsorised_moments(
    x: FloatArray, df1: FloatArray, covariate: FloatArray | None, tails: tuple[float, float]
) -> VariancePrior:
    """What :func:`fit_f_dist_robustly` fits, of arguments that were checked, and without a word."""
    covariate = None if covariate is None else finite_covariate(covariate)
    usable = np.isfinite(x) & np.isfinite(df1) & (df1 > _FEWEST_DF)
    if usable.all():
        return _fit(x, df1, covariate, tails)
    own_df1 = df1 if df1.ndim == 0 else df1[usable]
    prior = _fit(x[usable], own_df1, None if covariate is None else covariate[usable], tails)
    return extended(prior, usable, covariate)


def _fit(x: FloatArray, df1: FloatArray, covariate: FloatArray | None, tails: tuple[float, float]) -> VariancePrior:
    """The prior of variances (n,) that can all be used."""
    floored = _floored(x) if x.size > 1 else x
    plain = replace(prior_by_moments(floored, df1, covariate), n_zero=int(np.count_nonzero(x <= 0.0)))
    if x.size < _FEWEST or max(tails) < 1.0 / x.size:
        return plain
    most_df1 = float(df1.max())
    floored = to_largest_df(floored, df1, plain)
    trend, mean, variance = _winsorised(np.log(floored), covariate, tails)
    method = "winsorised moments" + ("" if covariate is None else ", lowess trend")
    prior = replace(plain, method=method)
    limit_mean, limit_variance = winsorised_log_f(most_df1, np.inf, tails)
    if variance <= limit_variance:
        scale = np.exp(trend + (mean - limit_mean))
        shrunk = df_beside_infinite(floored / scale, most_df1)
        return replace(prior, scale=_plain(scale), df2=np.inf, df2_shrunk=shrunk)
    if np.isinf(plain.df2):
        return plain
    df2 = _df2(variance, most_df1, plain.df2, tails)
    scale = np.exp(trend + (mean - winsorised_log_f(most_df1, df2, tails)[0]))
    return replace(prior, scale=_plain(scale), df2=df2, df2_shrunk=df_of_outliers(floored / scale, most_df1, df2))


def _floored(x: FloatArray) -> FloatArray:
    median = float(np.median(x))
    if median <= 0.0:
        raise DataError(
            f"at least half of {x.size:,} variances are zero or less, beside which no variance can be told to be an "
            "outlier; leave constant features out, or estimate the prior with robust=False."
        )
    return np.maximum(x, _FLOOR * median)


def _winsorised(
    z: FloatArray, covariate: FloatArray | None, tails: tuple[float, float]
) -> tuple[float | FloatArray, float, float]:
    """Centre or trend of log variances (n,), and mean and variance of the winsorised residuals from it."""
    trend = trimmed_mean(z, tails[1]) if covariate is None else lowess(covariate, z, span=_SPAN)
    residual = z - trend
    residual = np.clip(residual, *np.quantile(residual, [tails[0], 1.0 - tails[1]]))
    return trend, float(residual.mean()), float(residual.var(ddof=1))


def _df2(variance: float, df1: float, lowest: float, tails: tuple[float, float]) -> float:
    """Prior df from ``lowest`` to infinity under which a winsorised log F has this variance."""
    from scipy.optimize import brentq

    def excess(share: float) -> float:
        df2 = np.inf if share == 1.0 else share / (1.0 - share)
        return float(np.log(variance / winsorised_log_f(df1, df2, tails)[1]))

    start = lowest / (1.0 + lowest)
    if excess(start) >= 0.0:
        return lowest
    share = brentq(excess, start, 1.0, xtol=_EXACT)
    return float(share / (1.0 - share))


def _plain(scale: float | FloatArray) -> float | FloatArray:
    return scale if np.ndim(scale) else float(scale)
