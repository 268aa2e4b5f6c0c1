"""Moderated variances, and tests with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ebayes_lm as el
from ebayes_lm.limma.spelling import completing
from ebayes_lm.results.stages import require_linear

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike


@completing
def eBayes(
    fit: Any,
    proportion: float = 0.01,
    stdev_coef_lim: tuple[float, float] = (0.1, 4.0),
    trend: bool | ArrayLike | pd.Series[float] = False,
    span: float | None = None,
    robust: bool = False,
    winsor_tail_p: float | tuple[float, float] = (0.05, 0.1),
    legacy: bool | None = None,
) -> el.ModeratedFit:
    """Moderate the variances and test every coefficient: :func:`ebayes_lm.ebayes`.

    Parameters
    ----------
    fit : LinearFit or a fit with tests
        With tests: they are made anew.
    proportion, stdev_coef_lim
        Share of affected features, and bounds of the standard deviation of their effects; for the log odds.
    trend : bool, (G,) array_like or Series
        Let the prior variance follow the mean of the feature, or a covariate.
    span : float, optional
        Share of the features in each window of a lowess trend.
    robust : bool
        Keep outlying variances from shaping the prior.
    winsor_tail_p : float or pair of float
        Shares of the tails that are winsorised.
    legacy : bool, optional
        Moments (True) or profile likelihood (False); by default moments where residual df are equal.

    Returns
    -------
    ModeratedFit

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import eBayes, lmFit
    >>> eBayes(lmFit(np.random.default_rng(1).normal(size=(100, 4)))).t.shape
    (100, 1)
    """
    return el.ebayes(
        require_linear(fit, "eBayes"),
        proportion=proportion,
        stdev_coef_lim=stdev_coef_lim,
        trend=trend,
        span=span,
        robust=robust,
        winsor_tail_p=winsor_tail_p,  # type: ignore[arg-type]
        legacy=legacy,
    )


@completing
def treat(
    fit: Any,
    fc: float = 1.2,
    lfc: float | None = None,
    trend: bool = False,
    robust: bool = False,
    winsor_tail_p: float | tuple[float, float] = (0.05, 0.1),
    legacy: bool | None = None,
    upshot: bool = False,
) -> el.TreatFit:
    """Moderate the variances and test against a threshold: :func:`ebayes_lm.treat`.

    Parameters
    ----------
    fit : LinearFit or a fit with tests
    fc, lfc : float
        Fold change that effects have to exceed, or its base 2 logarithm, which goes before.
    trend, robust, winsor_tail_p, legacy
        As in :func:`eBayes`.
    upshot : bool
        Average over all thresholds up to this one.

    Returns
    -------
    TreatFit

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import lmFit, treat
    >>> treat(lmFit(np.random.default_rng(1).normal(size=(100, 4))), lfc=1).lfc
    1.0
    """
    return el.treat(
        require_linear(fit, "treat"),
        fc=fc,
        lfc=lfc,
        trend=trend,
        robust=robust,
        winsor_tail_p=winsor_tail_p,  # type: ignore[arg-type]
        legacy=legacy,
        upshot=upshot,
    )


@completing
def squeezeVar(
    var: ArrayLike,
    df: ArrayLike,
    covariate: ArrayLike | None = None,
    span: float | None = None,
    robust: bool = False,
    winsor_tail_p: float | tuple[float, float] = (0.05, 0.1),
    legacy: bool | None = None,
) -> el.SqueezedVariance:
    """Squeeze variances towards a common value or a trend: :func:`ebayes_lm.squeeze_var`.

    Parameters
    ----------
    var : (G,) array_like
    df : float or (G,) array_like
        Their residual degrees of freedom.
    covariate : (G,) array_like, optional
        What the prior variance follows.
    span, robust, winsor_tail_p, legacy
        As in :func:`eBayes`.

    Returns
    -------
    SqueezedVariance
        var_post, var_prior, df_prior.

    Examples
    --------
    >>> from ebayes_lm.limma import squeezeVar
    >>> squeezeVar([1, 2, 3, 4], 3).var_post
    array([2.5, 2.5, 2.5, 2.5])
    """
    return el.squeeze_var(
        var,
        df,
        covariate=covariate,
        span=span,
        robust=robust,
        winsor_tail_p=winsor_tail_p,  # type: ignore[arg-type]
        legacy=legacy,
    )
