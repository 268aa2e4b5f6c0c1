"""Estimators of the prior of variances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ebayes_lm as el
from ebayes_lm.limma.spelling import completing

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@completing
def fitFDist(x: ArrayLike, df1: ArrayLike, covariate: ArrayLike | None = None) -> el.VariancePrior:
    """Fit a scaled F distribution to variances by moments: :func:`ebayes_lm.fit_f_dist`.

    Parameters
    ----------
    x : (G,) array_like
        Variances.
    df1 : float or (G,) array_like
        Their degrees of freedom.
    covariate : (G,) array_like, optional
        What the scale follows.

    Returns
    -------
    VariancePrior
        scale, df2.

    Examples
    --------
    >>> from ebayes_lm.limma import fitFDist
    >>> fitFDist([1, 2, 3, 4], 3).scale
    2.5
    """
    return el.fit_f_dist(x, df1, covariate=covariate)


@completing
def fitFDistRobustly(
    x: ArrayLike,
    df1: ArrayLike,
    covariate: ArrayLike | None = None,
    winsor_tail_p: float | tuple[float, float] = (0.05, 0.1),
) -> el.VariancePrior:
    """The same by moments of winsorised variances: :func:`ebayes_lm.fit_f_dist_robustly`.

    Parameters
    ----------
    x, df1, covariate
        As in :func:`fitFDist`.
    winsor_tail_p : float or pair of float
        Shares of the tails that are winsorised.

    Returns
    -------
    VariancePrior
        scale, df2, df2_shrunk.

    Examples
    --------
    >>> from ebayes_lm.limma import fitFDistRobustly
    >>> fitFDistRobustly([1, 2, 3, 4], 3).scale
    2.5
    """
    return el.fit_f_dist_robustly(x, df1, covariate=covariate, winsor_tail_p=winsor_tail_p)  # type: ignore[arg-type]


@completing
def fitFDistUnequalDF1(
    x: ArrayLike,
    df1: ArrayLike,
    covariate: ArrayLike | None = None,
    span: float | None = None,
    robust: bool = False,
    prior_weights: ArrayLike | None = None,
) -> el.VariancePrior:
    """The same by profile likelihood: :func:`ebayes_lm.fit_f_dist_unequal_df1`.

    Parameters
    ----------
    x, df1, covariate
        As in :func:`fitFDist`.
    span : float, optional
        Share of the variances in each window of the trend.
    robust : bool
        Fit again without outliers.
    prior_weights : (G,) array_like, optional
        What each variance counts.

    Returns
    -------
    VariancePrior
        scale, df2, df2_shrunk.

    Examples
    --------
    >>> from ebayes_lm.limma import fitFDistUnequalDF1
    >>> round(fitFDistUnequalDF1([1, 2, 3, 4, 9], [3, 2, 3, 2, 3]).scale, 1)
    4.5
    """
    return el.fit_f_dist_unequal_df1(x, df1, covariate=covariate, span=span, robust=robust, prior_weights=prior_weights)


@completing
def trigammaInverse(x: ArrayLike) -> Any:
    """Inverse of the trigamma function: :func:`ebayes_lm.trigamma_inverse`.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float or array

    Examples
    --------
    >>> from ebayes_lm.limma import trigammaInverse
    >>> round(trigammaInverse(0.5), 4)
    2.46
    """
    return el.trigamma_inverse(x)
