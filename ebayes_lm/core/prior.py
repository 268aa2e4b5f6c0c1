"""The prior of the variances: a scaled F distribution fitted to residual variances by moments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import zeta

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.core.numeric import float_array
from ebayes_lm.core.record import Brief
from ebayes_lm.core.special import logmdigamma, trigamma_inverse
from ebayes_lm.core.trend import finite_covariate, natural_spline_trend
from ebayes_lm.errors import ArgumentError, VarianceWarning, agreeing, counted, warn

#: Fewer residual df than this are none, and a variance may lie so far below zero by rounding.
_NEGLIGIBLE = 1e-15
#: Variances are raised to this share of their median before their logarithm is taken.
_FLOOR = 1e-5


@dataclass(frozen=True, eq=False, repr=False)
class VariancePrior(Brief):
    """A scaled F distribution of residual variances: ``x ~ scale * F(df1, df2)``.

    Attributes
    ----------
    scale : float or (G,) array
        Prior variance s0^2, in the units of x: one number, or one per feature when a covariate was given.
    df2 : float
        Prior degrees of freedom d0, 0 to inf; NaN if nothing could be estimated.
    df2_shrunk : (G,) array or None
        Prior df per feature where the estimator lowers them for outliers; None where all have df2.
    method : str
        The estimator, in words.
    n_used : int
        Variances that took part.
    n_zero : int
        Variances with residual df that are exactly zero; they were raised to a small share of the median.
    """

    scale: float | FloatArray
    df2: float
    method: str
    n_used: int
    n_zero: int
    df2_shrunk: FloatArray | None = None

    @property
    def df(self) -> float:
        """Prior df of features that are no outliers; df2 under the name that it has in a fit."""
        return self.df2

    @property
    def s2(self) -> float | FloatArray:
        """Prior variance; the scale under the name that it has in a fit."""
        return self.scale

    @property
    def df_prior(self) -> FloatArray:
        """Prior df, () where all features have the same and else (G,)."""
        return np.asarray(self.df2 if self.df2_shrunk is None else self.df2_shrunk, dtype=np.float64)

    def take(self, rows: Any, columns: Any, n_features: int) -> VariancePrior:
        """Of some features, given by position among so many; the same for all coefficients."""
        scale = np.asarray(self.scale)
        return replace(
            self,
            scale=scale[rows] if scale.shape == (n_features,) else self.scale,
            df2_shrunk=None if self.df2_shrunk is None else self.df2_shrunk[rows],
        )


def fit_f_dist(x: ArrayLike, df1: ArrayLike, *, covariate: ArrayLike | None = None) -> VariancePrior:
    """Fit a scaled F distribution to variances by the moments of their logarithms.

    Parameters
    ----------
    x : (G,) array_like
        Residual variances. Not used: NaN, infinite and negative ones, and those without degrees of freedom.
    df1 : float or (G,) array_like
        Their residual degrees of freedom.
    covariate : (G,) array_like, optional
        Usually the average log expression. The prior variance then follows a natural cubic spline of it with up to 4
        coefficients. Infinite values stand one unit beyond the finite range.

    Returns
    -------
    VariancePrior
        ``scale`` is NaN if no variance can be used. From a single one no df can be learnt: it is the scale, with
        df2 = 0. df2 is inf where the variances vary no more than their sampling explains.

    Raises
    ------
    ArgumentError
        If shapes do not match or the covariate holds NaN.

    Warns
    -----
    VarianceWarning
        Some variances are zero.

    Notes
    -----
    With z = log x and d = df1, E(z) = log s0^2 + [digamma(d/2) - log(d/2)] - [digamma(d0/2) - log(d0/2)] and
    var(z) = trigamma(d/2) + trigamma(d0/2): Smyth (2004) Statistical Applications in Genetics and Molecular Biology
    3(1), article 3, section 6.2. The trend is from Sartor et al (2006) BMC Bioinformatics 7, 538, in the form given by
    Phipson et al (2016) Annals of Applied Statistics 10, 946-963.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.core.prior import fit_f_dist
    >>> x = 2.0 * np.random.default_rng(1).f(4, 10, size=5000)
    >>> prior = fit_f_dist(x, 4)
    >>> round(prior.scale, 1), round(prior.df2)
    (2.0, 10)
    """
    return telling_zeros(prior_by_moments(*checked_variances(x, df1, covariate)))


def telling_zeros(prior: VariancePrior) -> VariancePrior:
    """The prior as it is, with a warning where variances of zero entered it."""
    if prior.n_zero and not np.isnan(prior.df2):
        which = f"{prior.n_zero:,} of {counted(prior.n_used, 'variance')} {agreeing(prior.n_zero, 'is', 'are')} zero"
        warn(f"{which}, raised to a small share of the median, which lowers the prior df", VarianceWarning)
    return prior


def prior_by_moments(x: FloatArray, df1: FloatArray, covariate: FloatArray | None) -> VariancePrior:
    """What :func:`fit_f_dist` fits, of arguments that were checked, and without a word."""
    usable = np.isfinite(x) & (x > -_NEGLIGIBLE) & np.isfinite(df1) & (df1 > _NEGLIGIBLE)
    method = "moments" if covariate is None else "moments, spline trend"
    used = np.maximum(x[usable], 0.0)
    n_zero = int(np.count_nonzero(used == 0.0))
    scale: float | FloatArray
    if used.size < 2:
        scale, df2 = (float(used[0]), 0.0) if used.size else (np.nan, np.nan)
    else:
        used = np.maximum(used, _FLOOR * (float(np.median(used)) or 1.0))
        half = 0.5 * (df1 if df1.ndim == 0 else _single(df1[usable]))
        scale, df2 = _by_moments(used, half, covariate, usable)
    return VariancePrior(scale=scale, df2=df2, method=method, n_used=used.size, n_zero=n_zero)


def checked_variances(
    x: ArrayLike, df1: ArrayLike, covariate: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Variances (G,), their df, one for all or (G,), and the covariate (G,), as numbers."""
    x, df1 = float_array(x, "x"), float_array(df1, "df1")
    if x.ndim != 1:
        raise ArgumentError(f"x has {x.ndim} dimensions; variances are one 1-d array, one value per feature.")
    if df1.shape not in ((), x.shape):
        raise ArgumentError(
            f"df1 has shape {df1.shape} beside {x.size:,} variances; give one df for all or one for each."
        )
    if covariate is None:
        return x, df1, None
    covariate = float_array(covariate, "covariate")
    if covariate.shape != x.shape:
        raise ArgumentError(
            f"covariate has shape {covariate.shape} beside {x.size:,} variances; give one value for each."
        )
    missing = int(np.count_nonzero(np.isnan(covariate)))
    if missing:
        raise ArgumentError(
            f"covariate is NaN for {missing:,} of {x.size:,} features, the first at position "
            f"{int(np.argmax(np.isnan(covariate)))}; a trend needs it everywhere. Leave these features out first."
        )
    return x, df1, covariate


def _single(df1: FloatArray) -> FloatArray:
    """One number where all are equal: special functions of it are then evaluated once."""
    return df1[:1] if df1.min() == df1.max() else df1


def _by_moments(
    x: FloatArray, half_df1: FloatArray, covariate: FloatArray | None, usable: BoolArray
) -> tuple[float | FloatArray, float]:
    """Scale and df2 from usable variances (n,), already raised to their floor."""
    e = np.log(x) + logmdigamma(half_df1)
    trigamma = float(np.mean(zeta(2, half_df1)))
    trend = None if covariate is None else natural_spline_trend(_spread(e, usable), covariate, usable)
    if trend is not None and trend.df > 1:
        df2 = _prior_df(trend.residual_variance - trigamma)
        return np.exp(trend.fitted - logmdigamma(0.5 * df2)), df2
    df2 = _prior_df(float(e.var(ddof=1)) - trigamma)
    scale = float(x.mean() if np.isinf(df2) else np.exp(e.mean() - logmdigamma(0.5 * df2)))
    return (scale if trend is None else np.full(usable.size, scale)), df2


def _spread(values: FloatArray, rows: BoolArray) -> FloatArray:
    full = np.full(rows.size, np.nan)
    full[rows] = values
    return full


def _prior_df(excess: float) -> float:
    """Prior df that explain what the log variances vary beyond their sampling."""
    return 2.0 * trigamma_inverse(excess) if excess > 0 else np.inf


def extended(prior: VariancePrior, used: BoolArray, covariate: FloatArray | None) -> VariancePrior:
    """The prior of ``used`` (G,) features for the others too: df2, and the log scale between those of neighbours."""
    scale, shrunk = prior.scale, prior.df2_shrunk
    if shrunk is not None:
        shrunk = _filled(shrunk, used, prior.df2)
    if isinstance(scale, np.ndarray):
        trend = covariate if prior.method != "none" else None
        scale = _filled(scale, used, np.nan if trend is None else _between(scale, trend, used))
    return replace(prior, scale=scale, df2_shrunk=shrunk)


def _between(scale: FloatArray, covariate: FloatArray, used: BoolArray) -> FloatArray:
    at, group = np.unique(finite_covariate(covariate[used]), return_inverse=True)
    log_scale = np.bincount(group, weights=np.log(scale)) / np.bincount(group)
    return np.asarray(np.exp(np.interp(covariate[~used], at, log_scale)))


def _filled(values: FloatArray, used: BoolArray, others: float | FloatArray) -> FloatArray:
    whole = np.empty(used.size)
    whole[used], whole[~used] = values, others
    return whole
