"""The steps of an analysis one by one: weights, missing values, contrasts, priors, counts, blocks."""

from __future__ import annotations

from typing import Any, NamedTuple

from benchmarks.comparison import CHECKSUM_RTOL, Runs, disagreements, paired_ratio
from benchmarks.problem import Problem
from benchmarks.rivals import Rival
from benchmarks.speed import Limits, Race, written

#: lme4 stops where the deviance no longer changes, and the second derivatives of lmerTest are differences.
LMER_RTOL = 1e-5
#: limma's climb to a correlation stops where a step promises less than 1e-6 and is followed step by step here; pylimma
#: has one of its own.
CLIMB_RTOL = 1e-5
#: ComBat stops where no parameter of a batch moves by more than 1e-4 of itself.
SVA_RTOL = 1e-6
#: Weights of features come from a smoothing spline whose penalty R finds by a search of limited depth.
SPLINE_RTOL = 1e-3


class Stage(NamedTuple):
    """A step of an analysis.

    `part` is that part of the answer's time which is the step, where the rest prepares it; `rivals` are those that can
    be asked for it in the same way, and `known_as` what the process of R runs where that is not limma. The results of
    the rival `loose` may differ from ours by `rtol`. `beside` is another part of our own answer that the step is
    measured by, and what that is called.
    """

    name: str
    part: str = "all"
    rivals: tuple[str, ...] = ("limma", "pylimma")
    known_as: str = "limma"
    loose: str = ""
    rtol: float = CHECKSUM_RTOL
    beside: tuple[str, str] | None = None

    def label(self, rival: str) -> str:
        return self.known_as if rival == "limma" else rival


#: Stages by kind of problem. pylimma has no robust fit that can be asked in the same way, and nothing of edgeR.
STAGES = {
    "rows": (
        Stage("weighted", "fit"),
        Stage("missing", "fit"),
        Stage("robust", "fit", rivals=("limma",)),
        Stage("contrasts", "contrasts"),
        Stage("weighted contrasts", "contrasts", beside=("fit", "the weighted fit itself")),
        Stage("prior", "prior"),
        Stage("prior of gaps", "prior"),
    ),
    "counts": (
        Stage("norm_lib_sizes", rivals=("limma",), known_as="edgeR"),
        Stage("voom"),
        Stage("voom + lm_fit + ebayes"),
        Stage("voom_with_quality_weights"),
        Stage("voom_lm_fit", rivals=("limma",), known_as="edgeR"),
        Stage("voom_lm_fit with sample weights and blocks", rivals=("limma",), known_as="edgeR"),
    ),
    "blocks": (
        Stage("duplicate_correlation", loose="pylimma", rtol=CLIMB_RTOL),
        Stage("weighted duplicate_correlation", loose="pylimma", rtol=CLIMB_RTOL),
        Stage("array_weights gene by gene"),
        Stage("array_weights reml"),
        Stage("correlation of each feature", rivals=("limma",), known_as="lmerTest", loose="lmerTest", rtol=LMER_RTOL),
    ),
    "batches": (
        Stage("remove_batch_effect"),
        Stage("combat", rivals=("limma",), known_as="sva", loose="sva", rtol=SVA_RTOL),
        Stage("combat without a parametric prior", rivals=("limma",), known_as="sva", loose="sva", rtol=SVA_RTOL),
        Stage("surrogate_variables irw", rivals=("limma",), known_as="sva", loose="sva", rtol=SPLINE_RTOL),
        Stage("surrogate_variables two-step", rivals=("limma",), known_as="sva", loose="sva", rtol=SPLINE_RTOL),
        Stage("num_sv by permutations", rivals=("limma",), known_as="sva"),
        Stage("latent_factors", rivals=()),
    ),
    "residuals": (
        Stage("residual_structure", "structure", rivals=(), beside=("fit", "lm_fit itself")),
        Stage("residual_structure with permutations", "structure", rivals=(), beside=("fit", "lm_fit itself")),
    ),
}


def stages_of(problem: Problem) -> tuple[Stage, ...]:
    """Give the stages that a problem is measured by."""
    return tuple(s for s in STAGES.get(problem.kind, ()) if problem.only is None or s.name in problem.only)


def measure_stages(problem: Problem, rivals: dict[str, Rival], limits: Limits) -> dict[str, Any]:
    """Measure every stage of all rivals in turn and say whether their results agree."""
    stages = stages_of(problem)
    plan = [
        (f"{stage.name}, {stage.label(name)}", rivals[name], stage.name)
        for stage in stages
        for name in ("ebayes_lm", *stage.rivals)
        if name in rivals
    ]
    race = Race(problem, limits)
    with written(problem) as folder:
        race.run(folder, plan, limits.repeats)
    ratios = [ratio for stage in stages for ratio in _ratios(stage, race.done, problem)]
    return race.entry(ratios, [text for stage in stages for text in _disagreements(stage, race.done)])


def _disagreements(stage: Stage, done: dict[str, Runs]) -> list[str]:
    answers = {k: r.cold["checksum"] for k, r in done.items() if r.cold and r.stage == stage.name}
    return disagreements(answers, {f"{stage.name}, {stage.loose}": stage.rtol}) if answers else []


def _ratios(stage: Stage, done: dict[str, Runs], problem: Problem) -> list[dict[str, Any]]:
    """State how many times longer each rival takes, and a weighted contrast than its fit.

    A rival that fits some rows only has its time scaled to all rows, and is called so.
    """
    ours = done.get(f"{stage.name}, ebayes_lm")
    if ours is None or not ours.warm:
        return []
    ratios = []
    for label in map(stage.label, stage.rivals):
        theirs = done.get(f"{stage.name}, {label}")
        if theirs is None or not theirs.warm:
            continue
        rows = theirs.warm[0].get("rows")
        share = problem.features / rows if rows else 1.0
        ratio = share * paired_ratio(ours.seconds(stage.part), theirs.seconds(stage.part))
        name = f"{label}, {rows} rows scaled to all" if rows else label
        ratios.append({"what": stage.name, "rival": name, "ratio": ratio})
    if stage.beside is not None:
        part, name = stage.beside
        ratio = paired_ratio(ours.seconds(stage.part), ours.seconds(part))
        ratios.append({"what": stage.name, "rival": name, "ratio": ratio})
    return ratios
