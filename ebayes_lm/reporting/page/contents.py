"""Everything that a page holds, for any number of features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import IntArray
from ebayes_lm.reporting.known import procedure_of
from ebayes_lm.reporting.page.arrays import ArrayStore, rounded
from ebayes_lm.reporting.page.assembly import document
from ebayes_lm.reporting.page.budget import Held
from ebayes_lm.reporting.page.checks import checks_of, checks_section
from ebayes_lm.reporting.page.design_panel import design_picture, samples_section
from ebayes_lm.reporting.page.explorer import Evidence, contrast_facts, has_log_odds
from ebayes_lm.reporting.page.f_tests import f_section, f_tests
from ebayes_lm.reporting.page.feature_values import FeatureValues
from ebayes_lm.reporting.page.markup import Markup, element
from ebayes_lm.reporting.page.panel_markup import panel_facts, panel_markup
from ebayes_lm.reporting.page.provenance import describe_held, digests, methods_section, provenance_section
from ebayes_lm.reporting.page.sample_facts import sample_facts
from ebayes_lm.reporting.page.verdicts import verdict_section
from ebayes_lm.reporting.panels.panel import Panel
from ebayes_lm.reporting.procedure import Procedure
from ebayes_lm.results.threshold import TreatFit

#: Columns of annotation that a page shows.
_MOST_COLUMNS = 12


@dataclass(frozen=True)
class Told:
    """What a caller says of the analysis that the fit does not know.

    Attributes
    ----------
    title : str
    made : str
        When.
    command : str or None
    notes : tuple of str
        Warnings of the run.
    inputs : mapping of str to str, or None
        Digests of files.
    procedure : Procedure or None
    source : str or None
    terms : tuple of str or dict
        Terms that were tested by F, with their tables where these are known.
    """

    title: str
    made: str
    command: str | None = None
    notes: tuple[str, ...] = ()
    inputs: Mapping[str, str] | None = None
    procedure: Procedure | None = None
    source: str | None = None
    terms: Mapping[str, Any] | tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Contents:
    """Tests, values, diagnostics and what was told; :meth:`html` makes the file."""

    evidence: Evidence
    values: FeatureValues | None
    panels: Sequence[Panel]
    told: Told

    def html(self, held: Held) -> bytes:
        """The file, with so many features."""
        store = ArrayStore()
        facts = self._facts(held, store)
        text = document(self.told.title, self._sections(held), {**facts, "arrays": store.facts()}, store.packed())
        return text.encode()

    def _facts(self, held: Held, store: ArrayStore) -> dict[str, Any]:
        evidence, subject = self.evidence, self.evidence.subject
        mod, order = subject.mod, evidence.order[: held.shown]
        place = np.full(mod.shape[0], -1, dtype=np.intp)
        place[order] = np.arange(len(order))
        drawn = [*([self._design] if self._design else []), *self.panels]
        return {
            "title": self.told.title,
            "made": self.told.made,
            "fdr": subject.fdr,
            "lfc": subject.lfc,
            "n_features": mod.shape[0],
            "n_shown": held.shown,
            "complete_to": evidence.complete_to(held.shown),
            "features": {
                "name": store.add("features", self._names[: len(order)]),
                "columns": self._columns(order, store),
            },
            "amean": store.add("amean", rounded(mod.fit.record.amean[order])),
            "has_log_odds": has_log_odds(mod),
            "threshold": {"lfc": mod.lfc} if isinstance(mod, TreatFit) else None,
            "contrasts": contrast_facts(evidence, held.shown, store),
            "samples": sample_facts(subject, store),
            "values": self.values.facts(held.valued, store) if self.values and held.valued else None,
            "values_note": self._held(held)[-1],
            "panels": panel_facts(drawn, place, store),
        }

    def _columns(self, order: IntArray, store: ArrayStore) -> list[dict[str, Any]]:
        """Annotation of the features shown, but for columns that repeat their names."""
        columns = []
        for i, (name, values) in enumerate(self._described.items()):
            part = values.iloc[order]
            if pd.api.types.is_numeric_dtype(part.dtype) and not pd.api.types.is_bool_dtype(part.dtype):
                kind, laid = "number", store.add(f"features.{i}", part.to_numpy(dtype=np.float64, na_value=np.nan))
            else:
                texts = [None if missing else str(v) for v, missing in zip(part, part.isna(), strict=True)]
                kind, laid = "text", store.add(f"features.{i}", texts)
            columns.append({"name": name, "kind": kind, "values": laid})
        return columns

    @cached_property
    def _described(self) -> dict[str, pd.Series[Any]]:
        mod = self.evidence.subject.mod
        frame, names = mod.features, mod.labels.features.astype(str)
        whole = {str(c): frame.iloc[:, j] for j, c in enumerate(frame.columns)}
        first = list(names[:50])
        own = [(c, v) for c, v in whole.items() if list(v.iloc[:50].astype(str)) != first]
        return dict(own[:_MOST_COLUMNS])

    @cached_property
    def _names(self) -> list[str]:
        """Names of the features that may be shown, in their order."""
        evidence = self.evidence
        return [str(name) for name in evidence.subject.mod.labels.features[evidence.order[: evidence.most_shown]]]

    @cached_property
    def _digests(self) -> pd.DataFrame:
        return digests(self.evidence.subject, self.told.inputs)

    @cached_property
    def _design(self) -> Panel | None:
        return design_picture(self.evidence.subject)

    @cached_property
    def _fixed(self) -> list[Markup]:
        """Sections that do not depend on how many features are shown: those before provenance."""
        evidence, subject = self.evidence, self.evidence.subject
        explorer = element(
            "section",
            element("h2", "Explore the tests"),
            element("noscript", element("p", "The tests can be explored where scripts are allowed to run.")),
            id="explorer",
            class_="contrast",
        )
        several = [element("section", element("h2", "Comparisons against each other"), id="contrasts")]
        diagnostics = element(
            "section",
            element("h2", "Diagnostics"),
            *(map(panel_markup, self.panels)),
            element("p", "Without the data there are few.") if subject.matrix is None else None,
            id="diagnostics",
        )
        told = self.told
        procedure = told.procedure or procedure_of(subject.mod, subject.samples)
        samples = samples_section(evidence, self._design, procedure)
        together = f_section(subject, f_tests(subject, told.terms))
        first = [verdict_section(evidence), samples, explorer, *([together] if together else []), diagnostics]
        first += several if len(subject.comparisons) > 1 else []
        methods = methods_section(subject, procedure=procedure, source=told.source, terms=tuple(told.terms))
        return [*first, checks_section(checks_of(evidence, self.panels, told.notes)), methods]

    def _sections(self, held: Held) -> list[Markup]:
        told, subject = self.told, self.evidence.subject
        provenance = provenance_section(
            subject, made=told.made, command=told.command, digests=self._digests, held=self._held(held)
        )
        return [*self._fixed, provenance]

    def _held(self, held: Held) -> list[str]:
        return describe_held(
            held.shown,
            self.evidence.subject.mod.shape[0],
            None if self.values is None else held.valued,
            self.evidence.complete_to(held.shown),
            self.evidence.subject.fdr,
        )
