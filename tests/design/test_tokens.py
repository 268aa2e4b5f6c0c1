from __future__ import annotations

import re

import pytest

from ebayes_lm.design.tokens import Walk, cut, shown

PATTERN = re.compile(r"(?P<space>\s+)|(?P<name>[a-z]+)|(?P<operator>[-+])")


def tokens(text, start=0):
    return cut(text, PATTERN, start, lambda at: ValueError(f"character {at}"))


def test_cutting():
    assert [(t.kind, t.text, t.start) for t in tokens("a + bc")] == [
        ("name", "a", 0), ("operator", "+", 2), ("name", "bc", 4), ("end", "", 6),
    ]  # fmt: skip
    assert [t.text for t in tokens("a + b", start=2)] == ["+", "b", ""]


def test_what_does_not_match_is_refused_at_its_place():
    with pytest.raises(ValueError, match="character 2"):
        tokens("a ? b")


def test_a_walk_stays_at_the_end():
    walk = Walk(tokens("a+"))
    assert not walk.at("+")
    assert walk.take().text == "a"
    assert walk.at("-", "+")
    assert [walk.take().kind for _ in range(3)] == ["operator", "end", "end"]


def test_long_texts_are_cut():
    assert shown("a" * 80) == repr("a" * 80)
    assert shown("a" * 81) == repr("a" * 77 + "...")
