"""Squeezing residual variances towards their prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.numeric import float_array
from ebayes_lm.core.prior import VariancePrior, fit_f_dist
from ebayes_lm.errors import ArgumentError, DataError

#: From fewer variances nothing is learnt, and they stay as they are.
_FEWEST = 3


@dataclass(frozen=True, eq=False)
class SqueezedVariance:
    """Residual variances after moderation.

    Attributes
    ----------
    var_post : (G,) array
        Posterior variances.
    var_prior : float or (G,) array
        Prior variance s0^2, per feature when it follows a covariate.
    df_prior : float
        Prior degrees of freedom d0.
    prior : VariancePrior
        The prior as it was estimated.
    """

    var_post: FloatArray
    var_prior: float | FloatArray
    df_prior: float
    prior: VariancePrior


def squeeze_var(var: ArrayLike, df: ArrayLike, *, covariate: ArrayLike | None = None) -> SqueezedVariance:
    """Squeeze residual variances towards a common value or a trend, learnt from all of them.

    Parameters
    ----------
    var : (G,) array_like
        Residual variances; NaN where there is none.
    df : float or (G,) array_like
        Residual degrees of freedom. A feature without any (df = 0) receives the prior variance. The others need the
        same number.
    covariate : (G,) array_like, optional
        The prior variance follows a spline of this; usually the average log expression.

    Returns
    -------
    SqueezedVariance
        ``var_post = (df * var + df_prior * var_prior) / (df + df_prior)``, and exactly the prior where df_prior is inf.
        Fewer than 3 variances are not moderated: they are their own prior, with df_prior = 0.

    Raises
    ------
    ArgumentError
        If there is no variance, shapes do not match, positive df differ or the covariate holds NaN.
    DataError
        If no variance has residual df, so that no prior can be estimated.

    Notes
    -----
    Smyth (2004) Statistical Applications in Genetics and Molecular Biology 3(1), article 3, section 6; Phipson et al
    (2016) Annals of Applied Statistics 10, 946-963.

    Examples
    --------
    >>> from ebayes_lm.core.squeeze import squeeze_var
    >>> squeezed = squeeze_var([0.5, 1.0, 1.5, 9.0], 4)
    >>> squeezed.var_post.round(3)
    array([0.936, 1.216, 1.495, 5.689])
    """
    var, df = float_array(var, "var"), float_array(df, "df")
    if var.size == 0:
        raise ArgumentError("var is empty; give at least one variance.")
    if var.size < _FEWEST:
        prior = VariancePrior(scale=var.copy(), df2=0.0, method="none", n_used=0, n_zero=0)
        return SqueezedVariance(var_post=var.copy(), var_prior=var.copy(), df_prior=0.0, prior=prior)
    _one_common_df(df)
    if df.shape == var.shape:
        var = np.where(df == 0.0, 0.0, var)
    prior = fit_f_dist(var, df, covariate=covariate)
    if np.isnan(prior.df2):
        raise DataError(
            f"could not estimate the prior df: none of {var.size:,} variances is finite with residual df above 0. "
            "Moderation needs replicates: more samples, or fewer coefficients in the design."
        )
    return SqueezedVariance(
        var_post=_posterior(var, df, prior.scale, prior.df2), var_prior=prior.scale, df_prior=prior.df2, prior=prior
    )


def _one_common_df(df: FloatArray) -> None:
    positive = df[df > 0] if df.ndim else df.reshape(1)
    if positive.size and positive.min() != positive.max():
        raise ArgumentError(
            f"residual df differ between features, from {positive.min():g} to {positive.max():g}; the moment estimator "
            "needs one common residual df among the features that have any. Leave out features with missing values."
        )


def _posterior(var: FloatArray, df: FloatArray, var_prior: float | FloatArray, df_prior: float) -> FloatArray:
    if np.isinf(df_prior):
        return np.array(np.broadcast_to(var_prior, var.shape))
    with np.errstate(invalid="ignore"):
        return np.asarray((df * var + df_prior * np.asarray(var_prior)) / (df + df_prior))
