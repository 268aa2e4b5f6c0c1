"""The prior of the variances by profile likelihood, for residual df that differ between features."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import zeta

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.adjust import adjust_p
from ebayes_lm.core.numeric import float_array
from ebayes_lm.core.outlier_df import shrunk_df
from ebayes_lm.core.prior import VariancePrior, checked_variances, telling_zeros
from ebayes_lm.core.profile_likelihood import likeliest_df
from ebayes_lm.core.span import choose_lowess_span
from ebayes_lm.core.special import logmdigamma
from ebayes_lm.core.tails import f_p_value
from ebayes_lm.core.trend import finite_covariate
from ebayes_lm.core.weighted_local import loess_fit
from ebayes_lm.errors import ArgumentError

#: Fewer residual df than this tell nothing.
_FEWEST_DF = 0.01
#: Variances are raised to this share of their median before their logarithm is taken.
_FLOOR = 1e-12
#: From fewer positive variances no prior is learnt, and from so many neither a trend nor outliers.
_FEWEST = 2
#: Weights of the trend are relative to this quantile of theirs, and kept in this range.
_LARGE_WEIGHT = 0.75
_WEIGHT_RANGE = (1e-8, 100.0)
#: Up to so many features one window of the trend holds them all.
_SMALL_SET = 500
#: Features with a larger false discovery rate are no outliers.
_NO_OUTLIER = 0.3


@dataclass(frozen=True, eq=False)
class _Variances:
    """What the prior is learnt from: all (n,), floored, with residual df above 0."""

    x: FloatArray
    df1: FloatArray
    weight: FloatArray
    covariate: FloatArray | None
    span: float | None


def fit_f_dist_unequal_df1(
    x: ArrayLike,
    df1: ArrayLike,
    *,
    covariate: ArrayLike | None = None,
    span: float | None = None,
    robust: bool = False,
    prior_weights: ArrayLike | None = None,
) -> VariancePrior:
    """Fit a scaled F distribution to variances by profile likelihood, for residual df that differ.

    Parameters
    ----------
    x : (G,) array_like
        Residual variances. Not used: NaN and infinite ones, and those with fewer than 0.01 degrees of freedom.
    df1 : float or (G,) array_like
        Their residual degrees of freedom.
    covariate : (G,) array_like, optional
        Usually the average log expression. The prior variance then follows a weighted lowess of it.
    span : float, optional
        Share of the total weight in each window of that lowess. By default between 0.3 and 1, by the number of
        features.
    robust : bool, optional
        Lower the weight of outliers, and their prior df.
    prior_weights : (G,) array_like, optional
        Weights of the variances, beside those that follow from their df.

    Returns
    -------
    VariancePrior
        df2 lies between 2 and 9998. ``scale`` is NaN if fewer than two positive variances can be used. Exact zeros
        enter as 1e-12 of the median. ``df2_shrunk`` is per feature where outliers were found.

    Raises
    ------
    ArgumentError
        If shapes do not match, or df1, covariate or weights hold what they may not.

    Warns
    -----
    VarianceWarning
        Some variances are zero.

    Notes
    -----
    Chen et al (2025) Nucleic Acids Research 53(2), gkaf018. log x + logmdigamma(df1/2) estimates the log scale with
    variance trigamma(df1/2), and is weighted by its inverse; df2 maximises the likelihood with the scale tied to it.
    Outliers are weighted by their false discovery rate under a first fit, which as in limma stands in for weights of
    the caller's in a second one; unlike there, the second one keeps ``span``. From exactly two positive variances
    neither a trend nor outliers are learnt.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.core.prior_unequal import fit_f_dist_unequal_df1
    >>> rng = np.random.default_rng(1)
    >>> df1 = rng.integers(2, 6, size=5000)
    >>> prior = fit_f_dist_unequal_df1(2.0 * rng.f(df1, 10), df1)
    >>> round(prior.scale, 1), round(prior.df2)
    (2.0, 10)
    """
    x, df1, covariate = checked_variances(x, df1, covariate)
    weight = _checked_weights(prior_weights, x.shape)
    return telling_zeros(prior_by_likelihood(x, df1, covariate, span, robust, weight))


def prior_by_likelihood(
    x: FloatArray, df1: FloatArray, covariate: FloatArray | None, span: float | None, robust: bool, weight: FloatArray
) -> VariancePrior:
    """What :func:`fit_f_dist_unequal_df1` fits, of arguments that were checked, and without a word."""
    df1 = _checked_df(np.broadcast_to(df1, x.shape))
    known = np.isfinite(x) & (df1 >= _FEWEST_DF) & (weight > 0.0)
    n_used, n_zero = int(np.count_nonzero(known)), int(np.count_nonzero(known & (x <= 0.0)))
    method = "profile likelihood" + (", lowess trend" if covariate is not None else "") + (", robust" if robust else "")
    prior = VariancePrior(scale=np.nan, df2=np.nan, method=method, n_used=n_used, n_zero=n_zero)
    if n_used - n_zero < _FEWEST:
        return prior
    x, informative = np.where(np.isfinite(x), np.maximum(x, 0.0), 0.0), known & (x > 0.0)
    floored = np.maximum(x, _FLOOR * float(np.median(x[informative])))
    trend = None if covariate is None else finite_covariate(covariate)
    used = _Variances(floored, np.where(df1 < _FEWEST_DF, 1.0, df1), np.where(known, weight, 0.0), trend, span)
    if n_used - n_zero == _FEWEST:
        scale, df2 = _fit(replace(used, weight=known.astype(np.float64), covariate=None))
        return replace(prior, scale=scale if covariate is None else np.full(x.shape, scale), df2=df2)
    scale, df2 = _fit(used)
    if robust:
        return _without_outliers(replace(prior, scale=scale, df2=df2), x, used)
    return replace(prior, scale=scale, df2=df2)


def _checked_df(df1: FloatArray) -> FloatArray:
    wrong = np.flatnonzero(~np.isfinite(df1))
    if wrong.size:
        raise ArgumentError(
            f"df1 is {df1[wrong[0]]:g} for {wrong.size:,} of {df1.size:,} features, the first at position {wrong[0]}; "
            "residual df are finite, 0 where there are none."
        )
    return df1


def _checked_weights(prior_weights: ArrayLike | None, shape: tuple[int, ...]) -> FloatArray:
    if prior_weights is None:
        return np.ones(shape)
    weight = float_array(prior_weights, "prior_weights")
    if weight.shape != shape:
        raise ArgumentError(
            f"prior_weights has shape {weight.shape} beside {shape[0]:,} variances; give one weight for each."
        )
    wrong = np.flatnonzero(~(np.isfinite(weight) & (weight >= 0.0)))
    if wrong.size:
        raise ArgumentError(
            f"{wrong.size:,} of {weight.size:,} prior_weights are NaN, infinite or negative, the first at position "
            f"{wrong[0]}; give 0 to a variance that shall not count."
        )
    return weight


def _fit(used: _Variances) -> tuple[float | FloatArray, float]:
    """Scale and df2, the log scale an average or a trend of the logs of the variances."""
    half_df1, group = np.unique(0.5 * used.df1, return_inverse=True)
    log_x = np.log(used.x)
    e = log_x + logmdigamma(half_df1)[group]
    mean = _mean_or_trend(e, used.weight / zeta(2, half_df1)[group], used)
    df2 = likeliest_df(log_x - mean, half_df1, group, used.weight)
    scale = np.exp(mean - logmdigamma(0.5 * df2))
    return (float(scale) if used.covariate is None else scale), df2


def _mean_or_trend(e: FloatArray, weight: FloatArray, used: _Variances) -> float | FloatArray:
    """The weighted mean, or with a covariate a weighted lowess without robustifying passes."""
    if used.covariate is None:
        return float(np.sum(weight * e) / weight.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = weight / np.quantile(weight, _LARGE_WEIGHT)
    span = choose_lowess_span(e.size, small_n=_SMALL_SET) if used.span is None else used.span
    least, most = _WEIGHT_RANGE
    return loess_fit(e, used.covariate, relative, span=span, iterations=1, min_weight=least, max_weight=most)


def _without_outliers(first: VariancePrior, x: FloatArray, used: _Variances) -> VariancePrior:
    """The prior with outliers of a first fit weighed down by their false discovery rate.

    As in limma that rate is the only weight of the second fit: weights of the caller's are gone, and a variance without
    residual df, unless it is zero, counts as one with 1.
    """
    f = x / first.scale
    upper = f_p_value(f, used.df1, first.df2)
    fdr = adjust_p(_two_sided(f, used.df1, first.df2, upper))
    fdr[fdr > _NO_OUTLIER] = 1.0
    if np.all(fdr == 1.0):
        return first
    scale, df2 = _fit(replace(used, weight=fdr))
    return replace(first, scale=scale, df2=df2, df2_shrunk=shrunk_df(f, used.df1, upper, first.df2, df2))


def _two_sided(f: FloatArray, df1: FloatArray, df2: float, upper: FloatArray) -> FloatArray:
    """Twice the smaller tail probability of f: the lower is the upper one of 1/f. Beyond 0.4 all are called 1."""
    p, small = np.where(upper > 0.2, 1.0, 2.0 * upper), upper > 0.8
    with np.errstate(divide="ignore"):
        p[small] = 2.0 * f_p_value(1.0 / f[small], df2, df1[small])
    return p
