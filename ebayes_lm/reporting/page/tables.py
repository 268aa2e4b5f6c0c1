"""Tables of a page: captioned, with headers that belong to rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.reporting.page.markup import Content, Markup, cut, element

#: More rows than this are folded away.
_FOLDED = 25
#: No table of a page is longer; what it leaves out is said.
_MOST_ROWS = 300


def table(
    frame: pd.DataFrame, caption: str, *, corner: str = "", folded: bool | None = None, sortable: bool = False
) -> Markup:
    """A DataFrame, its index as the headers of rows; folded away where it is long, sorted by the page where asked."""
    shown = frame.iloc[:_MOST_ROWS]
    numeric = [pd.api.types.is_numeric_dtype(t) and not pd.api.types.is_bool_dtype(t) for t in frame.dtypes]
    head = element(
        "tr",
        element("th", cut(corner), scope="col"),
        *(element("th", cut(c), scope="col", class_="number" if n else None)
          for c, n in zip(frame.columns, numeric, strict=True)),
    )  # fmt: skip
    columns = [_cells(shown.iloc[:, j], n) for j, n in enumerate(numeric)]
    rows = [
        element("tr", element("th", cut(name), scope="row"), *(column[i] for column in columns))
        for i, name in enumerate(shown.index)
    ]
    more = f" The first {len(shown):,} of {len(frame):,} rows." if len(shown) < len(frame) else ""
    whole = element(
        "div",
        element(
            "table",
            element("caption", f"{caption}{more}"), element("thead", head), element("tbody", *rows),
            class_="sortable" if sortable else None,
        ),
        class_="scroll", tabindex=0, role="region", aria_label=cut(caption),
    )  # fmt: skip
    fold = len(frame) > _FOLDED if folded is None else folded
    return element("details", element("summary", caption), whole) if fold else whole


def _cells(values: pd.Series[Any], numeric: bool) -> list[Markup]:
    kind = "number" if numeric else None
    return [element("td", number(v) if numeric else cut(v), class_=kind) for v in values]


def number(value: Any) -> str:
    """A number with the digits that a reader can use.

    >>> [number(v) for v in (12, 1.23456, 1.5e-12, float("nan"), 0.0)]
    ['12', '1.235', '1.5e-12', '', '0']
    """
    if pd.isna(value):
        return ""
    if isinstance(value, (int, np.integer)) or (float(value).is_integer() and abs(value) < 1e9):
        return f"{int(value):,}"
    return f"{value:.3g}" if abs(value) < 1e-3 else f"{value:,.4g}" if abs(value) < 1e6 else f"{value:.4g}"


def listed(items: Sequence[Content]) -> Markup | None:
    """Items as a list; nothing where there are none."""
    return element("ul", *(element("li", item) for item in items)) if items else None
