"""One file from its parts: nothing in it comes from elsewhere, and nothing but its own code runs."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any, NamedTuple

from ebayes_lm.reporting.page.markup import Markup, element

#: A line that is a comment as a whole.
_COMMENT = re.compile(r"//.*|/\*((?!\*/).)*\*/")
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


class Assets(NamedTuple):
    """Style and code of every report."""

    style: str
    script: str


@cache
def assets() -> Assets:
    """Style and code, the pieces of code in the order of ``order.txt``."""
    folder = resources.files("ebayes_lm.reporting").joinpath("assets")
    names = [line.strip() for line in _text(folder, "order.txt").splitlines() if line.strip()]
    script = without_layout("\n".join(_text(folder, name) for name in names))
    style = without_layout(_text(folder, "report.css"))
    for text, end in ((script, "</script"), (script, "<!--"), (style, "</style")):
        if end in text.lower():
            raise ValueError(f"the page's own code holds {end!r}, which would end it")
    return Assets(f"\n{style}\n", f"\n{script}\n")


def without_layout(code: str) -> str:
    r"""Code without what only its readers need: indentation, empty lines, and lines that are a comment.

    No text of the code runs over several lines, so that nothing in one is lost.

    >>> without_layout("const a = () => {\n  // one\n  return 1; // two\n};\n")
    'const a = () => {\nreturn 1; // two\n};'
    """
    lines = (line.strip() for line in code.splitlines())
    return "\n".join(line for line in lines if line and not _COMMENT.fullmatch(line))


def _text(folder: Any, name: str) -> str:
    """A file with the line ends that a browser hashes."""
    text: str = folder.joinpath(name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def document(title: str, sections: Sequence[Markup], facts: Mapping[str, Any], arrays: str) -> str:
    """The whole file."""
    used = assets()
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy(used)}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        Markup(f"<style>{used.style}</style>"),
    )
    body = element(
        "body",
        element("a", "Skip to the report", href="#report", class_="skip"),
        element("header", element("h1", title)),
        element("main", *sections, id="report"),
        Markup(f'<script type="application/json" id="facts">{json_text(facts)}</script>'),
        Markup(f'<script type="text/plain" id="arrays">{arrays}</script>'),
        Markup(f"<script>{used.script}</script>"),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def policy(used: Assets) -> str:
    """What a browser allows the page: its own style and code, known by their digests, and pictures that it drew."""
    return (
        f"default-src 'none'; script-src '{_digest(used.script)}'; style-src '{_digest(used.style)}'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def json_text(facts: Mapping[str, Any]) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(facts, separators=(",", ":"), allow_nan=False).translate(_ESCAPES)
