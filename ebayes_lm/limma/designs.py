"""Design matrices and contrasts of their coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ebayes_lm as el
from ebayes_lm.errors import ContrastError
from ebayes_lm.limma.spelling import completing

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


def makeContrasts(
    *expressions: str, contrasts: str | Sequence[str] | Mapping[str, str] | None = None, levels: Any, **named: str
) -> pd.DataFrame:
    """Contrast matrix from expressions, which are text here: :func:`ebayes_lm.make_contrasts`.

    Parameters
    ----------
    *expressions : str
        Such as ``"B - A"``, which is then the name of the contrast.
    contrasts : str, list of str or dict, optional
        Expressions, in place of the others.
    levels : Design, fit, DataFrame, factor or list of names
        What the expressions may name.
    **named : str
        Expressions with the names of their contrasts.

    Returns
    -------
    DataFrame
        Coefficients x contrasts.

    Raises
    ------
    ContrastError
        Expressions are given in both ways, or one of them does not parse.

    Examples
    --------
    >>> from ebayes_lm.limma import makeContrasts
    >>> makeContrasts("B - A", mean="(A + B)/2", levels=["A", "B"])
       B - A  mean
    A   -1.0   0.5
    B    1.0   0.5
    """
    if contrasts is not None and (expressions or named):
        raise ContrastError("contrasts= takes the place of single expressions; give one or the other")
    if contrasts is None:
        contrasts = {expression: expression for expression in expressions} | named
    return el.make_contrasts(contrasts, levels=levels)


@completing
def contrastAsCoef(design: Any, contrast: Any, first: bool = True) -> tuple[el.Design, list[int]]:
    """Turn a design so that contrasts become coefficients: :func:`ebayes_lm.contrast_as_coef`.

    Parameters
    ----------
    design : array, DataFrame or Design
    contrast : (p,) or (p, k) array, DataFrame or text
    first : bool
        Whether the contrasts become the first coefficients, or the last.

    Returns
    -------
    Design
        The turned design.
    list of int
        Positions of the contrasts, from 0.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import contrastAsCoef
    >>> design, at = contrastAsCoef(np.array([[1, 0], [1, 0], [0, 1]]), [-1, 1])
    >>> design.names[at[0]], design.matrix[:, 0].round(3).tolist()
    ('C1', [-0.5, -0.5, 0.5])
    """
    return el.contrast_as_coef(design, contrast, first=first)


@completing
def is_fullrank(x: Any) -> bool:
    """Whether every coefficient of a design can be estimated.

    Parameters
    ----------
    x : array, DataFrame or Design
        Samples x coefficients.

    Returns
    -------
    bool

    Examples
    --------
    >>> from ebayes_lm.limma import is_fullrank
    >>> is_fullrank([[1, 1], [1, 1], [1, 0]])
    True
    """
    return el.is_full_rank(x)


@completing
def nonEstimable(x: Any) -> list[str] | None:
    """Coefficients that earlier ones determine.

    Parameters
    ----------
    x : array, DataFrame or Design
        Samples x coefficients.

    Returns
    -------
    list of str, or None
        None where all can be estimated.

    Examples
    --------
    >>> from ebayes_lm.limma import nonEstimable
    >>> nonEstimable([[1, 1, 0], [1, 1, 0], [1, 0, 1]])
    ['x3']
    """
    return el.non_estimable(x)
