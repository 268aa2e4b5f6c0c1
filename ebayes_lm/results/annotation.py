"""Rows of a top table with what is known of their features in front."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from ebayes_lm._typing import IntArray
from ebayes_lm.data.alignment import align
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, counted

if TYPE_CHECKING:
    from ebayes_lm.results.tested import TestedFit


def assemble(mod: TestedFit, parts: dict[str, Any], rows: IntArray, features: Any, vector_name: str) -> pd.DataFrame:
    """Rows of the table with their annotation in front."""
    table = pd.DataFrame({name: values.take(rows) for name, values in parts.items()}, copy=False)
    table.index = mod.labels.features[rows]
    annotation = _annotation(mod, features, vector_name)
    if annotation is None:
        return table
    shown = annotation.iloc[rows]
    shown = shown.rename(columns={c: f"{c}.annotation" for c in shown.columns if c in table.columns})
    return pd.concat([shown.set_axis(table.index), table], axis=1) if table.index.is_unique else _beside(shown, table)


def _beside(annotation: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The same where feature labels repeat and cannot be matched."""
    joined = pd.concat([annotation.reset_index(drop=True), table.reset_index(drop=True)], axis=1)
    return joined.set_axis(table.index)


def _annotation(mod: TestedFit, features: Any, vector_name: str) -> pd.DataFrame | None:
    if features is None:
        return mod.fit.annotation
    if isinstance(features, pd.DataFrame):
        order = align(features.index, mod.labels.features, mod.shape[0], what="features", axis="features")
        return features.iloc[order]
    if isinstance(features, (str, bytes)) or not isinstance(features, Iterable):
        raise ArgumentTypeError(f"features must be a DataFrame or a list with an entry a feature, not {features!r}")
    values = list(features)
    if len(values) != mod.shape[0]:
        raise ArgumentError(
            f"features describes {counted(len(values), 'feature')} and the fit has {mod.shape[0]:,}; give one for each"
        )
    return pd.DataFrame({vector_name: values}, index=mod.labels.features)
