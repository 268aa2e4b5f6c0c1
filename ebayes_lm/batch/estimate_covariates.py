"""What is known of features: abundance, annotation, loadings, each a number or a factor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.batch.annotations import Annotation
from ebayes_lm.data.alignment import align
from ebayes_lm.design.table import SampleTable, level_name
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError, DesignError, listing, nearest
from ebayes_lm.results.tested import TestedFit

#: Mean expression under the name that it has here.
ABUNDANCE = "AveExpr"
#: Numbers with so few values are groups; text with more levels than the second is a name.
_MOST_CODES, _MOST_LEVELS = 10, 50
_NOTHING: frozenset[str] = frozenset()


def covariates_of(mod: TestedFit, covariates: Any) -> list[Annotation]:
    """Abundance, and the columns asked for; by default those of the annotation that are numbers or groups.

    Raises
    ------
    ArgumentError
        A column that is not there, or that holds neither numbers nor groups.
    AlignmentError
        Features that do not match.
    """
    abundance = Annotation(ABUNDANCE, _finite(mod.fit.record.amean), (), _NOTHING)
    if covariates is None:
        return [abundance, *(a for a in _read(mod.features) if a is not None)]
    frame = _frame(mod, covariates)
    found = list(_read(frame))
    useless = [str(name) for name, made in zip(frame.columns, found, strict=True) if made is None]
    if useless:
        raise ArgumentError(
            f"the covariates {listing(useless)} hold neither numbers nor groups (2 to {_MOST_LEVELS} levels); leave "
            "them out, or put their values into groups"
        )
    return [abundance, *(a for a in found if a is not None)]


def _frame(mod: TestedFit, covariates: Any) -> pd.DataFrame:
    """Covariates as columns in the order of the features."""
    if isinstance(covariates, str) or (
        isinstance(covariates, (list, tuple)) and all(isinstance(name, str) for name in covariates)
    ):
        names = [covariates] if isinstance(covariates, str) else list(covariates)
        known = [str(name) for name in mod.features.columns]
        for name in names:
            if name not in known:
                there = f"it has {listing(known, 10)}" if known else "the fit has none"
                raise ArgumentError(
                    f"{name!r} is not a column of the annotation of features; {there}.{nearest(name, known)}"
                )
        return mod.features[names]
    if isinstance(covariates, pd.Series):
        covariates = covariates.to_frame(name="covariate" if covariates.name is None else covariates.name)
    if isinstance(covariates, Mapping):
        return _of_columns({str(name): np.asarray(values) for name, values in covariates.items()}, mod)
    if not isinstance(covariates, pd.DataFrame):
        raise ArgumentTypeError(
            "covariates are names of annotation columns, or a DataFrame, Series or dict with one value a feature, not "
            f"{type(covariates).__name__}"
        )
    order = align(covariates.index, mod.labels.features, mod.shape[0], what="covariates", axis="features")
    return covariates.iloc[order]


def _of_columns(columns: dict[str, AnyArray], mod: TestedFit) -> pd.DataFrame:
    """Columns without labels, in the order of the features."""
    for name, values in columns.items():
        if values.shape != (mod.shape[0],):
            raise AlignmentError(
                f"the covariate {name!r} has shape {values.shape} and the fit {mod.shape[0]:,} features; give one "
                "value a feature"
            )
    return pd.DataFrame(columns, index=mod.labels.features)


def _read(frame: pd.DataFrame) -> Iterator[Annotation | None]:
    """Each column, None where it is neither a number nor a factor."""
    table = SampleTable(frame) if len(frame) else None
    for name in frame.columns:
        yield None if table is None else _column(table, name)


def _column(table: SampleTable, name: str) -> Annotation | None:
    try:
        column, kind = table.column(name), table.kind(name)
    except DesignError:
        return None
    missing = np.asarray(pd.isna(column))
    distinct = column[~missing].unique()
    if kind == "number" and len(distinct) > _MOST_CODES:
        return Annotation(str(name), _finite(column.to_numpy(dtype=np.float64, na_value=np.nan)), (), _NOTHING)
    if not 1 < len(distinct) <= _MOST_LEVELS or len(distinct) > len(column) // 2:
        return None
    ordered = [v for v in column.cat.categories if v in set(distinct)] if kind == "categories" else sorted(distinct)
    codes = pd.Categorical(column, categories=ordered).codes.astype(np.intp)
    return Annotation(str(name), codes, tuple(level_name(value) or "(empty)" for value in ordered), _NOTHING)


def _finite(values: Any) -> Any:
    numbers = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)
