"""The verdict: what came out, one sentence a comparison."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm.errors import agreeing, counted
from ebayes_lm.reporting.page.explorer import Evidence
from ebayes_lm.reporting.page.markup import Markup, cut, element
from ebayes_lm.reporting.page.subject import Comparison
from ebayes_lm.reporting.page.tables import table
from ebayes_lm.reporting.sentences import describe_informing
from ebayes_lm.results.threshold import TreatFit

_TOP, _LONGEST = 10, 1500


def verdict_section(evidence: Evidence) -> Markup:
    """The section that a reader sees first."""
    subject = evidence.subject
    items = [_item(evidence, j) for j in range(len(subject.comparisons))]
    return element("section", element("h2", "What came out"), element("ul", *items, class_="verdicts"), id="verdict")


def _item(evidence: Evidence, j: int) -> Markup:
    comparison = evidence.subject.comparisons[j]
    rests = "" if comparison.informing is None else describe_informing(comparison.informing)
    return element(
        "li",
        element("p", element("strong", cut(comparison.title)), ": ", sentence(evidence, j)),
        element("p", cut(rests, _LONGEST), class_="rests") if rests else None,
        _top(evidence, j),
    )


def _top(evidence: Evidence, j: int) -> Markup:
    """The features with most evidence, folded away."""
    mod, comparison = evidence.subject.mod, evidence.subject.comparisons[j]
    rows = np.argsort(-evidence.neg_log10_p[:, j], kind="stable")[:_TOP]
    columns = {
        "logFC": evidence.log_fc[rows, j],
        "AveExpr": mod.fit.record.amean[rows],
        "t": mod.t_of(comparison.position)[rows],
        "P.Value": 10.0 ** -evidence.neg_log10_p[rows, j],
        "adj.P.Val": 10.0 ** -evidence.neg_log10_adj_p[rows, j],
    }
    which = agreeing(len(rows), "The feature", f"The {len(rows)} features")
    caption = f"{which} with most evidence for {cut(comparison.title)}"
    return table(pd.DataFrame(columns, index=mod.labels.features[rows]), caption, corner="Feature", folded=True)


def sentence(evidence: Evidence, j: int) -> str:
    """One comparison: how many features, what positive means, on how many samples it rests."""
    subject, comparison, counts = evidence.subject, evidence.subject.comparisons[j], evidence.counts[j]
    if comparison.informing is None or not counts["tested"]:
        return "cannot be estimated from these samples."
    beyond = f" by more than {subject.mod.lfc:.3g} (TREAT)" if isinstance(subject.mod, TreatFit) else ""
    beyond += f", effects beyond {subject.lfc:g} alone" if subject.lfc else ""
    n, total = len(comparison.informing.samples), len(comparison.informing.weights)
    rests = f"all {counted(n, 'sample')}" if n == total else f"{n:,} of {counted(total, 'sample')}"
    return (
        f"{counts['up']:,} up, {counts['down']:,} down of {counted(counts['tested'], 'feature')}{beyond} at a false "
        f"discovery rate of {subject.fdr:.3g}; positive means {_positive(comparison)}; rests on {rests}."
    )


def _positive(comparison: Comparison) -> str:
    return cut(comparison.up or f"that {comparison.equation} is above zero", 200)
