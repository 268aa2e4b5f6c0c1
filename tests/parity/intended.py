"""Where the package means to differ from limma, and why. Everything else has to agree.

What the package answers instead is tested in test_limma.py. Differences of form (labels, column names) are described
where tables are compared, in comparison.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ebayes_lm.errors import ContrastError

Problem = dict[str, Any]


@dataclass(frozen=True)
class Intended:
    """Quantities that differ on purpose, in the elements where ``applies`` is true (a single truth stands for all)."""

    quantities: frozenset[str]
    applies: Callable[[Problem, dict[str, Any]], Any]
    reason: str


def _native(problem: Problem) -> bool:
    return "compat" not in problem


def _weighted_with_missing_rows(problem: Problem, expected: dict[str, Any]) -> bool:
    missing = bool(np.isnan(np.asarray(problem["y"], dtype=float)).any())
    return _native(problem) and "weights" in problem and missing


def _zero_weight(problem: Problem, expected: dict[str, Any]) -> bool:
    return _native(problem) and "weights" in problem and not np.all(problem["weights"])


def _resting_on_samples_without_weight(problem: Problem, expected: dict[str, Any]) -> bool:
    never_estimated = int(np.isnan(expected["fit"]["coefficients"]).all(axis=0).sum())
    rank = int(np.ravel(expected["fit"]["rank"])[0])
    return "weights" in problem and rank + never_estimated > np.shape(problem["design"])[1]


def _robust_with_a_span(problem: Problem, expected: dict[str, Any]) -> bool:
    options = problem.get("ebayes") or {}
    return bool(options.get("robust")) and options.get("span", [1.0])[0] < 1


def _missing_p(problem: Problem, expected: dict[str, Any]) -> bool:
    return bool(np.isnan(problem["p"]).any())


def _tests_are_exact_one_by_one(problem: Problem, expected: dict[str, Any]) -> bool:
    return _native(problem) and problem.get("exact") == ["t"]


def _rank_deficient(problem: Problem, expected: dict[str, Any]) -> bool:
    return bool(np.isnan(expected["fit"]["coefficients"]).all(axis=0).any())


def _not_estimable_coefficients(problem: Problem, expected: dict[str, Any]) -> np.ndarray:
    return np.asarray(np.isnan(expected["ebayes"]["t"]).all(axis=0))


def _contrasts_of_contrasts(problem: Problem, expected: dict[str, Any]) -> bool:
    return "second_contrasts" in problem


PRIOR_AND_TESTS = ["s2_prior", "df_prior", "s2_post", "df_total", "t", "p_value", "lods", "var_prior", "F", "F_p_value"]

DIFFERENCES = [
    Intended(
        frozenset({"contrast.contrasts"}),
        _contrasts_of_contrasts,
        "limma keeps the last contrast matrix alone; here contrasts are always in terms of the design",
    ),
    Intended(
        frozenset({"ebayes.var_prior"}),
        _not_estimable_coefficients,
        "limma fills in 1 / s2_prior where there is no t to estimate from; here it is NaN, like the log odds",
    ),
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
    Intended(
        frozenset({"fit.cov_coefficients", "contrast.cov_coefficients", "ebayes.F", "ebayes.F_p_value"}),
        _tests_are_exact_one_by_one,
        "limma takes the correlation of the coefficients, and with it F, from the design without weights and missing "
        "values; without compat F is exact per feature",
    ),
    Intended(
        frozenset({"fit.rank", "fit.cov_coefficients", "contrast.cov_coefficients"}),
        _resting_on_samples_without_weight,
        "limma's rank and covariance count a coefficient that no row can estimate, its samples having no weight; "
        "here the design cannot estimate it either",
    ),
    Intended(
        frozenset(f"ebayes.{name}" for name in PRIOR_AND_TESTS),
        _robust_with_a_span,
        "limma fits the trend again without outliers, but then with the default span; here the span stays",
    ),
    Intended(
        frozenset({"true_null.lfdr", "true_null.mean"}),
        _missing_p,
        "limma counts missing p-values and then recycles those that are there; here missing ones do not count",
    ),
]


# Problems that limma answers and the package refuses, with the error.
REFUSED = {
    "contrasts-resting_on_an_aliased_column": (
        ContrastError,
        "groupB - groupC with a column twice = 2 groupB: limma gives all of the effect to groupB because that comes "
        "first, yet the data cannot tell the two apart",
    )
}


def intended_difference(problem: Problem, expected: dict[str, Any], group: str, name: str) -> tuple[Any, str | None]:
    """Which elements of a quantity may differ from limma's in this problem, and why; (False, None) for none."""
    for difference in DIFFERENCES:
        if f"{group}.{name}" not in difference.quantities:
            continue
        elements = difference.applies(problem, expected)
        if np.any(elements):
            return elements, difference.reason
    return False, None
