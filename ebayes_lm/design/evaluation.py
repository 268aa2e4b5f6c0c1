"""Numeric expressions over sample columns, walked node by node; what is learned from the samples is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.design.nodes import (
    ELEMENTWISE,
    LANGUAGE,
    Binary,
    Call,
    Name,
    Node,
    Number,
    Paren,
    Prefix,
    Sum,
    Truth,
    bound,
    deparse,
)
from ebayes_lm.design.polynomials import orthogonal_polynomials
from ebayes_lm.design.splines import b_spline_basis, natural_spline_basis
from ebayes_lm.design.table import SampleTable
from ebayes_lm.errors import DesignError, FormulaError, listing

#: Functions that turn one covariate into several columns; they stand alone, not within arithmetic.
BASES = ("bs", "ns", "poly")
MAX_DF = 1_000

Transform = Callable[[FloatArray], FloatArray]
#: Transforms learned from the samples, by the call that asked for them.
Memory = dict[Node, Transform]

_FUNCTIONS: dict[str, Transform] = {name: getattr(np, name) for name in ELEMENTWISE}


@dataclass(frozen=True)
class _Standardisation:
    """Shift and scale learned from the samples."""

    middle: float
    spread: float

    def __call__(self, x: FloatArray) -> FloatArray:
        return (x - self.middle) / self.spread


@dataclass(frozen=True)
class _Powers:
    """Raw powers 1..degree."""

    degree: int

    def __call__(self, x: FloatArray) -> FloatArray:
        return np.column_stack([x**k for k in range(1, self.degree + 1)])


def numeric_columns(node: Node, table: SampleTable, memory: Memory) -> FloatArray:
    """Columns (n, k) of one numeric variable of a formula; transforms met for the first time are learned.

    Raises
    ------
    DesignError
        A result is not finite, or the samples do not allow the transform.
    FormulaError
        Something that is not arithmetic over numeric columns.
    """
    if isinstance(node, Call) and node.function in BASES:
        values = _learned(node, table, memory)
    else:
        values = _value(node, table, memory)
    values = np.broadcast_to(values.T, (*values.shape[1:], len(table.index))).T
    columns = values.reshape(len(table.index), -1)
    broken = np.asarray(~np.isfinite(columns).all(axis=1))
    if broken.any():
        raise DesignError(f"{deparse(node)} is not a finite number for the samples {listing(table.index[broken])}")
    return columns


def _value(node: Node, table: SampleTable, memory: Memory) -> FloatArray:
    """One number a sample, or a single one for a constant."""
    with np.errstate(all="ignore"):  # what is not finite is reported by sample once the whole is known
        match node:
            case Name(name):
                return table.numbers(name)
            case Number(constant):
                return np.array(constant)
            case Paren(inner):
                return _value(inner, table, memory)
            case Prefix(sign, operand):
                inner_value = _value(operand, table, memory)
                return -inner_value if sign == "-" else inner_value
            case Sum(first, rest):
                total = _value(first, table, memory)
                for sign, term in rest:
                    value = _value(term, table, memory)
                    total = total - value if sign == "-" else total + value
                return np.asarray(total)
            case Binary("*" | "/" | "^" as operator, left, right):
                return _arithmetic(operator, _value(left, table, memory), _value(right, table, memory))
            case Call(function, _) if function in {"scale", "center"}:
                return _learned(node, table, memory)
            case Call(function, _) if function == "I" or function in _FUNCTIONS:
                inner_value = _value(bound(node)["x"], table, memory)
                return inner_value if function == "I" else _FUNCTIONS[function](inner_value)
    raise FormulaError(f"{deparse(node)} is not arithmetic over numeric columns. {LANGUAGE}")


def _arithmetic(operator: str, left: FloatArray, right: FloatArray) -> FloatArray:
    if operator == "*":
        return np.asarray(left * right)
    return np.asarray(left / right if operator == "/" else np.power(left, right))


def _learned(call: Call, table: SampleTable, memory: Memory) -> FloatArray:
    arguments = bound(call)
    x = np.broadcast_to(_value(arguments["x"], table, memory), (len(table.index),))
    if call not in memory:
        broken = ~np.isfinite(x)
        if broken.any():
            raise DesignError(
                f"{deparse(arguments['x'])} is not a finite number for the samples {listing(table.index[broken])}"
            )
        memory[call] = _learn(call, x)
    return memory[call](x)


def _learn(call: Call, x: FloatArray) -> Transform:
    what = deparse(call)
    given = _Arguments(call, {key: value for key, value in bound(call).items() if key != "x"})
    match call.function:
        case "poly":
            degree = given.whole("degree", 1, least=1)
            return _Powers(degree) if given.truth("raw", False) else orthogonal_polynomials(x, degree, what)
        case "bs":
            degree = given.whole("degree", 3, least=1)
            return b_spline_basis(
                x, given.df(), given.numbers("knots"), degree, given.truth("intercept", False), given.boundary(), what
            )
        case "ns":
            return natural_spline_basis(
                x, given.df(), given.numbers("knots"), given.truth("intercept", False), given.boundary(), what
            )
        case "scale":
            return _standardisation(x, given.truth("center", True), given.truth("scale", True), what)
    return _Standardisation(float(np.mean(x)), 1.0)


def _standardisation(x: FloatArray, center: bool, scale: bool, what: str) -> _Standardisation:
    middle = float(np.mean(x)) if center else 0.0
    if not scale:
        return _Standardisation(middle, 1.0)
    spread = float(np.sqrt(np.sum((x - middle) ** 2) / max(len(x) - 1, 1)))
    if spread == 0:
        raise DesignError(f"{what}: all values are {x[0]:g}; only values that differ can be scaled")
    return _Standardisation(middle, spread)


class _Arguments:
    """Constants that a call of the language was given."""

    def __init__(self, call: Call, given: dict[str, Node]) -> None:
        self.call = call
        self.given = given

    def fail(self, name: str, wanted: str) -> FormulaError:
        return FormulaError(f"{deparse(self.call)}: {name} has to be {wanted}, not {deparse(self.given[name])}")

    def whole(self, name: str, default: int, least: int) -> int:
        if name not in self.given:
            return default
        value = _constant(self.given[name])
        if value is None or value != np.floor(value) or not least <= value <= MAX_DF:
            raise self.fail(name, f"a whole number from {least} to {MAX_DF:,}")
        return int(value)

    def df(self) -> int | None:
        return self.whole("df", 0, least=1) if "df" in self.given else None

    def truth(self, name: str, default: bool) -> bool:
        value = self.given.get(name, Truth(default))
        if not isinstance(value, Truth):
            raise self.fail(name, "TRUE or FALSE")
        return value.value

    def numbers(self, name: str) -> FloatArray | None:
        if name not in self.given:
            return None
        node = self.given[name]
        nodes = [value for _, value in node.arguments] if isinstance(node, Call) and node.function == "c" else [node]
        values = [_constant(value) for value in nodes]
        if not values or None in values:
            raise self.fail(name, "a number or c(...) of numbers")
        return np.array(values, dtype=np.float64)

    def boundary(self) -> tuple[float, float] | None:
        values = self.numbers("Boundary.knots")
        if values is None:
            return None
        if len(values) != 2:
            raise self.fail("Boundary.knots", "two numbers, c(low, high)")
        return float(values[0]), float(values[1])


def _constant(node: Node) -> float | None:
    """A number, with a sign or not; None for anything else."""
    if isinstance(node, Prefix) and isinstance(node.operand, Number):
        return -node.operand.value if node.sign == "-" else node.operand.value
    return node.value if isinstance(node, Number) else None
