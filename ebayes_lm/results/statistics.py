"""What every stage with tests shows of them, computed when first asked for and kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.contrast_moderation import ContrastModeration
from ebayes_lm.core.moderation import Moderation
from ebayes_lm.core.record import collapsed
from ebayes_lm.results.arguments import confidence
from ebayes_lm.results.quantities import LinearQuantities


class Statistics(LinearQuantities):
    """Labelled views of moderated statistics, and the arrays behind them one coefficient at a time."""

    if TYPE_CHECKING:  # the stage says where these lie, and what it tests
        moderation: Moderation | ContrastModeration
        _columns: dict[tuple[str, int], FloatArray]

        def _t_of(self, k: int) -> FloatArray: ...
        def _p_value_of(self, k: int) -> FloatArray: ...
        def log_p_value_of(self, k: int) -> FloatArray:
            """Natural logarithm of p of coefficient k, (features,)."""

    # One value a feature; in mixed models, whose variances are moderated contrast by contrast, one a coefficient, too.

    @property
    def s2_prior(self) -> pd.Series[float] | pd.DataFrame:
        """Prior variance of each feature."""
        return self.labels.each(self.moderation.in_units(self.moderation.s2_prior), "s2_prior")

    @property
    def df_prior(self) -> pd.Series[float] | pd.DataFrame:
        """Prior degrees of freedom of each feature."""
        return self.labels.each(self.moderation.df_prior, "df_prior")

    @property
    def s2_post(self) -> pd.Series[float] | pd.DataFrame:
        """Posterior variance of each feature."""
        return self.labels.each(self.moderation.in_units(self.moderation.s2_post), "s2_post")

    @property
    def df_total(self) -> pd.Series[float] | pd.DataFrame:
        """Degrees of freedom of the t statistics: residual plus prior, at most the residual df of all features."""
        return self.labels.each(self.moderation.df_total, "df_total")

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
        """P-values of the t statistics."""
        return self._frame(self.p_value_of)

    @property
    def log_p_value(self) -> pd.DataFrame:
        """Natural logarithm of the p-values, finite where they underflow."""
        return self._frame(self.log_p_value_of)

    @property
    def neg_log10_p(self) -> pd.DataFrame:
        """Minus the decimal logarithm of the p-values."""
        return self.log_p_value.div(-np.log(10.0))

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
        """P of coefficient k, (features,)."""
        return self._kept("p", k, self._p_value_of)

    def standard_error_of(self, k: int) -> FloatArray:
        """Standard error of coefficient k, (features,)."""
        error: FloatArray = self._unscaled(k) * self.moderation.of(k).scale()
        return error

    def margin_of(self, k: int, level: float) -> FloatArray:
        """Half the width of the confidence interval of coefficient k, (features,)."""
        margin: FloatArray = stdtrit(self._df_total_of(k), 0.5 + 0.5 * confidence(level)) * self.standard_error_of(k)
        return margin

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
        same = df.ndim == 1 and df.size > 0 and bool((df == df[0]).all())
        return df[0] if same else df

    def _df_total_of(self, k: int) -> FloatArray:
        """Total df of coefficient k, one number where all features have the same."""
        df = self._df_total
        return df[:, k] if df.ndim == 2 else df

    def _unscaled(self, k: int) -> FloatArray:
        """Unscaled standard deviations of coefficient k, one number where all features have the same."""
        unscaled: FloatArray = collapsed(self.moderation.stdev_of(k, self._linear.stdev_unscaled))
        return unscaled
