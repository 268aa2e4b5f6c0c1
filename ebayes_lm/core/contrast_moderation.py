"""Variances moderated contrast by contrast, where every contrast has a variance and degrees of freedom of its own.

In a mixed model the variance of a contrast is ``sigma^2 v(rho)``: within blocks it follows what samples of one block
differ by, between blocks what blocks differ by. Its estimate is worth as many degrees of freedom as Satterthwaite's
formula says, and it is this estimate that is squeezed, with these degrees of freedom. The residual variance is known
better than most contrasts, so that to squeeze it with their degrees of freedom would make tests too liberal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.contrast_variances import ContrastVariances, VarianceParameters
from ebayes_lm.core.moderation import Moderation, moderate, unmoderated
from ebayes_lm.core.prior import VariancePrior
from ebayes_lm.core.prior_options import PriorOptions
from ebayes_lm.core.record import Record, axes

#: The variance within blocks helps to foretell that of a contrast where their errors are less correlated than this.
_NEARLY_INDEPENDENT = 0.5
#: A curve through fewer features follows each of them too closely, so that variances seem to be foretold.
_ENOUGH = 100


@dataclass(frozen=True, eq=False)
class ContrastModeration(Record):
    """What :class:`Moderation` holds, for each coefficient on its own.

    Variances of coefficient k are in units of ``4**exponent[k]``; they multiply the squares of ``unscaled``.
    """

    s2_post: FloatArray = axes("feature", "coef")
    s2_prior: FloatArray = axes("feature", "coef")
    df_prior: FloatArray = axes("feature", "coef")
    df_total: FloatArray = axes("feature", "coef")
    unscaled: FloatArray = axes("feature", "coef")
    exponent: AnyArray = axes("coef")

    @classmethod
    def of_each(cls, each: list[Moderation], unscaled: FloatArray) -> ContrastModeration:
        """Side by side."""

        def whole(name: str) -> FloatArray:
            columns = np.empty(unscaled.shape)
            for k, moderation in enumerate(each):
                columns[:, k] = getattr(moderation, name)
            return columns

        exponents = np.array([moderation.exponent for moderation in each], dtype=np.intp)
        return cls(whole("s2_post"), whole("s2_prior"), whole("df_prior"), whole("df_total"), unscaled, exponents)

    def of(self, k: int) -> Moderation:
        """What holds for coefficient k."""
        columns = (self.s2_post[:, k], self.s2_prior[:, k], self.df_prior[:, k], self.df_total[:, k])
        return Moderation(*columns, int(self.exponent[k]))

    def stdev_of(self, k: int, fitted: FloatArray) -> FloatArray:
        """Standard deviations of coefficient k that variances multiply."""
        return self.unscaled[:, k]

    def in_units(self, scaled: FloatArray) -> FloatArray:
        """Variances (features, coefs) in the units of the data; infinite or zero where float64 ends."""
        with np.errstate(over="ignore", under="ignore"):
            units: FloatArray = np.ldexp(scaled, 2 * self.exponent)
        return units


@dataclass(frozen=True, eq=False, repr=False)
class ContrastPrior(VariancePrior):
    """Priors of the variances of several contrasts: ``each`` of them, and in the other fields what is typical.

    ``scale`` and ``df2`` are medians over contrasts (and features), ``df2_shrunk`` the least of each feature.
    """

    each: tuple[VariancePrior, ...] = ()

    @classmethod
    def of(cls, each: Sequence[VariancePrior]) -> ContrastPrior:
        """Together."""
        shrunk = [prior.df2_shrunk for prior in each if prior.df2_shrunk is not None]
        return cls(
            scale=_median([_median(np.ravel(prior.scale)) for prior in each]),
            df2=_median([prior.df2 for prior in each]),
            method=next((prior.method for prior in each if prior.method != "none"), "none"),
            n_used=max((prior.n_used for prior in each), default=0),
            n_zero=max((prior.n_zero for prior in each), default=0),
            df2_shrunk=np.min(shrunk, axis=0) if shrunk else None,
            each=tuple(each),
        )

    def take(self, rows: Any, columns: Any, n_features: int) -> ContrastPrior:
        """Of some features and some contrasts."""
        chosen = np.arange(len(self.each))[columns]
        return ContrastPrior.of([self.each[k].take(rows, columns, n_features) for k in chosen])


def _median(values: Any) -> float:
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    return float(np.median(known)) if known.size else float("nan")


def moderate_contrasts(
    variances: ContrastVariances,
    parameters: VarianceParameters,
    n_residual: AnyArray,
    *,
    covariate: FloatArray | None = None,
    options: PriorOptions | None = None,
    exclude: BoolArray | None = None,
) -> tuple[ContrastModeration, ContrastPrior]:
    """Squeeze the variances of each contrast towards a prior of its own, learnt from all features.

    Parameters
    ----------
    variances : ContrastVariances
    parameters : VarianceParameters
    n_residual : (g,) array
        Observations less rank. Variances enter the prior with the median df of the features that have as many: their
        own df rise or fall with their variances, and would let small ones count too much or too little.
    covariate : (g,) array, optional
        The prior follows it; by default it follows the variance within blocks, see :func:`_foretelling`.
    options : PriorOptions, optional
        By default the prior is estimated by profile likelihood.
    exclude : (g,) bool array, optional
        Features that receive the prior, but from which it is not learnt.
    """
    options = options or PriorOptions()
    if options.legacy is None:
        options = replace(options, legacy=False)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = variances.stdev * np.sqrt(1.0 + variances.inflation(parameters)) / variances.independent
    sigma = parameters.sigma[:, None] * ratio
    df = np.nan_to_num(variances.df)
    slope, correlation = variances.overlap(parameters)
    log_within = parameters.log_within()
    each, priors = _nothing(df)
    for k in _tested(df):
        given = covariate
        if given is None:
            given = _foretelling(sigma[:, k], log_within, slope[:, k], correlation[:, k])
        moderation, prior = moderate(
            sigma[:, k], df[:, k], given, options=options, exclude=exclude, prior_df=_typical(df[:, k], n_residual)
        )
        each[k], priors[k] = moderation, prior
    return ContrastModeration.of_each(each, variances.independent), ContrastPrior.of(priors)


def unmoderated_contrasts(
    stdev: FloatArray, df: FloatArray, sigma: FloatArray
) -> tuple[ContrastModeration, ContrastPrior]:
    """Each feature's own variance and df (g, k), as in tests of lmerTest: prior df of zero."""
    df = np.nan_to_num(df)
    each, priors = _nothing(df)
    for k in _tested(df):
        each[k], priors[k] = unmoderated(sigma, df[:, k])
    return ContrastModeration.of_each(each, stdev), ContrastPrior.of(priors)


def _tested(df: FloatArray) -> IntArray:
    """Contrasts of which some feature has df (g, k), or all where none has any, so that this is told of."""
    some = np.flatnonzero((df > 0).any(axis=0))
    return some if len(some) else np.arange(df.shape[1])


def _nothing(df: FloatArray) -> tuple[list[Moderation], list[VariancePrior]]:
    """Moderations and priors of contrasts that no feature can estimate."""
    nan = np.broadcast_to(np.float64(np.nan), len(df))
    prior = VariancePrior(scale=np.nan, df2=np.nan, method="none", n_used=0, n_zero=0)
    k = df.shape[1]
    return [Moderation(nan, nan, nan, nan)] * k, [prior] * k


def _foretelling(
    sigma: FloatArray, log_within: FloatArray, slope: FloatArray, correlation: FloatArray
) -> FloatArray | None:
    """What foretells the variances of a contrast (g,) without sharing their errors, or None where there is no such.

    The variance within blocks is known on most df, but its errors are in part those of the contrast. What is left when
    that part is taken out, by regression in each feature, has none of them. Within blocks nothing but them is left.
    Few features teach no curve.
    """
    known = np.isfinite(correlation)
    if not known.any() or np.median(np.abs(correlation[known])) > _NEARLY_INDEPENDENT:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        log_variance = 2.0 * np.log(sigma)
    known = np.isfinite(log_variance) & np.isfinite(log_within) & np.isfinite(slope)
    if np.count_nonzero(known) < _ENOUGH:
        return None
    # about the middle of all, so that the units of the data do not matter where slopes differ
    rest = log_within - slope * (log_variance - np.median(log_variance[known]))
    return np.where(known, rest, np.median(rest[known]))


def _typical(df: FloatArray, n_residual: AnyArray) -> FloatArray:
    """Median df (g,) of the features with as many residual observations; 0 where a feature has none."""
    typical = np.zeros_like(df)
    for count in np.unique(n_residual[df > 0]):
        of_count = (n_residual == count) & (df > 0)
        typical[of_count] = np.median(df[of_count])
    return typical
