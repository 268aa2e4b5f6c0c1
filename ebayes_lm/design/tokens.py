"""Cutting the text of a small language into tokens, and walking over them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Token:
    """A piece of the text, its kind and where it begins."""

    kind: str
    text: str
    start: int


def cut(text: str, pattern: re.Pattern[str], start: int, refusal: Callable[[int], Exception]) -> list[Token]:
    """Cut the text from a position on into tokens, the last one of kind ``end``.

    The kind is the group of the pattern that matches, ``space`` is passed over, and ``refusal`` makes the error for a
    position where none does.
    """
    found = []
    position = start
    while position < len(text):
        match = pattern.match(text, position)
        if match is None:
            raise refusal(position)
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(Token(kind, match.group(kind), position))
        position = match.end()
    return [*found, Token("end", "", len(text))]


def shown(text: str) -> str:
    """Quote a text in a message, cut where it is long."""
    return repr(text if len(text) <= 80 else text[:77] + "...")


class Walk:
    """A place in a list of tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0

    @property
    def now(self) -> Token:
        """The token at this place."""
        return self.tokens[self.position]

    def take(self) -> Token:
        """The token at this place, going on to the next; the end stays."""
        token = self.now
        self.position += token.kind != "end"
        return token

    def at(self, *operators: str) -> bool:
        """Whether one of these operators stands here."""
        return self.now.kind == "operator" and self.now.text in operators
