"""The plan of a run: design, comparisons, memory and time; nothing is fitted and nothing written."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.cli.choices import Choices
from ebayes_lm.cli.costs import costs, duration, size
from ebayes_lm.cli.facts import common_facts, comparison_facts
from ebayes_lm.cli.hidden import annotation_table
from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.cli.summary import finding_lines, heading, model_lines, opening_lines, paragraph
from ebayes_lm.cli.wanted import Comparison, Wanted
from ebayes_lm.core.ols import LeastSquares
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import counted
from ebayes_lm.reporting.aligned import WIDTH, aligned
from ebayes_lm.reporting.completeness import Completeness, describe_completeness
from ebayes_lm.reporting.procedure import describe_testing
from ebayes_lm.reporting.sentences import describe_informing, equation, title

_ROWS = 6


def show_plan(
    inputs: Inputs,
    design: Design,
    wanted: Wanted,
    compared: Sequence[Comparison],
    choices: Choices,
    said: list[str],
    *,
    as_json: bool = False,
) -> None:
    """Say what would be done."""
    gaps, n_infinite = survey(inputs, choices)
    plan = costs(gaps, len(design.names), len(compared) + len(set(wanted.terms)), choices)
    if as_json:
        facts = common_facts(inputs, design, choices, gaps)
        facts |= {"dry_run": True, "comparisons": [comparison_facts(c) for c in compared], "terms": list(wanted.terms)}
        facts |= {"fdr": choices.fdr, "prior": choices.prior()}
        json.dump({**facts, "plan": plan, "files": [], "warnings": said}, sys.stdout, indent=2, allow_nan=False)
        print()
        return
    lines = [
        *_data_lines(inputs, design, choices, gaps, n_infinite),
        *_design_lines(design, choices.plan(design)),
        *_check_lines(design, inputs),
        *model_lines(choices),
        *_test_lines(wanted, compared, choices),
        *_plan_lines(plan, choices),
    ]
    print("\n".join(lines))


def survey(inputs: Inputs, choices: Choices) -> tuple[Completeness, int]:
    """What is missing in the data, and how many values are infinite; these are missing where that is chosen."""

    def count(block: AnyArray, _: slice) -> tuple[AnyArray, ...]:
        return np.isnan(block).sum(axis=1), np.isinf(block).sum(axis=1)

    missing, infinite = as_feature_matrix(inputs.data, layer=choices.layer).map_blocks(count, Running(progress=False))
    lacking = missing + infinite if choices.procedure.inf_missing else missing
    n, samples = inputs.shape
    few = choices.procedure.min_observed or 0
    empty = lacking == samples
    n_few = int(np.count_nonzero((samples - lacking < few) & ~empty))
    found = Completeness(
        int(lacking.sum()), n * samples, int(np.count_nonzero(lacking)), n, n_few, int(np.count_nonzero(empty))
    )
    return found, int(infinite.sum())


def _data_lines(inputs: Inputs, design: Design, choices: Choices, gaps: Completeness, n_infinite: int) -> list[str]:
    features, n = inputs.shape
    infinite = ""
    if n_infinite and not choices.procedure.inf_missing:
        verb = "is" if n_infinite == 1 else "are"
        infinite = f"{counted(n_infinite, 'value')} {verb} infinite, which is an error unless --inf missing."
    counts = f"{features:,} features on {n:,} samples."
    return opening_lines(design, inputs, counts, describe_completeness(gaps), infinite)


def _design_lines(design: Design, plan: LeastSquares) -> list[str]:
    from ebayes_lm.design.estimability import describe_dependencies

    n, rank = len(design.matrix), plan.qr.rank
    where = f" on the {plan.n_used:,} samples that have a weight" if plan.n_used < n else ""
    lines = ["", "Design"]
    lines += paragraph(
        f"{len(design.names)} coefficients, rank {rank}, which leaves {plan.df_residual} residual degrees of freedom"
        f"{where}."
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
        lines += ["", "No test", *paragraph("Name what to test with --contrast, --coef or --test-term.")]
    return lines


def _plan_lines(plan: dict[str, float], choices: Choices) -> list[str]:
    elsewhere = ""
    if choices.workers is not None:
        elsewhere = f"The fit itself takes {counted(choices.workers, 'worker')} of this machine, a process each. "
    elif choices.scheduler is not None:
        elsewhere = f"The fit itself goes to the cluster of {choices.scheduler}, which was not asked. "
    text = (
        f"About {size(plan['memory_bytes'])} of memory at the peak besides the program itself, and about "
        f"{duration(plan['seconds'])} from the matrix in memory to the last table, on {plan['threads']} threads. "
        f"{elsewhere}This was a dry run; nothing is written."
    )
    return ["", "Plan", *paragraph(text)]
