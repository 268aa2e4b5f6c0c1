"""A tiny language for contrasts: linear expressions over coefficient names, parsed and never evaluated as code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.design.tokens import Token, Walk, cut, shown
from ebayes_lm.errors import ContrastError, listing, nearest

MAX_LENGTH = 10_000
MAX_DEPTH = 50
ALLOWED = (
    "A contrast holds coefficient names, numbers, + - * / and parentheses; names of other characters go in backticks"
)

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<intercept>\(Intercept\))
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<name>(?:[^\W\d]|\.(?!\d))[\w.]*(?::(?:[^\W\d]|\.(?!\d))[\w.]*)*)
      | `(?P<quoted>[^`]+)`
      | (?P<operator>[-+*/()=])""",
    re.VERBOSE,
)


@dataclass(frozen=True, eq=False)
class _Value:
    """A number plus a combination of coefficients; only one of them is there in a finished contrast."""

    constant: float
    weights: FloatArray

    @property
    def is_number(self) -> bool:
        return not self.weights.any()


class CoefficientNames:
    """Names that a contrast may use; ``Intercept`` stands for ``(Intercept)`` too."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self._place = {name: i for i, name in enumerate(names)}
        if INTERCEPT in self._place:
            self._place.setdefault("Intercept", self._place[INTERCEPT])
        for name in names:
            # R keeps backticks in the names of coefficients; within backticks they cannot be written again.
            self._place.setdefault(name.replace("`", ""), self._place[name])

    def place(self, name: str) -> int | None:
        """Position of a coefficient, None where there is none of that name."""
        return self._place.get(name)


def linear_combination(text: str, coefficients: CoefficientNames) -> FloatArray:
    """Weights (p,) of the coefficients in an expression such as ``(B + C)/2 - A``.

    Raises
    ------
    ContrastError
        Anything that is not a linear expression over these names, with the place where it stands.
    """
    with np.errstate(all="ignore"):  # numbers that overflow are an error with its place
        return _Parser(text, coefficients).whole()


def named_expression(text: str) -> tuple[str | None, str]:
    """Split ``name = expression``; the name is None where there is none."""
    _require_short(text)
    found = re.fullmatch(r"\s*(?:`([^`]+)`|([^=`]+?))\s*=(.*)", text, re.DOTALL)
    if not found:
        return None, text.strip()
    return found.group(1) or found.group(2).strip(), found.group(3).strip()


def _require_short(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise ContrastError(f"the contrast has {len(text):,} characters; at most {MAX_LENGTH:,} are read")


class _Parser(Walk):
    def __init__(self, text: str, coefficients: CoefficientNames) -> None:
        _require_short(text)
        self.text = text
        self.coefficients = coefficients
        self.depth = 0
        super().__init__(cut(text, _TOKEN, 0, lambda at: self.fail(f"{text[at]!r} is not part of a contrast", at)))

    def fail(self, why: str, start: int, more: str = "") -> ContrastError:
        return ContrastError(f"{why}, at character {start + 1} of the contrast {shown(self.text)}.{more} {ALLOWED}")

    def whole(self) -> FloatArray:
        if self.now.kind == "end":
            raise self.fail("the contrast is empty", 0)
        value = self.sum()
        if self.now.kind != "end":
            raise self.fail(f"unexpected {self.now.text!r}", self.now.start)
        if value.constant != 0:
            raise self.fail(f"a contrast has no constant part, and {value.constant:g} is left over", 0)
        if not any(token.kind in {"name", "quoted", "intercept"} for token in self.tokens):
            raise self.fail("no coefficient is named", 0)
        return value.weights

    def sum(self) -> _Value:
        value = self.product()
        while self.at("+", "-"):
            token = self.take()
            sign = -1.0 if token.text == "-" else 1.0
            other = self.product()
            value = self.checked(value.constant + sign * other.constant, value.weights + sign * other.weights, token)
        return value

    def product(self) -> _Value:
        value = self.operand()
        while self.at("*", "/"):
            token = self.take()
            other = self.operand()
            value = self.times(value, other, token) if token.text == "*" else self.over(value, other, token)
        return value

    def times(self, left: _Value, right: _Value, token: Token) -> _Value:
        if not (left.is_number or right.is_number):
            raise self.fail("a product of coefficients is not linear", token.start)
        factor, other = (left.constant, right) if left.is_number else (right.constant, left)
        return self.checked(other.constant * factor, other.weights * factor, token)

    def over(self, left: _Value, right: _Value, token: Token) -> _Value:
        if not right.is_number:
            raise self.fail("division by a coefficient is not linear", token.start)
        if right.constant == 0:
            raise self.fail("division by zero", token.start)
        return self.checked(left.constant / right.constant, left.weights / right.constant, token)

    def checked(self, constant: float, weights: FloatArray, token: Token) -> _Value:
        if not abs(constant) < inf or not np.isfinite(weights).all():
            raise self.fail("the numbers grow beyond what a float holds", token.start)
        return _Value(constant, weights)

    def operand(self) -> _Value:
        token = self.take()
        if token.kind == "number":
            return self.checked(float(token.text), np.zeros(len(self.coefficients.names)), token)
        if token.kind in {"name", "quoted", "intercept"}:
            return self.coefficient(token)
        if token.kind == "operator" and token.text in {"+", "-", "("}:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise self.fail(f"nesting deeper than {MAX_DEPTH}", token.start)
            value = self.sum() if token.text == "(" else self.operand()
            if token.text == "(":
                self.close(token)
            self.depth -= 1
            return _Value(-value.constant, -value.weights) if token.text == "-" else value
        why = "something is missing" if token.kind == "end" else f"unexpected {token.text!r}"
        raise self.fail(why, token.start)

    def close(self, opened: Token) -> None:
        if not self.at(")"):
            raise self.fail("a parenthesis is not closed", opened.start)
        self.take()

    def coefficient(self, token: Token) -> _Value:
        place = self.coefficients.place(token.text)
        if place is None:
            names = self.coefficients.names
            known = f"{nearest(token.text, names)} There are {listing(names, 10)}."
            raise self.fail(f"{token.text!r} is not a coefficient", token.start, known)
        weights = np.zeros(len(self.coefficients.names))
        weights[place] = 1.0
        return _Value(0.0, weights)
