"""What a result says of each feature, as tables for ``varm``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.adjust import adjust_p
from ebayes_lm.data.alignment import is_positional
from ebayes_lm.errors import AlignmentError, ArgumentError, counted, listing

#: Name in ``varm``, of features x coefficients, by the name of a result's property.
_OF_COEFFICIENTS = {
    "coefficients": "logFC", "stdev_unscaled": "stdev_unscaled", "t": "t", "p_value": "P.Value", "lods": "B",
}  # fmt: skip
#: One value a feature; some results have one for each coefficient, too.
_OF_FEATURES = {
    "amean": "AveExpr", "sigma": "sigma", "df_residual": "df_residual", "n_observed": "n_observed",
    "s2_prior": "s2_prior", "df_prior": "df_prior", "s2_post": "s2_post", "df_total": "df_total", "F": "F",
    "F_p_value": "F.P.Value",
}  # fmt: skip
ADJUSTED, FEATURES = "adj.P.Val", "features"
#: All that :func:`ebayes_lm.io_anndata.write` may put into varm.
NAMES = (*_OF_COEFFICIENTS.values(), ADJUSTED, *_OF_FEATURES.values(), FEATURES)


def tables_of(result: Any, variables: pd.Index) -> dict[str, pd.DataFrame]:
    """Tables by name, a row for each variable; NaN for those that were not fitted.

    Raises
    ------
    AlignmentError
        Features that are no variables, or names that stand twice.
    """
    positions = _positions(result.labels.features, variables)

    def placed(values: Any) -> FloatArray:
        values = np.asarray(values, dtype=np.float64)
        found = np.full((len(variables), *values.shape[1:]), np.nan)
        found[positions] = values
        return found

    return _placed_tables(result, variables, placed)


def _placed_tables(result: Any, variables: pd.Index, placed: Callable[[Any], FloatArray]) -> dict[str, pd.DataFrame]:
    coefs = plain_names(result.coef_names)
    tables, features = {}, {}
    for known, name in (_OF_COEFFICIENTS | _OF_FEATURES).items():
        values = getattr(result, known, None)
        if isinstance(values, pd.DataFrame):
            tables[name] = pd.DataFrame(placed(values), index=variables, columns=coefs, copy=False)
        elif isinstance(values, pd.Series):
            features[name] = placed(values)
    if "P.Value" in tables:
        tables[ADJUSTED] = tables["P.Value"].apply(lambda p: adjust_p(p.to_numpy(), "BH"))
    return tables | {FEATURES: pd.DataFrame(features, index=variables)}


def plain_names(names: Any) -> list[str]:
    """Names for columns: a slash, which files of AnnData cannot hold in a name, is written as %2F.

    Raises
    ------
    ArgumentError
        Two names would become one.
    """
    plain = [str(name).replace("/", "%2F") for name in names]
    if len(set(plain)) < len(plain):
        raise ArgumentError(f"coefficients that share a name cannot be columns of one table: {listing(plain, 20)}")
    return plain


def _positions(features: pd.Index, variables: pd.Index) -> IntArray | slice:
    """Where the features of a result stand among the variables."""
    if len(features) == len(variables) and (is_positional(features) or variables.equals(features.astype(str))):
        return slice(None)
    twice = next((names for names in (features, variables) if not names.is_unique), None)
    if twice is not None:
        which = "the result" if twice is features else "this AnnData"
        doubled = listing(twice[twice.duplicated()].unique())
        raise AlignmentError(f"features are matched by name, and names of {which} stand twice: {doubled}")
    found = variables.get_indexer(features.astype(str))
    if (found < 0).any():
        lacking = features[found < 0]
        raise AlignmentError(
            f"{counted(len(lacking), 'feature')} of the result are no variables of this AnnData, which has samples in "
            f"rows and features in columns: {listing(lacking)}. Write into the AnnData that was fitted, or give the "
            "result its names"
        )
    return found.astype(np.intp)
