"""One problem, all rivals: the whole pipeline, and the fit beside one matrix product."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
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


@dataclass
class Race:
    """Rivals on one problem: what they answered, their versions, and what was noted."""

    problem: Problem
    limits: Limits
    runs: dict[str, Runs] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def run(self, folder: Path, plan: Sequence[tuple[str, Rival, str]], repeats: int) -> None:
        """Start the rivals of one plan, alternate between them, and note those that are missing or fail."""
        limits = self.limits
        with ExitStack() as stack:
            started: dict[str, Running] = {}
            for rival in {rival.name: rival for _, rival, _ in plan}.values():
                try:
                    started[rival.name] = stack.enter_context(self._started(rival, folder))
                except RivalError as error:
                    self.notes.append(str(error))
            entries = [(key, started[rival.name], stage) for key, rival, stage in plan if rival.name in started]
            found = alternate(entries, repeats, budget=limits.budget, whole=limits.whole, notes=self.notes)
        self.runs.update(found)

    def _started(self, rival: Rival, folder: Path) -> Running:
        if rival.missing:
            raise RivalError(rival.missing)
        print(f"{self.problem.name}: starting {rival.label}", file=sys.stderr, flush=True)
        running = Running(rival, self.problem, folder, self.limits.threads, self.limits.patience)
        self.versions[rival.label] = running.version
        return running

    @property
    def done(self) -> dict[str, Runs]:
        """The runs of rivals that answered."""
        return {key: run for key, run in self.runs.items() if run.cold}

    def entry(self, ratios: list[dict[str, Any]], differences: list[str]) -> dict[str, Any]:
        """What a record holds of the problem."""
        return {
            "problem": self.problem.name,
            "description": self.problem.describe(),
            "seed": self.problem.seed,
            "threads": self.limits.threads,
            "versions": self.versions,
            "rivals": {key: run.summary() for key, run in self.done.items()},
            "ratios": ratios,
            "disagreements": differences,
            "notes": [without_paths(note) for note in self.notes],
        }


def measure(problem: Problem, rivals: dict[str, Rival], limits: Limits) -> dict[str, Any]:
    """Measure both comparisons of one problem and say whether the results agree."""
    race = Race(problem, limits)
    with written(problem) as folder:
        for plan, repeats in ((PIPELINE, limits.repeats), (PRODUCT, 2 * limits.repeats + 1)):
            race.run(folder, [(key, rivals[name], stage) for key, name, stage in plan if name in rivals], repeats)
    differences = disagreements({key: run.cold["checksum"] for key, run in race.done.items() if run.cold})
    return race.entry(_ratios(race.done), differences)


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
