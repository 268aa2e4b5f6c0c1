"""The bladder cancer arrays that the package ships, whole, against what limma answered."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import ebayes_lm
from ebayes_lm import datasets
from tests import tolerances
from tests.parity import package
from tests.parity.comparison import compare_group, compare_values
from tests.parity.exchange import ANSWERS, read

STORED = read(ANSWERS / "bladder.json.gz")
ROWS = STORED["stored_rows"].astype(int) - 1
NAMES = list(STORED["scenarios"])
GROUPS = ("fit", "contrast", "ebayes")


@cache
def package_answer(name: str) -> dict[str, Any]:
    problem = STORED["scenarios"][name]["problem"]
    fit = ebayes_lm.lm_fit(datasets.bladder().E, problem["design"])
    result: dict[str, Any] = {"fit": package.describe_fit(fit)}
    if problem["contrast_text"]:
        fit = package.take_contrasts(fit, problem)
        result["contrast"] = package.describe_contrast(fit)
    mod = fit.ebayes(**package.python_arguments(problem["ebayes"]))
    return result | {"ebayes": package.describe_tests(mod)} | package.describe_tables(mod, problem)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("group", GROUPS)
def test_components_agree_with_limma(name: str, group: str) -> None:
    expected = STORED["scenarios"][name]["answer"].get(group, {})
    mine = package_answer(name)
    compared = []
    for quantity, stored in expected.items():
        ours = np.asarray(mine[group][quantity], dtype=float)
        if "all" in stored:
            compared.append(compare_values(f"{group}.{quantity}", quantity, stored["all"].ravel(), ours))
            continue
        ours = ours.reshape(len(ours), -1)
        compared.append(compare_values(f"{group}.{quantity}", quantity, stored["rows"], ours[ROWS]))
        # Coefficients of both signs nearly cancel in a sum: its rounding is that of the sum of their sizes.
        floor = tolerances.LEAST_SQUARES * stored["magnitude"]
        compared.append(
            compare_values(f"sum of {group}.{quantity}", quantity, stored["sum"], ours.sum(axis=0), floor=floor)
        )
    assert not [str(deviation) for deviation in compared if not deviation.ok]


@pytest.mark.parametrize("name", NAMES)
def test_tables_agree_with_limma(name: str) -> None:
    scenario = STORED["scenarios"][name]
    problem = {"y": datasets.bladder().E} | scenario["problem"]
    compared = list(compare_group("tables", problem, scenario["answer"], package_answer(name)))
    assert not [str(deviation) for deviation in compared if not deviation.ok]


@pytest.mark.parametrize("name", NAMES)
def test_counts_of_decisions_agree_with_limma(name: str) -> None:
    for ours, theirs in zip(
        package_answer(name)["decisions"], STORED["scenarios"][name]["answer"]["summaries"], strict=True
    ):
        np.testing.assert_array_equal(ours["summary"], theirs)


@pytest.mark.parametrize("name", NAMES)
def test_designs_agree_with_r(name: str) -> None:
    problem = STORED["scenarios"][name]["problem"]
    design = ebayes_lm.model_matrix(problem["formula"][0], datasets.bladder().targets)
    assert list(design.names) == list(problem["design"].columns)
    np.testing.assert_array_equal(np.asarray(design), problem["design"].to_numpy())
