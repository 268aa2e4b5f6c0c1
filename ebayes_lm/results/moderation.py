"""From estimates to tests: ebayes with a prior, ordinary without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.moderation import moderate, unmoderated
from ebayes_lm.core.ols import Status
from ebayes_lm.data.vectors import ordered_numbers
from ebayes_lm.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    StageError,
    VarianceWarning,
    counted,
    listing,
    warn,
)
from ebayes_lm.results.arguments import real
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.moderated import ModeratedFit


def ebayes(
    fit: LinearFit,
    *,
    proportion: float = 0.01,
    stdev_coef_lim: tuple[float, float] = (0.1, 4.0),
    trend: bool | ArrayLike | pd.Series[float] = False,
) -> ModeratedFit:
    """Moderate the variances of all features and test every coefficient.

    Parameters
    ----------
    fit : LinearFit
    proportion : float
        Share of features held to be affected; it enters the log odds only.
    stdev_coef_lim : pair of float
        Bounds of the standard deviation of true effects, in the units of the data; for the log odds only.
    trend : bool, (G,) array_like or Series
        Let the prior variance follow the mean of the feature, or a covariate.

    Returns
    -------
    ModeratedFit
        t, p, log odds and F of every feature.

    Raises
    ------
    StageError
        ``fit`` is not a LinearFit.
    DataError
        No feature has residual degrees of freedom.
    ArgumentError
        A bound outside its range, or a covariate that does not fit.

    Notes
    -----
    Smyth (2004) Statistical Applications in Genetics and Molecular Biology 3(1), article 3; trend as in Sartor et al.
    (2006) BMC Bioinformatics 7, 538.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(0).normal(size=(100, 6))
    >>> mod = el.ebayes(el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")})))
    >>> mod.t.shape
    (100, 2)
    """
    fit = _unmoderated(fit, "ebayes")
    share = real(proportion, "proportion", "the share of affected features")
    if not 0.0 < share < 1.0:
        raise ArgumentError(f"proportion is the share of affected features, between 0 and 1; got {proportion!r}")
    limits = _limits(stdev_coef_lim)
    moderation, prior = moderate(fit.record.sigma, fit.record.df_residual, _covariate(fit, trend))
    n_zero = int(np.count_nonzero(fit.record.status == Status.zero_variance))
    if n_zero:
        warn(
            f"{n_zero:,} of {counted(prior.n_used, 'feature')} have a residual variance of zero; they enter the "
            "prior raised to a small share of the median, and lower its df. Leave constant features out before the fit",
            VarianceWarning,
        )
    return ModeratedFit(fit, prior, moderation, share, limits)


def ordinary(fit: LinearFit) -> ModeratedFit:
    """Test with each feature's own variance: ordinary t and F tests.

    Parameters
    ----------
    fit : LinearFit

    Returns
    -------
    ModeratedFit
        With prior df of zero; prior variance and log odds are NaN.

    Raises
    ------
    StageError
        ``fit`` is not a LinearFit.
    DataError
        No feature has residual degrees of freedom.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.array([[1.0, 2.0, 5.0, 6.0]])
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AABB")}))
    >>> el.ordinary(fit).t["groupB"].round(3).tolist()
    [5.657]
    """
    fit = _unmoderated(fit, "ordinary")
    moderation, prior = unmoderated(fit.record.sigma, fit.record.df_residual)
    return ModeratedFit(fit, prior, moderation, 0.01, (0.1, 4.0))


def _limits(stdev_coef_lim: Any) -> tuple[float, float]:
    """Bounds for the log odds, checked."""
    message = f"stdev_coef_lim must be two positive bounds in rising order, such as (0.1, 4); got {stdev_coef_lim!r}"
    if not isinstance(stdev_coef_lim, Sequence | np.ndarray) or len(stdev_coef_lim) != 2:
        raise ArgumentTypeError(message)
    low, high = (real(bound, "each bound of stdev_coef_lim", "a standard deviation") for bound in stdev_coef_lim)
    if not 0.0 < low <= high < np.inf:
        raise ArgumentError(message)
    return low, high


def _covariate(fit: LinearFit, trend: Any) -> FloatArray | None:
    if isinstance(trend, (bool, np.bool_)):
        return fit.record.amean if trend else None
    if trend is None or isinstance(trend, (str, int, float)):
        raise ArgumentTypeError(f"trend must be True, False or one number a feature; got {trend!r}")
    values = ordered_numbers(trend, fit.labels.features, what="trend", axis="features")
    if values.shape != (fit.shape[0],):
        raise ArgumentError(f"trend has shape {values.shape}; the fit has {fit.shape[0]:,} features, each needs one")
    covariate = values.astype(np.float64)
    lacking = np.isnan(covariate) & ~np.isnan(fit.record.amean)
    if lacking.any():
        raise DataError(
            f"the trend covariate is missing for {counted(lacking.sum(), 'feature')} with data "
            f"({listing(fit.labels.features[lacking])}); complete it, or drop these from the fit"
        )
    return covariate


def _unmoderated(fit: Any, verb: str) -> LinearFit:
    if isinstance(fit, ModeratedFit):
        raise StageError(f"{verb}() takes a fit before moderation; this one is moderated already, its .fit is not")
    if not isinstance(fit, LinearFit):
        raise StageError(f"{verb}() takes what lm_fit() returns, not {type(fit).__name__}")
    return fit
