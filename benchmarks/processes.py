"""Measurements that need fresh processes: peak memory, import time, the first call with and without a cache."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.problem import Problem
from benchmarks.problems import Blocks, Counts, Rows
from benchmarks.rivals import RivalError, environment
from benchmarks.speed import written

# What is called first, and on what. Large is above the size from which the compiled kernel serves, small far below it;
# counts and blocks are as large as their problems, so that nothing is left to compile.
_COUNTS = Counts("first call, counts", features=20_000, samples=24, coefficients=4, seed=4, labelled=False)
_BLOCKS = Blocks("first call, blocks", features=20_000, samples=24, coefficients=4, seed=5, labelled=False)
FIRST_CALLS = (
    ("pipeline", Problem("first call, large", features=100_000, samples=20, coefficients=4, seed=1, labelled=False)),
    ("weighted pipeline", Rows("first call, rows", features=2_000, samples=12, coefficients=4, seed=3, labelled=False)),
    ("pipeline", Problem("first call, small", features=2_000, samples=12, coefficients=4, seed=2, labelled=False)),
    ("voom", _COUNTS),
    ("duplicate_correlation", _BLOCKS),
    ("array_weights", _BLOCKS),
    ("correlation of each feature", _BLOCKS),
)
# A runner that says nothing for so many seconds is given up.
PATIENCE = 900.0
STATEMENTS = {
    "bare interpreter": "pass",
    "numpy": "import numpy",
    "numpy and pandas": "import numpy, pandas",
    "ebayes_lm": "import ebayes_lm",
    "ebayes_lm and its verbs": "from ebayes_lm import lm_fit, ebayes, top_table",
}


def memory(problem: Problem, threads: int) -> list[dict[str, Any]]:
    """Measure the peak of what the problem names, each in a process of its own."""
    if not (problem.held and Path("/proc/self/clear_refs").exists()):
        return []
    with written(problem) as folder:
        arguments = problem.arguments()
        return [
            {"problem": problem.name, **answer("memory", [stage, *arguments], folder, environment(threads))}
            for stage in problem.held
        ]


def imports(repeats: int) -> dict[str, float]:
    """Give the median wall seconds of new interpreters that run one statement each, in alternation."""
    seconds: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for turn in range(repeats + 1):
        for name, statement in STATEMENTS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True)
            # The first turn fills the system's file cache.
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: median(values) for name, values in seconds.items()}


def first_call(call: str, problem: Problem, repeats: int, threads: int) -> list[dict[str, Any]]:
    """Time the first call with an empty cache folder, and again with the folder that the last one filled."""
    arguments = [call, *problem.arguments()]
    with written(problem) as folder:
        empty, filled = [], []
        for turn in range(repeats):
            cache = folder / f"cache{turn}"
            cache.mkdir(mode=0o700)
            variables = {**environment(threads), "EBAYES_LM_CACHE_DIR": str(cache)}
            empty.append(answer("first_call", arguments, folder, variables))
            filled.append(answer("first_call", arguments, folder, variables))
    about = {"problem": problem.name, "call": call, "size": problem.describe()}
    states = (("nothing cached", empty), ("cached", filled))
    return [{**about, "state": state, **_medians(answers)} for state, answers in states]


def _medians(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Take the median of every figure, and of every part of the call."""
    parts = {part: median(a["parts"][part] for a in answers) for part in answers[0]["parts"]}
    return {name: median(a[name] for a in answers) for name in ("import", "all", "again")} | {"parts": parts}


def answer(runner: str, arguments: list[str], folder: Path, variables: dict[str, str]) -> dict[str, Any]:
    """Run one runner to its end and read the JSON in its last line."""
    command = [sys.executable, "-m", f"benchmarks.runners.{runner}", *arguments]
    try:
        done = subprocess.run(
            command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise RivalError(f"The {runner.replace('_', ' ')} measurement was stopped after {PATIENCE:.0f} s.") from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise RivalError(f"The {runner.replace('_', ' ')} measurement ended: {last[0]}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
