"""ModeratedFit: linear models with moderated variances and tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.f_test import f_statistic
from ebayes_lm.core.moderation import Moderation, moderate, t_statistic, unmoderated
from ebayes_lm.core.odds import log_odds, mixture_variance
from ebayes_lm.core.ols import LinearRecord
from ebayes_lm.core.prior import VariancePrior
from ebayes_lm.core.tails import f_p_value, log_t_p_value, t_p_value
from ebayes_lm.data.alignment import align
from ebayes_lm.errors import ArgumentError, DataError, StageError, VarianceWarning, listing, nearest, warn
from ebayes_lm.results.axes import Labels
from ebayes_lm.results.linear import LinearFit, split_key
from ebayes_lm.results.quantities import LinearQuantities
from ebayes_lm.results.values import to_frame

if TYPE_CHECKING:
    from ebayes_lm.design.design_matrix import Design
    from ebayes_lm.results.decisions import TestResults


@dataclass(frozen=True, eq=False, repr=False)
class ModeratedFit(LinearQuantities):
    """Moderated t and F statistics of every feature (Smyth 2004).

    Made by :func:`ebayes` or :func:`ordinary`. Columns are computed when first asked for, and kept.

    Attributes
    ----------
    fit : LinearFit
        What was moderated.
    prior : VariancePrior
        The prior of the variances; ``.method`` names its estimator.
    moderation : Moderation
        Posterior variances and degrees of freedom, in numbers.
    proportion : float
        Share of features held to be affected, for the log odds.
    stdev_coef_lim : pair of float
        Bounds of the standard deviation of true effects, in the units of the data, for the log odds.
    """

    fit: LinearFit
    prior: VariancePrior
    moderation: Moderation
    proportion: float
    stdev_coef_lim: tuple[float, float]
    kept_var_prior: FloatArray | None = None
    _columns: dict[tuple[str, int], FloatArray] = field(default_factory=dict)

    @property
    def _linear(self) -> LinearRecord:
        return self.fit.record

    @property
    def labels(self) -> Labels:
        """Labels of features and coefficients."""
        return self.fit.labels

    @property
    def design(self) -> Design:
        """The design that was fitted."""
        return self.fit.design

    @property
    def features(self) -> pd.DataFrame:
        """Annotation, one row a feature."""
        return self.fit.features

    @property
    def contrasts(self) -> pd.DataFrame:
        """Coefficients of the design x coefficients of this fit."""
        return self.fit.contrasts

    @property
    def rank(self) -> int:
        """Rank of the design."""
        return self.fit.rank

    @property
    def is_moderated(self) -> bool:
        """Whether a prior was used; not so in ordinary t tests."""
        return self.prior.method != "ordinary"

    # One value a feature.

    @property
    def s2_prior(self) -> pd.Series[float]:
        """Prior variance of each feature."""
        return self.labels.series(self.moderation.in_units(self.moderation.s2_prior), "s2_prior")

    @property
    def df_prior(self) -> pd.Series[float]:
        """Prior degrees of freedom of each feature."""
        return self.labels.series(self.moderation.df_prior, "df_prior")

    @property
    def s2_post(self) -> pd.Series[float]:
        """Posterior variance of each feature."""
        return self.labels.series(self.moderation.in_units(self.moderation.s2_post), "s2_post")

    @property
    def df_total(self) -> pd.Series[float]:
        """Degrees of freedom of the t statistics: residual plus prior, at most the residual df of all features."""
        return self.labels.series(self.moderation.df_total, "df_total")

    # One value a feature and coefficient.

    @property
    def standard_error(self) -> pd.DataFrame:
        """Standard error of each estimate under the posterior variance."""
        return self._frame(self.standard_error_of)

    @property
    def t(self) -> pd.DataFrame:
        """Moderated t statistics."""
        return self._frame(self.t_of)

    @property
    def p_value(self) -> pd.DataFrame:
        """Two-sided p-values of the t statistics."""
        return self._frame(self.p_value_of)

    @property
    def log_p_value(self) -> pd.DataFrame:
        """Natural logarithm of the p-values, finite where they underflow."""
        return self._frame(lambda k: log_t_p_value(self.t_of(k), self.moderation.df_total))

    @property
    def neg_log10_p(self) -> pd.DataFrame:
        """Minus the decimal logarithm of the p-values."""
        return self.log_p_value.div(-np.log(10.0))

    @property
    def lods(self) -> pd.DataFrame:
        """Natural log odds that a feature is affected; NaN without a prior."""
        return self._frame(self.lods_of)

    @cached_property
    def var_prior(self) -> pd.Series[float]:
        """Variance of true effects per coefficient, in units of the residual variance; it enters the log odds."""
        values = [self._var_prior(k) for k in range(self.shape[1])]
        return pd.Series(values, index=self.labels.coefs, name="var_prior", dtype=np.float64)

    @cached_property
    def F(self) -> pd.Series[float]:
        """Moderated F statistic of all coefficients together."""
        return self.labels.series(self._f[0], "F")

    @cached_property
    def F_p_value(self) -> pd.Series[float]:
        """Upper tail probability of F, on residual plus prior df."""
        return self.labels.series(self._f[1], "F_p_value")

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Confidence limits of every coefficient, columns (coefficient, "CI.L" or "CI.R")."""
        limits = {}
        for k, name in enumerate(self.labels.coefs):
            margin = self.margin_of(k, level)
            limits[(name, "CI.L")] = self._linear.coefficients[:, k] - margin
            limits[(name, "CI.R")] = self._linear.coefficients[:, k] + margin
        return pd.DataFrame(limits, index=self.labels.features)

    # One coefficient at a time, as arrays.

    def t_of(self, k: int) -> FloatArray:
        """Moderated t of coefficient k, (features,)."""
        return self._kept("t", k, self._t_of)

    def p_value_of(self, k: int) -> FloatArray:
        """Two-sided p of coefficient k, (features,)."""
        return self._kept("p", k, lambda j: t_p_value(self.t_of(j), self._df_total))

    def lods_of(self, k: int) -> FloatArray:
        """Log odds of coefficient k, (features,)."""
        return self._kept("lods", k, self._lods_of)

    def standard_error_of(self, k: int) -> FloatArray:
        """Standard error of coefficient k, (features,)."""
        error: FloatArray = self._linear.stdev_unscaled[:, k] * self.moderation.scale()
        return error

    def margin_of(self, k: int, level: float) -> FloatArray:
        """Half the width of the confidence interval of coefficient k, (features,)."""
        if not 0.0 < level < 1.0:
            raise ArgumentError(f"a confidence level lies between 0 and 1, not at {level!r}; 0.95 is usual")
        margin: FloatArray = stdtrit(self._df_total, 0.5 + 0.5 * level) * self.standard_error_of(k)
        return margin

    def f_of(self, columns: list[int]) -> tuple[FloatArray, FloatArray]:
        """F and its p-value for some coefficients together, (features,) each."""
        t = np.column_stack([self.t_of(k) for k in columns])
        statistic, df1 = f_statistic(t, self._linear.cov_coefficients[np.ix_(columns, columns)])
        return statistic, f_p_value(statistic, df1, self._linear.df_residual + self.moderation.df_prior)

    def _frame(self, column: Callable[[int], FloatArray]) -> pd.DataFrame:
        return self.labels.frame(np.column_stack([column(k) for k in range(self.shape[1])]))

    def _kept(self, name: str, k: int, compute: Callable[[int], FloatArray]) -> FloatArray:
        if (name, k) not in self._columns:
            values = compute(k)
            values.flags.writeable = False
            self._columns[name, k] = values
        return self._columns[name, k]

    @cached_property
    def _df_total(self) -> FloatArray:
        """Total df, one number where all features have the same: tails are then computed faster."""
        df = self.moderation.df_total
        same = df.size > 0 and bool((df == df[0]).all())
        return df[0] if same else df

    def _t_of(self, k: int) -> FloatArray:
        return t_statistic(self._linear.coefficients[:, k], self._linear.stdev_unscaled[:, k], self.moderation)

    def _var_prior(self, k: int) -> float:
        if self.kept_var_prior is not None:
            return float(self.kept_var_prior[k])
        if not self.is_moderated:
            return float("nan")
        scale = np.sqrt(np.nanmedian(self.moderation.s2_prior))
        low, high = (float(np.square(np.ldexp(lim, -self.moderation.exponent) / scale)) for lim in self.stdev_coef_lim)
        unscaled = self._linear.stdev_unscaled[:, k]
        return mixture_variance(self.t_of(k), unscaled, self.moderation.df_total, self.proportion, (low, high))

    def _lods_of(self, k: int) -> FloatArray:
        variance = float(self.var_prior.iloc[k]) if "var_prior" in self.__dict__ else self._var_prior(k)
        unscaled = self._linear.stdev_unscaled[:, k]
        return log_odds(self.t_of(k), unscaled, self._df_total, self.moderation.df_prior, variance, self.proportion)

    @cached_property
    def _f(self) -> tuple[FloatArray, FloatArray]:
        return self.f_of(list(range(self.shape[1])))

    # Verbs.

    def test(self, term: str) -> pd.DataFrame:
        """Moderated F test of one term of the formula.

        Parameters
        ----------
        term : str
            A term of the design, such as "cancer".

        Returns
        -------
        DataFrame
            A row for every feature: one column per coefficient of the term, AveExpr, F, P.Value, adj.P.Val, smallest
            p first.

        Raises
        ------
        ArgumentError
            The design has no such term.
        """
        from ebayes_lm.results.table import top_table_f

        self.fit.design_only("test()")
        if term not in self.design.terms:
            terms = list(self.design.terms)
            raise ArgumentError(f"the design has no term {term!r}; it has {', '.join(terms)}.{nearest(term, terms)}")
        return top_table_f(self, coef=self.design.terms[term], number=None)

    def top_table(self, coef: Any = None, **options: Any) -> pd.DataFrame:
        """Table of the features with most evidence; options as in :func:`top_table`."""
        from ebayes_lm.results.table import top_table

        return top_table(self, coef, **options)

    def tables(self, **options: Any) -> pd.DataFrame:
        """Whole tables of all coefficients, one below the other, with a column ``contrast``."""
        from ebayes_lm.results.table import top_table

        parts = []
        for k, name in enumerate(self.coef_names):
            table = top_table(self, k, number=None, sort_by="none", **options)
            table.insert(0, "contrast", name)
            parts.append(table)
        return pd.concat(parts)

    def decide_tests(self, **options: Any) -> TestResults:
        """Which features are up, down or neither; options as in :func:`decide_tests`."""
        from ebayes_lm.results.decisions import decide_tests

        return decide_tests(self, **options)

    def contrast(self, contrasts: Any = None, /, **named: str) -> LinearFit:
        """Contrasts of the fit that was moderated; call ``ebayes()`` again on what they give."""
        return self.fit.contrast(contrasts, **named)

    def __getitem__(self, key: Any) -> ModeratedFit:
        """Subset by position (coefs also by name), keeping prior, t and everything else as it is."""
        rows, columns = split_key(key, self.labels)
        whole = isinstance(rows, slice) and rows == slice(None)
        kept = self.kept_var_prior if whole and self.kept_var_prior is None else self.var_prior.to_numpy()
        return replace(
            self,
            fit=self.fit[rows, columns],
            moderation=self.moderation.take(feature=rows),
            kept_var_prior=None if kept is None else kept[columns],
            _columns={},
        )

    def select(self, features: Any = None, coefs: Any = None) -> ModeratedFit:
        """Subset by label, keeping prior and t."""
        rows = slice(None) if features is None else self.labels.feature_positions(features)
        columns = slice(None) if coefs is None else self.labels.coef_positions(coefs)
        return self[rows, columns]

    def to_frame(self) -> pd.DataFrame:
        """Every component with a value per feature, as one table; matrices as ``component.coef``."""
        matrices = ("coefficients", "stdev_unscaled", "t", "p_value", "lods")
        vectors = ("sigma", "df_residual", "amean", "s2_prior", "df_prior", "s2_post", "df_total", "F", "F_p_value")
        return to_frame(self, matrices, vectors)

    def __repr__(self) -> str:
        return (
            f"ModeratedFit of {self.shape[0]:,} features x {self.shape[1]} coefficients "
            f"({listing(self.coef_names)})\n"
            f"{describe_prior(self)}. Next: .top_table(), .decide_tests()"
        )


def describe_prior(mod: ModeratedFit) -> str:
    """The prior in words."""
    if not mod.is_moderated:
        return "ordinary tests, no prior"
    df = mod.prior.df2
    scale = np.asarray(mod.prior.scale)
    sd = f"{np.sqrt(scale):.4g}" if scale.ndim == 0 else "a trend"
    worth = "infinite prior df: every feature has the prior variance" if np.isinf(df) else f"{df:.4g} prior df"
    return f"prior by {mod.prior.method}: standard deviation {sd}, {worth}"


def moderated_fit(
    fit: LinearFit,
    *,
    proportion: float = 0.01,
    stdev_coef_lim: tuple[float, float] = (0.1, 4.0),
    trend: bool | ArrayLike | pd.Series[float] = False,
) -> ModeratedFit:
    """The body of :func:`ebayes`."""
    _check_stage(fit, "ebayes")
    if not 0.0 < proportion < 1.0:
        raise ArgumentError(f"proportion is the share of affected features, between 0 and 1, not {proportion!r}")
    low, high = stdev_coef_lim
    if not 0.0 < low <= high < np.inf:
        raise ArgumentError(f"stdev_coef_lim must be two positive bounds in rising order, not {stdev_coef_lim!r}")
    moderation, prior = moderate(fit.record.sigma, fit.record.df_residual, _covariate(fit, trend))
    if prior.n_zero:
        warn(
            f"{prior.n_zero:,} of {prior.n_used:,} features have a residual variance of zero; they enter the prior "
            "raised to a small share of the median, and lower its df. Leave constant features out before the fit",
            VarianceWarning,
        )
    return ModeratedFit(fit, prior, moderation, float(proportion), (float(low), float(high)))


def ordinary_fit(fit: LinearFit) -> ModeratedFit:
    """The body of :func:`ordinary`."""
    _check_stage(fit, "ordinary")
    moderation, prior = unmoderated(fit.record.sigma, fit.record.df_residual)
    return ModeratedFit(fit, prior, moderation, 0.01, (0.1, 4.0))


def _covariate(fit: LinearFit, trend: Any) -> FloatArray | None:
    if isinstance(trend, (bool, np.bool_)):
        return fit.record.amean if trend else None
    if isinstance(trend, pd.Series):
        order = align(trend.index, fit.labels.features, fit.shape[0], what="trend", axis="features")
        values = trend.to_numpy()[order]
    else:
        values = np.asarray(trend)
    if values.shape != (fit.shape[0],) or values.dtype.kind not in "biuf":
        raise ArgumentError(
            f"trend must be True, False or one number for each of {fit.shape[0]:,} features, not "
            f"{values.dtype} of shape {values.shape}"
        )
    covariate = values.astype(np.float64)
    lacking = np.isnan(covariate) & ~np.isnan(fit.record.amean)
    if lacking.any():
        raise DataError(
            f"the trend covariate is missing for {lacking.sum():,} features that have data; complete it or drop them"
        )
    return covariate


def _check_stage(fit: Any, verb: str) -> None:
    if isinstance(fit, ModeratedFit):
        raise StageError(f"{verb}() takes a fit before moderation; this one is moderated already, its .fit is not")
    if not isinstance(fit, LinearFit):
        raise StageError(f"{verb}() takes what lm_fit() returns, not {type(fit).__name__}")
