"""Every stored problem, against what limma answered."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ebayes_lm
from tests import tolerances
from tests.parity import package
from tests.parity.comparison import compare_group
from tests.parity.exchange import ANSWERS, read
from tests.parity.intended import REFUSED

TOPICS = ("contrasts", "data", "designs", "missing_rows", "priors", "tables", "vectors", "weights")
SCENARIOS = {
    f"{topic}-{name}": scenario
    for topic in TOPICS
    for name, scenario in read(ANSWERS / f"{topic}.json.gz")["scenarios"].items()
}
GROUPS = [
    pytest.param(name, group, id=f"{name}-{group}")
    for name, s in SCENARIOS.items()
    if name not in REFUSED
    for group in s["answer"]
]

# limma leaves out F where its rank test, which looks at unscaled columns, finds the design singular; here F tests the
# estimable coefficients.
WITHOUT_F = [
    name for name, s in SCENARIOS.items() if "F" not in s["answer"].get("ebayes", {"F": None}) and name not in REFUSED
]


@cache
def package_answer(name: str) -> dict[str, Any]:
    return package.answer(SCENARIOS[name]["problem"])


@pytest.mark.parametrize(("name", "group"), GROUPS)
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


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_estimated_is_refused(name: str) -> None:
    error, _reason = REFUSED[name]
    with pytest.raises(error, match="cannot estimate"):
        package.answer(SCENARIOS[name]["problem"])


def test_nothing_is_known_of_effects_that_cannot_be_estimated() -> None:
    mine = package_answer("designs-aliased_later_column")["ebayes"]
    assert np.isnan(mine["var_prior"]["copy"])
    assert mine["lods"]["copy"].isna().all()


def test_f_under_array_weights_does_not_depend_on_missing_rows() -> None:
    problem = SCENARIOS["missing_rows-with_weights"]["problem"]
    complete = problem | {"y": problem["y"].fillna(8.0)}
    mine, whole = package_answer("missing_rows-with_weights"), package.answer(complete)
    pd.testing.assert_frame_equal(mine["fit"]["cov_coefficients"], whole["fit"]["cov_coefficients"])
    t, covariance = mine["ebayes"]["t"], mine["fit"]["cov_coefficients"].to_numpy()
    root = np.sqrt(np.diag(covariance))
    expected = np.einsum("gi,ij,gj->g", t, np.linalg.inv(covariance / np.outer(root, root)), t) / t.shape[1]
    np.testing.assert_allclose(mine["ebayes"]["F"], expected, rtol=1e-9)


def test_covariance_under_a_zero_weight_is_that_without_the_sample() -> None:
    problem = SCENARIOS["weights-one_zero"]["problem"]
    kept = np.flatnonzero(problem["weights"])
    reduced = ebayes_lm.lm_fit(
        problem["y"].iloc[:, kept], problem["design"].iloc[kept], weights=problem["weights"][kept]
    )
    mine = package_answer("weights-one_zero")["fit"]["cov_coefficients"]
    np.testing.assert_allclose(mine, reduced.cov_coefficients, rtol=1e-12)


def test_contrasts_of_contrasts_are_in_terms_of_the_design() -> None:
    name = "contrasts-contrast_of_contrasts"
    problem, mine = SCENARIOS[name]["problem"], package_answer(name)["contrast"]
    pd.testing.assert_frame_equal(mine["contrasts"], problem["contrasts"] @ problem["second_contrasts"])


def test_fitted_values_exist_where_limma_has_none() -> None:
    name = "designs-aliased_later_column"
    problem, mine = SCENARIOS[name]["problem"], package_answer(name)["fit"]
    reduced = ebayes_lm.lm_fit(problem["y"], problem["design"].drop(columns="copy"))
    np.testing.assert_allclose(mine["fitted"], reduced.fitted(), rtol=tolerances.LEAST_SQUARES)
    np.testing.assert_allclose(mine["residuals"], problem["y"] - reduced.fitted(), atol=1e-12)


def test_there_are_many_scenarios() -> None:
    assert len(SCENARIOS) >= 75
