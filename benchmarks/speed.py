"""One problem, all rivals: the whole pipeline, and the fit beside one matrix product."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.comparison import Runs, alternate, disagreements, paired_ratio
from benchmarks.problem import Problem
from benchmarks.rivals import Rival, RivalError, Running

PIPELINE = (("ebayes_lm", "ebayes_lm", "pipeline"), ("limma", "limma", "pipeline"), ("pylimma", "pylimma", "pipeline"))
PRODUCT = (("ebayes_lm fit", "ebayes_lm", "fit"), ("product", "numpy", "product"), ("plain fit", "numpy", "fit"))


@dataclass(frozen=True)
class Limits:
    """How often to repeat, and how many seconds a rival may take: in all, for one answer, and a problem as a whole."""

    repeats: int = 5
    threads: int = 2
    budget: float = 150.0
    patience: float = 600.0
    whole: float = 1500.0


@contextmanager
def written(problem: Problem) -> Iterator[Path]:
    """Keep the problem's files in a temporary folder for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="ebayes_lm_bench_") as name:
        folder = Path(name).resolve()
        problem.write(folder)
        yield folder


def measure(problem: Problem, rivals: dict[str, Rival], limits: Limits) -> dict[str, Any]:
    """Measure both comparisons of one problem and say whether the results agree."""
    notes: list[str] = []
    versions: dict[str, str] = {}
    runs: dict[str, Runs] = {}
    with written(problem) as folder:
        for plan, repeats in ((PIPELINE, limits.repeats), (PRODUCT, 2 * limits.repeats + 1)):
            chosen = [(key, rivals[name], stage) for key, name, stage in plan if name in rivals]
            runs |= compare(problem, folder, chosen, repeats, limits, versions, notes)
    done = {key: run for key, run in runs.items() if run.cold}
    differences = disagreements({key: run.cold["checksum"] for key, run in done.items() if run.cold})
    return {
        "problem": problem.name,
        "description": problem.describe(),
        "seed": problem.seed,
        "threads": limits.threads,
        "versions": versions,
        "rivals": {key: run.summary() for key, run in done.items()},
        "ratios": _ratios(done),
        "disagreements": differences,
        "notes": [without_paths(note) for note in notes],
    }


def compare(
    problem: Problem,
    folder: Path,
    plan: Sequence[tuple[str, Rival, str]],
    repeats: int,
    limits: Limits,
    versions: dict[str, str],
    notes: list[str],
) -> dict[str, Runs]:
    """Start the rivals of one plan, alternate between them, and note those that are missing or fail."""
    with ExitStack() as stack:
        started: dict[str, Running] = {}
        for rival in {rival.name: rival for _, rival, _ in plan}.values():
            try:
                if rival.missing:
                    raise RivalError(rival.missing)
                print(f"{problem.name}: starting {rival.label}", file=sys.stderr, flush=True)
                started[rival.name] = stack.enter_context(
                    Running(rival, problem, folder, limits.threads, limits.patience)
                )
                versions[rival.label] = started[rival.name].version
            except RivalError as error:
                notes.append(str(error))
        entries = [(key, started[rival.name], stage) for key, rival, stage in plan if rival.name in started]
        return alternate(entries, repeats, budget=limits.budget, whole=limits.whole, notes=notes)


def _ratios(runs: dict[str, Runs]) -> list[dict[str, Any]]:
    """State every ratio against ebayes_lm that the runs allow: above 1, ebayes_lm is the faster."""
    wanted = [
        ("fit", "limma", "fit", "ebayes_lm", "fit"),
        ("fit", "pylimma", "fit", "ebayes_lm", "fit"),
        ("pipeline", "limma", "all", "ebayes_lm", "all"),
        ("pipeline", "pylimma", "all", "ebayes_lm", "all"),
        ("fit", "product", "all", "ebayes_lm fit", "all"),
        ("fit", "plain fit", "all", "ebayes_lm fit", "all"),
    ]
    return [
        {"what": what, "rival": rival, "ratio": paired_ratio(runs[ours].seconds(mine), runs[rival].seconds(theirs))}
        for what, rival, theirs, ours, mine in wanted
        if ours in runs and rival in runs and runs[ours].warm and runs[rival].warm
    ]


def without_paths(note: str) -> str:
    """Shorten file paths to their last part: a record tells nothing of the machine's folders."""
    return re.sub(r"(?:/[\w.+-]+)+/([\w.+-]+)", r"\1", note)
