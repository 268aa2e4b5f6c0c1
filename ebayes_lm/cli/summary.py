"""An analysis as text of 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pandas as pd

from ebayes_lm.cli.analysis import Analysis, Tested, TestedTerm
from ebayes_lm.cli.choices import Choices
from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.factor_labels import factor_labels
from ebayes_lm.errors import agreeing, counted, listing
from ebayes_lm.reporting.aligned import WIDTH, aligned
from ebayes_lm.reporting.completeness import completeness, describe_completeness, describe_lacking_tests
from ebayes_lm.reporting.preparation import describe_preparation
from ebayes_lm.reporting.procedure import describe_fitting
from ebayes_lm.reporting.sentences import (
    describe_data,
    describe_decisions,
    describe_informing,
    describe_prior,
    equation,
    title,
)

_INDENT = "  "
#: A cross table with more levels than this says less than the counts alone.
_MOST_LEVELS = 12


def run_lines(analyses: Sequence[Analysis]) -> list[str]:
    """Everything that a run says, model by model."""
    return by_model([summary_lines(analysis) for analysis in analyses])


def by_model(told: Sequence[list[str]]) -> list[str]:
    """What is told of each model, each under a heading where there are several."""
    if len(told) == 1:
        return told[0]
    lines: list[str] = []
    for k, own in enumerate(told, start=1):
        above = f"Model {k} of {len(told)}"
        lines += [*([""] if lines else []), above, "=" * len(above), "", *own]
    return lines


def summary_lines(analysis: Analysis) -> list[str]:
    """Everything that a run says."""
    inputs, mod, choices = analysis.inputs, analysis.mod, analysis.choices
    lines = [
        *opening_lines(analysis.design, inputs, describe_data(mod), describe_completeness(completeness(mod))),
        *model_lines(choices),
        "",
        "Variances",
        *paragraph(describe_prior(mod)),
    ]
    if analysis.structure is not None:
        lines += ["", "Residuals", *finding_lines(analysis.structure.findings)]
    for tested in analysis.tested:
        lines += ["", *_comparison_lines(tested, choices)]
    for term in analysis.terms:
        lines += ["", *_term_lines(term, choices)]
    return lines


def finding_lines(findings: Sequence[str]) -> list[str]:
    """Findings as sentences, each in lines of its own."""
    return [line for finding in findings for line in paragraph(finding if finding.endswith(".") else f"{finding}.")]


def opening_lines(design: Design, inputs: Inputs, *sentences: str) -> list[str]:
    """What is fitted to what: sentences about the data, the samples left out, and the groups."""
    lines = [f"{design.formula} on {inputs.source}", "", "Data"]
    for sentence in sentences:
        lines += paragraph(sentence)
    if inputs.excluded:
        lines += paragraph(f"Left out: {counted(len(inputs.excluded), 'sample')} ({listing(inputs.excluded)}).")
    return [*lines, *group_lines(design, inputs.samples)]


def model_lines(choices: Choices) -> list[str]:
    """What sets the fits apart from plain least squares, where something does."""
    counts = choices.procedure.counts
    remarks = () if choices.factors is None else choices.factors.remarks
    parts = (describe_preparation(counts) if counts else "", describe_fitting(choices.procedure), *remarks)
    text = " ".join(part for part in parts if part)
    source = "" if choices.weights is None else f" Weights are from {choices.weights.source}."
    return ["", "Model", *paragraph(text + source)] if text else []


def heading(name: str, shown: str, text: str) -> str:
    """A comparison in words and, where these differ, as coefficients."""
    if shown != name:
        return f"{shown} ({name})" if text == name else f"{shown} ({name} = {text})"
    return name if text == name else f"{name} = {text}"


def _comparison_lines(tested: Tested, choices: Choices) -> list[str]:
    comparison = tested.comparison
    found = describe_decisions(tested.counts, comparison.informing, choices.fdr, choices.procedure.lfc)
    return [
        heading(comparison.name, title(comparison.informing), equation(comparison.weights)),
        *paragraph(describe_informing(comparison.informing)),
        *paragraph(f"{found} {describe_lacking_tests(tested.table)}"),
        *_more(tested),
        *_top_lines(tested.table, choices.top),
    ]


def _more(tested: Tested) -> list[str]:
    """Where more is told of what may surprise."""
    informing = tested.comparison.informing
    silent = len(informing.samples) + len(informing.idle) < len(informing.weights)
    nothing = tested.counts["Up"] + tested.counts["Down"] == 0
    topics = [topic for topic, says in (("samples", silent), ("nothing-significant", nothing)) if says]
    return paragraph(f"More: ebayes-lm explain {', '.join(topics)}.") if topics else []


def _term_lines(term: TestedTerm, choices: Choices) -> list[str]:
    rate = f"a false discovery rate of {choices.fdr:.3g}"
    n_tested = int(term.table["P.Value"].notna().sum())
    differ = agreeing(term.significant, "differs", "differ")
    what = f"{term.significant:,} of {counted(n_tested, 'feature')} {differ} in some way at {rate}."
    if n_tested < len(term.table):
        what += f" For {counted(len(term.table) - n_tested, 'feature')} there is no test."
    return [f"Term {term.name}, F test", *paragraph(what), *_top_lines(term.table, choices.top)]


def _top_lines(table: pd.DataFrame, most: int) -> list[str]:
    top = table.head(most)
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
        listed = ", ".join(f"{level} ({counts[level]:,})" for level in values[:_MOST_LEVELS])
        more = f" and {counted(len(values) - _MOST_LEVELS, 'more level')}" if len(values) > _MOST_LEVELS else ""
        lines += paragraph(f"{name}: {listed}{more}.")
    return lines


def paragraph(text: str) -> list[str]:
    """Text in lines, indented."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False
    )
