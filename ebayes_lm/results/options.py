"""What a top table is asked for: how many rows, within which bounds, in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from ebayes_lm.results.arguments import choice, confidence, probability, real

#: What limma calls the orders of a table, and the column each goes by.
ORDERS = {
    "logFC": "logFC", "M": "logFC", "A": "AveExpr", "Amean": "AveExpr", "AveExpr": "AveExpr", "P": "P.Value",
    "p": "P.Value", "P.Value": "P.Value", "T": "t", "t": "t", "B": "B", "none": "none",
}  # fmt: skip
EXTRA = ("SE", "df", "neg_log10_p", "n", "status")


@dataclass(frozen=True, eq=False)
class TableOptions:
    """What tables of one and of several coefficients share, checked."""

    number: int | None
    adjust_method: str
    p_value: float
    lfc: float
    features: Any
    columns: tuple[str, ...]

    @classmethod
    def checked(
        cls, number: Any, adjust_method: Any, p_value: Any, fc: Any, lfc: Any, features: Any, columns: Any
    ) -> TableOptions:
        """Options as the caller gave them, or an error that names the one which cannot be."""
        return cls(
            number=_row_count(number),
            adjust_method=adjust_method or "BH",
            p_value=probability(p_value, "p_value", "a bound for adjusted p-values"),
            lfc=_smallest_effect(fc, lfc),
            features=features,
            columns=_extra_columns(columns),
        )


def order_column(order: Any, argument: str) -> str:
    """The column by which a table of one coefficient is ordered."""
    return ORDERS[choice(order, ORDERS, argument, "logFC, AveExpr, t, P, B or none")]


def confidence_level(confint: Any) -> float | None:
    """The level of the limits to show, None for none."""
    if isinstance(confint, (bool, np.bool_)):
        return 0.95 if confint else None
    return confidence(confint)


def _row_count(number: Any) -> int | None:
    if number is None or (isinstance(number, float) and number == np.inf):
        return None
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
        raise ArgumentTypeError(f"number must be a count of rows, or None for all, not {number!r}")
    if number < 0:
        raise ArgumentError(f"number must be a count of rows, 0 or more, or None for all; got {number!r}")
    return int(number)


def _smallest_effect(fc: Any, lfc: Any) -> float:
    """Bound of the absolute log2 fold change; a fold change goes before its logarithm, as in limma."""
    if fc is not None:
        if not real(fc, "fc", "the smallest fold change") >= 1.0:
            raise ArgumentError(f"fc is a fold change of at least 1, not {fc!r}; lfc= takes a log2 fold change")
        return float(np.log2(fc))
    if lfc is None:
        return 0.0
    bound = real(lfc, "lfc", "the smallest log2 fold change")
    if not bound >= 0.0:
        raise ArgumentError(f"lfc is the smallest size of a log2 fold change and not negative, not {lfc!r}")
    return bound


def _extra_columns(columns: Any) -> tuple[str, ...]:
    if not isinstance(columns, Iterable):
        raise ArgumentTypeError(f"columns must be a list of names, of {', '.join(EXTRA)}; got {columns!r}")
    names = (columns,) if isinstance(columns, str) else tuple(columns)
    return tuple(choice(name, EXTRA, "each of columns", f"one of {', '.join(EXTRA)}") for name in names)
