"""The plan of a run: design, comparisons, memory and time; nothing is fitted and nothing written."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence

from ebayes_lm.cli.analysis import Comparison, Wanted
from ebayes_lm.cli.facts import common_facts, comparison_facts
from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.cli.summary import group_lines, heading, paragraph
from ebayes_lm.data.blocks import Running
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import listing
from ebayes_lm.reporting.aligned import WIDTH, aligned
from ebayes_lm.reporting.sentences import describe_informing, equation, title

_ROWS = 6
_BYTES = 8
#: Vectors of one number a feature that a table takes while it is made and written: its columns, p-values adjusted,
#: the order of the rows, and its text of about 20 characters a number.
_VECTORS_PER_TABLE = 30
#: Copies of a block as float64 while it is fitted.
_BLOCK_COPIES = 4

#: Measured on one 2-core x86 machine with 10^5 to 2 x 10^7 values: starting and compiling; a value that is fitted;
#: a row of a table that is ranked, turned into text and written. Hence "about".
_SECONDS_TO_START = 2.0
_SECONDS_PER_CELL = 1e-8
_SECONDS_PER_ROW = 2e-5


def show_plan(
    inputs: Inputs,
    design: Design,
    wanted: Wanted,
    compared: Sequence[Comparison],
    arguments: Namespace,
    said: list[str],
) -> None:
    """Say what would be done."""
    running = Running(threads=arguments.threads)
    n_tables = len(compared) + len(set(wanted.terms))
    plan = {
        "memory_bytes": memory_needed(inputs.shape, len(design.names), n_tables, running),
        "seconds": round(seconds_needed(inputs.shape, n_tables), 1),
        "threads": running.n_threads,
    }
    if arguments.json:
        facts = common_facts(inputs.source, inputs.shape, inputs.excluded, design)
        facts |= {"dry_run": True, "comparisons": [comparison_facts(c) for c in compared], "terms": list(wanted.terms)}
        json.dump({**facts, "plan": plan, "files": [], "warnings": said}, sys.stdout, indent=2, allow_nan=False)
        print()
        return
    print("\n".join([*_design_lines(inputs, design), *_test_lines(wanted, compared), *_plan_lines(plan)]))


def memory_needed(shape: tuple[int, int], n_coefs: int, n_tables: int, running: Running) -> int:
    """Bytes at the peak: the matrix, the blocks being fitted, the estimates, and one table at a time as text."""
    features, samples = shape
    block = min(features, running.block_rows(samples)) * samples * _BLOCK_COPIES * running.n_threads
    kept = features * (4 * n_coefs + 8 + 8 * n_tables)
    return _BYTES * (features * samples + block + kept + features * _VECTORS_PER_TABLE)


def seconds_needed(shape: tuple[int, int], n_tables: int) -> float:
    """Seconds from the matrix in memory to the last table."""
    features, samples = shape
    return _SECONDS_TO_START + _SECONDS_PER_CELL * features * samples + _SECONDS_PER_ROW * features * n_tables


def _design_lines(inputs: Inputs, design: Design) -> list[str]:
    from ebayes_lm import non_estimable
    from ebayes_lm.design.estimability import describe_dependencies

    features, n = inputs.shape
    lost = non_estimable(design) or []
    lines = [f"{design.formula} on {inputs.source}", "", "Data", *paragraph(f"{features:,} features on {n:,} samples.")]
    if inputs.excluded:
        lines += paragraph(f"Left out: {len(inputs.excluded)} samples ({listing(inputs.excluded)}).")
    lines += [*group_lines(design, inputs.samples), "", "Design"]
    rank = len(design.names) - len(lost)
    lines += paragraph(
        f"{len(design.names)} coefficients, rank {rank}, which leaves {n - rank} residual degrees of freedom."
    )
    if lost:
        reasons = "; ".join(describe_dependencies(design))
        lines += paragraph(f"Not estimable: {', '.join(lost)}, because {reasons}.")
    else:
        lines += paragraph("Every coefficient can be estimated.")
    shown = aligned(design.frame.head(_ROWS), index_name="sample", width=WIDTH - 2)
    lines += ["", *(f"  {line}" for line in shown)]
    return [*lines, f"  ... and {n - _ROWS:,} more samples"] if n > _ROWS else lines


def _test_lines(wanted: Wanted, compared: Sequence[Comparison]) -> list[str]:
    lines = []
    for comparison in compared:
        text = equation(comparison.weights)
        lines += ["", heading(comparison.name, title(comparison.informing), text)]
        lines += paragraph(describe_informing(comparison.informing))
    for term in dict.fromkeys(wanted.terms):
        lines += ["", f"Term {term}, F test"]
    if not lines:
        lines = ["", "No test", *paragraph("Name what to test with --contrast, --coef or --test-term.")]
    return lines


def _plan_lines(plan: dict[str, float]) -> list[str]:
    text = (
        f"About {_size(plan['memory_bytes'])} of memory at the peak besides the program itself, and about "
        f"{_duration(plan['seconds'])} from the matrix in memory to the last table, on {plan['threads']} threads. "
        "This was a dry run; nothing is written."
    )
    return ["", "Plan", *paragraph(text)]


def _size(n: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if n < 1000:
            return f"{n:.3g} {unit}"
        n /= 1000
    return f"{n:,.3g} GB" if n < 1000 else f"{n:,.0f} GB"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.0f} h"
