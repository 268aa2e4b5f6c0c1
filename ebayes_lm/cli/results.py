"""Results as a folder, and as text or JSON on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import pandas as pd

from ebayes_lm.cli.analysis import Analysis
from ebayes_lm.cli.facts import facts_of
from ebayes_lm.cli.folder import RECORD, Folder, file_names
from ebayes_lm.cli.summary import summary_lines
from ebayes_lm.cli.tables import require_format, table_writer, tsv
from ebayes_lm.cli.wanted import Comparison, Wanted
from ebayes_lm.errors import listing, warn
from ebayes_lm.reporting.methods import methods_text

DESIGN, DECISIONS, INFORMING, SAMPLE_WEIGHTS, FACTORS, RESIDUALS, METHODS, SUMMARY = (
    "design.tsv", "decisions.tsv", "informing_samples.tsv", "sample_weights.tsv", "hidden_factors.tsv",
    "residual_components.tsv", "methods.md", "summary.txt",
)  # fmt: skip
_FIXED = (DESIGN, DECISIONS, INFORMING, SAMPLE_WEIGHTS, FACTORS, RESIDUALS, METHODS, SUMMARY, RECORD)
#: A spreadsheet takes a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@")


class Results:
    """Where the results of a run go; made before the fit, so that what cannot be written is known early."""

    def __init__(self, out: str, wanted: Wanted, compared: Sequence[Comparison], form: str = "tsv") -> None:
        require_format(form)
        self.form = form
        terms = list(dict.fromkeys(wanted.terms))
        names = file_names([*(c.name for c in compared), *(f"F_{term}" for term in terms)], _FIXED, f".{form}")
        self.tables = dict(
            zip([("comparison", c.name) for c in compared] + [("term", t) for t in terms], names, strict=True)
        )
        self.folder = Folder(out, [*names, *_FIXED[:-1]])

    def deliver(self, analysis: Analysis, said: list[str], *, as_json: bool) -> None:
        """Write every file, then say what was found."""
        self._note_formulas(analysis)
        for tested in analysis.tested:
            name = self.tables["comparison", tested.comparison.name]
            self.folder.write(name, table_writer(tested.table, "feature", self.form))
        for term in analysis.terms:
            self.folder.write(self.tables["term", term.name], table_writer(term.table, "feature", self.form))
        self.folder.write(DESIGN, tsv(analysis.design.frame, "sample"))
        self.folder.write(DECISIONS, tsv(decisions(analysis), "test"))
        if analysis.tested:
            self.folder.write(INFORMING, tsv(_weights(analysis), "sample"))
        weights = analysis.choices.sample_weights
        if weights is not None:
            self.folder.write(SAMPLE_WEIGHTS, tsv(weights.rename("weight").to_frame(), "sample"))
        factors = analysis.choices.factors
        if factors is not None:
            self.folder.write(FACTORS, tsv(factors.values, "sample"))
        if analysis.structure is not None:
            self.folder.write(RESIDUALS, tsv(analysis.structure.components.set_index("component"), "component"))
        self.folder.write(METHODS, _methods(analysis))
        lines = [*summary_lines(analysis), "", *self._contents(analysis)]
        self.folder.write(SUMMARY, "\n".join(lines) + "\n")
        facts = facts_of(analysis, self.tables, said)
        self.folder.write_record(facts)
        if self.folder.left_over:
            warn(f"{self.folder.path} still holds {listing(self.folder.left_over)} of an earlier run")
        if as_json:
            whole = {**facts, "out": str(self.folder.path), "files": self.folder.written, "warnings": said}
            json.dump(whole, sys.stdout, indent=2, allow_nan=False)
            print()
        else:
            print("\n".join(lines))

    def _contents(self, analysis: Analysis) -> list[str]:
        rows = {
            self.tables["comparison", t.comparison.name]: f"all features for {t.comparison.name}, best first"
            for t in analysis.tested
        }
        rows |= {self.tables["term", t.name]: f"F test of {t.name}, all features, best first" for t in analysis.terms}
        rows[DESIGN] = "the design matrix, one row a sample"
        rows[DECISIONS] = "how many features are up and down"
        if analysis.tested:
            rows[INFORMING] = "the weight of every sample in every comparison" + (
                ", weights of single values aside" if analysis.choices.procedure.weighs_observations else ""
            )
        if analysis.choices.sample_weights is not None:
            rows[SAMPLE_WEIGHTS] = "how reliable each sample is"
        if analysis.choices.factors is not None:
            rows[FACTORS] = "the hidden factors, one row a sample"
        if analysis.structure is not None:
            rows[RESIDUALS] = "what moves the residuals of all features together"
        rows |= {
            METHODS: "a methods paragraph with versions and citations",
            SUMMARY: "this text",
            RECORD: "the same facts for programs, and the list of these files",
        }
        width = max(len(name) for name in rows)
        return [
            f"Written to {self.folder.path} (a later run replaces these files and no others):",
            *(f"  {name:<{width}}  {what}" for name, what in rows.items()),
        ]

    def _note_formulas(self, analysis: Analysis) -> None:
        """Names are written as they are; say where a spreadsheet would take one for a formula."""
        names = pd.Index(analysis.mod.labels.features).astype(str)
        risky = names[names.str.startswith(_FORMULA)]
        if len(risky):
            warn(
                f"{len(risky):,} feature names begin with =, +, - or @ ({listing(risky, 3)}); they are written as they "
                "are, so import the tables into a spreadsheet with this column as text"
            )


def decisions(analysis: Analysis) -> pd.DataFrame:
    """Down, NotSig and Up of every comparison; significant or not of every term."""
    rows = {t.comparison.name: t.counts.to_dict() for t in analysis.tested}
    rows |= {
        f"F {t.name}": {"NotSig": len(t.table) - t.significant, "Significant": t.significant} for t in analysis.terms
    }
    columns = ["Down", "NotSig", "Up", *(["Significant"] if analysis.terms else [])]
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=columns).astype("Int64")


def _weights(analysis: Analysis) -> pd.DataFrame:
    return pd.DataFrame({t.comparison.name: t.comparison.informing.weights for t in analysis.tested})


def _methods(analysis: Analysis) -> str:
    return methods_text(
        analysis.mod,
        comparisons=[t.comparison.name for t in analysis.tested],
        terms=[t.name for t in analysis.terms],
        fdr=analysis.choices.fdr,
        source=analysis.citation,
        procedure=analysis.choices.procedure,
    )
