"""Compare an answer of the package with limma's, quantity by quantity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tests.parity.exchange import RTable
from tests.parity.intended import intended_difference
from tests.parity.precision import tolerance
from tests.parity.rounding import RoundingFloors

Array = np.ndarray
# Groups that are lists, one item for each time that a verb is called, and the group with the tests that tables show.
TABLES = {"tables": "ebayes", "f_tables": "ebayes", "treat_tables": "treat"}
DECISIONS = {"decisions", "treat_decisions", "classified"}
NOT_APART = (False, None)
SMALLEST = float(np.finfo(float).smallest_subnormal)

_PROBABILITIES = {"p_value", "F_p_value", "P.Value", "adj.P.Val"}
# Logarithms cross zero: below one their difference counts, not their ratio.
_LOGARITHMS = _PROBABILITIES | {"lods", "B"}


@dataclass(frozen=True)
class Deviation:
    """How far one quantity is from limma's; ``intended`` says why all of it is meant to be."""

    quantity: str
    worst: float
    tolerance: float
    detail: str = ""
    intended: str | None = None

    @property
    def ok(self) -> bool:
        return self.intended is not None or self.worst <= self.tolerance

    def __str__(self) -> str:
        state = f"intended: {self.intended}" if self.intended else ("ok" if self.ok else "FAILED")
        return f"{self.quantity}: {self.worst:.2e} (tolerance {self.tolerance:.0e}) {self.detail} {state}"


def compare(
    problem: dict[str, Any], expected: dict[str, Any], actual: dict[str, Any], groups: Iterable[str] | None = None
) -> list[Deviation]:
    """Every quantity that limma answered, next to the package's; of some groups, or of all."""
    floors = RoundingFloors(problem, expected)
    asked = expected if groups is None else groups
    return [deviation for group in asked for deviation in _compare_group(group, problem, expected, actual, floors)]


def compare_group(
    group: str, problem: dict[str, Any], expected: dict[str, Any], actual: dict[str, Any]
) -> Iterator[Deviation]:
    """The quantities of one group, ``fit`` or ``tables`` say."""
    return _compare_group(group, problem, expected, actual, RoundingFloors(problem, expected))


def _compare_group(
    group: str, problem: dict[str, Any], expected: dict[str, Any], actual: dict[str, Any], floors: RoundingFloors
) -> Iterator[Deviation]:
    if group in TABLES:
        for number, (ours, theirs) in enumerate(zip(actual[group], expected[group], strict=True)):
            yield from _TableComparison(f"{group}[{number}]", problem, expected, floors, TABLES[group]).of(theirs, ours)
        return
    if group in DECISIONS:
        for number, (ours, theirs) in enumerate(zip(actual[group], expected[group], strict=True)):
            for name in theirs:
                yield compare_values(f"{group}[{number}].{name}", name, theirs[name], ours[name])
        return
    for name, theirs in expected[group].items():
        ours = actual[group][name]
        if name == "names" and theirs is None:
            continue  # limma leaves the result nameless
        if name == "names":
            yield _same_list(f"{group}.{name}", theirs, ours)
            continue
        yield compare_values(
            f"{group}.{name}",
            name,
            theirs,
            ours,
            floor=floors.of(group, name),
            apart=intended_difference(problem, expected, group, name),
            within=tolerance(name, problem, expected),
        )


def compare_values(
    quantity: str,
    name: str,
    expected: Any,
    actual: Any,
    *,
    floor: Any = 0.0,
    apart: tuple[Any, str | None] = NOT_APART,
    within: float | None = None,
) -> Deviation:
    """The largest relative difference of two arrays beyond the rounding floor; ``apart`` are intended differences."""
    within = tolerance(name) if within is None else within
    elements, reason = apart
    if np.all(elements):
        return Deviation(quantity, 0.0, within, intended=reason)
    theirs, ours = _aligned(expected, actual)
    if theirs.shape != ours.shape:
        return Deviation(quantity, np.inf, within, f"shape {ours.shape}, limma {theirs.shape}")
    if name in _PROBABILITIES:
        floor = floor + _subnormal_floor(theirs)
        theirs, ours = _log10(theirs), _log10(ours)
    floor = np.broadcast_to(floor, theirs.shape)
    relative = _relative(theirs, ours, floor, 1.0 if name in _LOGARITHMS else 0.0)
    relative = np.where(elements, 0.0, relative)
    if relative.size == 0:
        return Deviation(quantity, 0.0, within)
    at = np.unravel_index(np.argmax(relative), relative.shape)
    detail = f"at {[int(index) for index in at]}: {float(ours[at])}, limma {float(theirs[at])}"
    return Deviation(quantity, float(relative[at]), within, detail)


def _log10(p: Array) -> Array:
    """Logarithm of probabilities; an underflow to 0 counts as the smallest number that there is."""
    return np.asarray(np.log10(np.maximum(p, SMALLEST)))


def _subnormal_floor(p: Array) -> Array:
    """What rounding of p is worth in log10: much for the few digits below 2e-308, which adjustment multiplies."""
    with np.errstate(invalid="ignore"):
        return np.where(p < np.finfo(float).tiny, 2 * len(np.atleast_1d(p)) * SMALLEST / np.maximum(p, SMALLEST), 0.0)


def _relative(theirs: Array, ours: Array, floor: Array, unit: float) -> Array:
    """Differences beyond the floor over limma's value; infinite where only one side is NaN or infinite."""
    finite = np.isfinite(theirs) & np.isfinite(ours)
    same = (theirs == ours) | (np.isnan(theirs) & np.isnan(ours))
    relative = np.where(same, 0.0, np.inf)
    difference = np.abs(ours[finite] - theirs[finite])
    excess = np.where(difference <= floor[finite], 0.0, difference - floor[finite])
    size = np.maximum(np.abs(theirs[finite]), unit)
    with np.errstate(divide="ignore"):
        relative[finite] = np.divide(excess, size, out=np.where(excess > 0, np.inf, 0.0), where=size > 0)
    return relative


def _aligned(expected: Any, actual: Any) -> tuple[Array, Array]:
    """Both as arrays: ours ordered by limma's labels, limma's single number repeated where ours is per feature."""
    if isinstance(expected, pd.DataFrame) and isinstance(actual, pd.DataFrame):
        actual = actual.reindex(index=expected.index, columns=expected.columns)
    theirs, ours = np.asarray(expected, dtype=float), np.asarray(actual, dtype=float)
    if theirs.size == 1 and ours.ndim <= 1:
        theirs = np.broadcast_to(theirs.ravel()[0], ours.shape)
    return theirs, ours


def _same_list(quantity: str, expected: list[str], actual: list[Any]) -> Deviation:
    same = [str(item) for item in actual] == expected
    return Deviation(quantity, 0.0 if same else np.inf, 0.0, "" if same else f"{actual}, limma {expected}")


@dataclass(frozen=True)
class _TableComparison:
    """What is known of a table that is to be compared; ``shows`` is the group whose tests it shows."""

    quantity: str
    problem: dict[str, Any]
    expected: dict[str, Any]
    floors: RoundingFloors
    shows: str

    def of(self, theirs: RTable, ours: RTable) -> Iterator[Deviation]:
        """Rows in order, columns in order, and the numbers of each column."""
        rows, columns = r_rows_and_columns(self.problem, theirs, ours)
        yield _same_list(f"{self.quantity}.rows", rows, ours.row_names)
        yield _same_list(f"{self.quantity}.columns", columns, list(ours.columns))
        shown = {_syntactic(column): column for column in ours.columns}
        for name, values in theirs.columns.items():
            if name in shown:
                yield self._column(name, values, ours.columns[shown[name]])

    def _column(self, name: str, theirs: Any, ours: Any) -> Deviation:
        quantity = f"{self.quantity}.{name}"
        if isinstance(theirs, list):
            return _same_list(quantity, theirs, list(ours))
        within = tolerance(name, self.problem, self.expected)
        return compare_values(
            quantity, name, theirs, ours, floor=self.floors.of_column(name, self.shows), within=within
        )


def r_rows_and_columns(problem: dict[str, Any], expected: RTable, actual: RTable) -> tuple[list[str], list[str]]:
    """What the package's table should show where limma's shows these rows and columns.

    These differences are intended. An empty selection keeps its columns. Column names stay as they are, where R makes
    them syntactic. Features without labels count from 0, and labels that occur twice stay in the index, where R moves
    them into a column ID. Duplicate spots have the label of the first of them, where R numbers them anew.
    """
    if not expected.row_names:
        return [], list(actual.columns)
    shown = {_syntactic(column): column for column in actual.columns}
    columns = [shown.get(name, name) for name in expected.columns]
    y = problem.get("y")
    if not isinstance(y, pd.DataFrame):
        return [str(_first_spot(problem, int(row) - 1)) for row in expected.row_names], columns
    if y.index.has_duplicates:
        return expected.columns["ID"], [name for name in columns if name != "ID"]
    return expected.row_names, columns


def _first_spot(problem: dict[str, Any], feature: int) -> int:
    """Row of y with the first spot of a feature."""
    ndups, spacing = (int(problem[name][0]) if name in problem else 1 for name in ("ndups", "spacing"))
    return feature // spacing * spacing * ndups + feature % spacing


def _syntactic(name: str) -> str:
    """The name that R makes of a column name that is none of its own."""
    dotted = re.sub(r"[^A-Za-z0-9._]", ".", name)
    return dotted if re.match(r"[A-Za-z.]", name) else f"X{dotted}"
