"""Contrasts that a file lists, as weights on the coefficients of a design."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ebayes_lm.cli.contrast_rows import ContrastRow
from ebayes_lm.cli.r_names import r_names
from ebayes_lm.design.conditions import cond
from ebayes_lm.design.contrasts import make_contrasts
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.errors import ContrastError, DesignError, listing


def listed_contrasts(rows: Sequence[ContrastRow], design: Design) -> pd.DataFrame:
    """Coefficients of the design x contrasts, each under its id."""
    return pd.DataFrame({row.name: _weights(row, design) for row in rows}, index=design.names)


def _weights(row: ContrastRow, design: Design) -> pd.Series[float]:
    if row.expression is not None:
        return _by_expression(row.name, row.expression, design)
    column = str(row.variable)
    if column not in design.levels:
        raise DesignError(
            f"contrast {row.name!r} compares levels of {column!r}, which is not a factor of {design.formula}; its "
            f"factors are {listing(design.levels, 10)}"
        )
    return cond(design, **{column: row.target}) - cond(design, **{column: row.reference})


def _by_expression(name: str, text: str, design: Design) -> pd.Series[float]:
    """Coefficients go by their own names, or by what R's ``make.names`` makes of these."""
    try:
        return make_contrasts({name: text}, levels=design)[name]
    except ContrastError as error:
        reason = str(error)
    names = {of_r: own for own, of_r in zip(design.names, r_names(design.names), strict=True)}
    if INTERCEPT in design.names:
        names.setdefault("Intercept", INTERCEPT)
    try:
        weights = make_contrasts({name: text}, levels=list(names))[name]
    except ContrastError:
        raise ContrastError(f"contrast {name!r}, make_contrasts_str: {reason}") from None
    return weights.groupby(weights.index.map(names)).sum().reindex(design.names)
