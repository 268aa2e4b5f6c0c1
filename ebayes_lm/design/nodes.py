"""The tree of a formula: its nodes, the functions that may be called, and the text that R would write for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from ebayes_lm.design.numerals import r_number
from ebayes_lm.errors import FormulaError

ELEMENTWISE = ("log", "log2", "log10", "log1p", "exp", "sqrt", "sin", "cos")
#: Every function of the language with its arguments in R's order; nothing else can be called.
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "C": ("x", "contrasts"),
    "factor": ("x",),
    "relevel": ("x", "ref"),
    "I": ("x",),
    **dict.fromkeys(ELEMENTWISE, ("x",)),
    "scale": ("x", "center", "scale"),
    "center": ("x",),
    "poly": ("x", "degree", "raw"),
    "bs": ("x", "df", "knots", "degree", "intercept", "Boundary.knots"),
    "ns": ("x", "df", "knots", "intercept", "Boundary.knots"),
}
LANGUAGE = (
    "A formula holds column names (in backticks where they are not plain), + - * : / ^ %in% ( ) 0 1 and the functions "
    + " ".join(FUNCTIONS)
)


class _Node:
    """A node of the tree; its height is the longest way down to a leaf."""

    height: int = 0


@dataclass(frozen=True)
class Name(_Node):
    """A column of the sample table, or the name of a contrast coding."""

    name: str


@dataclass(frozen=True)
class Number(_Node):
    """A finite number."""

    value: float


@dataclass(frozen=True)
class Text(_Node):
    """A quoted string."""

    value: str


@dataclass(frozen=True)
class Truth(_Node):
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True)
class Call(_Node):
    """A function and its arguments; the key of a positional argument is None."""

    function: str
    arguments: tuple[tuple[str | None, Node], ...]
    height: int = field(compare=False, repr=False, default=0)


@dataclass(frozen=True)
class Prefix(_Node):
    """A sign before an operand."""

    sign: str
    operand: Node
    height: int = field(compare=False, repr=False, default=0)


@dataclass(frozen=True)
class Binary(_Node):
    """One of * / : ^ %in% between two operands."""

    operator: str
    left: Node
    right: Node
    height: int = field(compare=False, repr=False, default=0)


@dataclass(frozen=True)
class Sum(_Node):
    """A chain of + and -, flat so that a formula of a thousand covariates is not a thousand deep."""

    first: Node
    rest: tuple[tuple[str, Node], ...]
    height: int = field(compare=False, repr=False, default=0)


@dataclass(frozen=True)
class Paren(_Node):
    """An expression in parentheses, kept because R keeps them in names."""

    inner: Node
    height: int = field(compare=False, repr=False, default=0)


Node: TypeAlias = Name | Number | Text | Truth | Call | Prefix | Binary | Sum | Paren


_PLAIN_NAME = re.compile(r"(?:[^\W\d_]|\.(?!\d))[\w.]*")


def deparse(node: Node) -> str:
    """Write a node as R's deparse does: ``ns(x,df=3)`` becomes ``ns(x, df = 3)``."""
    match node:
        case Name(name):
            return name if _PLAIN_NAME.fullmatch(name) else f"`{name}`"
        case Number(value):
            return r_number(value)
        case Text(value):
            return f'"{value.replace(chr(34), chr(92) + chr(34))}"'
        case Truth(value):
            return "TRUE" if value else "FALSE"
        case Prefix(sign, operand):
            return sign + deparse(operand)
        case Paren(inner):
            return f"({deparse(inner)})"
        case Binary(operator, left, right):
            spaced = f" {operator} " if operator in {"*", "%in%"} else operator
            return deparse(left) + spaced + deparse(right)
        case Sum(first, rest):
            return deparse(first) + "".join(f" {sign} {deparse(term)}" for sign, term in rest)
        case Call(function, arguments):
            inside = (deparse(value) if key is None else f"{key} = {deparse(value)}" for key, value in arguments)
            return f"{function}({', '.join(inside)})"


_ORDER_OF_LEVELS = """. The first level is named by reference={"group": "B"}, all of them by a pandas Categorical"""


def bound(call: Call) -> dict[str, Node]:
    """Arguments of a call by name, as R matches them: named ones first, the others in order."""
    if call.function == "c":
        raise FormulaError(f"{deparse(call)}: c(...) can only list the knots of bs or ns")
    allowed = FUNCTIONS[call.function]
    given: dict[str, Node] = {}
    for key, value in call.arguments:
        if key is not None and (key not in allowed or key in given):
            raise FormulaError(
                f"{deparse(call)}: the argument {key!r} is not known or given twice; {call.function} "
                f"takes {', '.join(allowed)}{_ORDER_OF_LEVELS if key == 'levels' else ''}"
            )
        if key is not None:
            given[key] = value
    free = [name for name in allowed if name not in given]
    for key, value in call.arguments:
        if key is None:
            if not free:
                raise FormulaError(f"{deparse(call)}: too many arguments; {call.function} takes {', '.join(allowed)}")
            given[free.pop(0)] = value
    if "x" not in given:
        raise FormulaError(f"{deparse(call)}: the column it works on is missing")
    return given


def columns_of(node: Node) -> set[str]:
    """Names of the sample columns that an expression reads."""
    match node:
        case Name(name):
            return {name}
        case Prefix(_, inner) | Paren(inner):
            return columns_of(inner)
        case Binary(_, left, right):
            return columns_of(left) | columns_of(right)
        case Sum(first, rest):
            return columns_of(first).union(*(columns_of(term) for _, term in rest))
        case Call():
            return columns_of(bound(node)["x"])
        case _:
            return set()
