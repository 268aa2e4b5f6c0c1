"""What a moderated fit shows of its tests, computed when first asked for and kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.f_test import f_statistic
from ebayes_lm.core.moderation import Moderation, t_statistic
from ebayes_lm.core.odds import log_odds, mixture_variance
from ebayes_lm.core.record import collapsed
from ebayes_lm.core.tails import f_p_value, log_t_p_value, t_p_value
from ebayes_lm.results.arguments import confidence
from ebayes_lm.results.quantities import LinearQuantities

#: Bounds in the units of the data leave the range of float64 where the data nearly do; this is as good as infinite.
_LARGEST = 1e300


class Statistics(LinearQuantities):
    """Labelled views of moderated statistics, and the arrays behind them one coefficient at a time."""

    if TYPE_CHECKING:  # the stage says where these lie
        moderation: Moderation
        proportion: float
        stdev_coef_lim: tuple[float, float]
        kept_var_prior: FloatArray | None
        _columns: dict[tuple[str, int], FloatArray]

        @property
        def is_moderated(self) -> bool: ...

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
        margin: FloatArray = stdtrit(self._df_total, 0.5 + 0.5 * confidence(level)) * self.standard_error_of(k)
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
        return t_statistic(self._linear.coefficients[:, k], self._unscaled(k), self.moderation)

    def _unscaled(self, k: int) -> FloatArray:
        """Unscaled standard deviations of coefficient k, one number where all features have the same."""
        unscaled: FloatArray = collapsed(self._linear.stdev_unscaled[:, k])
        return unscaled

    def _var_prior(self, k: int) -> float:
        if self.kept_var_prior is not None:
            return float(self.kept_var_prior[k])
        if not self.is_moderated:
            return float("nan")
        scale = np.sqrt(np.nanmedian(self.moderation.s2_prior))
        with np.errstate(over="ignore", under="ignore"):
            squares = np.square(np.ldexp(self.stdev_coef_lim, -self.moderation.exponent) / scale)
        low, high = np.minimum(squares, _LARGEST)
        return mixture_variance(self.t_of(k), self._unscaled(k), self._df_total, self.proportion, (low, high))

    def _lods_of(self, k: int) -> FloatArray:
        variance = float(self.var_prior.iloc[k]) if "var_prior" in self.__dict__ else self._var_prior(k)
        df_prior = collapsed(self.moderation.df_prior)
        return log_odds(self.t_of(k), self._unscaled(k), self._df_total, df_prior, variance, self.proportion)

    @cached_property
    def _f(self) -> tuple[FloatArray, FloatArray]:
        return self.f_of(list(range(self.shape[1])))
