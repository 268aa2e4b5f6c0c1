"""HTML that names cannot break out of: text is escaped once, where it becomes part of an element."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any, TypeAlias

#: Elements without an end.
_VOID = frozenset({"meta", "br", "hr", "img", "input", "link", "col"})
#: Names that code in the package gives; nothing that is read becomes one.
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_CODE = re.compile(r"`([^`]*)`")
#: Directions of writing that a name would force on the words after it.
_DIRECTIONS = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
#: Characters that show nothing and are shown by their number.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff" + "".join(map(chr, sorted(_DIRECTIONS))) + "]"
)


class Markup(str):
    """HTML that is whole and safe as it stands."""

    __slots__ = ()


#: What an element holds: text, which is escaped; markup, which is not; nothing; or several of these.
Content: TypeAlias = "str | Markup | int | Iterable[Content] | None"


def visible(text: object) -> str:
    r"""Text in which every character shows: what controls a terminal or turns the direction stands as its number.

    >>> visible("a\x00b\u202ec")
    'a\\u0000b\\u202ec'
    """
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", str(text))


def cut(text: object, most: int = 80) -> str:
    """Visible text of at most so many characters, the middle left out of what is longer."""
    shown = visible(text)
    half = (most - 3) // 2
    return shown if len(shown) <= most else f"{shown[:half]} … {shown[-half:]}"


def element(name: str, /, *content: Content, **attributes: str | int | bool | None) -> Markup:
    """An element; attributes are named as in Python, ``class_`` and ``data_chart``, and left out where None or False.

    >>> element("p", "1 < 2", class_="note")
    '<p class="note">1 &lt; 2</p>'
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    if name in _VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{''.join(_parts(content))}</{name}>")


def together(*content: Content) -> Markup:
    """Several parts one after another."""
    return Markup("".join(_parts(content)))


def with_code(text: str) -> Markup:
    """Text with what stands in backticks as code.

    >>> with_code("fit `y ~ <x>`")
    'fit <code>y ~ &lt;x&gt;</code>'
    """
    return together(element("code", part) if i % 2 else part for i, part in enumerate(_CODE.split(text)))


def _parts(content: Iterable[Any]) -> Iterable[str]:
    for part in content:
        if isinstance(part, Markup):
            yield part
        elif isinstance(part, (str, int)):
            yield escape(visible(part))
        elif part is not None:
            yield from _parts(part)


def _attribute(key: str, value: str | int | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    if not _NAME.fullmatch(name) or name == "style" or name.startswith("on"):
        raise ValueError(f"{name!r} is not an attribute of this page")
    if value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(visible(value))}"'
