"""The sample table as the page reads it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.design.table import level_name
from ebayes_lm.reporting.page.arrays import ArrayStore
from ebayes_lm.reporting.page.subject import Subject

#: A column of more levels than this, nearly one a sample, groups nothing.
_MOST_LEVELS = 60


def sample_facts(subject: Subject, store: ArrayStore) -> dict[str, Any]:
    """Names, covariates, and how much each sample weighs in each comparison."""
    columns = [
        fact
        for i, name in enumerate(subject.samples.columns)
        if (fact := _column(str(name), subject.samples.iloc[:, i], f"samples.{i}", store))
    ]
    weights = {
        c.name: store.add(f"w{j}", c.informing.weights.to_numpy(dtype=np.float32))
        for j, c in enumerate(subject.comparisons)
        if c.informing is not None
    }
    names = [str(name) for name in subject.mod.design.samples]
    return {
        "name": store.add("samples", names),
        "columns": columns,
        "group": _group(subject, columns),
        "weights": weights,
    }


def _column(name: str, values: pd.Series, place: str, store: ArrayStore) -> dict[str, Any] | None:
    """A covariate as numbers or as codes of levels; None for what tells every sample by itself."""
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        if pd.api.types.is_complex_dtype(values.dtype):
            return None
        numbers = values.to_numpy(dtype=np.float32, na_value=np.nan)
        return {"name": name, "kind": "number", "values": store.add(place, numbers)}
    codes, levels = coded(values)
    if len(levels) > _MOST_LEVELS:
        return None
    return {"name": name, "kind": "category", "levels": levels, "values": store.add(place, codes.astype(np.int32))}


def coded(values: pd.Series) -> tuple[np.ndarray[Any, np.dtype[Any]], list[str]]:
    """Codes (n,), -1 where missing, and the levels that some sample has, in their order."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        used = values.cat.remove_unused_categories().cat
        return used.codes.to_numpy(), [level_name(level) for level in used.categories]
    text = pd.Series([None if pd.isna(v) else level_name(v) for v in values], dtype=object)
    codes, levels = pd.factorize(text, sort=True)
    return codes, [str(level) for level in levels]


def _group(subject: Subject, columns: list[dict[str, Any]]) -> str | None:
    """The column that the first comparison is about; else the first that groups samples."""
    known = [column["name"] for column in columns]
    for comparison in subject.comparisons:
        about = {} if comparison.informing is None else comparison.informing.compared
        for name in about:
            if name in known:
                return name
    return next((column["name"] for column in columns if column["kind"] == "category"), None)
