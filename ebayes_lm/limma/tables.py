"""Top tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ebayes_lm as el
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.errors import DesignWarning, warn
from ebayes_lm.limma.arguments import adjustment, completed, named
from ebayes_lm.limma.spelling import completing
from ebayes_lm.results.options import ORDERS
from ebayes_lm.results.stages import require_tests

if TYPE_CHECKING:
    import pandas as pd

    from ebayes_lm.results.tested import TestedFit

_ORDERS = [name for name in ORDERS if name != "P.Value"]


@completing
def topTable(
    fit: Any,
    coef: Any = None,
    number: float | None = 10,
    genelist: Any = None,
    adjust_method: str | None = "BH",
    sort_by: str = "B",
    resort_by: str | None = None,
    p_value: float = 1.0,
    fc: float | None = None,
    lfc: float | None = None,
    confint: bool | float = False,
) -> pd.DataFrame:
    """Table of the features with most evidence for an effect: :func:`ebayes_lm.top_table`.

    Parameters
    ----------
    fit : ModeratedFit or TreatFit
    coef : name or list of names, optional
        Several are tested together by F. By default all but the intercept; the last one of a TreatFit.
    number : int, inf or None
        Rows at most; inf or None for all.
    genelist : DataFrame or sequence, optional
        Annotation in place of the fit's own.
    adjust_method : str, optional
        As in p.adjust; None is BH.
    sort_by : str
        "logFC" (or "M"), "AveExpr" ("A", "Amean"), "P", "p", "t", "T", "B" or "none", or as much of it as is clear; of
        several coefficients "F" or "none". A TreatFit, which has no B, is sorted by P in its place.
    resort_by : str, optional
        Order of the rows that are shown; of one coefficient.
    p_value, fc, lfc : float
        Rows to keep: adjusted p at most this, changes of at least this.
    confint : bool or float
        Confidence limits at 95 % or at this level; of one coefficient.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import eBayes, lmFit, topTable
    >>> list(topTable(eBayes(lmFit(np.random.default_rng(1).normal(size=(100, 4))))).columns)
    ['logFC', 'AveExpr', 't', 'P.Value', 'adj.P.Val', 'B']
    """
    tested = require_tests(fit, "topTable")
    chosen = _default_coefs(tested) if coef is None else named(tested, coef, "topTable")
    shared: dict[str, Any] = {
        "number": number, "features": genelist, "adjust_method": adjustment(adjust_method), "p_value": p_value,
        "fc": fc, "lfc": lfc,
    }  # fmt: skip
    if not isinstance(chosen, str) and len(set(chosen)) > 1:
        return el.top_table(fit, chosen, sort_by=_f_order(sort_by), **shared)
    order = completed(sort_by, _ORDERS)
    if order == "B" and isinstance(tested, el.TreatFit):
        order = "P"
    again = completed(resort_by, _ORDERS)
    return el.top_table(fit, chosen, sort_by=order, resort_by=again, confint=confint, **shared)


@completing
def topTableF(
    fit: Any,
    number: float | None = 10,
    genelist: Any = None,
    adjust_method: str | None = "BH",
    sort_by: str = "F",
    p_value: float = 1.0,
    lfc: float = 0.0,
) -> pd.DataFrame:
    """Table of the F test of all coefficients, the intercept included: :func:`ebayes_lm.top_table_f`.

    Parameters
    ----------
    fit : ModeratedFit
    number, genelist, adjust_method, p_value, lfc
        As in :func:`topTable`.
    sort_by : {"F", "none"}

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import eBayes, lmFit, topTableF
    >>> list(topTableF(eBayes(lmFit(np.random.default_rng(1).normal(size=(100, 4))))).columns)
    ['x1', 'AveExpr', 'F', 'P.Value', 'adj.P.Val']
    """
    return el.top_table_f(
        fit,
        number=number,  # type: ignore[arg-type]
        sort_by=completed(sort_by, ("F", "none")),
        adjust_method=adjustment(adjust_method),
        p_value=p_value,
        lfc=lfc,
        features=genelist,
    )


@completing
def topTreat(
    fit: Any,
    coef: Any = None,
    sort_by: str = "p",
    resort_by: str | None = None,
    *,
    number: float | None = 10,
    genelist: Any = None,
    adjust_method: str | None = "BH",
    p_value: float = 1.0,
    fc: float | None = None,
    lfc: float | None = None,
    confint: bool | float = False,
) -> pd.DataFrame:
    """Table of tests against a threshold: :func:`ebayes_lm.top_treat`.

    Parameters
    ----------
    fit : TreatFit
    coef : name, optional
        By default the first coefficient, as in limma. Of several names the first one counts, with a warning.
    sort_by, resort_by : str
        As in :func:`topTable`, but for "B"; ``resort_by`` is obeyed.
    number, genelist, adjust_method, p_value, fc, lfc, confint
        As in :func:`topTable`.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import lmFit, topTreat, treat
    >>> list(topTreat(treat(lmFit(np.random.default_rng(1).normal(size=(100, 4))))).columns)
    ['logFC', 'AveExpr', 't', 'P.Value', 'adj.P.Val']
    """
    if isinstance(fit, el.TreatFit):
        coef = fit.coef_names[fit.tested_positions[0]] if coef is None else _single(named(fit, coef, "topTreat"))
    return el.top_treat(
        fit,
        coef,
        number=number,  # type: ignore[arg-type]
        sort_by=completed(sort_by, _ORDERS),
        resort_by=completed(resort_by, _ORDERS),
        adjust_method=adjustment(adjust_method),
        p_value=p_value,
        fc=fc,
        lfc=lfc,
        confint=confint,
        features=genelist,
    )


def _default_coefs(tested: TestedFit) -> list[str]:
    """All coefficients but the intercept and nuisance, unless there is no other; the last one where there is no F."""
    names = [tested.coef_names[at] for at in tested.tested_positions]
    if isinstance(tested, el.TreatFit):
        return names[-1:]
    return [name for name in names if name != INTERCEPT] or names


def _f_order(sort_by: str) -> Any:
    return "F" if sort_by == "B" else completed(sort_by, ("F", "none"))


def _single(coef: Any) -> Any:
    """One name; limma takes the first of several."""
    if isinstance(coef, list) and len(coef) > 1:
        warn(f"treat() tests single coefficients; topTreat() shows {coef[0]!r}, the first one", DesignWarning)
        return coef[0]
    return coef
