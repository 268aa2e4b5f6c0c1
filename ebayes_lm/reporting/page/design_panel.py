"""Samples and design: who is in which group, what the model is, and what each comparison means."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.factor_labels import factor_labels
from ebayes_lm.errors import DesignError, counted, listing
from ebayes_lm.reporting.completeness import completeness, describe_completeness
from ebayes_lm.reporting.page.explorer import Evidence
from ebayes_lm.reporting.page.markup import Markup, cut, element
from ebayes_lm.reporting.page.panel_markup import figure
from ebayes_lm.reporting.page.subject import Subject
from ebayes_lm.reporting.page.tables import table
from ebayes_lm.reporting.panels.panel import Axis, Cells, Chart, Panel
from ebayes_lm.reporting.procedure import Procedure, describe_fitting
from ebayes_lm.reporting.sentences import describe_data, describe_prior

#: Larger cross tables and pictures say less than the words beside them.
_MOST_LEVELS, _MOST_FACTORS, _MOST_SAMPLES, _MOST_COEFFICIENTS = 15, 4, 250, 60
_MOST_LISTED = 300


def samples_section(evidence: Evidence, design_panel: Panel | None, procedure: Procedure) -> Markup:
    """The section on samples, design and comparisons."""
    subject = evidence.subject
    return element(
        "section",
        element("h2", "Samples and design"),
        *(element("p", cut(text, 2000)) for text in _sentences(subject, procedure)),
        element("h3", "Comparisons"),
        _comparisons(evidence),
        element("h3", "Samples"),
        *_groups(subject),
        _sample_table(subject),
        *([_picture(design_panel)] if design_panel else []),
        id="samples",
    )


def design_picture(subject: Subject) -> Panel | None:
    """The design matrix in colours; None where it is too large to be seen."""
    design = subject.mod.design
    (n, p), x = design.shape, design.matrix
    if n > _MOST_SAMPLES or p > _MOST_COEFFICIENTS:
        return None
    size = np.abs(x).max(axis=0, initial=0.0)
    shades = x / np.where(size > 1.0, size, 1.0)
    chart = Chart(
        "design-matrix",
        "The design, sample by sample",
        Axis("coefficient"),
        Axis("sample"),
        [Cells(tuple(map(cut, design.samples)), tuple(map(cut, design.names)), shades.ravel(), -1.0, 1.0, True)],
        f"The design matrix of {counted(n, 'sample')} (rows) and {counted(p, 'coefficient')} (columns); columns beyond "
        "one are divided by their largest value.",
        legend=False,
    )
    return Panel("design", "Design matrix", (), (chart,))


def _picture(panel: Panel) -> Markup:
    return element("div", element("h3", panel.title), *map(figure, panel.charts), class_="kept")


def _sentences(subject: Subject, procedure: Procedure) -> list[str]:
    mod = subject.mod
    design = mod.design
    columns = f"The design has {counted(design.shape[1], 'column')}."
    model = f"The model is {design.formula}." if design.formula else columns
    parts = [describe_data(mod), model, describe_fitting(procedure), describe_prior(mod)]
    parts.append(describe_completeness(completeness(mod)))
    if subject.left_out:
        parts.append(f"Not in this page, which would hold too many comparisons: {listing(subject.left_out, 10)}.")
    if mod.design.nuisance:
        parts.append(f"Adjusted for hidden factors: {', '.join(mod.design.nuisance)}.")
    return [part for part in parts if part]


def _comparisons(evidence: Evidence) -> Markup:
    subject = evidence.subject
    rows = {
        "In coefficients": [c.equation for c in subject.comparisons],
        "A positive effect means": [c.up or "" for c in subject.comparisons],
        "Samples": [0 if c.informing is None else len(c.informing.samples) for c in subject.comparisons],
        "Up": [n["up"] for n in evidence.counts],
        "Down": [n["down"] for n in evidence.counts],
    }  # fmt: skip
    frame = pd.DataFrame(rows, index=[c.title for c in subject.comparisons])
    return table(frame, f"What is compared, and what is found at a false discovery rate of {subject.fdr:.3g}",
                 corner="Comparison", folded=False)  # fmt: skip


def _groups(subject: Subject) -> list[Markup]:
    """How many samples each level has, and each pair of levels."""
    labels, levels = factors_of(subject.mod.design, subject.samples)
    names = [name for name in labels.columns if len(levels[name]) <= _MOST_LEVELS][:_MOST_FACTORS]
    if len(names) == 1:
        counts = labels[names[0]].value_counts().reindex(levels[names[0]], fill_value=0)
        return [table(counts.to_frame("Samples"), f"Samples by {names[0]}", corner=names[0], folded=False)]
    tables = []
    for first, second in combinations(names, 2):
        cross = pd.crosstab(labels[first].to_numpy(), labels[second].to_numpy())
        cross = cross.reindex(index=levels[first], columns=levels[second], fill_value=0)
        cross.columns = [f"{second} {level}" for level in cross.columns]
        tables.append(table(cross, f"Samples by {cut(first)} and {cut(second)}", corner=first, folded=False))
    return tables


def factors_of(design: Design, samples: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """The level of each sample in each factor of the design, and their levels; none where the table has them not."""
    try:
        labels = factor_labels(design, samples)
    except DesignError:
        return pd.DataFrame(index=samples.index), {}
    return labels, dict(zip(labels.columns, design.levels.values(), strict=True))


def _sample_table(subject: Subject) -> Markup | None:
    if not len(subject.samples.columns):
        return element("p", "There is no sample table in this report.")
    if len(subject.samples) > _MOST_LISTED:
        return None
    return table(subject.samples.astype(object), "All samples", corner="Sample", folded=True)
