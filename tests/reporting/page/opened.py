"""A report read back: its elements as a browser sees them, its facts and its arrays."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np

_VOID = {"meta", "br", "hr", "img", "input", "link", "col"}


@dataclass
class Page(HTMLParser):
    """Elements with their attributes, and the text in each kind of element."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.unclosed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.unclosed.pop() == tag

    def handle_data(self, data: str) -> None:
        name = self.unclosed[-1] if self.unclosed else ""
        own = self.elements[-1][1].get("id") if name == "script" else None
        self.texts.setdefault(f"script#{own}" if own else name, []).append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads("".join(self.texts["script#facts"]))
        return facts

    def array(self, reference: str) -> Any:
        """An array or a list of text by its reference."""
        body = gzip.decompress(b64decode("".join(self.texts["script#arrays"])))
        fact = self.facts["arrays"][reference.removeprefix("@")]
        if fact["dtype"] == "text":
            return json.loads(body[fact["offset"] :][: fact["length"]])
        flat = np.frombuffer(body, f"<{fact['dtype']}", fact["length"], fact["offset"])
        return flat.reshape(fact.get("shape", -1))


def opened(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page
