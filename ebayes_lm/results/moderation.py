"""From estimates to tests: ebayes with a prior, ordinary without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.core.contrast_moderation import ContrastModeration, moderate_contrasts, unmoderated_contrasts
from ebayes_lm.core.moderation import Moderation, moderate, unmoderated
from ebayes_lm.core.ols import Status
from ebayes_lm.core.prior import VariancePrior
from ebayes_lm.core.prior_options import PriorOptions
from ebayes_lm.data.vectors import ordered_numbers
from ebayes_lm.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    PriorSwitchWarning,
    StageError,
    VarianceWarning,
    agreeing,
    counted,
    listing,
    warn,
)
from ebayes_lm.results.arguments import choice, real
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.mixed import MixedFit
from ebayes_lm.results.moderated import ModeratedFit


def ebayes(
    fit: LinearFit,
    *,
    proportion: float = 0.01,
    stdev_coef_lim: tuple[float, float] = (0.1, 4.0),
    trend: bool | ArrayLike | pd.Series[float] = False,
    span: float | None = None,
    robust: bool = False,
    winsor_tail_p: tuple[float, float] = (0.05, 0.1),
    legacy: bool | None = None,
    zero_variance: str = "limma",
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
    span : float, optional
        Share of the features in each window of a lowess trend; it implies ``legacy=False``.
    robust : bool
        Keep features with outlying variances from shaping the prior, and moderate them less.
    winsor_tail_p : pair of float
        Shares of the lower and of the upper tail of the variances that the robust moment estimator winsorises.
    legacy : bool, optional
        True: the prior is estimated by moments, with a spline trend. False: by profile likelihood, with a lowess trend,
        which weighs features by their residual df. By default, as in limma, by moments where all features that have
        residual df have the same, and else by profile likelihood; this switch draws a PriorSwitchWarning.
    zero_variance : {"limma", "exclude"}
        "exclude" keeps features without residual variance out of the prior. "limma" lets them in, raised to a small
        share of the median, which lowers the prior df.

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
    (2006) BMC Bioinformatics 7, 538; robust as in Phipson et al. (2016) Annals of Applied Statistics 10, 946-963; for
    residual df that differ Chen et al. (2025) Nucleic Acids Research 53(2), gkaf018.

    One missing value anywhere makes residual df differ, and so changes the estimator for all features.

    Of a :class:`MixedFit` each coefficient is moderated on its own, by profile likelihood unless ``legacy=True``: its
    squared standard error, with Satterthwaite's df, is squeezed towards a prior of that coefficient. The squared
    standard error is first raised by what an estimated correlation hides (Kackar & Harville 1984, JASA 79, 853-862;
    Kenward & Roger 1997, Biometrics 53, 983-997). For coefficients between blocks the prior follows the variance within
    blocks, or the covariate of ``trend`` in its place. s2_prior, df_prior, s2_post and df_total then are features x
    coefficients, and F has one denominator df for several of them (Fai & Cornelius 1996, Journal of Statistical
    Computation and Simulation 54, 363-378).

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
    moderation, prior = moderated_variances(
        fit,
        "ebayes",
        trend=trend,
        span=span,
        robust=robust,
        winsor_tail_p=winsor_tail_p,
        legacy=legacy,
        zero_variance=zero_variance,
    )
    return ModeratedFit(fit, prior, moderation, share, limits)


def moderated_variances(
    fit: Any,
    verb: str,
    *,
    trend: Any,
    span: Any,
    robust: Any,
    winsor_tail_p: Any,
    legacy: Any,
    zero_variance: Any,
) -> tuple[Moderation | ContrastModeration, VariancePrior]:
    """What every verb that moderates shares: options checked, doubts announced, the prior estimated."""
    fit = _unmoderated(fit, verb)
    options = PriorOptions.checked(span, robust, winsor_tail_p, legacy)
    way = choice(zero_variance, ("limma", "exclude"), "zero_variance", "'limma' or 'exclude'")
    covariate = _covariate(fit, trend)
    exclude = fit.record.status == Status.zero_variance if way == "exclude" else None
    moderated = _squeezed(fit, covariate, options, exclude)
    if isinstance(fit, MixedFit):
        _tell_zero_variances(fit, "such features take no part in the prior and receive it")
    elif exclude is None:
        _tell_zero_variances(
            fit,
            "such features enter the prior raised to a small share of the median, and lower its df. "
            'zero_variance="exclude" keeps them out of the prior',
        )
    if not isinstance(fit, MixedFit) and options.legacy is None and options.span is None:
        _tell_switch(options, fit.record.df_residual, verb)
    return moderated


def _squeezed(
    fit: LinearFit, covariate: FloatArray | None, options: PriorOptions, exclude: BoolArray | None
) -> tuple[Moderation | ContrastModeration, VariancePrior]:
    if not isinstance(fit, MixedFit):
        return moderate(fit.record.sigma, fit.record.df_residual, covariate, options=options, exclude=exclude)
    return moderate_contrasts(
        *fit.variances(), fit.record.n_residual, covariate=covariate, options=options, exclude=exclude
    )


def _tell_zero_variances(fit: LinearFit, consequence: str) -> None:
    n_zero = int(np.count_nonzero(fit.record.status == Status.zero_variance))
    if n_zero:
        n = int(np.count_nonzero(fit.record.has_df | (fit.record.status == Status.zero_variance)))
        which = f"{n_zero:,} of {counted(n, 'feature')} {agreeing(n_zero, 'has', 'have')}"
        warn(f"{which} a residual variance of zero; {consequence}", VarianceWarning)


def _tell_switch(options: PriorOptions, df: FloatArray, verb: str) -> None:
    if options.uses_moments(df):
        return
    positive = df[df > 0]
    warn(
        f"residual df differ between features, from {positive.min():g} to {positive.max():g}, as they do with missing "
        f"values or exact zeros; {verb}() therefore estimates the prior by profile likelihood in place of moments, as "
        "limma does. legacy=False says that this is meant, legacy=True keeps to moments",
        PriorSwitchWarning,
    )


def ordinary(fit: LinearFit) -> ModeratedFit:
    """Test with each feature's own variance: ordinary t and F tests.

    Parameters
    ----------
    fit : LinearFit

    Returns
    -------
    ModeratedFit
        With prior df of zero; prior variance and log odds are NaN. A VarianceWarning counts features without residual
        variance, whose t and p mean nothing.

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
    moderation: Moderation | ContrastModeration
    prior: VariancePrior
    record = fit.record
    if isinstance(fit, MixedFit):
        moderation, prior = unmoderated_contrasts(record.stdev_unscaled, record.df_residual, record.sigma)
    else:
        without = record.status == Status.zero_variance
        moderation, prior = unmoderated(record.sigma, record.df_residual, without)
    _tell_zero_variances(
        fit, "their t and p are missing, as rounding errors would be compared. ebayes() lends them a variance"
    )
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
