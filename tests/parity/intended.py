"""Where the package means to differ from limma, and why. Everything else has to agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Problem = dict[str, Any]


@dataclass(frozen=True)
class Intended:
    """Quantities that differ on purpose where ``applies`` holds."""

    quantities: frozenset[str]
    applies: Callable[[Problem, dict[str, Any]], bool]
    reason: str


def _weighted_with_missing_rows(problem: Problem, expected: dict[str, Any]) -> bool:
    return "weights" in problem and bool(np.isnan(np.asarray(problem["y"], dtype=float)).any())


def _zero_weight(problem: Problem, expected: dict[str, Any]) -> bool:
    return "weights" in problem and not np.all(problem["weights"])


def _rank_deficient(problem: Problem, expected: dict[str, Any]) -> bool:
    return bool(np.isnan(expected["fit"]["coefficients"]).all(axis=0).any())


DIFFERENCES = [
    Intended(
        frozenset({"fit.fitted", "fit.residuals"}),
        _rank_deficient,
        "limma multiplies by missing coefficients and gives NA; the fit itself is well defined whatever is aliased",
    ),
    Intended(
        frozenset({"fit.cov_coefficients", "ebayes.F", "ebayes.F_p_value"}),
        _weighted_with_missing_rows,
        "one missing row makes limma drop the array weights from cov_coefficients, and F inherits it; here F is exact",
    ),
    Intended(
        frozenset({"fit.cov_coefficients"}),
        _zero_weight,
        "a zero weight makes limma drop the array weights from cov_coefficients; here they stay",
    ),
]


def intended_reason(problem: Problem, expected: dict[str, Any], group: str, name: str) -> str | None:
    """Why this quantity may differ from limma's in this problem, or None."""
    for difference in DIFFERENCES:
        if f"{group}.{name}" in difference.quantities and difference.applies(problem, expected):
            return difference.reason
    return None
