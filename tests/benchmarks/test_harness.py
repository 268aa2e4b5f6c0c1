"""The benchmark's own correctness: arithmetic, agreement, records, and one tiny run of two runners."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import facts, records, report
from benchmarks.comparison import Runs, alternate, disagreements, paired_ratio
from benchmarks.problem import Problem
from benchmarks.problems import PROBLEMS
from benchmarks.rivals import Rival, RivalError, known
from benchmarks.speed import Limits, measure

TINY = Problem("tiny", features=60, samples=12, coefficients=4, seed=3, labelled=True)


class Scripted:
    """A contender whose calls take the seconds that it is given."""

    def __init__(self, *seconds: float, log: list[str] | None = None, name: str = "") -> None:
        self._seconds, self._log, self._name = iter(seconds), log if log is not None else [], name

    def ask(self, stage: str) -> dict[str, Any]:
        self._log.append(self._name)
        seconds = next(self._seconds)
        if math.isnan(seconds):
            raise RivalError("out of breath")
        return {"seconds": seconds, "parts": {stage: seconds}, "checksum": {"sigma": 1.0}, "peak_mb": 1.0}


def entry(**changes: Any) -> dict[str, Any]:
    ratios = [{"what": "fit", "rival": "limma", "ratio": 70.0}, {"what": "fit", "rival": "product", "ratio": 0.5}]
    base = dict.fromkeys(records.SPEED_KEYS) | {"problem": "million", "description": "d", "versions": {}, "threads": 2}
    return base | {"rivals": {}, "ratios": ratios, "disagreements": [], "notes": []} | changes


def record(**changes: Any) -> dict[str, Any]:
    base = {"schema": 1, "date": "2026-01-02", "machine": {"cores": 2}, "quick": False, "speed": [entry()]}
    rest = {"memory": [], "imports": {}, "first_calls": [], "notes": [], "targets": []}
    return base | rest | changes


def test_the_ratio_is_the_median_over_neighbouring_turns() -> None:
    assert paired_ratio([1.0, 2.0, 4.0], [10.0, 10.0, 10.0]) == 5.0
    assert paired_ratio([1.0, 2.0], [3.0]) == 3.0
    assert math.isnan(paired_ratio([], [1.0]))


def test_rivals_take_turns_and_the_cold_call_is_kept_apart() -> None:
    log: list[str] = []
    a, b = Scripted(9, 1, 3, log=log, name="a"), Scripted(8, 2, 2, log=log, name="b")
    runs = alternate([("a", a, "fit"), ("b", b, "fit")], 2, pause=0)
    assert log == ["a", "b"] * 3
    summary = runs["a"].summary()
    assert summary["cold"]["all"] == 9
    assert summary["warm"]["all"] == {"median": 2, "minimum": 1}
    assert summary["runs"] == 2


def test_a_rival_over_its_budget_is_measured_warm_once_and_not_repeated() -> None:
    runs = alternate([("slow", Scripted(50, 50, 50), "fit"), ("fast", Scripted(1, 1, 1), "fit")], 2, budget=60, pause=0)
    assert len(runs["slow"].warm) == 1
    assert len(runs["fast"].warm) == 2


def test_a_rival_that_fails_is_left_out_and_noted() -> None:
    notes: list[str] = []
    runs = alternate([("a", Scripted(1, math.nan), "fit"), ("b", Scripted(1, 1, 1), "fit")], 2, pause=0, notes=notes)
    assert notes == ["out of breath"]
    assert [len(run.warm) for run in runs.values()] == [0, 2]


def test_a_problem_out_of_time_keeps_what_it_has() -> None:
    notes: list[str] = []
    runs = alternate([("a", Scripted(1, 1), "fit")], 1, whole=-1.0, pause=0, notes=notes)
    assert runs["a"].cold is None
    assert notes == ["After -1 s, in turn 1 of 2, a and what follows were not asked."]


def test_a_stage_that_never_ran_has_no_figures() -> None:
    assert Runs("fit").summary() == {"stage": "fit", "runs": 0}


def test_a_difference_beyond_rounding_is_a_disagreement() -> None:
    ours = {"sigma": 100.0, "t": 5.0, "first": [3, 1]}
    assert disagreements({"ours": ours, "theirs": {"sigma": 100.0 * (1 + 1e-11), "first": [3, 1]}}) == []
    (found,) = disagreements({"ours": ours, "theirs": {"sigma": 100.0 * (1 + 1e-6)}})
    assert "sigma" in found
    assert disagreements({"ours": ours, "theirs": {"first": [1, 3]}})
    assert disagreements({"ours": ours, "theirs": {"t": math.nan}})
    loose = {"ours": ours, "theirs": {"sigma": 100.0 * (1 + 1e-6)}}
    assert disagreements(loose, {"theirs": 1e-5}) == []
    assert disagreements(loose, {"others": 1e-5})


@pytest.mark.parametrize("problem", [*PROBLEMS.values(), TINY], ids=lambda p: p.name)
def test_designs_have_full_rank(problem: Problem) -> None:
    design = problem.design()
    assert design.shape == (problem.samples, problem.coefficients)
    assert np.linalg.matrix_rank(design) == problem.coefficients


def test_every_rival_reads_the_same_numbers(tmp_path: Path) -> None:
    TINY.write(tmp_path)
    y = np.load(tmp_path / "y.npy")
    by_column = np.fromfile(tmp_path / "y.bin").reshape(TINY.samples, TINY.features).T
    np.testing.assert_array_equal(y, by_column)
    np.testing.assert_array_equal(y, TINY.values())


def test_a_tiny_run_agrees_and_reports() -> None:
    rivals = {name: rival for name, rival in known().items() if name in ("ebayes_lm", "numpy")}
    result = measure(TINY, rivals, Limits(repeats=1, threads=1))
    assert result["notes"] == []
    assert result["disagreements"] == []
    assert list(result["rivals"]) == ["ebayes_lm", "ebayes_lm fit", "product", "plain fit"]
    assert list(result["rivals"]["ebayes_lm"]["warm"]) == ["all", "fit", "ebayes", "table"]
    whole = record(speed=[result])
    assert records.problems_of(whole) == []
    assert "The results of all rivals agree." in report.markdown(whole)


def test_a_rival_that_cannot_run_is_named_without_paths() -> None:
    absent = Rival("limma", "R limma", ("no-such",), missing="R limma is skipped: no /some/where/Rscript here.")
    result = measure(TINY, {"limma": absent, "numpy": known()["numpy"]}, Limits(repeats=1, threads=1))
    assert result["notes"] == ["R limma is skipped: no Rscript here."]
    assert "limma" not in result["rivals"]


def test_aims_compare_in_the_right_direction() -> None:
    memory = [{"problem": "million", "stage": "fit", "share": 0.5, "input_mb": 1, "peak_mb": 1, "held_mb": 1}]
    rows = records.targets(record(memory=memory, imports={"bare interpreter": 0.01, "ebayes_lm": 0.2}))
    assert [row["met"] for row in rows] == [True, False, False, True]


def test_a_record_that_lacks_something_says_what() -> None:
    assert records.problems_of(record()) == []
    broken = record(speed=[entry(ratios=[{"what": "fit", "rival": "limma", "ratio": math.nan}])])
    del broken["memory"]
    assert records.problems_of(broken) == [
        "The record has no 'memory'.",
        "The ratio fit against limma is not a positive number.",
    ]


def test_a_record_is_kept_under_its_date_and_name(tmp_path: Path) -> None:
    path = records.save(record(), "Two Cores!", tmp_path)
    assert path.name == "2026-01-02-two-cores.json"
    assert json.loads(path.read_text()) == record()


@pytest.mark.parametrize("path", sorted(records.RECORDS.glob("*.json")), ids=lambda p: p.name)
def test_kept_records_are_complete(path: Path) -> None:
    assert records.problems_of(json.loads(path.read_text())) == []


def test_the_machine_is_described_but_not_named() -> None:
    described = facts.machine()
    assert {"processor", "cores", "memory_gb", "python", "numpy"} <= described.keys()
    assert not any("/" in str(value) for value in described.values())
