"""The table of tests against a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ebayes_lm.errors import StageError
from ebayes_lm.results.table import top_table
from ebayes_lm.results.threshold import TreatFit


def top_treat(
    fit: Any,
    coef: Any = None,
    *,
    number: int | None = 10,
    sort_by: str = "p",
    resort_by: str | None = None,
    adjust_method: str | None = "BH",
    p_value: float = 1.0,
    fc: float | None = None,
    lfc: float | None = None,
    confint: bool | float = False,
    features: pd.DataFrame | Sequence[Any] | None = None,
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """Table of the features with most evidence for an effect beyond the threshold; as :func:`top_table`.

    Parameters
    ----------
    fit : TreatFit
    coef : str or int, optional
        Coefficient by name or 0-based position; by default the last one.
    number : int or None
        Rows at most; None gives all.
    sort_by : str
        "p", "t", "logFC", "AveExpr" or "none".
    resort_by, adjust_method, p_value, fc, lfc, confint, features, columns
        As in :func:`top_table`. ``fc`` and ``lfc`` leave rows out of the table and are not the threshold of the test.

    Returns
    -------
    DataFrame
        Indexed by feature: annotation, logFC, [CI.L, CI.R], AveExpr, t, P.Value, adj.P.Val.

    Raises
    ------
    StageError
        ``fit`` does not come from :func:`treat`.
    ArgumentError
        As :func:`top_table`.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(50, 6))
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> list(el.top_treat(el.treat(fit), "groupB", number=3).columns)
    ['logFC', 'AveExpr', 't', 'P.Value', 'adj.P.Val']
    """
    if not isinstance(fit, TreatFit):
        raise StageError(f"top_treat() takes what treat() returns, not {type(fit).__name__}; see top_table()")
    return top_table(
        fit,
        coef,
        number=number,
        sort_by=sort_by,
        resort_by=resort_by,
        adjust_method=adjust_method,
        p_value=p_value,
        fc=fc,
        lfc=lfc,
        confint=confint,
        features=features,
        columns=columns,
    )
