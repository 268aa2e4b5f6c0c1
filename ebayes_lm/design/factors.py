"""Factors of a formula: a column, or C, factor, relevel around one, with its levels and its coding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.design.coding import CODINGS
from ebayes_lm.design.nodes import Call, Name, Node, Text, bound, deparse
from ebayes_lm.design.table import SampleTable, level_name
from ebayes_lm.errors import DesignError, DesignWarning, FormulaError, listing, nearest, warn


@dataclass(frozen=True)
class Factor:
    """Levels in their order, and how they are coded.

    Attributes
    ----------
    column : str
        Column of the sample table that holds the values.
    levels : tuple of str
        The reference first.
    ordered : bool
    coding : str
        Name of a contrast coding.
    """

    column: str
    levels: tuple[str, ...]
    ordered: bool
    coding: str

    def columns(self, table: SampleTable, full: bool) -> FloatArray:
        """Coded columns (n, k): one a level, or those of the contrast coding."""
        return self.rows(full)[table.codes(self.column, self.levels)]

    def rows(self, full: bool) -> FloatArray:
        """What each level is coded as, (levels, k)."""
        return np.eye(len(self.levels)) if full else CODINGS[self.coding](self.levels)[0]

    def suffixes(self, full: bool) -> tuple[str, ...]:
        """What each column adds to the name of the variable."""
        return self.levels if full else CODINGS[self.coding](self.levels)[1]


def is_factor(node: Node, table: SampleTable) -> bool:
    """Whether a variable of a formula is a factor with these samples."""
    if isinstance(node, Call):
        return node.function in {"C", "factor", "relevel"}
    return isinstance(node, Name) and table.kind(node.name) != "number"


def learn_factor(node: Node, table: SampleTable, reference: Mapping[str, object]) -> Factor:
    """Levels and coding of a factor variable, with the reference level moved first.

    Raises
    ------
    DesignError
        A single level, or a reference that is not a level.
    FormulaError
        An argument outside the language.
    """
    factor = _resolve(node, table, reference)
    if len(factor.levels) < 2:
        raise DesignError(
            f"{deparse(node)} has the single level {factor.levels[0]!r} in these samples, so nothing can be compared; "
            "leave it out of the formula, or add samples of another level"
        )
    return factor


def _resolve(node: Node, table: SampleTable, reference: Mapping[str, object]) -> Factor:
    if isinstance(node, Name):
        return _column(node.name, table, reference)
    if not isinstance(node, Call) or node.function not in {"C", "factor", "relevel"}:
        raise FormulaError(f"{deparse(node)} is not a factor: C, factor and relevel take a column of the sample table")
    arguments = bound(node)
    inner = _resolve(arguments["x"], table, reference)
    if node.function == "relevel":
        return _releveled(inner, arguments.get("ref"), node)
    return replace(inner, coding=_coding(arguments["contrasts"], node)) if "contrasts" in arguments else inner


def _column(name: str, table: SampleTable, reference: Mapping[str, object]) -> Factor:
    levels, unused, ordered = table.levels(name)
    if unused:
        warn(f"{name!r}: no sample has the level {listing(unused)}; dropped", DesignWarning)
    factor = Factor(name, tuple(levels), ordered, "contr.poly" if ordered else "contr.treatment")
    return _first(factor, level_name(reference[name])) if name in reference else factor


def _first(factor: Factor, level: str) -> Factor:
    """The factor with that level as its reference."""
    if level not in factor.levels:
        raise DesignError(
            f"{level!r} is not a level of {factor.column!r}.{nearest(level, factor.levels)} Its levels "
            f"are {listing(factor.levels, 10)}"
        )
    if factor.ordered:
        raise DesignError(
            f"{factor.column!r} is ordered, and its trends have no reference level; make it an unordered categorical"
        )
    return replace(factor, levels=(level, *(other for other in factor.levels if other != level)))


def _releveled(factor: Factor, ref: Node | None, call: Call) -> Factor:
    if not isinstance(ref, Text):
        raise FormulaError(f'{deparse(call)}: the reference is a level in quotes, as in relevel(group, ref = "B")')
    return _first(factor, ref.value)


def _coding(node: Node, call: Call) -> str:
    name = node.name if isinstance(node, Name) else node.value if isinstance(node, Text) else ""
    if name not in CODINGS:
        raise FormulaError(f"{deparse(call)}: the coding is one of {', '.join(CODINGS)}")
    return name
