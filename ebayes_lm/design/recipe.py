"""From terms to columns: what a design learned from its samples, enough to code other samples alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.design.coding import fully_coded
from ebayes_lm.design.evaluation import Memory, numeric_columns
from ebayes_lm.design.factors import Factor, is_factor, learn_factor
from ebayes_lm.design.formula import Formula
from ebayes_lm.design.nodes import Name, columns_of, deparse
from ebayes_lm.design.table import SampleTable
from ebayes_lm.errors import DesignError, DesignWarning, warn

INTERCEPT = "(Intercept)"
MAX_COLUMNS = 10_000


@dataclass(frozen=True, eq=False)
class Recipe:
    """A formula with everything that the samples it was written for decided.

    Attributes
    ----------
    formula : Formula
    factors : dict
        Position of a variable to its factor; variables not in here are numeric.
    full : tuple of sets
        For every term the variables coded by all their levels.
    widths : dict
        Position of a numeric variable to its number of columns.
    memory : dict
        Transforms learned: knots, centres, polynomials.
    typical : dict
        For every sample column used its reference level, or its mean where it is a number.
    """

    formula: Formula
    factors: dict[int, Factor]
    full: tuple[frozenset[int], ...]
    widths: dict[int, int]
    memory: Memory = field(repr=False)
    typical: dict[str, str | float]

    @property
    def terms(self) -> dict[str, list[str]]:
        """Names of the columns of each term."""
        named = {INTERCEPT: [INTERCEPT]} if self.formula.intercept else {}
        for term, full in zip(self.formula.terms, self.full, strict=True):
            names = [""]
            for v in term:
                parts = self._names(v, v in full)
                names = [f"{left}:{right}" if left else right for right in parts for left in names]
            named[self.formula.label(term)] = names
        return named

    def _names(self, variable: int, full: bool) -> list[str]:
        stem = deparse(self.formula.variables[variable])
        if variable in self.factors:
            return [stem + suffix for suffix in self.factors[variable].suffixes(full)]
        width = self.widths[variable]
        return [stem] if width == 1 else [f"{stem}{k + 1}" for k in range(width)]

    def matrix(self, table: SampleTable) -> FloatArray:
        """Code samples as the learned ones were: (n, p)."""
        self.require(table)
        n = len(table.index)
        blocks = [np.ones((n, 1))] if self.formula.intercept else []
        coded: dict[tuple[int, bool], FloatArray] = {}
        for term, full in zip(self.formula.terms, self.full, strict=True):
            block = np.ones((n, 1))
            for v in term:
                key = (v, v in full)
                if key not in coded:
                    coded[key] = self._columns(v, key[1], table)
                # The first factor varies fastest, as in R.
                block = (coded[key][:, :, None] * block[:, None, :]).reshape(n, -1)
            blocks.append(block)
        return np.hstack(blocks) if blocks else np.empty((n, 0))

    def _columns(self, variable: int, full: bool, table: SampleTable) -> FloatArray:
        if variable in self.factors:
            return self.factors[variable].columns(table, full)
        return numeric_columns(self.formula.variables[variable], table, self.memory)

    def require(self, table: SampleTable) -> None:
        """The columns the formula reads are there and complete."""
        table.require_complete(self.typical)


def learn_recipe(formula: Formula, table: SampleTable, reference: Mapping[str, object]) -> Recipe:
    """Decide levels, codings, knots and centres from the samples."""
    used: set[str] = set().union(*(columns_of(variable) for variable in formula.variables))
    for name in used:
        table.column(name)
    table.require_complete(used)
    wanted = {v for term in formula.terms for v in term}
    factors: dict[int, Factor] = {}
    widths: dict[int, int] = {}
    memory: Memory = {}
    for v in sorted(wanted):
        variable = formula.variables[v]
        if is_factor(variable, table):
            factors[v] = learn_factor(variable, table, reference)
        else:
            widths[v] = numeric_columns(variable, table, memory).shape[1]
            if isinstance(variable, Name) and table.is_small_integer(variable.name):
                _warn_of_code(variable.name, table)
    full = fully_coded(formula.terms, set(factors), formula.intercept)
    recipe = Recipe(
        formula, factors, tuple(frozenset(f) for f in full), widths, memory, _typical(used, factors, table, reference)
    )
    _require_width(recipe)
    return recipe


def _warn_of_code(name: str, table: SampleTable) -> None:
    distinct = len(table.column(name).unique())
    warn(
        f"{name!r} holds whole numbers with only {distinct} distinct values and enters as a number; "
        f"write C({name}) if they are codes of groups",
        DesignWarning,
    )


def _typical(
    used: set[str], factors: Mapping[int, Factor], table: SampleTable, reference: Mapping[str, object]
) -> dict[str, str | float]:
    """Reference level of each column, or its mean where no factor is made of it."""
    levels: dict[str, str | float] = {factor.column: factor.levels[0] for factor in factors.values()}
    for name in sorted(used - set(levels)):
        if table.kind(name) in {"number", "truth"}:
            levels[name] = float(np.mean(table.numbers(name)))
        else:
            levels[name] = table.levels(name)[0][0]
    misplaced = [name for name in reference if name in used and not isinstance(levels[name], str)]
    if misplaced:
        raise DesignError(
            f"{misplaced[0]!r} enters as a number and has no reference level; write C({misplaced[0]}) to "
            "make it a factor"
        )
    return levels


def _require_width(recipe: Recipe) -> None:
    """Count the columns before any is made: crossed factors multiply."""
    total = int(recipe.formula.intercept)
    for term, full in zip(recipe.formula.terms, recipe.full, strict=True):
        width = 1
        for v in term:
            factor = recipe.factors.get(v)
            width *= recipe.widths[v] if factor is None else len(factor.levels) - (v not in full)
        total += width
    if total > MAX_COLUMNS:
        raise DesignError(
            f"the formula {recipe.formula.text!r} needs {total:,} columns; at most {MAX_COLUMNS:,} are coded"
        )
    if total == 0:
        raise DesignError(
            f"the formula {recipe.formula.text!r} leaves no column; '~ 1' is the least that can be fitted"
        )
