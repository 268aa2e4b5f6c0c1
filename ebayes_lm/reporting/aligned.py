"""Tables as lines of text that fit a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

#: Columns of the terminal that a line may take.
WIDTH = 100

_GAP = "  "
#: Columns of a top table that stand below each other in several tables.
_TWO_PLACES = ("AveExpr", "t", "F", "B")
#: Texts are not cut below this.
_SMALLEST_CELL = 24


def aligned(table: pd.DataFrame, *, index_name: str = "", width: int = WIDTH) -> list[str]:
    r"""Lines of a table: text to the left, numbers to the right, nothing left out but the ends of long texts.

    Parameters
    ----------
    table : DataFrame
        Its index becomes the first column.
    index_name : str
        Header of that column.
    width : int
        Characters in a line. The widest texts are cut, ending in two dots; columns that still do not fit are left out
        from the right, and the last line names them.

    Returns
    -------
    list of str

    Examples
    --------
    >>> print("\n".join(aligned(pd.DataFrame({"logFC": [1.5, -0.25]}, index=["a", "bb"]))))
        logFC
    a    1.50
    bb  -0.25
    """
    columns = [_Column(index_name, [_text(v) for v in table.index], numeric=False)]
    columns += [_column(str(name), table.iloc[:, j]) for j, name in enumerate(table.columns)]
    _cut(columns, width)
    left_out: list[str] = []
    while len(columns) > 2 and _total(columns) > width:
        left_out.insert(0, columns.pop().name)
    rows = [[c.name for c in columns], *zip(*(c.cells for c in columns), strict=True)]
    lines = [_GAP.join(c.set(cell) for c, cell in zip(columns, row, strict=True)).rstrip() for row in rows]
    return [*lines, f"(not shown for want of room: {', '.join(left_out)})"] if left_out else lines


class _Column:
    """One column of text cells and how wide it is."""

    def __init__(self, name: str, cells: list[str], *, numeric: bool) -> None:
        self.name, self.cells, self.numeric = name, cells, numeric
        self.width = max((len(cell) for cell in [name, *cells]), default=0)

    def set(self, cell: str) -> str:
        cell = cell if len(cell) <= self.width else cell[: self.width - 2] + ".."
        return cell.rjust(self.width) if self.numeric else cell.ljust(self.width)


def _total(columns: Sequence[_Column]) -> int:
    return sum(c.width for c in columns) + len(_GAP) * (len(columns) - 1)


def _cut(columns: list[_Column], width: int) -> None:
    """Narrow the widest texts until the line fits, or none can be narrowed."""
    texts = [c for c in columns if not c.numeric]
    while _total(columns) > width:
        widest = max(texts, key=lambda c: c.width)
        if widest.width <= max(_SMALLEST_CELL, len(widest.name) if widest.width == len(widest.name) else 0):
            return
        widest.width -= 1


def _column(name: str, values: pd.Series) -> _Column:
    if pd.api.types.is_float_dtype(values.dtype):
        return _Column(name, _numbers(name, values.to_numpy(dtype=np.float64)), numeric=True)
    numeric = pd.api.types.is_integer_dtype(values.dtype)
    cells = [f"{v:,}" for v in values] if numeric else [_text(v) for v in values]
    return _Column(name, cells, numeric=numeric)


def _numbers(name: str, values: np.ndarray) -> list[str]:
    """Numbers with the digits that a reader can use: p-values as powers, others to four places or fewer."""
    if "P.Val" in name:
        return [_probability(v) for v in values]
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0.0))
    if name in _TWO_PLACES and largest < 1e7:
        return ["NA" if np.isnan(v) else f"{v:.2f}" for v in values]
    if largest and not 1e-3 <= largest < 1e7:
        return ["NA" if np.isnan(v) else f"{v:.3g}" for v in values]
    places = 3 if largest < 10 else 2 if largest < 1000 else 1
    while places > 0 and all(float(f"{v:.{places - 1}f}") == v for v in finite):
        places -= 1
    return ["NA" if np.isnan(v) else f"{v:.{places}f}" for v in values]


def _probability(p: float) -> str:
    if np.isnan(p):
        return "NA"
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1e}"


def _text(value: object) -> str:
    """One line, whatever the text holds."""
    return "".join(c if c.isprintable() else " " for c in str(value))
