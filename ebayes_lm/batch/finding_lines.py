"""What is found, in lines: as text, and for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

_NOTHING = "Nothing stands out."


def in_text(head: str, findings: Sequence[str]) -> str:
    """A line for each finding below a head."""
    return "\n".join([head, *(f"- {line}" for line in findings or (_NOTHING,))])


def in_html(head: str, findings: Sequence[str], table: pd.DataFrame) -> str:
    """The same with a table below."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in findings or (_NOTHING,))
    shown = table.to_html(max_rows=20, escape=True, float_format="{:.3g}".format)
    return f"<div><p>{escape(head)}</p><ul>{lines}</ul>{shown}</div>"
