"""ModeratedFit: linear models with moderated variances and tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.contrast_variances import pooled_df
from ebayes_lm.core.moderation import t_statistic
from ebayes_lm.core.odds import log_odds, mixture_variance
from ebayes_lm.core.record import collapsed
from ebayes_lm.core.tails import f_p_value, log_t_p_value, t_p_value
from ebayes_lm.errors import ArgumentError, nearest
from ebayes_lm.results.exactness import f_of_features
from ebayes_lm.results.mixed import MixedFit
from ebayes_lm.results.tested import TestedFit
from ebayes_lm.results.values import VARIANCES, to_frame

#: Bounds in the units of the data leave the range of float64 where the data nearly do; this is as good as infinite.
_LARGEST = 1e300


@dataclass(frozen=True, eq=False, repr=False)
class ModeratedFit(TestedFit):
    """Moderated t and F statistics of every feature (Smyth 2004).

    Made by :func:`ebayes` or :func:`ordinary`. Columns are computed when first asked for, and kept.

    Attributes
    ----------
    fit : LinearFit
        What was moderated.
    prior : VariancePrior
        The prior of the variances; ``.method`` names its estimator. Mixed models have one for each coefficient, in
        ``.each``.
    moderation : Moderation or ContrastModeration
        Posterior variances and degrees of freedom, in numbers.
    proportion : float
        Share of features held to be affected, for the log odds.
    stdev_coef_lim : pair of float
        Bounds of the standard deviation of true effects, in the units of the data, for the log odds.
    """

    proportion: float
    stdev_coef_lim: tuple[float, float]
    kept_var_prior: FloatArray | None = None

    @property
    def lods(self) -> pd.DataFrame:
        """Natural log odds that a feature is affected; NaN without a prior."""
        return self._frame(self.lods_of)

    @cached_property
    def var_prior(self) -> pd.Series[float]:
        """Variance of true effects per coefficient, in units of the residual variance; it enters the log odds."""
        values = np.array([self._var_prior(k) for k in range(self.shape[1])], dtype=np.float64)
        values.flags.writeable = False
        return pd.Series(values, index=self.labels.coefs, name="var_prior", copy=False)

    @cached_property
    def F(self) -> pd.Series[float]:
        """Moderated F statistic of all coefficients together, but nuisance."""
        return self.labels.series(self._f[0], "F")

    @cached_property
    def F_p_value(self) -> pd.Series[float]:
        """Upper tail probability of F, on residual plus prior df."""
        return self.labels.series(self._f[1], "F_p_value")

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
        terms = list(self.design.terms)
        if term not in terms:
            raise ArgumentError(f"the design has no term {term!r}; it has {', '.join(terms)}.{nearest(term, terms)}")
        return top_table_f(self, coef=self.design.terms[term], number=None)

    def to_frame(self) -> pd.DataFrame:
        """Every component with a value per feature, as one table; matrices as ``component.coef``."""
        matrices = ("coefficients", "stdev_unscaled", "t", "p_value", "lods")
        return to_frame(self, (*matrices, *VARIANCES, "F", "F_p_value"))

    # As arrays: one coefficient at a time, or some of them together.

    def log_p_value_of(self, k: int) -> FloatArray:
        """Natural logarithm of p of coefficient k, (features,)."""
        return log_t_p_value(self.t_of(k), self._df_total_of(k))

    def lods_of(self, k: int) -> FloatArray:
        """Log odds of coefficient k, (features,)."""
        return self._kept("lods", k, self._lods_of)

    def f_of(self, columns: list[int]) -> tuple[FloatArray, FloatArray]:
        """F and its p-value for some coefficients together, (features,) each."""
        statistic, df1 = self.f_of_t(np.column_stack([self.t_of(k) for k in columns]), columns)
        return statistic, f_p_value(statistic, df1, self.df_of_f(columns))

    def f_of_t(self, t: FloatArray, columns: list[int], rows: Any = None) -> tuple[FloatArray, FloatArray]:
        """F and its numerator df of any t (rows, columns) that vary together as those of these coefficients do.

        ``rows`` are the positions of the features that t belongs to; without them t has a row for every feature.
        """
        return f_of_features(self.fit, t, columns, rows)

    @property
    def df_uncapped(self) -> FloatArray:
        """Residual plus prior df, however few df all features together have; (features,) or (features, coefs)."""
        df: FloatArray = self._linear.df_residual + self.moderation.df_prior
        return df

    def df_of_f(self, columns: list[int]) -> FloatArray:
        """Denominator df of F of some coefficients, (features,): not capped, and pooled where theirs differ."""
        if isinstance(self.fit, MixedFit) and not self.is_moderated:
            return self.fit.joint_df(columns)
        df = self.df_uncapped
        return df if df.ndim == 1 else pooled_df(df[:, columns])

    def _t_of(self, k: int) -> FloatArray:
        return t_statistic(self._linear.coefficients[:, k], self._unscaled(k), self.moderation.of(k))

    def _p_value_of(self, k: int) -> FloatArray:
        return t_p_value(self.t_of(k), self._df_total_of(k))

    def _var_prior(self, k: int) -> float:
        if self.kept_var_prior is not None:
            return float(self.kept_var_prior[k])
        if not self.is_moderated:
            return float("nan")
        moderation = self.moderation.of(k)
        scale = np.sqrt(np.nanmedian(moderation.s2_prior))
        with np.errstate(over="ignore", under="ignore"):
            squares = np.square(np.ldexp(self.stdev_coef_lim, -moderation.exponent) / scale)
        low, high = np.minimum(squares, _LARGEST)
        return mixture_variance(self.t_of(k), self._unscaled(k), self._df_total_of(k), self.proportion, (low, high))

    def _lods_of(self, k: int) -> FloatArray:
        variance = float(self.var_prior.iloc[k]) if "var_prior" in self.__dict__ else self._var_prior(k)
        df_prior = collapsed(self.moderation.of(k).df_prior)
        return log_odds(self.t_of(k), self._unscaled(k), self._df_total_of(k), df_prior, variance, self.proportion)

    @cached_property
    def _f(self) -> tuple[FloatArray, FloatArray]:
        statistic, p = self.f_of(self.tested_positions)
        statistic.flags.writeable = p.flags.writeable = False
        return statistic, p

    def _taken(self, rows: Any, columns: Any) -> Self:
        """The log odds of a part are those it had in the whole."""
        whole = isinstance(rows, slice) and rows == slice(None)
        kept = self.kept_var_prior if whole and self.kept_var_prior is None else self.var_prior.to_numpy()
        return replace(super()._taken(rows, columns), kept_var_prior=None if kept is None else kept[columns])
