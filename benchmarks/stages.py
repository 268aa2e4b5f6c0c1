"""The steps of an analysis one by one: weights, missing values, robust fits, contrasts, priors."""

from __future__ import annotations

from typing import Any

from benchmarks.comparison import disagreements, paired_ratio
from benchmarks.problems import Problem
from benchmarks.rivals import Rival
from benchmarks.speed import Limits, compare, without_paths, written

#: What is measured, and which part of the answer's time is the step; the rest prepares it.
STAGES = {
    "weighted": "fit", "missing": "fit", "robust": "fit", "contrasts": "contrasts", "weighted contrasts": "contrasts",
    "prior": "prior", "prior of gaps": "prior",
}  # fmt: skip
_RIVALS = ("ebayes_lm", "limma", "pylimma")
#: pylimma has no robust fit that can be asked in the same way.
_LACKING = {("pylimma", "robust")}


def measure_stages(problem: Problem, rivals: dict[str, Rival], limits: Limits) -> dict[str, Any]:
    """Measure every stage of all rivals in turn and say whether their results agree."""
    notes: list[str] = []
    versions: dict[str, str] = {}
    plan = [
        (f"{stage}, {name}", rivals[name], stage)
        for stage in STAGES
        for name in _RIVALS
        if name in rivals and (name, stage) not in _LACKING
    ]
    with written(problem) as folder:
        runs = compare(problem, folder, plan, limits.repeats, limits, versions, notes)
    done = {key: run for key, run in runs.items() if run.cold}
    differing = [
        difference
        for stage in STAGES
        for difference in disagreements({k: r.cold["checksum"] for k, r in done.items() if r.cold and r.stage == stage})
    ]
    ratios = [
        {"what": stage, "rival": name, "ratio": paired_ratio(done[ours].seconds(part), done[theirs].seconds(part))}
        for stage, part in STAGES.items()
        for name in _RIVALS[1:]
        if (ours := f"{stage}, ebayes_lm") in done and (theirs := f"{stage}, {name}") in done
        if done[ours].warm and done[theirs].warm
    ]
    exact = done.get("weighted contrasts, ebayes_lm")
    if exact is not None and exact.warm:
        ratio = paired_ratio(exact.seconds("contrasts"), exact.seconds("fit"))
        ratios.append({"what": "weighted contrasts", "rival": "the weighted fit itself", "ratio": ratio})
    return {
        "problem": problem.name,
        "description": f"{problem.describe()}; weights of every value, 5 % missing values",
        "seed": problem.seed,
        "threads": limits.threads,
        "versions": versions,
        "rivals": {key: run.summary() for key, run in done.items()},
        "ratios": ratios,
        "disagreements": differing,
        "notes": [without_paths(note) for note in notes],
    }
