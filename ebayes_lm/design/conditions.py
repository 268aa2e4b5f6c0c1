"""Contrasts without writing them: conditions as coefficient vectors, and contrasts made coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.design.contrasts import Contrasts, as_contrast_matrix
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.table import SampleTable, level_name
from ebayes_lm.errors import ContrastError, DesignError, listing, nearest


def cond(design: Design, **levels: Any) -> pd.Series:
    """Coefficient vector of one condition: what the model predicts there is its product with the coefficients.

    Parameters
    ----------
    design : Design
        Made from a formula.
    **levels
        Level of a factor, or value of a number, by the name of the sample column. Factors that are not named stand at
        their reference, numbers at their mean over the samples of the design; so do columns of nuisance.

    Returns
    -------
    Series
        One weight a coefficient. The difference of two conditions is a contrast.

    Raises
    ------
    DesignError
        A column or level that the design does not know, or a design that was given as numbers.

    Examples
    --------
    >>> from ebayes_lm.design.model import model_matrix
    >>> samples = {"group": ["A", "B", "A", "B"], "age": [30.0, 40.0, 60.0, 30.0]}
    >>> design = model_matrix("~ group * age", samples)
    >>> cond(design, group="B")
    (Intercept)     1.0
    groupB          1.0
    age            40.0
    groupB:age     40.0
    dtype: float64
    >>> (cond(design, group="B", age=50) - cond(design, group="A", age=50)).to_dict()
    {'(Intercept)': 0.0, 'groupB': 1.0, 'age': 0.0, 'groupB:age': 50.0}
    """
    design = _as_design(design)
    recipe = design.recipe
    row = dict(recipe.typical)
    for column, level in levels.items():
        if column not in row:
            raise DesignError(
                f"{column!r} plays no part in the design.{nearest(column, row)} It is made from {listing(row, 10)}"
            )
        row[column] = _placed(column, level, row[column])
    known = recipe.matrix(SampleTable(pd.DataFrame(row, index=[0])))[0]
    return pd.Series([*known, *design.matrix[:, len(known) :].mean(axis=0)], index=pd.Index(design.names))


def _as_design(design: Any) -> Design:
    """A design, that of a fit, or one made from numbers."""
    held = getattr(design, "design", design)
    return held if isinstance(held, Design) else Design(held)


def _placed(column: str, level: Any, typical: str | float) -> str | float:
    """A level or value as the design reads it."""
    if isinstance(typical, str):
        return level_name(level)
    try:
        value = float(level)
    except (TypeError, ValueError):
        value = np.nan
    if isinstance(level, str) or not np.isfinite(value):
        raise DesignError(f"{column!r} enters the design as a number; {level!r} is not a finite one")
    return value


def contrast_as_coef(design: Design, contrast: Contrasts, *, first: bool = True) -> tuple[Design, list[int]]:
    """Turn a design so that contrasts become coefficients of their own.

    Parameters
    ----------
    design : Design
        n samples x p coefficients.
    contrast : str, list of str, dict, DataFrame, Series or array
        One or several contrasts of the coefficients.
    first : bool
        Whether the contrasts become the first coefficients, or the last.

    Returns
    -------
    Design
        The same column space. Its coefficients at the positions returned equal the contrasts of the old ones; the
        others are called Q2, Q3, ... Beside nuisance of the old design the contrasts alone are of interest.
    list of int
        Positions of the contrasts. Of contrasts that depend on earlier ones only the earlier ones are there.

    Raises
    ------
    ContrastError
        All weights are zero, or what `make_contrasts` raises.

    Notes
    -----
    With ``C = QR`` and ``Q = [Q1 Q2]``, the new design is ``[X Q1 R'^-1, X Q2]``.

    Examples
    --------
    >>> from ebayes_lm.design.model import model_matrix
    >>> design = model_matrix("~ 0 + group", {"group": ["A", "A", "B", "B"]})
    >>> turned, at = contrast_as_coef(design, "groupB - groupA")
    >>> at, turned.names[0]
    ([0], 'groupB - groupA')
    """
    design = _as_design(design)
    weights = as_contrast_matrix(contrast, design.names)
    matrix = weights.to_numpy()
    if not matrix.any():
        raise ContrastError("all weights of the contrast are zero; name at least one coefficient")
    kept = sorted(pivoted_qr(matrix).estimable)
    leading, trailing = _turned(design.matrix, matrix[:, kept])
    names = [str(weights.columns[j]) for j in kept]
    others = [f"Q{j + 1}" for j in range(len(names), design.shape[1])]
    if first:
        at, made = range(len(names)), design.with_columns(np.hstack([leading, trailing]), names + others)
    else:
        at = range(len(others), design.shape[1])
        made = design.with_columns(np.hstack([trailing, leading]), others + names)
    # what was nuisance is part of the other columns, which no test should include that does not name them
    return (made.with_interest(names) if design.nuisance else made), list(at)


def _turned(x: FloatArray, contrasts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Columns of the contrasts, and of what is left."""
    k = contrasts.shape[1]
    q, r = np.linalg.qr(contrasts, mode="complete")
    turned = x @ q
    return np.linalg.solve(r[:k], turned[:, :k].T).T, turned[:, k:]
