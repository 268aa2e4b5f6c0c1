"""The models of a run: one by the arguments, or as many as the contrasts of a file need."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.cli.comparisons import Wanted
from ebayes_lm.cli.contrast_rows import ContrastRow, read_contrast_rows, require_columns
from ebayes_lm.cli.inputs import Inputs, without_samples
from ebayes_lm.cli.running import UsageError
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.table import SampleTable, level_name
from ebayes_lm.errors import ArgumentError, DesignError, DesignWarning, listing, nearest, warn


@dataclass(frozen=True, eq=False)
class Model:
    """Data and design of one fit, with what it is to test."""

    inputs: Inputs
    design: Design
    wanted: Wanted


def models_of(arguments: Namespace, inputs: Inputs) -> list[Model]:
    """What is to be fitted; contrasts that share formula and samples share a model."""
    references = _references(arguments.ref)
    if arguments.contrasts is None:
        wanted = Wanted(
            tuple(arguments.contrast), tuple(arguments.coef), tuple(arguments.test_term),
            tuple(arguments.all_pairwise), tuple(arguments.one_vs_rest),
        )  # fmt: skip
        return [Model(inputs, _design(arguments.formula, inputs.samples, references), wanted)]
    groups: dict[_Key, list[ContrastRow]] = {}
    for row in read_contrast_rows(arguments.contrasts):
        require_columns(row, [str(name) for name in inputs.samples.columns])
        groups.setdefault(_key(row, arguments), []).append(row)
    models = [_model(key, rows, inputs, references) for key, rows in groups.items()]
    _require_used(references, models)
    return models


@dataclass(frozen=True)
class _Key:
    """What contrasts have in common that are tested on one fit."""

    formula: str
    exclude: tuple[str, tuple[str, ...]] | None
    factors: tuple[str, ...]


def _key(row: ContrastRow, arguments: Namespace) -> _Key:
    exclude = None if row.exclude is None else (row.exclude[0], tuple(sorted(row.exclude[1])))
    formula = row.formula or arguments.formula
    named = () if row.variable is None or row.expression is not None else (row.variable,)
    if formula is not None:
        return _Key(formula, exclude, named)
    if row.variable is None:
        raise UsageError(f"contrast {row.name!r} has neither a formula nor a variable; add one, or give --formula")
    columns = (row.variable, *row.blocking)
    return _Key(f"~ 0 + {' + '.join(map(_quoted, columns))}", exclude, columns)


def _quoted(column: str) -> str:
    """A column as formulas name it."""
    return column if column.isidentifier() else f"`{column}`"


def _model(key: _Key, rows: Sequence[ContrastRow], inputs: Inputs, references: dict[str, object]) -> Model:
    where = f"contrast {rows[0].name!r}"
    if key.exclude is not None:
        inputs = without_samples(inputs, *key.exclude, f"{where}: exclude_samples_values")
    table = inputs.samples.copy(deep=False)
    for column in key.factors:
        table[column] = _as_factor(table[column], column, where)
    rows = [_matched(row, table) for row in rows]
    design = _design(key.formula, table, {})
    told = {name: level for name, level in references.items() if name in design.levels}
    design = _design(key.formula, table, told) if told else design
    for row in rows:
        absent = [name for name in row.blocking if name not in design.recipe.typical]
        if absent:
            raise DesignError(
                f"contrast {row.name!r}: blocking names {listing(absent)}, which {key.formula} does not have; add it "
                "there, or leave out the formula"
            )
    return Model(replace(inputs, samples=table), design, Wanted(rows=tuple(rows)))


def _as_factor(column: pd.Series[Any], name: str, where: str) -> pd.Series[Any]:
    """Numbers as the groups that variables of comparisons and blocking factors stand for, in their order."""
    if isinstance(column.dtype, pd.CategoricalDtype) or not pd.api.types.is_numeric_dtype(column.dtype):
        return column
    known = column.dropna()
    if not SampleTable({name: known}).is_small_integer(name) and not set(known) <= {0, 1}:
        warn(
            f"{where} takes each value of {name!r} as a group of its own, {known.nunique():,} in all; give a formula "
            "where it should enter as a number",
            DesignWarning,
        )
    levels = [level_name(value) for value in np.unique(known)]
    names = column.map(lambda value: level_name(value) if pd.notna(value) else None)
    return pd.Series(pd.Categorical(names, categories=levels), index=column.index)


def _matched(row: ContrastRow, table: pd.DataFrame) -> ContrastRow:
    """The row with its levels as the sample table writes them."""
    if row.variable is None or row.expression is not None:
        return row
    levels = list(dict.fromkeys(level_name(value) for value in table[row.variable].dropna()))
    told = {}
    for field in ("reference", "target"):
        level = str(getattr(row, field))
        found = level if level in levels else _number_as_level(level)
        if found not in levels:
            after = "" if row.exclude is None else " once its samples are left out"
            raise ArgumentError(
                f"contrast {row.name!r}: {field} {level!r} is not a value of {row.variable!r}{after}."
                f"{nearest(level, levels)} The values are {listing(levels, 10)}"
            )
        told[field] = found
    return replace(row, reference=told["reference"], target=told["target"])


def _number_as_level(text: str) -> str:
    try:
        return level_name(float(text))
    except ValueError:
        return text


def _design(formula: str, samples: pd.DataFrame, references: dict[str, object]) -> Design:
    from ebayes_lm import model_matrix

    return model_matrix(formula, samples, reference=references)


def _references(pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"--ref is given more than once for {listing(twice)}")
    return dict(pairs)


def _require_used(references: dict[str, object], models: Sequence[Model]) -> None:
    known = {name for model in models for name in model.design.levels}
    unused = [name for name in references if name not in known]
    if unused:
        raise ArgumentError(
            f"--ref names {unused[0]!r}, which is not a factor of any model.{nearest(unused[0], known)} "
            f"The factors are {listing(sorted(known), 10)}"
        )
