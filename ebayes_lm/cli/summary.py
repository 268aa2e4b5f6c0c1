"""An analysis as text of 100 columns."""

from __future__ import annotations

import textwrap

import pandas as pd

from ebayes_lm.cli.analysis import Analysis, Tested, TestedTerm
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import listing
from ebayes_lm.reporting.aligned import WIDTH, aligned
from ebayes_lm.reporting.informing import factor_labels
from ebayes_lm.reporting.sentences import (
    describe_data,
    describe_decisions,
    describe_informing,
    describe_prior,
    equation,
    title,
)

_INDENT = "  "
_TOP = 10
#: A cross table with more levels than this says less than the counts alone.
_MOST_LEVELS = 12


def summary_lines(analysis: Analysis) -> list[str]:
    """Everything that a run says."""
    lines = [f"{analysis.design.formula} on {analysis.source}", "", "Data", *paragraph(describe_data(analysis.mod))]
    if analysis.excluded:
        lines += paragraph(f"Left out: {len(analysis.excluded)} samples ({listing(analysis.excluded)}).")
    lines += [
        *group_lines(analysis.design, analysis.samples),
        "",
        "Variances",
        *paragraph(describe_prior(analysis.mod)),
    ]
    for tested in analysis.tested:
        lines += ["", *_comparison_lines(tested, analysis.fdr)]
    for term in analysis.terms:
        lines += ["", *_term_lines(term, analysis.fdr)]
    return lines


def heading(name: str, shown: str, text: str) -> str:
    """A comparison in words and, where these differ, as coefficients."""
    if shown != name:
        return f"{shown} ({name})" if text == name else f"{shown} ({name} = {text})"
    return name if text == name else f"{name} = {text}"


def _comparison_lines(tested: Tested, fdr: float) -> list[str]:
    comparison = tested.comparison
    return [
        heading(comparison.name, title(comparison.informing), equation(comparison.weights)),
        *paragraph(describe_informing(comparison.informing)),
        *paragraph(describe_decisions(tested.counts, comparison.informing, fdr)),
        *_top_lines(tested.table),
    ]


def _term_lines(term: TestedTerm, fdr: float) -> list[str]:
    rate = f"a false discovery rate of {fdr:.3g}"
    what = f"{term.significant:,} of {len(term.table):,} features differ in some way at {rate}."
    return [f"Term {term.name}, F test", *paragraph(what), *_top_lines(term.table)]


def _top_lines(table: pd.DataFrame) -> list[str]:
    top = table.head(_TOP)
    # An annotation that repeats the names takes room and says nothing.
    repeated = [c for c in top.columns if top[c].dtype.kind not in "biuf" and list(top[c]) == list(top.index)]
    return [
        "",
        *(
            _INDENT + line
            for line in aligned(top.drop(columns=repeated), index_name="feature", width=WIDTH - len(_INDENT))
        ),
    ]


def group_lines(design: Design, samples: pd.DataFrame) -> list[str]:
    """How many samples each level has; of two factors, each pair of levels."""
    labels = factor_labels(design, samples)
    levels = dict(zip(labels.columns, design.levels.values(), strict=True))
    if len(levels) == 2 and max(len(v) for v in levels.values()) <= _MOST_LEVELS:
        (first, rows), (second, columns) = levels.items()
        table = pd.crosstab(labels[first].to_numpy(), labels[second].to_numpy()).reindex(index=rows, columns=columns)
        table.columns = [f"{second} {c}" for c in columns]
        return ["", *(_INDENT + line for line in aligned(table, index_name=first, width=WIDTH - len(_INDENT)))]
    lines = []
    for name, values in levels.items():
        counts = labels[name].value_counts()
        listed = ", ".join(f"{level} {counts[level]:,}" for level in values[:_MOST_LEVELS])
        more = f" and {len(values) - _MOST_LEVELS} more levels" if len(values) > _MOST_LEVELS else ""
        lines += paragraph(f"{name}: {listed}{more}.")
    return lines


def paragraph(text: str) -> list[str]:
    """Text in lines, indented."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False
    )
