"""Names that would be code, or break what they stand in, are text in a report wherever they stand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from tests.reporting.page.opened import Page, opened

HOSTILE = [
    "<script>alert(1)</script>", "</script><script>alert(2)</script>", "<!--", "-->", "<!--<script>", "]]>", "</style>",
    "</title><h1>x</h1>", "<img src=x onerror=alert(3)>", "\"><svg onload=alert(4)>", "' onmouseover='alert(5)",
    "javascript:alert(6)", "&lt;b&gt;", "&amp;", "&#60;i&#62;", "a\x00b", "line\u2028end", "para\u2029end", "new\nline",
    "tab\there", "\u202etxt.exe", "\u2066isolate", "😀👩‍👩‍👧", "e\u0301", "null", "=1+1", "+cmd|' /C calc'!A0",
    "@SUM(A1)", "{{7*7}}${7*7}`", "\\u003cscript\\u003e", "x" * 10_000, " ", "__proto__", "constructor",
]  # fmt: skip
#: What the document itself is made of.
TAGS = {
    "html", "head", "meta", "title", "style", "body", "a", "header", "h1", "main", "section", "h2", "h3", "h4",
    "ul", "ol", "li", "p", "strong", "code", "pre", "details", "summary", "div", "table", "caption", "thead",
    "tbody", "tr", "th", "td", "figure", "figcaption", "article", "span", "dl", "dt", "dd", "script",
    "noscript",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "scope", "tabindex", "role",
    "aria-label", "aria-hidden", "data-chart", "type",
}  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    n, names = len(HOSTILE), pd.Index([*HOSTILE, "", np.nan], dtype=object)
    rng = np.random.default_rng(0)
    samples = pd.DataFrame(
        {"group": np.repeat(HOSTILE[:17], 2), HOSTILE[1]: HOSTILE, HOSTILE[7]: np.arange(n)}, index=HOSTILE
    )  # fmt: skip
    genes = pd.DataFrame({HOSTILE[2]: [*HOSTILE[::-1], None, "x"], HOSTILE[9]: np.arange(n + 2)}, index=names)
    data = el.EList(
        pd.DataFrame(rng.normal(size=(n + 2, n)), index=names, columns=HOSTILE), genes=genes, targets=samples
    )  # fmt: skip
    design = el.model_matrix("~ group", samples)
    weights = pd.DataFrame(np.eye(17)[:, 1:], index=design.names, columns=HOSTILE[17:33])
    mod = el.lm_fit(data, design).contrast(weights).ebayes()
    path = tmp_path_factory.mktemp("hostile") / "hostile.html"
    el.report(
        mod, path, data=data, title=HOSTILE[7], command=HOSTILE[0], warnings=HOSTILE, source=HOSTILE[1],
        inputs={h: h for h in HOSTILE[:10]}, value_label=HOSTILE[9],
    )  # fmt: skip
    return opened(path)


def test_no_name_makes_an_element_or_an_attribute(page: Page) -> None:
    assert {tag for tag, _ in page.elements} <= TAGS
    assert {name for _, attributes in page.elements for name in attributes} <= ATTRIBUTES
    assert [tag for tag, _ in page.elements].count("script") == 3
    assert page.comments == []
    assert page.unclosed == []


def test_every_name_is_in_the_numbers_of_the_page_as_it_was(page: Page) -> None:
    facts = page.facts
    assert set(page.array("@features")) == {*HOSTILE, "", "nan"}
    assert page.array("@samples") == HOSTILE
    assert [c["name"] for c in facts["contrasts"]] == HOSTILE[17:33]
    assert facts["samples"]["columns"][1]["name"] == HOSTILE[1]
    assert {c["name"] for c in facts["features"]["columns"]} == {HOSTILE[2], HOSTILE[9]}
    assert facts["title"] == HOSTILE[7]


def test_names_stand_in_the_words_as_text(page: Page) -> None:
    shown = page.texts["th"] + page.texts["td"]
    assert {"<script>alert(1)</script>", "</style>", "a\\u0000b", "line\\u2028end", "\\u202etxt.exe"} <= set(shown)
    assert page.texts["h1"] == ["</title><h1>x</h1>"]
    words = [text for where, texts in page.texts.items() if where != "script#facts" for text in texts]
    assert not any("x" * 2000 in text for text in words)
