"""The comparison itself: it accepts limma's own answer and notices every wrong number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.parity import oracle, package
from tests.parity.comparison import compare
from tests.parity.drawing import draw_problem
from tests.parity.exchange import ANSWERS, RTable, r_literal, read

SCENARIO = read(ANSWERS / "weights.json.gz")["scenarios"]["contrasts_of_adjusted_groups"]
TABLES = read(ANSWERS / "tables.json.gz")["scenarios"]


def _under_limma(topic: str, name: str) -> dict[str, Any]:
    """A scenario whose rows differ, asked for limma's approximations, so that no difference is intended."""
    scenario = read(ANSWERS / f"{topic}.json.gz")["scenarios"][name]
    return {"problem": scenario["problem"] | {"compat": "limma"}, "answer": scenario["answer"]}


DIFFERING = [
    _under_limma("full_weights", "smooth_treatment"),
    _under_limma("blocks", "unequal_weighted_covariate"),
    _under_limma("duplicates", "pairs_treatment"),
    _under_limma("thresholds", "contrasts_adjusted"),
    _under_limma("verdicts", "classified_contrasts"),
]
WRONG = 1e-6


def _numbers(value: Any, path: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Every array inside an answer, writable, with the way to it."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _numbers(item, f"{path}.{name}")
    elif isinstance(value, RTable):
        yield from _numbers(value.columns, path)
    elif isinstance(value, pd.DataFrame):
        yield path, value.to_numpy(copy=False)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _numbers(item, f"{path}[{number}]")
    elif isinstance(value, np.ndarray):
        yield path, value


def _failures(scenario: dict[str, Any], actual: dict[str, Any]) -> list[str]:
    return [str(found) for found in compare(scenario["problem"], scenario["answer"], actual) if not found.ok]


@pytest.mark.parametrize("scenario", [SCENARIO, TABLES["filtered"], TABLES["decided_globally"], *DIFFERING])
def test_limma_agrees_with_itself(scenario: dict[str, Any]) -> None:
    assert _failures(scenario, _thawed(scenario["answer"])) == []


@pytest.mark.parametrize("scenario", [SCENARIO, TABLES["confidence"], TABLES["decided_globally"], *DIFFERING])
def test_one_wrong_number_is_noticed(scenario: dict[str, Any]) -> None:
    missed = []
    for path, original in _numbers(scenario["answer"]):
        answer = _thawed(scenario["answer"])
        wrong = dict(_numbers(answer))[path]
        largest = np.unravel_index(np.nanargmax(np.abs(original)), original.shape)
        wrong[largest] += max(abs(wrong[largest]), 1.0) * WRONG
        if not _failures(scenario, answer):
            missed.append(path)
    assert missed == []


def _thawed(answer: Any) -> Any:
    """A copy whose arrays, those inside DataFrames too, can be written to."""
    if isinstance(answer, dict):
        return {name: _thawed(item) for name, item in answer.items()}
    if isinstance(answer, list):
        return [_thawed(item) for item in answer]
    if isinstance(answer, RTable):
        return RTable(list(answer.row_names), _thawed(answer.columns))
    if isinstance(answer, pd.DataFrame):
        return np.array(answer)
    return np.array(answer) if isinstance(answer, np.ndarray) else answer


def test_a_number_where_limma_has_none_is_noticed() -> None:
    answer = _thawed(SCENARIO["answer"])
    answer["ebayes"]["t"][3, 0] = np.nan
    assert any("ebayes.t" in failure for failure in _failures(SCENARIO, answer))


def test_another_order_of_rows_is_noticed() -> None:
    scenario = TABLES["sorted"]
    answer = _thawed(scenario["answer"])
    answer["tables"][0].row_names[:2] = answer["tables"][0].row_names[1::-1]
    assert any("tables[0].rows" in failure for failure in _failures(scenario, answer))


def test_drawn_problems_are_solved_and_a_wrong_answer_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def honest(problems: list[dict[str, Any]], script: str = "live.R") -> tuple[str, list[dict[str, Any]]]:
        if script == "weighing.R":
            return "another", [{"refused": ["nobody knows"]} for _ in problems]
        return "a stand-in", [_as_limma(package.answer(problem)) for problem in problems]

    def wrong(problems: list[dict[str, Any]], script: str = "live.R") -> tuple[str, list[dict[str, Any]]]:
        version, answers = honest(problems, script)
        if script == "live.R":
            answers[1]["ebayes"]["t"][0, 0] *= 1 + WRONG
        return version, answers

    monkeypatch.setattr(oracle, "ask_limma", honest)
    assert oracle.main(["--cases", "3", "--seed", "5"]) == 0
    monkeypatch.setattr(oracle, "ask_limma", wrong)
    assert oracle.main(["--cases", "3", "--seed", "5"]) == 1
    assert "ebayes.t: " in capsys.readouterr().out


def _as_limma(answer: Any) -> Any:
    """Plain writable arrays instead of labelled ones, except for the covariance, which is matched by label."""
    if isinstance(answer, dict):
        return {name: item if name == "cov_coefficients" else _as_limma(item) for name, item in answer.items()}
    if isinstance(answer, list):
        return [item if isinstance(item, str) else _as_limma(item) for item in answer]
    return answer if isinstance(answer, RTable) else np.array(answer)


def test_without_r_nothing_is_compared_unless_one_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("RSCRIPT", raising=False)
    assert oracle.main(["--cases", "1", "--seed", "1"]) == 0
    assert "R with limma not found" in capsys.readouterr().out
    monkeypatch.setenv("RSCRIPT", str(tmp_path / "no-such-r"))
    assert oracle.main(["--cases", "1", "--seed", "1"]) == 2


def test_drawn_problems_are_reproducible_and_varied() -> None:
    drawn = [draw_problem(np.random.default_rng(seed)) for seed in range(40)]
    again = [draw_problem(np.random.default_rng(seed)) for seed in range(40)]
    assert [r_literal(problem) for problem in drawn] == [r_literal(problem) for problem in again]
    for option in ("weights", "contrasts", "block", "ndups", "method", "treat"):
        assert 0 < sum(option in problem for problem in drawn) < len(drawn)
