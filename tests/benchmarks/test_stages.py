"""Problems measured stage by stage: what is drawn, tiny runs without R, ratios that are scaled, and fresh processes."""

from __future__ import annotations

import re
import runpy
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ebayes_lm
from benchmarks import processes, records, report, stages
from benchmarks.comparison import Runs
from benchmarks.problem import Problem
from benchmarks.problems import PROBLEMS, Blocks, MappedBlocks, blocks_of_three
from benchmarks.rivals import Rival, known
from benchmarks.runners.serving import LMER_ROWS
from benchmarks.speed import Limits, written
from tests.benchmarks.test_harness import record
from tests.peaks import linux

RUNNERS = Path(processes.__file__).parent / "runners"
IN_STAGES = ("rows", "counts", "blocks", "batches")


def tiny(name: str, features: int = 120) -> Problem:
    return replace(PROBLEMS[name], features=features, samples=12)


@pytest.mark.parametrize("name", IN_STAGES)
def test_a_tiny_run_measures_every_stage(name: str) -> None:
    result = stages.measure_stages(tiny(name), {"ebayes_lm": known()["ebayes_lm"]}, Limits(repeats=1, threads=1))
    assert result["notes"] == []
    assert list(result["rivals"]) == [f"{stage.name}, ebayes_lm" for stage in stages.STAGES[name]]
    whole = record(speed=[result])
    assert records.problems_of(whole) == []
    assert result["description"] in report.markdown(whole)


def test_a_stage_that_fails_is_noted_and_the_next_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    impossible = stages.Stage("no such stage")
    monkeypatch.setitem(stages.STAGES, "rows", (impossible, stages.STAGES["rows"][0]))
    result = stages.measure_stages(tiny("rows"), {"ebayes_lm": known()["ebayes_lm"]}, Limits(repeats=1, threads=1))
    assert result["notes"] == ["ebayes_lm cannot do no such stage: KeyError: 'no such stage'"]
    assert list(result["rivals"]) == ["weighted, ebayes_lm"]


@pytest.mark.parametrize("kind", IN_STAGES)
def test_r_has_the_stages_that_it_is_asked_for(kind: str) -> None:
    script = (RUNNERS / f"{kind}.R").read_text()
    named = {a or b for a, b in re.findall(r'^  (?:(\w+)|"([^"]+)") = function', script, re.M)}
    assert named == {stage.name for stage in stages.STAGES[kind] if "limma" in stage.rivals}


def test_r_fits_as_many_rows_one_by_one_as_are_compared() -> None:
    assert f"min({LMER_ROWS}L, features)" in (RUNNERS / "blocks.R").read_text()


def test_rows_fitted_one_by_one_have_the_blocks_vary_and_do_not_depend_on_the_size() -> None:
    """lme4 cuts a variance between blocks at zero, ebayes_lm does not: such rows would not be alike."""
    full = PROBLEMS["blocks"]
    y = replace(full, features=LMER_ROWS).values()
    np.testing.assert_array_equal(replace(full, features=200).values()[:LMER_ROWS], y)
    fit = ebayes_lm.lm_fit(y, full.design(), block=blocks_of_three(full.samples), correlation="feature")
    assert fit.rho.min() > 0.01


def test_time_for_some_rows_is_scaled_to_all() -> None:
    def runs(label: str, seconds: float, **more: Any) -> Runs:
        answer = {"seconds": seconds, "parts": {}, "checksum": {"t": 1.0}, "peak_mb": 1.0, **more}
        return Runs("mixed", cold=answer, warm=[answer])

    stage = stages.Stage("mixed", rivals=("limma",), known_as="lmerTest")
    done = {"mixed, ebayes_lm": runs("ours", 2.0), "mixed, lmerTest": runs("theirs", 3.0, rows=10)}
    assert stages._ratios(stage, done, tiny("blocks", features=1000)) == [
        {"what": "mixed", "rival": "lmerTest, 10 rows scaled to all", "ratio": 150.0}
    ]


def test_a_rival_may_differ_where_it_stops_elsewhere() -> None:
    def run(consensus: float) -> Runs:
        return Runs("c", cold={"checksum": {"consensus": consensus}})

    done = {"c, ebayes_lm": run(0.5), "c, limma": run(0.5), "c, pylimma": run(0.5000001)}
    assert stages._disagreements(stages.Stage("c", loose="pylimma", rtol=1e-5), done) == []
    assert len(stages._disagreements(stages.Stage("c", loose="limma", rtol=1e-5), done)) == 1


def test_counts_have_the_library_sizes_that_they_were_drawn_with() -> None:
    problem = PROBLEMS["counts"].quick()
    counts = problem.values()
    sizes = problem.besides(counts)["lib_size"]
    assert counts.dtype.kind == "i"
    assert counts.any(axis=1).all()
    np.testing.assert_allclose(sizes.sum(), counts.sum())
    # A tenth of 1,000 features that differ change the sums of samples by some percent.
    np.testing.assert_allclose(sizes, counts.sum(axis=0), rtol=0.3)
    assert np.corrcoef(sizes, counts.sum(axis=0))[0, 1] > 0.9


def test_a_mapped_problem_is_written_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.problems.CHUNK", 40)
    problem = MappedBlocks("mapped", features=100, samples=12, coefficients=4, seed=7, labelled=False)
    problem.write(tmp_path)
    y = np.load(tmp_path / "y.npy")
    assert y.shape == (100, 12)
    last = Blocks("last", features=20, samples=12, coefficients=4, seed=7 + 80, labelled=False)
    np.testing.assert_array_equal(y[80:], last.values())
    assert len(np.unique(y[:, 0])) == 100


@linux
@pytest.mark.parametrize("name", ["genes", "many counts", "million blocks"])
def test_peak_memory_is_measured_of_what_a_problem_names(name: str) -> None:
    problem = tiny(name)
    rows = processes.memory(problem, threads=1)
    assert [row["stage"] for row in rows] == list(problem.held)
    assert all(row["seconds"] > 0 for row in rows)
    assert "peak / input" in report.markdown(record(memory=rows))


@pytest.mark.parametrize(("call", "problem"), processes.FIRST_CALLS, ids=lambda x: x if isinstance(x, str) else "")
def test_a_first_call_has_parts(call: str, problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process; the runner looks at its command line when it is imported."""
    small = replace(problem, features=100, samples=12)
    monkeypatch.setattr(sys, "argv", ["first_call", call])
    runner = runpy.run_module("benchmarks.runners.first_call")
    with written(small) as folder:
        monkeypatch.chdir(folder)
        parts = runner["once"](call, runner["Inputs"](small.arguments(), labels=False))
        monkeypatch.undo()
    assert parts
    assert min(parts.values()) > 0


def test_first_calls_are_timed_with_and_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "environment", lambda threads: _uncompiled(threads))
    call, problem = processes.FIRST_CALLS[0]
    rows = processes.first_call(call, replace(problem, features=100, samples=12), 1, 1)
    assert [row["state"] for row in rows] == ["nothing cached", "cached"]
    assert all(row["parts"] and row["all"] >= sum(row["parts"].values()) for row in rows)
    assert call in report.markdown(record(first_calls=rows))
    assert len(records.targets(record(first_calls=rows))) == 2 + ("pipeline" in call)


def _uncompiled(threads: int) -> dict[str, str]:
    """What is under test is the measurement: kernels run as they are written, which spares compiling them."""
    from benchmarks.rivals import environment

    return {**environment(threads), "NUMBA_DISABLE_JIT": "1"}


def test_a_measurement_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 0.01)
    with pytest.raises(processes.RivalError, match="stopped after 0 s"):
        processes.first_call("pipeline", tiny("genes"), 1, 1)


def test_nothing_is_measured_of_a_problem_that_asks_for_nothing() -> None:
    assert stages.stages_of(PROBLEMS["million blocks"]) == ()
    assert [stage.name for stage in stages.stages_of(PROBLEMS["many counts"])] == ["voom"]
    assert processes.memory(PROBLEMS["rows"], 1) == []
    assert isinstance(known()["limma"], Rival)
