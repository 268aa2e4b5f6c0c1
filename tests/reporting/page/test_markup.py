from __future__ import annotations

import pytest

from ebayes_lm.reporting.page.markup import Markup, cut, element, together, visible


def test_text_and_attributes_are_escaped_and_markup_is_not() -> None:
    inner = element("code", "<a & b>")
    found = element("p", "1 < 2, ", inner, None, ["x", 3], title_="\"'<>", hidden=True, id=None, lang=False)
    assert found == (
        "<p title=\"&quot;&#x27;&lt;&gt;\" hidden>1 &lt; 2, <code>&lt;a &amp; b&gt;</code>x3</p>"
    )  # fmt: skip
    assert isinstance(together(found, "<"), Markup)
    assert together("<") == "&lt;"


@pytest.mark.parametrize("name", ["style", "onclick", "onload", 'a"b', "A"])
def test_attributes_that_run_or_break_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not an attribute"):
        element("p", **{name: "x"})


def test_void_elements_have_no_end() -> None:
    assert element("meta", charset="utf-8") == '<meta charset="utf-8">'


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\x85", "\u200f", "\u202e", "\u2069", "\ud800", "\uffff"])
def test_characters_that_hide_show_as_their_number(hidden: str) -> None:
    assert visible(f"a{hidden}b") == f"a\\u{ord(hidden):04x}b"


def test_what_is_written_from_right_to_left_stays_as_it_is() -> None:
    assert visible("שלום عالم 😀 é\n") == "שלום عالم 😀 é\n"


def test_long_text_is_cut_in_the_middle() -> None:
    assert cut("a" * 50 + "b" * 50, 21) == "aaaaaaaaa … bbbbbbbbb"
    assert cut("short", 21) == "short"
