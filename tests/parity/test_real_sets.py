"""Parts of three real data sets, each with several analyses, against what limma answered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ebayes_lm import datasets
from tests.parity import package
from tests.parity.comparison import compare
from tests.parity.exchange import ANSWERS, read

SETS = {name: read(ANSWERS / f"real_{name}.json.gz") for name in ("bladder", "leukemia", "sexes")}


def without_tenth(y: pd.DataFrame) -> pd.DataFrame:
    """About a tenth of the values missing, by the rule of real_sets.R."""
    row, column = np.indices(y.shape) + 1
    return y.mask((131 * row + 57 * column + (row * column) % 17) % 10 == 0)


def _problem(name: str, analysis: str, compat: str | None) -> dict[str, Any]:
    data, problem = SETS[name]["data"], SETS[name]["scenarios"][analysis]["problem"]
    whole = problem | {"y": without_tenth(data["y"]) if problem.get("missing") else data["y"]}
    if problem.get("weighted"):
        whole["weights"] = data["weights"]
    return whole | {"compat": compat} if compat else whole


QUESTIONS = [
    pytest.param(name, analysis, compat, id=f"{name}-{analysis}-{compat or 'native'}")
    for name, stored in SETS.items()
    for analysis, scenario in stored["scenarios"].items()
    for compat in ("limma", *((None,) if "exact" in scenario["problem"] else ()))
]


@pytest.mark.parametrize(("name", "analysis", "compat"), QUESTIONS)
def test_answers_agree_with_limma(name: str, analysis: str, compat: str | None) -> None:
    problem, expected = _problem(name, analysis, compat), SETS[name]["scenarios"][analysis]["answer"]
    compared = compare(problem, expected, package.answer(problem))
    assert compared
    assert not [str(deviation) for deviation in compared if not deviation.ok]


def test_stored_bladder_arrays_are_those_of_the_package() -> None:
    stored = SETS["bladder"]["data"]["y"]
    shipped = datasets.bladder().E.loc[stored.index].to_numpy()
    assert all(np.isin(values, known).all() for values, known in zip(stored.to_numpy(), shipped, strict=True))


def test_there_are_three_sets_with_several_analyses_each() -> None:
    assert len(SETS) == 3
    assert all(len(stored["scenarios"]) >= 5 for stored in SETS.values())
