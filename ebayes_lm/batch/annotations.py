"""Annotations of samples, each a factor or a number: columns of the sample table, and what else a design holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from ebayes_lm._typing import BoolArray, FloatArray, IntArray
from ebayes_lm.core.association import Association, of_factors, of_number_and_factor, of_numbers
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.nodes import columns_of
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.design.table import SampleTable, level_name
from ebayes_lm.errors import DesignError

#: Columns of numbers alone with so few different rows are groups.
_MOST_GROUPS = 10
#: Of more annotations than this only pairs with one that the design reads are looked at.
_MOST_PAIRED = 60

#: So few numbers in a row may come about by chance.
_FEWEST_RUNNING = 6


@dataclass(frozen=True, eq=False)
class Annotation:
    """One value a sample.

    Attributes
    ----------
    name : str
    data : (n,) array
        Numbers, NaN where missing; of a factor the position of the level, -1 where missing.
    levels : tuple of str
        Of a factor; empty for a number.
    terms : frozenset of str
        Terms of the design that read it.
    """

    name: str
    data: FloatArray | IntArray
    levels: tuple[str, ...]
    terms: frozenset[str]

    @property
    def is_factor(self) -> bool:
        """Whether the data are levels."""
        return bool(self.levels)

    @property
    def known(self) -> BoolArray:
        """Samples with a value, (n,)."""
        return np.asarray(self.data >= 0 if self.is_factor else np.isfinite(self.data))

    @property
    def codes(self) -> IntArray:
        """Levels of a factor by position, (n,)."""
        return self.data.astype(np.intp)

    @property
    def numbers(self) -> FloatArray:
        """The data as numbers, (n,)."""
        return self.data.astype(np.float64)

    @property
    def is_running_number(self) -> bool:
        """Whether the data are whole numbers in a row, one for each sample, as identifiers are."""
        if self.is_factor or len(self.data) < _FEWEST_RUNNING:
            return False
        steps = np.diff(np.sort(self.numbers))
        return bool((steps == 1.0).all()) and float(self.numbers[0]).is_integer()

    def in_groups(self) -> Annotation | None:
        """A number as a factor, where its values are few and samples share them."""
        if self.is_factor:
            return None
        values = np.unique(self.numbers[self.known])
        if not 2 < len(values) <= min(_MOST_GROUPS, int(np.count_nonzero(self.known)) // 2):
            return None
        codes = np.where(self.known, np.searchsorted(values, np.where(self.known, self.numbers, values[0])), -1)
        return replace(self, data=codes.astype(np.intp), levels=tuple(level_name(value) for value in values))

    def columns(self) -> FloatArray:
        """What a design would take in, samples with a value x columns."""
        if not self.is_factor:
            return self.numbers[self.known][:, None]
        indicators: FloatArray = (self.codes[self.known][:, None] == np.arange(len(self.levels))).astype(np.float64)
        return indicators


def associated(a: Annotation, b: Annotation) -> tuple[Association, int]:
    """How far two annotations go along, and among how many samples."""
    both = a.known & b.known
    n = int(np.count_nonzero(both))
    if not n:
        return Association("r", float("nan"), 0.0), 0
    if a.is_factor and b.is_factor:
        return of_factors(a.codes[both], b.codes[both]), n
    if a.is_factor or b.is_factor:
        number, factor = (b, a) if a.is_factor else (a, b)
        return of_number_and_factor(number.numbers[both], factor.codes[both]), n
    return of_numbers(a.numbers[both], b.numbers[both]), n


def pairs_table(annotations: list[Annotation]) -> pd.DataFrame:
    """Every pair of annotations and how far they go along; of very many, pairs with one that the design reads."""
    rows = []
    every = len(annotations) <= _MOST_PAIRED
    for a, b in (pair for pair in combinations(annotations, 2) if every or pair[0].terms or pair[1].terms):
        found, n = associated(a, b)
        told = {"same": "the same groups", "first tells second": f"{a.name} tells {b.name} wholly"}
        words = told | {"second tells first": f"{b.name} tells {a.name} wholly", "": ""}
        rows.append((a.name, b.name, found.measure, found.value, found.strength, words[found.relation], n))
    columns = ["first", "second", "measure", "value", "strength", "relation", "n"]
    return pd.DataFrame(rows, columns=columns).astype({"value": float, "strength": float, "n": int})


def annotations_of(design: Design, samples: pd.DataFrame | None) -> list[Annotation]:
    """Columns of the sample table in its order, then terms of the design that no column stands for.

    Times count by their day, as groups. Left out is what says nothing: columns with one value, text or days with
    another in every sample, and columns that are neither numbers nor groups.
    """
    readers = _readers(design)
    found = list(_of_table(design, samples, readers)) if samples is not None else []
    have = {annotation.name for annotation in found}
    tabled = set() if samples is None else {str(name) for name in samples.columns}
    for term, columns in design.terms.items():
        read = {name for name, terms in readers.items() if term in terms}
        if term == INTERCEPT or term in have or (read and read <= tabled):
            continue
        made = _of_columns(term, columns, design)
        if made is not None:
            found.append(made)
    return found


def _readers(design: Design) -> dict[str, frozenset[str]]:
    """Terms of the design that read each sample column."""
    if design.formula is None:
        return {}
    formula = design.recipe.formula
    read: dict[str, set[str]] = {}
    for term in formula.terms:
        for v in term:
            for name in columns_of(formula.variables[v]):
                read.setdefault(name, set()).add(formula.label(term))
    return {name: frozenset(terms) for name, terms in read.items()}


def _of_table(design: Design, samples: pd.DataFrame, readers: dict[str, frozenset[str]]) -> Iterator[Annotation]:
    table = SampleTable(_with_days(samples))
    numeric = {name for name, typical in _typical(design).items() if not isinstance(typical, str)}
    for name in dict.fromkeys(table.names):
        terms = readers.get(name, frozenset({name} & set(design.terms)))
        made = _of_column(table, name, terms, numeric)
        if made is not None:
            yield made


def _with_days(samples: pd.DataFrame) -> pd.DataFrame:
    """The table with the day in place of times, as text."""
    kinds = {at: samples.iloc[:, at].dtype for at in range(samples.shape[1])}
    times = [at for at, dtype in kinds.items() if pd.api.types.is_datetime64_any_dtype(dtype)]
    if not times:
        return samples
    columns = [samples.iloc[:, at].dt.strftime("%Y-%m-%d") if at in times else samples.iloc[:, at] for at in kinds]
    days: pd.DataFrame = pd.concat(columns, axis=1)
    return days


def _typical(design: Design) -> dict[str, str | float]:
    return {} if design.formula is None else dict(design.recipe.typical)


def _of_column(table: SampleTable, name: str, terms: frozenset[str], numeric: set[str]) -> Annotation | None:
    try:
        column, kind = table.column(name), table.kind(name)
    except DesignError:  # dates, lists, names that repeat
        return None
    missing = np.asarray(pd.isna(column))
    if kind == "number" and (name in numeric or not table.is_small_integer(name)):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        values = np.where(np.isfinite(values), values, np.nan)
        return Annotation(name, values, (), terms) if len(np.unique(values[np.isfinite(values)])) > 1 else None
    labels = np.array(["" if gone else level_name(v) for v, gone in zip(column, missing, strict=True)], dtype=object)
    held = set(labels[~missing])
    if kind == "categories":
        levels = [level for c in column.cat.categories if (level := level_name(c)) in held]
    elif kind == "number":
        levels = [level_name(value) for value in np.unique(column[~missing])]
    else:
        levels = sorted(held)
    if not 1 < len(levels) < len(labels):
        return None
    place = {level: i for i, level in enumerate(levels)}
    codes = np.array([-1 if gone else place[label] for label, gone in zip(labels, missing, strict=True)])
    return Annotation(name, codes.astype(np.intp), tuple(levels), terms)


def _of_columns(term: str, columns: list[str], design: Design) -> Annotation | None:
    """A term of the design as an annotation: groups where few rows differ, else a number; None where it is neither."""
    positions = [design.names.index(column) for column in columns]
    values = design.matrix[:, positions]
    rows, codes = np.unique(values, axis=0, return_inverse=True)
    if len(rows) < 2:
        return None
    if len(rows) <= min(_MOST_GROUPS, len(values) // 2):
        known = _levels_of(rows, columns, term, design)
        levels = [level for level in design.levels.get(term, []) if level in known]
        levels = levels or [_row_name(row, columns) for row in rows]
        places = np.array([levels.index(level) for level in known] or range(len(rows)))
        return Annotation(term, places[codes.reshape(-1)].astype(np.intp), tuple(levels), frozenset({term}))
    return Annotation(term, values[:, 0], (), frozenset({term})) if len(columns) == 1 else None


def _levels_of(rows: FloatArray, columns: list[str], term: str, design: Design) -> list[str]:
    """The level that each row stands for, where a term is a factor with a column for each level, or all but one."""
    named = {f"{term}{level}": level for level in design.levels.get(term, [])}
    rest = [level for column, level in named.items() if column not in columns]
    filled = rows.sum(axis=1)
    indicators = np.isin(rows, (0.0, 1.0)).all() and filled.max() == 1.0 and (filled.min() == 1.0 or len(rest) == 1)
    if len(rest) > 1 or not set(columns) <= set(named) or not indicators:
        return []
    return [named[columns[int(row.argmax())]] if row.any() else rest[0] for row in rows]


def _row_name(row: FloatArray, columns: list[str]) -> str:
    if len(columns) == 1:
        return f"{row[0]:g}"
    return " + ".join(c if v == 1 else f"{v:g} {c}" for c, v in zip(columns, row, strict=True) if v) or "none of these"
