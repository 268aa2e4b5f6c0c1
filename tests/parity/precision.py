"""Which tolerance a quantity has, from what it is and how it came about."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests import tolerances

# Components that only take whole numbers have no tolerance to spare.
_FIT = {
    "coefficients": tolerances.LEAST_SQUARES,
    "stdev_unscaled": tolerances.LEAST_SQUARES,
    "sigma": tolerances.LEAST_SQUARES,
    "amean": tolerances.LEAST_SQUARES,
    "cov_coefficients": tolerances.LEAST_SQUARES,
    "fitted": tolerances.LEAST_SQUARES,
    "residuals": tolerances.LEAST_SQUARES,
    "df_residual": 0.0,
    "rank": 0.0,
    "contrasts": tolerances.CONTRAST_MATRIX,
    "matrix": tolerances.CONTRAST_MATRIX,
    "value": tolerances.SPECIAL,
    "codes": 0.0,
    "summary": 0.0,
    "lfdr": tolerances.TRUE_NULL,
    "mean": tolerances.TRUE_NULL,
    "hist": tolerances.TRUE_NULL,
    "convest": tolerances.TRUE_NULL,
}
_PRIOR = {"s2_prior", "df_prior", "var_prior", "var_post", "scale", "df2", "df2_shrunk"}
_MEANS_OF_DATA = {"AveExpr", "amean"}
_REWEIGHTED = {"coefficients", "stdev_unscaled", "sigma"}


def tolerance(name: str, problem: dict[str, Any] | None = None, expected: dict[str, Any] | None = None) -> float:
    """The relative tolerance of a component or of a column of a table."""
    problem, expected = problem or {}, expected or {}
    if name in _REWEIGHTED and problem.get("method") == ["robust"]:
        return tolerances.REWEIGHTED
    if name in _FIT:
        return _FIT[name]
    if name not in _MEANS_OF_DATA and has_searched_prior(problem, expected):
        return tolerances.SEARCHED_PRIOR
    return tolerances.PRIOR if name in _PRIOR else tolerances.MODERATED


def has_searched_prior(problem: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether limma finds the prior by search: for robust estimates, spans, and residual df that differ."""
    kind = problem.get("kind", [""])[0]
    if kind in {"f_dist_robustly", "f_dist_unequal"}:
        return True
    if kind == "squeeze":
        return _searches(problem, problem["df"])
    if kind != "model" or "fit" not in expected:
        return False
    df = expected["fit"]["df_residual"]
    asked = [problem[verb] or {} for verb in ("ebayes", "treat") if verb in problem]
    return any(_searches(options, df) for options in asked or [{}])


def _searches(options: Any, df: Any) -> bool:
    if options.get("robust") or "span" in options:
        return True
    positive = np.unique(np.asarray(df)[np.asarray(df) > 0])
    return not options.get("legacy", len(positive) <= 1)
