"""One grammar for the whole of a formula, from text to a small tree; nothing is evaluated."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

from ebayes_lm.design.nodes import (
    FUNCTIONS,
    LANGUAGE,
    Binary,
    Call,
    Name,
    Node,
    Number,
    Paren,
    Prefix,
    Sum,
    Text,
    Truth,
)
from ebayes_lm.design.tokens import Token, Walk, cut, shown
from ebayes_lm.errors import FormulaError, nearest

MAX_LENGTH = 10_000
MAX_DEPTH = 50


_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?L?(?![\w.]))
      | (?P<name>(?:[^\W\d_]|\.(?!\d))[\w.]*)
      | `(?P<quoted>[^`]+)`
      | "(?P<double>[^"\\]*)" | '(?P<single>[^'\\]*)'
      | (?P<operator>%in%|\*\*|[-+*:/^(),=~])""",
    re.VERBOSE,
)

#: What R users write that has another form here.
_RANDOM = 'Samples that belong together are told to lm_fit: block="patient", correlation="feature" for mixed models'
_CELLS = "Write 0 + a:b, a coefficient for each combination, or make one column of both in the sample table"
_INSTEAD = {"interaction": _CELLS, "paste": _CELLS, "paste0": _CELLS}


def _tokens(text: str, start: int) -> list[Token]:
    def refusal(position: int) -> FormulaError:
        hint = f" {_RANDOM}." if text[position] == "|" else ""
        return FormulaError(
            f"{text[position]!r} at character {position + 1} of the formula {shown(text)} is not part "
            f"of the language.{hint} {LANGUAGE}"
        )

    found = cut(text, _TOKEN, start, refusal)
    return [replace(t, text="^") if t.kind == "operator" and t.text == "**" else t for t in found]


#: Binding strength of the binary operators, as R ranks them; a sign stands between ``:`` and ``^``.
_STRENGTH = {"*": 2, "/": 2, "%in%": 3, ":": 4, "^": 6}
_SIGN_STRENGTH = 5


class _Parser(Walk):
    """Recursive descent over the tokens of one text."""

    limit: ClassVar[int] = MAX_DEPTH

    def __init__(self, text: str, start: int) -> None:
        super().__init__(_tokens(text, start))
        self.text = text
        self.depth = 0

    def fail(self, why: str, token: Token | None = None) -> FormulaError:
        token = token or self.now
        return FormulaError(f"{why} at character {token.start + 1} of the formula {shown(self.text)}. {LANGUAGE}")

    def expect(self, operator: str) -> None:
        if not self.at(operator):
            found = "the end" if self.now.kind == "end" else repr(self.now.text)
            raise self.fail(f"expected {operator!r} and found {found}")
        self.take()

    def above(self, *below: Node) -> int:
        """Height of a node over these, or an error where the tree grows too deep to walk."""
        height = 1 + max((node.height for node in below), default=0)
        if height > self.limit:
            raise self.fail(f"nesting deeper than {self.limit}")
        return height

    def whole(self) -> Node:
        node = self.sum()
        if self.now.kind != "end":
            raise self.fail(f"unexpected {self.now.text!r}")
        return node

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > self.limit:
            raise self.fail(f"nesting deeper than {self.limit}")
        first = self.product(2)
        rest = []
        while self.at("+", "-"):
            sign = self.take().text
            rest.append((sign, self.product(2)))
        self.depth -= 1
        return Sum(first, tuple(rest), self.above(first, *(node for _, node in rest))) if rest else first

    def product(self, weakest: int) -> Node:
        left = self.operand()
        while self.now.kind == "operator" and _STRENGTH.get(self.now.text, 0) >= weakest:
            operator = self.take().text
            strength = _STRENGTH[operator]
            right = self.nested(strength if operator == "^" else strength + 1)
            left = Binary(operator, left, right, self.above(left, right))
        return left

    def nested(self, weakest: int) -> Node:
        self.depth += 1
        if self.depth > self.limit:
            raise self.fail(f"nesting deeper than {self.limit}")
        node = self.product(weakest)
        self.depth -= 1
        return node

    def operand(self) -> Node:
        token = self.take()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "quoted":
            return Name(token.text)
        if token.kind in {"double", "single"}:
            return Text(token.text)
        if token.kind == "name":
            if self.at("("):
                return self.call(token)
            return Truth(token.text == "TRUE") if token.text in {"TRUE", "FALSE"} else Name(token.text)
        if token.kind == "operator" and token.text in {"+", "-"}:
            operand = self.nested(_SIGN_STRENGTH)
            return Prefix(token.text, operand, self.above(operand))
        if token.kind == "operator" and token.text == "(":
            inner = self.sum()
            self.expect(")")
            return Paren(inner, self.above(inner))
        raise self.fail("an operand is missing" if token.kind == "end" else f"unexpected {token.text!r}", token)

    def number(self, token: Token) -> Number:
        value = float(token.text.rstrip("L"))
        if value in {float("inf")}:
            raise self.fail(f"the number {token.text} is too large", token)
        return Number(value)

    def call(self, name: Token) -> Node:
        if name.text not in FUNCTIONS and name.text != "c":
            written = f" {_INSTEAD[name.text]}." if name.text in _INSTEAD else nearest(name.text, FUNCTIONS)
            raise self.fail(f"the function {name.text!r} is not part of the language.{written} It stands", name)
        self.expect("(")
        arguments: list[tuple[str | None, Node]] = []
        while not self.at(")"):
            if arguments:
                self.expect("," if self.at(",") else ")")
            arguments.append(self.argument())
        self.expect(")")
        return Call(name.text, tuple(arguments), self.above(*(node for _, node in arguments)))

    def argument(self) -> tuple[str | None, Node]:
        key = None
        following = self.tokens[min(self.position + 1, len(self.tokens) - 1)]
        if self.now.kind == "name" and following.kind == "operator" and following.text == "=":
            key = self.take().text
            self.take()
        return key, self.sum()


def parse(text: str, start: int = 0) -> Node:
    """Parse the right-hand side of a formula, or raise FormulaError; nothing is ever evaluated here."""
    return _Parser(text, start).whole()
