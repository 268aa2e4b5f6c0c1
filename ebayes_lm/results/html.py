"""How results show themselves in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from ebayes_lm.results.linear import LinearFit

_FEATURES, _COEFS = 5, 10


def overview(text: str, fit: LinearFit) -> str:
    """What a fit says of itself, above its first estimates."""
    shown = fit[:_FEATURES, :_COEFS].coefficients
    left_out = fit.shape[0] > _FEATURES or fit.shape[1] > _COEFS
    caption = "First of the coefficients" if left_out else "Coefficients"
    return section(text, shown, caption)


def section(text: str, table: pd.DataFrame, caption: str) -> str:
    """Lines of text above a table; every name is escaped, since names come from files."""
    lines = "<br>".join(escape(line) for line in text.splitlines())
    return f"<div><p>{lines}</p><p>{escape(caption)}:</p>{table.to_html(escape=True)}</div>"
