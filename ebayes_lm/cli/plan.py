"""The plan of a run: design, comparisons, memory and time; nothing is fitted and nothing written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.cli.advice import is_quickly_read
from ebayes_lm.cli.analysis import Job
from ebayes_lm.cli.choices import Choices
from ebayes_lm.cli.comparisons import HOW_TO_TEST, Comparison, Wanted
from ebayes_lm.cli.costs import costs, duration, is_held, size
from ebayes_lm.cli.facts import common_facts, comparison_facts, of_models
from ebayes_lm.cli.hidden_factors import annotation_table
from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.cli.summary import by_model, finding_lines, heading, model_lines, opening_lines, paragraph
from ebayes_lm.cli.wording import in_options
from ebayes_lm.core.ols import LeastSquares
from ebayes_lm.data.blocks import Running, in_bytes
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import agreeing, counted
from ebayes_lm.reporting.aligned import WIDTH, aligned
from ebayes_lm.reporting.completeness import Completeness, describe_completeness
from ebayes_lm.reporting.procedure import describe_testing
from ebayes_lm.reporting.sentences import describe_informing, equation, title

if TYPE_CHECKING:
    from ebayes_lm.data.plan import ReadingPlan

_ROWS = 6


def show_plan(jobs: Sequence[Job], said: list[str], *, as_json: bool) -> None:
    """Say what would be done."""
    if as_json:
        facts = of_models([_facts(job) for job in jobs])
        print(json.dumps({**facts, "dry_run": True, "files": [], "warnings": said}, indent=2, allow_nan=False))
        return
    lines = by_model([_lines(job) for job in jobs])
    print("\n".join([*lines, "", *paragraph("This was a dry run; nothing is written.")]))


@dataclass(frozen=True)
class _Looked:
    """What is known of the data without a fit, and what the fit will take."""

    gaps: Completeness | None
    n_infinite: int
    costs: dict[str, float]
    reading: ReadingPlan | None


def _looked_at(job: Job) -> _Looked:
    matrix, n_coefs = job.inputs.matrix, len(job.design.names)
    gaps, n_infinite = survey(matrix, job.choices) if is_quickly_read(matrix) else (None, 0)
    plan = costs(matrix, gaps, n_coefs, len(job.compared) + len(set(job.wanted.terms)), job.choices)
    reading = None if is_held(matrix) else matrix.plan(coefficients=n_coefs, **job.choices.running)
    return _Looked(gaps, n_infinite, plan, reading)


def _facts(job: Job) -> dict[str, Any]:
    found = _looked_at(job)
    return {
        **common_facts(job.inputs, job.design, job.choices, found.gaps),
        "comparisons": [comparison_facts(c) for c in job.compared],
        "terms": list(job.wanted.terms),
        "fdr": job.choices.fdr,
        "prior": job.choices.prior(),
        "plan": found.costs,
        "reading": None if found.reading is None else asdict(found.reading),
    }


def _lines(job: Job) -> list[str]:
    found = _looked_at(job)
    return [
        *_data_lines(job.inputs, job.design, job.choices, found.gaps, found.n_infinite),
        *_design_lines(job.design, job.choices.plan(job.design)),
        *_check_lines(job.design, job.inputs),
        *model_lines(job.choices),
        *_test_lines(job.wanted, job.compared, job.choices),
        *_plan_lines(found.costs, job.choices, found.reading),
    ]


def survey(matrix: FeatureMatrix, choices: Choices) -> tuple[Completeness, int]:
    """What is missing in the data, and how many values are infinite; these are missing where that is chosen."""

    def count(block: AnyArray, _: slice) -> tuple[AnyArray, ...]:
        return np.isnan(block).sum(axis=1), np.isinf(block).sum(axis=1)

    missing, infinite = matrix.map_blocks(count, Running(progress=False))
    lacking = missing + infinite if choices.procedure.inf_missing else missing
    n, samples = matrix.shape
    few = choices.procedure.min_observed or 0
    empty = lacking == samples
    n_few = int(np.count_nonzero((samples - lacking < few) & ~empty))
    found = Completeness(
        int(lacking.sum()), n * samples, int(np.count_nonzero(lacking)), n, n_few, int(np.count_nonzero(empty))
    )
    return found, int(infinite.sum())


def _data_lines(
    inputs: Inputs, design: Design, choices: Choices, gaps: Completeness | None, n_infinite: int
) -> list[str]:
    features, n = inputs.shape
    infinite = ""
    if n_infinite and not choices.procedure.inf_missing:
        verb = agreeing(n_infinite, "is", "are")
        infinite = f"{counted(n_infinite, 'value')} {verb} infinite, which is an error unless --inf missing."
    counts = f"{counted(features, 'feature')} on {counted(n, 'sample')}."
    size_of_all = in_bytes(inputs.matrix.nbytes)
    missing = f"Missing values were not counted, which would take reading all {size_of_all}."
    return opening_lines(design, inputs, counts, missing if gaps is None else describe_completeness(gaps), infinite)


def _design_lines(design: Design, plan: LeastSquares) -> list[str]:
    from ebayes_lm.design.estimability import describe_dependencies

    n, rank = len(design.matrix), plan.qr.rank
    where = f" on the {plan.n_used:,} samples that have a weight" if plan.n_used < n else ""
    lines = ["", "Design"]
    lines += paragraph(
        f"{counted(len(design.names), 'coefficient')}, rank {rank}, which leaves "
        f"{counted(plan.df_residual, 'residual degree')} of freedom{where}."
    )
    if len(plan.qr.aliased):
        lost = [design.names[j] for j in plan.qr.aliased]
        reasons = "; ".join(describe_dependencies(design, plan.qr))
        lines += paragraph(f"Not estimable: {', '.join(lost)}, because {reasons}.")
    else:
        lines += paragraph("Every coefficient can be estimated.")
    shown = aligned(design.frame.head(_ROWS), index_name="sample", width=WIDTH - 2)
    lines += ["", *(f"  {line}" for line in shown)]
    return [*lines, f"  ... and {n - _ROWS:,} more samples"] if n > _ROWS else lines


def _check_lines(design: Design, inputs: Inputs) -> list[str]:
    """What else there is to know about the design, with the annotations that it leaves out."""
    from ebayes_lm import check_design

    findings = check_design(design, annotation_table(inputs.samples)).findings
    return ["", "Check of the design", *finding_lines(findings)] if findings else []


def _test_lines(wanted: Wanted, compared: Sequence[Comparison], choices: Choices) -> list[str]:
    lines = ["", "Variances and tests", *paragraph(describe_testing(choices.procedure))]
    for comparison in compared:
        text = equation(comparison.weights)
        lines += ["", heading(comparison.name, title(comparison.informing), text)]
        lines += paragraph(describe_informing(comparison.informing))
    for term in dict.fromkeys(wanted.terms):
        lines += ["", f"Term {term}, F test"]
    if compared and (choices.columns or choices.form != "tsv"):
        also = f", also with {', '.join(choices.columns)}" if choices.columns else ""
        lines += ["", "Tables", *paragraph(f"One {choices.form} file a test{also}.")]
    if not (compared or wanted.terms):
        lines += ["", "No test", *paragraph(f"Name what to test with {HOW_TO_TEST}.")]
    return lines


def _plan_lines(plan: dict[str, float], choices: Choices, reading: ReadingPlan | None) -> list[str]:
    elsewhere = ""
    if choices.workers is not None:
        elsewhere = f"The fit itself takes {counted(choices.workers, 'worker')} of this machine, a process each. "
    elif choices.scheduler is not None:
        elsewhere = f"The fit itself goes to the cluster of {choices.scheduler}, which was not asked. "
    start = "from the matrix in memory to the last table" if reading is None else "besides the reading"
    text = (
        f"About {size(plan['memory_bytes'])} of memory at the peak besides the program itself, and about "
        f"{duration(plan['seconds'])} {start}, on {plan['threads']} threads. "
        f"{elsewhere}"
    )
    read = (
        []
        if reading is None
        else [part for line in in_options(str(reading)).splitlines()[1:] for part in paragraph(line)]
    )
    return ["", *(["Reading", *read, ""] if read else []), "Plan", *paragraph(text)]
