"""What a design can estimate: rank, the coefficients that others determine, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.contrast import is_estimable as are_estimable
from ebayes_lm.core.qr import PivotedQR, pivoted_qr
from ebayes_lm.design.design_matrix import Design

DesignMatrix: TypeAlias = "Design | pd.DataFrame | AnyArray | Sequence[Any]"

#: Weights below this share of the largest come from rounding.
NEGLIGIBLE = 1e-8


def _as_design(x: DesignMatrix) -> Design:
    return x if isinstance(x, Design) else Design(x)


def is_full_rank(x: DesignMatrix) -> bool:
    """Whether every coefficient of a design can be estimated.

    Parameters
    ----------
    x : Design, DataFrame or (n, p) array

    Returns
    -------
    bool

    Raises
    ------
    DesignError
        Not a matrix of finite numbers.

    Notes
    -----
    Householder QR of the column-scaled design, a column being lost where its predecessors leave less than 1e-7 of it.

    Examples
    --------
    >>> is_full_rank([[1, 0], [1, 1], [1, 1]])
    True
    """
    design = _as_design(x)
    return pivoted_qr(design.matrix).rank == design.shape[1]


def non_estimable(x: DesignMatrix) -> list[str] | None:
    """Coefficients that earlier ones determine, so that they cannot be estimated.

    Parameters
    ----------
    x : Design, DataFrame or (n, p) array
        Columns of an array are named x1..xp.

    Returns
    -------
    list of str, or None
        Their names in the order of the columns; None where all can be estimated.

    Raises
    ------
    DesignError
        Not a matrix of finite numbers.

    Examples
    --------
    >>> non_estimable([[1, 1, 0], [1, 1, 0], [1, 0, 1]])
    ['x3']
    """
    design = _as_design(x)
    names = design.names
    return [names[j] for j in sorted(pivoted_qr(design.matrix).aliased)] or None


def describe_dependencies(design: Design, qr: PivotedQR | None = None) -> list[str]:
    """Say for each coefficient that cannot be estimated which others determine it.

    Examples
    --------
    >>> frame = pd.DataFrame({"all": [1, 1, 1], "old": [1, 1, 0], "young": [0, 0, 1]})
    >>> describe_dependencies(Design(frame))
    ['young = all - old']
    """
    qr = qr or pivoted_qr(design.matrix)
    names = design.names
    kept = [names[j] for j in qr.estimable]
    return [
        f"{names[j]} = {_combination(weights, kept)}" for j, weights in zip(qr.aliased, qr.dependencies(), strict=True)
    ]


def _combination(weights: FloatArray, names: Sequence[str]) -> str:
    """Weights and names as a sum in words, nice numbers where they are within rounding of one."""
    least = NEGLIGIBLE * np.abs(weights).max(initial=0.0)
    text = ""
    # Gains come first, so that a difference reads as one.
    for j in sorted(np.flatnonzero(np.abs(weights) > least).tolist(), key=lambda j: weights[j] < 0):
        size = f"{abs(weights[j]):.6g}"
        sign = "-" if weights[j] < 0 else "+"
        lead = f" {sign} " if text else sign.replace("+", "")
        text += f"{lead}{names[j]}" if size == "1" else f"{lead}{size} {names[j]}"
    return text or "0"


def is_estimable(design: Design | PivotedQR, contrast: AnyArray | Sequence[float]) -> bool:
    """Whether a combination of coefficients can be estimated, though single ones may not.

    Parameters
    ----------
    design : Design or PivotedQR
    contrast : (p,) vector

    Returns
    -------
    bool
        True where the contrast lies in the row space of the design: aliased columns being combinations ``D`` of the
        estimable ones, where its weights on them are ``D`` times those on the estimable ones.

    Examples
    --------
    >>> design = Design([[1, 1, 0], [1, 1, 0], [1, 0, 1]])
    >>> is_estimable(design, [0, 1, -1]), is_estimable(design, [0, 0, 1])
    (True, False)
    """
    qr = design if isinstance(design, PivotedQR) else pivoted_qr(design.matrix)
    weights = np.asarray(contrast, dtype=np.float64)
    return bool(are_estimable(qr, weights[:, None])[0])
