"""Moderated variances of all features, and the t statistics that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.core.prior import VariancePrior, extended
from ebayes_lm.core.prior_options import PriorOptions
from ebayes_lm.core.record import Record, axes
from ebayes_lm.core.squeeze import estimate_prior, posterior_variance
from ebayes_lm.errors import DataError


@dataclass(frozen=True, eq=False)
class Moderation(Record):
    """Posterior variances and degrees of freedom (Smyth 2004, section 3).

    Variances are in units of ``4**exponent``, so that data of any scale keep within the range of float64.
    """

    s2_post: FloatArray = axes("feature")
    s2_prior: FloatArray = axes("feature")
    df_prior: FloatArray = axes("feature")
    df_total: FloatArray = axes("feature")
    exponent: int = 0

    def of(self, k: int) -> Moderation:
        """What holds for coefficient k: the same for each."""
        return self

    def stdev_of(self, k: int, fitted: FloatArray) -> FloatArray:
        """Standard deviations of coefficient k that variances multiply: the fit's own, of (features, coefs)."""
        return fitted[:, k]

    def in_units(self, scaled: FloatArray) -> FloatArray:
        """A variance in the units of the data; infinite or zero where float64 ends."""
        return _in_units(scaled, self.exponent)

    def scale(self) -> FloatArray:
        """Posterior standard deviation in the units of the data, (features,)."""
        return np.ldexp(np.sqrt(self.s2_post), self.exponent)


def moderate(
    sigma: FloatArray,
    df_residual: FloatArray,
    covariate: FloatArray | None = None,
    *,
    options: PriorOptions | None = None,
    exclude: BoolArray | None = None,
    prior_df: FloatArray | None = None,
) -> tuple[Moderation, VariancePrior]:
    """Squeeze residual variances (features,) towards a prior learnt from all of them.

    Features whose covariate is NaN take no part and receive none. Features to ``exclude`` receive the prior, but it is
    not learnt from them, and their df do not count among those of all features. ``prior_df`` (features,) are the df
    with which variances enter the prior, where these are not their own.
    """
    exponent, s2 = _variances(sigma, df_residual)
    df = np.asarray(df_residual, dtype=np.float64)
    used = np.ones(s2.size, dtype=bool) if exclude is None else ~exclude
    prior = _prior(s2, df if prior_df is None else prior_df, covariate, used, options or PriorOptions())
    s2_post = posterior_variance(s2, df, prior)
    s2_prior = np.broadcast_to(prior.scale, s2.shape)
    df_prior = np.broadcast_to(prior.df_prior, s2.shape)
    df_total = np.minimum(df + df_prior, np.nansum(df[used]))
    scale = _in_units(prior.scale, exponent)
    prior = replace(prior, scale=float(scale) if np.ndim(scale) == 0 else scale)
    return Moderation(s2_post, s2_prior, df_prior, df_total, exponent), prior


def _prior(
    s2: FloatArray, df: FloatArray, covariate: FloatArray | None, used: BoolArray, options: PriorOptions
) -> VariancePrior:
    """The prior of all features, learnt from those to be ``used`` whose covariate is known."""
    if covariate is not None:
        used = used & ~np.isnan(covariate)
    if used.all():
        return estimate_prior(s2, df, covariate, options)
    prior = estimate_prior(s2[used], df[used], None if covariate is None else covariate[used], options)
    return extended(prior, used, covariate)


def unmoderated(
    sigma: FloatArray, df_residual: FloatArray, without_variance: BoolArray | None = None
) -> tuple[Moderation, VariancePrior]:
    """Each feature's own variance, as in ordinary t tests: prior df of zero; NaN where it is none but rounding."""
    exponent, s2 = _variances(sigma, df_residual)
    nothing = np.broadcast_to(np.float64(np.nan), s2.shape)
    none = np.broadcast_to(np.float64(0.0), s2.shape)
    prior = VariancePrior(scale=np.nan, df2=0.0, method="ordinary", n_used=0, n_zero=0)
    known = df_residual > 0 if without_variance is None else (df_residual > 0) & ~without_variance
    s2_post = np.where(known, s2, np.nan)
    return Moderation(s2_post, nothing, none, np.asarray(df_residual, dtype=np.float64), exponent), prior


def _variances(sigma: FloatArray, df_residual: FloatArray) -> tuple[int, FloatArray]:
    """Residual variances in units of a power of four near their median, and the binary exponent of its root."""
    usable = sigma[np.isfinite(sigma) & (df_residual > 0)]
    if not len(usable):
        raise DataError(
            "no feature has residual degrees of freedom, so there is no variance to test against; "
            "the design needs fewer coefficients than there are samples, and some features that are observed"
        )
    exponent = int(np.frexp(np.median(usable))[1])
    return exponent, np.square(np.ldexp(sigma, -exponent))


def _in_units(scaled: float | FloatArray, exponent: int) -> FloatArray:
    with np.errstate(over="ignore", under="ignore"):
        return np.ldexp(scaled, 2 * exponent)


def t_statistic(effect: FloatArray, stdev_unscaled: FloatArray, moderation: Moderation) -> FloatArray:
    """Moderated t of one coefficient (features,): the effect over its standard error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t: FloatArray = np.ldexp(effect, -moderation.exponent) / (stdev_unscaled * np.sqrt(moderation.s2_post))
    return t
