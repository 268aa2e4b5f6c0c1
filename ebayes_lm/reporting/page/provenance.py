"""Where a report comes from: versions, the command, digests of what went in, and the words for a manuscript."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from platform import platform

import pandas as pd

from ebayes_lm.data.fingerprints import digest
from ebayes_lm.data.sources import ArraySource, SparseSource
from ebayes_lm.reporting.methods import methods_text
from ebayes_lm.reporting.page.markup import Markup, cut, element, with_code
from ebayes_lm.reporting.page.subject import Subject
from ebayes_lm.reporting.page.tables import table
from ebayes_lm.reporting.procedure import Procedure
from ebayes_lm.reporting.versions import versions

_LONGEST_NAME = 120


def made_at() -> str:
    """Now, or the time that SOURCE_DATE_EPOCH gives, so that a build can be repeated to the byte."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    return moment.isoformat(timespec="seconds")


def methods_section(subject: Subject, *, procedure: Procedure, source: str | None, terms: Sequence[str]) -> Markup:
    """The methods paragraph and its references."""
    text = methods_text(
        subject.mod,
        comparisons=[cut(c.name, _LONGEST_NAME) for c in subject.comparisons],
        terms=[cut(term, _LONGEST_NAME) for term in terms],
        fdr=subject.fdr,
        source=source,
        procedure=procedure,
    )
    paragraph, _, references = text.partition("## References")
    works = [with_code(" ".join(w.split())) for w in re.split(r"(?m)^\d+\. ", references)[1:]]
    return element(
        "section",
        element("h2", "Methods"),
        element("p", with_code(" ".join(paragraph.replace("# Methods", "", 1).split()))),
        element("h3", "References"),
        element("ol", *(element("li", work) for work in works)),
        id="methods",
    )


def provenance_section(
    subject: Subject, *, made: str, command: str | None, digests: pd.DataFrame, held: Sequence[str]
) -> Markup:
    """What made the file, from what, and what it holds."""
    rows = [("Made", made), *_versions(), ("Fit", " ".join(repr(subject.mod).partition("Next:")[0].split()))]
    about = element("dl", *((element("dt", name), element("dd", value)) for name, value in rows))
    return element(
        "section",
        element("h2", "Provenance"),
        about,
        element("p", "Made by this call:") if command else None,
        element("pre", element("code", command)) if command else None,
        table(digests, "SHA-256 of what went in", corner="What", folded=False),
        *(element("p", text) for text in held),
        element("p", "This file loads nothing from elsewhere and sends nothing anywhere."),
        id="provenance",
    )


def _versions() -> list[tuple[str, str]]:
    found = versions()
    own, python = found.pop("ebayes-lm"), found.pop("python")
    return [("ebayes_lm", own), ("Python", f"{python} on {platform(terse=True)}"), *found.items()]


def digests(subject: Subject, inputs: Mapping[str, str] | None) -> pd.DataFrame:
    """Digests of files where they are told, else of the values; of design and sample table in any case."""
    found: dict[str, str] = {str(k): str(v) for k, v in inputs.items()} if inputs else {}
    if subject.matrix is not None and not inputs:
        source = subject.matrix.source
        whole = isinstance(source, (ArraySource, SparseSource))
        found["data, all values" if whole else "data, some rows spread over all"] = source.fingerprint()
    design = subject.mod.design
    found["design"] = digest(design.matrix, list(design.names), [str(s) for s in design.samples])
    if len(subject.samples.columns):
        found["sample table"] = digest(subject.samples.to_csv())
    found["tests"] = digest(subject.mod.fit.record.coefficients, subject.mod.fit.record.sigma)
    return pd.DataFrame({"SHA-256": pd.Series(found, dtype=object)}, dtype=object)


def describe_held(shown: int, of: int, valued: int | None, complete: float | None, fdr: float) -> list[str]:
    """What of all features is in the file."""
    if shown == of:
        texts = ["The one feature is in this file." if of == 1 else f"All {of:,} features are in this file."]
    else:
        bound = f"every feature with an adjusted p-value up to {complete:.3g} in some comparison is among them"
        texts = [
            f"{shown:,} of {of:,} features are in this file, those with the smallest adjusted p-values; "
            f"{bound if complete else 'of equal adjusted p-values some are left out'}. The others are drawn as a "
            "density."
        ]
    if complete is not None and complete < fdr:
        texts[0] += " Not all that are significant have found room."
    if valued is None:
        return [*texts, "There are no values of single samples in it: the report was made without data."]
    which = "all of these" if valued == shown else f"the first {valued:,} of these"
    return [*texts, f"The values of single samples are there for {which}, to a thousandth of the range of a feature."]
