"""Checks as traffic lights: what was looked at, what was found, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm.batch.design_findings import check_design
from ebayes_lm.errors import EbayesLMError, agreeing, counted, listing
from ebayes_lm.reporting.completeness import completeness, percent
from ebayes_lm.reporting.page.explorer import Evidence
from ebayes_lm.reporting.page.markup import Markup, cut, element, with_code
from ebayes_lm.reporting.page.panel_markup import light
from ebayes_lm.reporting.page.subject import Comparison, Subject
from ebayes_lm.reporting.page.tables import listed
from ebayes_lm.reporting.panels.panel import Light, Panel
from ebayes_lm.reporting.panels.wording import sentence

#: Residual degrees of freedom below which variances hang on the prior.
_FEW_DF, _HARDLY_ANY_DF = 6.0, 2.0
#: Shares of missing values, and of features without a test, that are worth a look.
_MANY_MISSING, _MANY_UNTESTED = 0.2, 0.05
#: Longer words are cut in the middle.
_LONGEST = 3000
_ORDER = {"red": 0, "amber": 1, "green": 2}


class Check(NamedTuple):
    """One light of the table."""

    light: Light
    title: str
    found: str | tuple[str, ...]
    advice: str | None = None


def checks_section(checks: Sequence[Check]) -> Markup:
    """All checks in one table, the worst first."""
    rows = [
        element("tr", element("td", light(c.light)), element("th", cut(c.title, 120), scope="row"),
                element("td", _found(c.found)), element("td", with_code(cut(c.advice or "", _LONGEST))))
        for c in sorted(checks, key=lambda c: _ORDER[c.light])
    ]  # fmt: skip
    head = element("tr", *(element("th", name, scope="col") for name in ("Light", "Check", "Found", "What to do")))
    caption = element("caption", "What was checked, the most pressing first")
    whole = element("table", caption, element("thead", head), element("tbody", *rows), class_="checks")
    scroll = element("div", whole, class_="scroll", tabindex=0, role="region", aria_label="Checks")
    return element("section", element("h2", "Checks"), scroll, id="checks")


def _found(found: str | tuple[str, ...]) -> Markup | None:
    if isinstance(found, str):
        return with_code(cut(found, _LONGEST))
    return listed([with_code(cut(text, _LONGEST)) for text in found])


def checks_of(evidence: Evidence, panels: Sequence[Panel], notes: Sequence[str]) -> list[Check]:
    """Checks of design, samples and completeness, those of the panels, and the notes of the run."""
    subject = evidence.subject
    return [
        _estimability(subject),
        _df(subject),
        _design(subject),
        _completeness(subject),
        _untested(evidence),
        *[Check(p.light, p.title, p.words[0] if p.words else "", p.advice) for p in panels if p.light],
        *[Check("amber", "Note of the run", note) for note in notes],
    ]


def _estimability(subject: Subject) -> Check:
    lost = [c.title for c in subject.comparisons if c.informing is None]
    if lost:
        return Check("red", "Comparisons can be estimated", f"The design cannot estimate {listing(lost)}.",
                     "Ask for comparisons within groups that share the other factors, or drop a factor.")  # fmt: skip
    few = [c.title for c in subject.comparisons if _is_narrow(subject, c)]
    if few:
        return Check("amber", "Comparisons can be estimated",
                     f"Fewer than half of the samples enter {listing(few)}; see the table of comparisons.",
                     "Read these as results of the samples that they rest on.")  # fmt: skip
    return Check("green", "Comparisons can be estimated", "Every comparison can be estimated.")


def _is_narrow(subject: Subject, comparison: Comparison) -> bool:
    """Whether adjustment leaves a comparison few samples; without any, groups alone decide how many there are."""
    n = 0 if comparison.informing is None else len(comparison.informing.samples)
    return n < 0.5 * subject.mod.fit.plan.n_used and len(subject.mod.design.terms) > 1


def _df(subject: Subject) -> Check:
    df = float(np.nanmedian(subject.mod.fit.record.df_residual)) if subject.mod.shape[0] else 0.0
    found = f"{df:.4g} residual {'degree' if df == 1.0 else 'degrees'} of freedom for a typical feature."
    title = "Enough samples for the model"
    if df < _HARDLY_ANY_DF:
        return Check("red", title, found, "Variances are hardly known; use a smaller model or more samples.")
    if df < _FEW_DF:
        return Check("amber", title, found, "Variances lean on the prior; expect few findings, and confirm them.")
    return Check("green", title, found)


def _design(subject: Subject) -> Check:
    """What :func:`check_design` says."""
    wanted = pd.DataFrame({c.title: c.weights for c in subject.comparisons})
    table = subject.samples if len(subject.samples.columns) else None
    try:
        found = check_design(subject.mod.design, table, contrasts=wanted).findings
    except EbayesLMError as error:
        return Check("amber", "Design", f"It could not be checked: {error}")
    title = "Confounding and balance"
    if not found:
        return Check("green", title, "Nothing in the design stands out.")
    sentences = tuple(map(sentence, found))
    return Check("amber", title, sentences, "See which samples each comparison rests on.")


def _completeness(subject: Subject) -> Check:
    found, title = completeness(subject.mod), "Missing values"
    if not found.missing:
        return Check("green", title, "No value is missing.")
    share = found.missing / max(found.of, 1)
    text = f"{percent(share)} of all values are missing, in {found.features:,} of {found.n_features:,} features."
    if share > _MANY_MISSING:
        return Check("amber", title, text, "See whether values are missing more often where they are low.")
    return Check("green", title, f"{text} Each feature is fitted to what it has.")


def _untested(evidence: Evidence) -> Check:
    n, title = evidence.subject.mod.shape[0], "Features are tested"
    fewest = min(counts["tested"] for counts in evidence.counts)
    if n - fewest > _MANY_UNTESTED * n:
        lacking = f"{counted(n - fewest, 'feature')} of {n:,} {agreeing(n - fewest, 'has', 'have')} no test"
        text = f"In one comparison at least, {lacking}."
        return Check("amber", title, text, "They lack observations or residual degrees of freedom.")
    return Check(
        "green",
        title,
        "All features have tests." if fewest == n else f"{fewest:,} of {n:,} {agreeing(fewest, 'has', 'have')} a test.",
    )
