"""What every stage of an analysis shows of its linear models."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np
import pandas as pd

from ebayes_lm.core.ols import LinearRecord, Status
from ebayes_lm.errors import nearest
from ebayes_lm.results.axes import Labels

if TYPE_CHECKING:
    from ebayes_lm.design.design_matrix import Design

#: What R or a table calls them.
_OTHER_NAMES = {
    "coef": "coefficients", "Amean": "amean", "AveExpr": "amean", "genes": "features", "df": "df_residual",
    "B": "lods", "pvalue": "p_value", "pvalues": "p_value", "p_values": "p_value", "pval": "p_value",
    "adj_p_value": "top_table", "padj": "top_table",
}  # fmt: skip
#: What a fit has once it was moderated.
_OF_TESTS = ("t", "p_value", "lods", "F", "F_p_value", "s2_post", "s2_prior", "df_prior", "df_total", "standard_error")
_STATUS_NAMES = np.array([s.name for s in Status], dtype=object)


class LinearQuantities:
    """Labelled views of a linear record; limma's components under their names in snake_case."""

    if TYPE_CHECKING:  # a stage says where these lie

        @property
        def _linear(self) -> LinearRecord: ...

        @property
        def labels(self) -> Labels: ...

        @property
        def design(self) -> Design: ...

        def __getitem__(self, key: Any) -> Self: ...

    if not TYPE_CHECKING:  # who checks types should see that a name is not there

        def __getattr__(self, name: str) -> NoReturn:
            """Say what a name of R is called here, or which call comes first."""
            if hasattr(type(self), name):
                object.__getattribute__(self, name)  # the error of the attribute itself
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}.{_in_place_of(self, name)}")

    def select(self, features: Any = None, coefs: Any = None) -> Self:
        """Subset by label: features by their names, coefs by theirs; what has tests keeps its prior and t."""
        rows = slice(None) if features is None else self.labels.feature_positions(features)
        columns = slice(None) if coefs is None else self.labels.coef_positions(coefs)
        return self[rows, columns]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write everything into a folder, from which :func:`load` reads it with the same numbers to the last bit.

        Parameters
        ----------
        path : str or Path
            A new folder, or one that holds a saved result, which is replaced.

        Returns
        -------
        Path
            The folder. It holds a header in JSON and arrays as .npy files; nothing in it is code.
        """
        from ebayes_lm.results.saving import save_result

        return save_result(self, path)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of features and of coefficients."""
        features, coefs = self._linear.coefficients.shape
        return features, coefs

    @property
    def coef_names(self) -> list[str]:
        """Names of the coefficients or contrasts."""
        return [str(name) for name in self.labels.coefs]

    @property
    def coefficients(self) -> pd.DataFrame:
        """Estimates, features x coefficients, in the units of the data; NaN where not estimable."""
        return self.labels.frame(self._linear.coefficients)

    @property
    def stdev_unscaled(self) -> pd.DataFrame:
        """Standard deviations of the estimates divided by the residual standard deviation."""
        return self.labels.frame(self._linear.stdev_unscaled)

    @property
    def sigma(self) -> pd.Series[float]:
        """Residual standard deviation per feature; NaN without residual df."""
        return self.labels.series(self._linear.sigma, "sigma")

    @property
    def df_residual(self) -> pd.Series[float] | pd.DataFrame:
        """Residual degrees of freedom per feature; in mixed models per feature and coefficient."""
        return self.labels.each(self._linear.df_residual, "df_residual")

    @property
    def amean(self) -> pd.Series[float]:
        """Unweighted mean of the observed values per feature."""
        return self.labels.series(self._linear.amean, "amean")

    @property
    def n_observed(self) -> pd.Series[int]:
        """Number of observations behind each feature's fit."""
        return self.labels.series(self._linear.n_observed, "n_observed")

    @cached_property
    def status(self) -> pd.Series[Any]:
        """What became of each feature: ok, not_estimable, no_df, all_missing or zero_variance."""
        return self.labels.series(_STATUS_NAMES[self._linear.status], "status").astype(str)

    @property
    def cov_coefficients(self) -> pd.DataFrame:
        """Unscaled covariance of the estimable coefficients, ``(X'WX)^-1`` or that of the contrasts.

        It is that of a complete feature; weights of single observations and missing values give others, which contrasts
        and F tests compute anew where they need them.
        """
        covariance = self._linear.cov_coefficients
        names = self.labels.coefs
        estimable = ~np.isnan(np.diag(covariance))
        return pd.DataFrame(covariance[np.ix_(estimable, estimable)], index=names[estimable], columns=names[estimable])


def _in_place_of(stage: LinearQuantities, name: str) -> str:
    """What to write for a name that a stage does not have."""
    if name.startswith("_"):
        return ""
    called = _OTHER_NAMES.get(name, name)
    public = [known for known in dir(type(stage)) if not known.startswith("_")]
    fit = vars(stage).get("fit")
    if called in _OF_TESTS and called not in public:
        return f" {called} comes with tests: call .ebayes() first" if fit is None else f" .fit.ebayes() has {called}"
    if called in getattr(fit, "__dataclass_fields__", ()) or hasattr(type(fit), called):
        return f" Its .fit has {called}"
    return nearest(called, public)
