"""A linear model of an AnnData, with the interface of pertpy's differential expression."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import pandas as pd

from ebayes_lm.data.count_like import looks_like_counts
from ebayes_lm.data.matrix import as_feature_matrix, is_anndata
from ebayes_lm.design.boundary import as_design
from ebayes_lm.design.conditions import cond
from ebayes_lm.errors import (
    ArgumentError,
    ArgumentTypeError,
    DesignWarning,
    StageError,
    counted,
    listing,
    nearest,
    warn,
)
from ebayes_lm.fitting import lm_fit
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.table import top_table
from ebayes_lm.weights.precision_fit import voom_lm_fit

_NONE: Mapping[str, Any] = MappingProxyType({})
#: Columns of a table of ours under the names that pertpy gives them.
_NAMES = {"logFC": "log_fc", "t": "t_value", "P.Value": "p_value", "adj.P.Val": "adj_p_value"}


class LinearModel:
    """limma's tests of an AnnData, with the methods of pertpy's ``LinearModelBase``.

    It takes the place of ``pertpy.tools.EdgeR`` or ``PyDESeq2`` in a script, and does not need pertpy. The numbers are
    those of :func:`lm_fit`, :func:`voom_lm_fit`, :func:`ebayes` and :func:`treat`.

    Parameters
    ----------
    adata : AnnData
        Samples x features, such as pseudobulks: log values, or counts for ``fit(method="voom")``. It is not changed.
    design : str, Design, DataFrame or array
        A formula over ``adata.obs``, with or without ``~``, or numbers.
    mask : str or Series of bool, optional
        Features that take part: a column of ``adata.var``, or one value a feature.
    layer : str, optional
        Read instead of X.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        A mask that is none, or no AnnData.
    DesignError
        A formula or design that does not suit the samples.

    Notes
    -----
    Two things differ from pertpy's own classes: variables that :meth:`cond` does not name stand at the mean where they
    are numbers, not at 0; and ``fit()`` gives the model back.

    Examples
    --------
    >>> import ebayes_lm as el
    >>> study = el.datasets.simulate(n_features=200, groups={"control": 4, "treated": 4}, seed=1)
    >>> try:
    ...     from anndata import AnnData
    ... except ImportError:
    ...     pass
    ... else:
    ...     adata = AnnData(study.data.E.T, obs=study.data.targets)
    ...     model = el.scverse.LinearModel(adata, "~ group").fit()
    ...     table = model.test_contrasts(model.contrast("group", "control", "treated"), trend=True)
    ...     assert list(table.columns[:4]) == ["variable", "log_fc", "t_value", "p_value"]
    """

    def __init__(self, adata: Any, design: Any, *, mask: Any = None, layer: str | None = None) -> None:
        if not is_anndata(adata):
            raise ArgumentTypeError(f"the model is of an AnnData, not of {type(adata).__name__}")
        if layer is not None and layer not in adata.layers:
            raise ArgumentError(
                f"this AnnData has no layer {layer!r}; it has {listing(sorted(adata.layers))}."
                f"{nearest(layer, list(adata.layers))}"
            )
        self.adata = adata if mask is None else adata[:, _chosen(adata, mask)]
        self.layer = layer
        self._design = as_design(
            _formula(design), samples=adata.obs, sample_labels=adata.obs_names, n_samples=adata.n_obs
        )
        self._fit: LinearFit | None = None

    def __repr__(self) -> str:
        n, p = self.adata.n_vars, len(self._design.names)
        step = "Next: .fit()" if self._fit is None else "Fitted. Next: .test_contrasts(...)"
        return f"LinearModel of {n:,} features x {counted(p, 'coefficient')} ({listing(self._design.names, 8)}). {step}"

    @classmethod
    def compare_groups(
        cls, adata: Any, column: str, baseline: str, groups_to_compare: str | Iterable[str], *,
        paired_by: str | None = None, mask: Any = None, layer: str | None = None,
        fit_kwargs: Mapping[str, Any] = _NONE, test_kwargs: Mapping[str, Any] = _NONE,
    ) -> pd.DataFrame:  # fmt: skip
        """Compare groups of samples with a baseline.

        Parameters
        ----------
        adata : AnnData
        column : str
            Column of ``adata.obs`` that holds the groups.
        baseline : str
            The group that others are compared with.
        groups_to_compare : str or list of str
        paired_by : str, optional
            Column of ``adata.obs`` that tells which samples belong together; it becomes a term of the design.
        mask, layer
            As for the class.
        fit_kwargs, test_kwargs : mapping
            Options of :meth:`fit` and :meth:`test_contrasts`.

        Returns
        -------
        DataFrame
            As of :meth:`test_contrasts`; ``contrast`` is the group.

        Raises
        ------
        ArgumentError
            A column that is not there.
        DesignError
            A group that is not there.
        """
        columns = [column] if paired_by is None else [column, paired_by]
        for name in columns:
            if name not in adata.obs:
                raise ArgumentError(f"obs has no column {name!r}.{nearest(name, list(adata.obs))}")
        # groups and pairs may be numbered, and are no measurements then
        factors = {name: adata.obs[name].astype("category").cat.remove_unused_categories() for name in columns}
        obs = pd.DataFrame(factors, index=adata.obs_names)
        design = as_design(
            f"~ {' + '.join(map(_quoted, columns))}", samples=obs, sample_labels=adata.obs_names, n_samples=adata.n_obs
        )
        model = cls(adata, design, mask=mask, layer=layer).fit(**fit_kwargs)
        groups = [groups_to_compare] if _is_one(groups_to_compare) else list(groups_to_compare)
        return model.test_contrasts({group: model.contrast(column, baseline, group) for group in groups}, **test_kwargs)

    @property
    def design(self) -> pd.DataFrame:
        """The design matrix, samples x coefficients."""
        return self._design.frame

    @property
    def variables(self) -> set[str]:
        """Names of the columns of obs that the formula is made from."""
        return set(self._design.recipe.typical)

    @property
    def result(self) -> LinearFit:
        """The linear fit, for everything else that can be done with one.

        Raises
        ------
        StageError
            The model is not fitted yet.
        """
        if self._fit is None:
            raise StageError("the model is not fitted yet; call fit() first")
        return self._fit

    def fit(self, *, method: str = "ls", **options: Any) -> Self:
        """Fit the linear model of every feature.

        Parameters
        ----------
        method : {"ls", "robust", "voom"}
            Least squares or M-estimation of log values, or voom of counts.
        **options
            Options of :func:`lm_fit`, such as ``block="donor", correlation=0.3``; with "voom" those of
            :func:`voom_lm_fit`, such as ``sample_weights=True``. Columns of obs go by name.

        Returns
        -------
        LinearModel
            This model.
        """
        common = {"samples": self.adata.obs, "layer": self.layer} | options
        if method == "voom":
            self._fit = voom_lm_fit(self.adata, self._design, **common)
        else:
            if looks_like_counts(as_feature_matrix(self.adata, layer=self.layer)):
                warn(
                    "the values look like counts, and are taken for logarithms; "
                    'fit(method="voom"), or fit_kwargs={"method": "voom"}, is for counts',
                    DesignWarning,
                )
            self._fit = lm_fit(self.adata, self._design, method=method, **common)
        return self

    def test_contrasts(self, contrasts: Any, **options: Any) -> pd.DataFrame:
        """Test contrasts of the coefficients.

        Parameters
        ----------
        contrasts : array, Series, str or dict of these
            One number a coefficient, as :meth:`contrast` and :meth:`cond` give them, or such as "groupB - groupA";
            several under their names.
        **options
            Options of :func:`ebayes`, such as ``trend=True``; with ``lfc`` or ``fc`` those of :func:`treat`.

        Returns
        -------
        DataFrame
            variable, log_fc, t_value, p_value, adj_p_value (BH within the contrast), AveExpr, B (not of a threshold)
            and contrast; within each contrast the smallest p first.

        Raises
        ------
        StageError
            The model is not fitted yet.
        ContrastError
            A contrast that does not suit the design.
        """
        given = dict(contrasts) if isinstance(contrasts, Mapping) else {None: contrasts}
        if not given:
            raise ArgumentError("there is no contrast to test; give one at least")
        tables = [self._tested(one, options).assign(contrast=name) for name, one in given.items()]
        return pd.concat(tables, ignore_index=True)

    def _tested(self, contrast: Any, options: Mapping[str, Any]) -> pd.DataFrame:
        weights = contrast if isinstance(contrast, (str, pd.Series)) else np.asarray(contrast, dtype=np.float64)
        fit = self.result.contrast(weights)
        mod = fit.treat(**options) if {"lfc", "fc"} & set(options) else fit.ebayes(**options)
        table = top_table(mod, 0, number=None, sort_by="P")
        shown = [name for name in ("logFC", "t", "P.Value", "adj.P.Val", "AveExpr", "B") if name in table]
        named = table[shown].rename(columns=_NAMES)
        named.insert(0, "variable", table.index)
        return named

    def cond(self, **levels: Any) -> pd.Series:
        """Coefficient vector of one condition.

        Parameters
        ----------
        **levels
            Level of a factor, or value of a number, by column of obs. Factors that are not named stand at their
            reference, numbers at their mean.

        Returns
        -------
        Series
            One number a coefficient; the difference of two is a contrast.
        """
        return cond(self._design, **levels)

    def contrast(self, column: str, baseline: Any, group_to_compare: Any) -> pd.Series:
        """Contrast of two groups: that to compare minus the baseline.

        Parameters
        ----------
        column : str
            Column of obs.
        baseline, group_to_compare
            Levels of it, or values.

        Returns
        -------
        Series
            One number a coefficient.
        """
        return self.cond(**{column: group_to_compare}) - self.cond(**{column: baseline})


def _formula(design: Any) -> Any:
    return f"~ {design}" if isinstance(design, str) and "~" not in design else design


def _quoted(column: str) -> str:
    return f"`{column}`"


def _is_one(groups: Any) -> bool:
    return isinstance(groups, str) or not isinstance(groups, Iterable)


def _chosen(adata: Any, mask: Any) -> Any:
    """Which features take part, as truth values in the order of the AnnData."""
    if isinstance(mask, str):
        if mask not in adata.var:
            raise ArgumentError(f"var has no column {mask!r}.{nearest(mask, list(adata.var))}")
        mask = adata.var[mask]
    if isinstance(mask, pd.Series) and not mask.index.equals(adata.var_names):
        raise ArgumentError("the mask and the features of this AnnData have other names, or another order")
    values = mask if isinstance(mask, pd.Series) else pd.Series(np.asarray(mask))
    if not pd.api.types.is_bool_dtype(values.dtype) or values.isna().any() or len(values) != adata.n_vars:
        raise ArgumentError(f"a mask is one truth value for each of {adata.n_vars:,} features, none of them missing")
    return values.to_numpy(dtype=bool)
