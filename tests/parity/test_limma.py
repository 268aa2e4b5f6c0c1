"""Every stored problem, against what limma answered."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import ebayes_lm
from tests import tolerances
from tests.parity import package
from tests.parity.comparison import compare_group
from tests.parity.exchange import ANSWERS, read

TOPICS = ("contrasts", "data", "designs", "missing_rows", "priors", "tables", "vectors", "weights")
SCENARIOS = {
    f"{topic}-{name}": scenario
    for topic in TOPICS
    for name, scenario in read(ANSWERS / f"{topic}.json.gz")["scenarios"].items()
}
GROUPS = [(name, group) for name, scenario in SCENARIOS.items() for group in scenario["answer"]]

# limma leaves out F where its rank test, which looks at unscaled columns, finds the design singular; here F tests the
# estimable coefficients.
WITHOUT_F = [name for name, s in SCENARIOS.items() if "ebayes" in s["answer"] and "F" not in s["answer"]["ebayes"]]


@cache
def package_answer(name: str) -> dict[str, Any]:
    return package.answer(SCENARIOS[name]["problem"])


@pytest.mark.parametrize(("name", "group"), GROUPS, ids=[f"{name}-{group}" for name, group in GROUPS])
def test_answers_agree_with_limma(name: str, group: str) -> None:
    problem, expected = SCENARIOS[name]["problem"], SCENARIOS[name]["answer"]
    compared = list(compare_group(group, problem, expected, package_answer(name)))
    assert compared
    assert not [str(deviation) for deviation in compared if not deviation.ok]


@pytest.mark.parametrize("name", WITHOUT_F)
def test_f_where_limma_has_none_is_that_of_the_estimable_columns(name: str) -> None:
    problem = SCENARIOS[name]["problem"]
    names = SCENARIOS[name]["answer"]["fit"]["cov_coefficients"].columns
    scaled = problem["design"][names] / np.sqrt((problem["design"][names] ** 2).sum())
    fit = ebayes_lm.lm_fit(problem["y"], scaled, weights=problem.get("weights"))
    if "contrasts" in problem:
        contrasts = problem["contrasts"].loc[names].div(np.sqrt((problem["design"][names] ** 2).sum()), axis=0)
        fit = fit.contrast(contrasts)
    reduced = fit.ebayes(**package.python_arguments(problem.get("ebayes")))
    mine = package_answer(name)["ebayes"]
    assert np.isfinite(mine["F"]).all()
    np.testing.assert_allclose(mine["F"], reduced.F, rtol=1e-9)
    np.testing.assert_allclose(mine["F_p_value"], reduced.F_p_value, rtol=1e-8)


def test_fitted_values_exist_where_limma_has_none() -> None:
    name = "designs-aliased_later_column"
    problem, mine = SCENARIOS[name]["problem"], package_answer(name)["fit"]
    reduced = ebayes_lm.lm_fit(problem["y"], problem["design"].drop(columns="copy"))
    np.testing.assert_allclose(mine["fitted"], reduced.fitted(), rtol=tolerances.LEAST_SQUARES)
    np.testing.assert_allclose(mine["residuals"], problem["y"] - reduced.fitted(), atol=1e-12)


def test_there_are_many_scenarios() -> None:
    assert len(SCENARIOS) >= 75
