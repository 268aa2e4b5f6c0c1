"""Measurements that need fresh processes: peak memory, import time, the first call with and without a cache."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.problems import Problem
from benchmarks.rivals import RivalError, environment
from benchmarks.speed import written

# Above the size from which the compiled kernel serves, and one far below it.
FIRST_CALLS = (
    Problem("first call, large", features=100_000, samples=20, coefficients=4, seed=1, labelled=False),
    Problem("first call, rows", features=2_000, samples=12, coefficients=4, seed=3, labelled=False, by_stages=True),
    Problem("first call, small", features=2_000, samples=12, coefficients=4, seed=2, labelled=False),
)
STATEMENTS = {
    "bare interpreter": "pass",
    "numpy": "import numpy",
    "numpy and pandas": "import numpy, pandas",
    "ebayes_lm": "import ebayes_lm",
    "ebayes_lm and its verbs": "from ebayes_lm import lm_fit, ebayes, top_table",
}


def memory(problem: Problem, threads: int) -> list[dict[str, Any]]:
    """Measure the peak of the fit and of the pipeline, each in a process of its own."""
    if not Path("/proc/self/clear_refs").exists():
        return []
    with written(problem) as folder:
        arguments = problem.arguments()
        return [
            {"problem": problem.name, **_answer("memory", [stage, *arguments], folder, environment(threads))}
            for stage in ("fit", "pipeline")
        ]


def imports(repeats: int, statements: dict[str, str] = STATEMENTS) -> dict[str, float]:
    """Give the median wall seconds of new interpreters that run one statement each, in alternation."""
    seconds: dict[str, list[float]] = {name: [] for name in statements}
    for turn in range(repeats + 1):
        for name, statement in statements.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True)
            # The first turn fills the system's file cache.
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: median(values) for name, values in seconds.items()}


def first_calls(repeats: int, threads: int) -> list[dict[str, Any]]:
    """Time the first call with an empty cache folder, and again with the folder that the last one filled."""
    rows = []
    for problem in FIRST_CALLS:
        with written(problem) as folder:
            empty, filled = [], []
            for turn in range(repeats):
                cache = folder / f"cache{turn}"
                cache.mkdir(mode=0o700)
                variables = {**environment(threads), "EBAYES_LM_CACHE_DIR": str(cache)}
                empty.append(_answer("first_call", problem.arguments(), folder, variables))
                filled.append(_answer("first_call", problem.arguments(), folder, variables))
        for state, answers in (("nothing cached", empty), ("cached", filled)):
            medians = {part: median(answer[part] for answer in answers) for part in answers[0]}
            rows.append({"problem": problem.name, "size": problem.describe(), "state": state, **medians})
    return rows


def _answer(runner: str, arguments: list[str], folder: Path, variables: dict[str, str]) -> dict[str, Any]:
    """Run one runner to its end and read the JSON in its last line."""
    command = [sys.executable, "-m", f"benchmarks.runners.{runner}", *arguments]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise RivalError(f"The {runner.replace('_', ' ')} measurement ended: {last[0]}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
