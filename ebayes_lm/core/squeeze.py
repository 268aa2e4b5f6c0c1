"""Squeezing residual variances towards their prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.numeric import float_array
from ebayes_lm.core.prior import VariancePrior, checked_variances, prior_by_moments, telling_zeros
from ebayes_lm.core.prior_options import PriorOptions
from ebayes_lm.core.record import Brief
from ebayes_lm.errors import ArgumentError, DataError

#: From fewer variances nothing is learnt, and they stay as they are.
_FEWEST = 3


@dataclass(frozen=True, eq=False, repr=False)
class SqueezedVariance(Brief):
    """Residual variances after moderation.

    Attributes
    ----------
    var_post : (G,) array
        Posterior variances.
    var_prior : float or (G,) array
        Prior variance s0^2, per feature when it follows a covariate.
    df_prior : float or (G,) array
        Prior degrees of freedom d0, per feature when they are lower for outliers.
    prior : VariancePrior
        The prior as it was estimated.
    """

    var_post: FloatArray
    var_prior: float | FloatArray
    df_prior: float | FloatArray
    prior: VariancePrior


def squeeze_var(
    var: ArrayLike,
    df: ArrayLike,
    *,
    covariate: ArrayLike | None = None,
    span: float | None = None,
    robust: bool = False,
    winsor_tail_p: tuple[float, float] = (0.05, 0.1),
    legacy: bool | None = None,
) -> SqueezedVariance:
    """Squeeze residual variances towards a common value or a trend, learnt from all of them.

    Parameters
    ----------
    var : (G,) array_like
        Residual variances; NaN where there is none.
    df : float or (G,) array_like
        Residual degrees of freedom. A feature without any (df = 0) receives the prior variance.
    covariate : (G,) array_like, optional
        The prior variance follows a curve over this; usually the average log expression.
    span : float, optional
        Share of the features in each window of a lowess trend; it implies ``legacy=False``.
    robust : bool
        Keep outlying variances from shaping the prior, and give them fewer prior df.
    winsor_tail_p : pair of float
        Shares of the lower and of the upper tail that the robust moment estimator winsorises.
    legacy : bool, optional
        True: moments, :func:`fit_f_dist` or :func:`fit_f_dist_robustly`. False: profile likelihood,
        :func:`fit_f_dist_unequal_df1`. By default moments where all positive df are equal.

    Returns
    -------
    SqueezedVariance
        ``var_post = (df * var + df_prior * var_prior) / (df + df_prior)``, and exactly the prior where df_prior is inf.
        Fewer than 3 variances are not moderated: they are their own prior, with df_prior = 0.

    Raises
    ------
    ArgumentError
        If there is no variance, shapes do not match, an option is outside its range or the covariate holds NaN.
    DataError
        If too few variances have residual df, so that no prior can be estimated.

    Warns
    -----
    VarianceWarning
        Some variances are zero.

    Notes
    -----
    Smyth (2004) Statistical Applications in Genetics and Molecular Biology 3(1), article 3, section 6; Phipson et al
    (2016) Annals of Applied Statistics 10, 946-963; for df that differ Chen et al (2025) Nucleic Acids Research 53(2),
    gkaf018.

    Examples
    --------
    >>> from ebayes_lm.core.squeeze import squeeze_var
    >>> squeezed = squeeze_var([0.5, 1.0, 1.5, 9.0], 4)
    >>> squeezed.var_post.round(3)
    array([0.936, 1.216, 1.495, 5.689])
    """
    options = PriorOptions.checked(span, robust, winsor_tail_p, legacy)
    var, df = float_array(var, "var"), float_array(df, "df")
    if var.size == 0:
        raise ArgumentError("var is empty; give at least one variance.")
    covariate = None if covariate is None else float_array(covariate, "covariate")
    prior = telling_zeros(estimate_prior(var, df, covariate, options))
    df_prior = prior.df2 if prior.df2_shrunk is None else prior.df2_shrunk
    return SqueezedVariance(
        var_post=posterior_variance(var, df, prior), var_prior=prior.scale, df_prior=df_prior, prior=prior
    )


def estimate_prior(
    var: FloatArray, df: FloatArray, covariate: FloatArray | None, options: PriorOptions
) -> VariancePrior:
    """The prior of variances (G,) by the estimator that options and residual df ask for."""
    if var.size < _FEWEST:
        return VariancePrior(scale=var.copy(), df2=0.0, method="none", n_used=0, n_zero=0)
    if df.shape == var.shape:
        var = np.where(df == 0.0, 0.0, var)
    prior = _estimator(var, df, covariate, options)
    if np.isnan(prior.df2):
        usable = f"only {prior.n_used:,}" if prior.n_used else "none"
        raise DataError(
            f"could not estimate the prior df: {usable} of {var.size:,} variances can be used, as finite and with "
            "residual df above 0. Moderation needs replicates: more samples, or fewer coefficients in the design."
        )
    return prior


def _estimator(var: FloatArray, df: FloatArray, covariate: FloatArray | None, options: PriorOptions) -> VariancePrior:
    checked = checked_variances(var, df, covariate)
    if not options.uses_moments(df):
        from ebayes_lm.core.prior_unequal import prior_by_likelihood

        return prior_by_likelihood(*checked, options.span, options.robust, np.ones(var.shape))
    if options.robust:
        from ebayes_lm.core.prior_robust import prior_by_winsorised_moments

        return prior_by_winsorised_moments(*checked, options.winsor_tail_p)
    return prior_by_moments(*checked)


def posterior_variance(var: FloatArray, df: FloatArray, prior: VariancePrior) -> FloatArray:
    """Posterior variances (G,), exactly the prior's where its df are infinite."""
    if prior.method == "none":
        return var.copy()
    var_prior = np.asarray(prior.scale)
    df_prior = prior.df_prior
    certain = np.isinf(df_prior)
    if certain.all():
        return np.array(np.broadcast_to(var_prior, var.shape))
    with np.errstate(invalid="ignore"):
        own = np.where(df > 0.0, df * var, 0.0)
        var_post = np.asarray((own + df_prior * var_prior) / (df + df_prior))
    return np.where(certain, var_prior, var_post) if certain.any() else var_post
