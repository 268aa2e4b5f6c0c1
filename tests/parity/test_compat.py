"""Stored problems of weights, missing values, blocks, duplicates, priors and decisions, against what limma answered.

All are asked under ``compat="limma"``. Where limma is exact as well the native answer has to agree too: in all that it
says, or (under weights of each value, or with missing values) in everything but the covariance of coefficients and F.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.parity import package
from tests.parity.comparison import compare_group
from tests.parity.exchange import ANSWERS, read

TOPICS = (
    "blocks",
    "duplicates",
    "full_weights",
    "missing_values",
    "moderation",
    "prior_vectors",
    "robust_fits",
    "thresholds",
    "verdicts",
)
SCENARIOS = {
    f"{topic}-{name}": scenario
    for topic in TOPICS
    for name, scenario in read(ANSWERS / f"{topic}.json.gz")["scenarios"].items()
}
NOT_SHOWING_F = {"fit", "contrast", "ebayes"}


def _problem(name: str, compat: str | None) -> dict[str, Any]:
    problem: dict[str, Any] = SCENARIOS[name]["problem"]
    return problem | {"compat": compat} if compat else problem


def _groups(name: str, compat: str | None) -> set[str]:
    """The groups of a scenario that are compared with or without compat."""
    problem, groups = SCENARIOS[name]["problem"], set(SCENARIOS[name]["answer"])
    if problem["kind"] != ["model"]:
        return set() if compat else groups
    if compat or problem.get("exact") == ["all"]:
        return groups
    return groups & NOT_SHOWING_F if problem.get("exact") == ["t"] else set()


GROUPS = [
    pytest.param(name, group, compat, id=f"{name}-{group}-{compat or 'native'}")
    for name in SCENARIOS
    for compat in ("limma", None)
    for group in sorted(_groups(name, compat))
]


@cache
def package_answer(name: str, compat: str | None) -> dict[str, Any]:
    return package.answer(_problem(name, compat))


@pytest.mark.parametrize(("name", "group", "compat"), GROUPS)
def test_answers_agree_with_limma(name: str, group: str, compat: str | None) -> None:
    expected = SCENARIOS[name]["answer"]
    compared = list(compare_group(group, _problem(name, compat), expected, package_answer(name, compat)))
    assert compared
    assert not [str(deviation) for deviation in compared if not deviation.ok]


def test_there_are_many_scenarios() -> None:
    assert len(SCENARIOS) >= 170
