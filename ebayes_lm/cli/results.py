"""Results as a folder, and as text or JSON on stdout."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from ebayes_lm.cli.analysis import Analysis, Job, part_of
from ebayes_lm.cli.facts import run_facts
from ebayes_lm.cli.folder import PROGRAM, RECORD, Folder, file_names
from ebayes_lm.cli.invocation import checksums, run_log, versions_yaml
from ebayes_lm.cli.pictures import Pictures
from ebayes_lm.cli.reports import Reports
from ebayes_lm.cli.summary import run_lines
from ebayes_lm.cli.tables import require_format, table_writer, tsv
from ebayes_lm.errors import agreeing, counted, listing, warn
from ebayes_lm.reporting.methods import methods_text

#: Files of each model, with what they hold; where there are several, these have a number.
_OF_MODELS = {
    "design.tsv": "the design matrix, one row a sample",
    "informing_samples.tsv": "the weight of every sample in every comparison",
    "sample_weights.tsv": "how reliable each sample is",
    "hidden_factors.tsv": "the hidden factors, one row a sample",
    "residual_components.tsv": "what moves the residuals of all features together",
}
DESIGN, INFORMING, SAMPLE_WEIGHTS, FACTORS, RESIDUALS = _OF_MODELS
_OF_RUNS = {
    "decisions.tsv": "how many features are up and down",
    "methods.md": "a methods paragraph with versions and citations",
    "summary.txt": "this text",
    "versions.yml": "versions of the program and of what it rests on",
    "run.log": "the command, its times, and every note in full",
    RECORD: "the same facts for programs, and the list of these files",
}
DECISIONS, METHODS, SUMMARY, VERSIONS, LOG, _ = _OF_RUNS
#: Arguments that name files to read.
_READ = ("data", "samples", "contrasts", "weights", "controls")
#: A spreadsheet takes a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@")


class Results:
    """Where the results of a run go; made before the fit, so that what cannot be written is known early."""

    def __init__(self, arguments: Namespace, jobs: Sequence[Job]) -> None:
        self.arguments = arguments
        self.form = jobs[0].choices.form
        require_format(self.form)
        self.parts = [part_of(len(jobs), k) for k in range(len(jobs))]
        keys = [("comparison", c.name) for job in jobs for c in job.compared]
        keys += [("term", term) for job in jobs for term in dict.fromkeys(job.wanted.terms)]
        fixed = [_numbered(name, part) for name in _OF_MODELS for part in self.parts] + list(_OF_RUNS)
        stems = [f"F_{name}" if kind == "term" else name for kind, name in keys]
        names = file_names(stems, fixed, f".{self.form}")
        self.tables = dict(zip(keys, names, strict=True))
        self.folder = Folder(arguments.out, [*names, *(name for name in fixed if name != RECORD)])
        self.contents: dict[str, str] = {}
        shown = arguments.plots
        self.pictures = None if shown is None else Pictures(shown, arguments.plot_format, jobs, self.folder)
        self.reports = None if arguments.report is None else Reports(arguments.report, jobs, self.folder)

    def deliver(self, found: Iterable[Analysis], said: list[str]) -> None:
        """Write what each model tells as soon as it is fitted, then what all do, and say what was found."""
        read = checksums(dict.fromkeys(getattr(self.arguments, name, None) for name in _READ))

        def deliver_one(analysis: Analysis, k: int) -> Analysis:
            self._write_tables(analysis)
            self._write_model(analysis, self.parts[k])
            self.folder.write_record({"program": PROGRAM})  # what is there is ours, whatever follows
            if self.pictures is not None:
                self.pictures.draw(analysis, k)
            if self.reports is not None:
                self.reports.write(analysis, self.arguments.invocation.command, said, read)
            return analysis.without_values()

        # A loop would hold the values of one model while it waits for the next.
        analyses = list(map(deliver_one, found, range(len(self.parts))))
        self._write(DECISIONS, tsv(decisions(analyses), "test"))
        self._write(METHODS, _methods(analyses))
        seen = {"read": read, **self._shown()}
        left_over = [name for name in self.folder.left_over if name not in _OF_RUNS]
        if left_over:
            warn(f"{self.folder.path} still holds {listing(left_over)} of an earlier run")
        self._write(VERSIONS, versions_yaml(f"ebayes-lm {self.arguments.command}"))
        self.contents |= {name: what for name, what in _OF_RUNS.items() if name not in self.contents}
        lines = [*run_lines(analyses), "", *self._contents(), *_seen_lines(seen)]
        self.folder.write(SUMMARY, "\n".join(lines) + "\n")
        written = {str(self.folder.path): [*self.folder.written, LOG], "": list(seen["reports"])}
        if self.pictures is not None and not self.pictures.is_of_results:
            written[seen["plots"]["folder"]] = seen["plots"]["files"]
        command = self.arguments.invocation.command
        self.folder.write(LOG, run_log(self.arguments.invocation, said, seen["read"], written))
        facts = {**run_facts(analyses, self.tables, said), "command": command, **seen}
        self.folder.write_record(facts)
        if self.arguments.json:
            whole = {**facts, "out": str(self.folder.path), "files": self.folder.written, "warnings": said}
            print(json.dumps(whole, indent=2, allow_nan=False))
        else:
            print("\n".join(lines))

    def _shown(self) -> dict[str, Any]:
        """Which pictures there are, and which reports."""
        pictures, reports = self.pictures, self.reports
        plots = None if pictures is None else {"folder": str(pictures.folder.path), "files": pictures.drawn}
        return {"plots": plots, "reports": {} if reports is None else reports.written}

    def _write(self, name: str, content: str, what: str | None = None) -> None:
        self.folder.write(name, content)
        self.contents[name] = _OF_RUNS[name] if what is None else what

    def _write_tables(self, analysis: Analysis) -> None:
        _note_formulas(analysis)
        found = [("comparison", t.comparison.name, t.table) for t in analysis.tested]
        found += [("term", t.name, t.table) for t in analysis.terms]
        for kind, name, table in found:
            file = self.tables[kind, name]
            self.folder.write(file, table_writer(table, "feature", self.form, analysis.choices.digits))
            tested = f"F test of {name}, all features" if kind == "term" else f"all features for {name}"
            self.contents[file] = f"{tested}, best first"

    def _write_model(self, analysis: Analysis, part: str) -> None:
        choices = analysis.choices
        tables: dict[str, pd.DataFrame] = {DESIGN: analysis.design.frame}
        if analysis.tested:
            tables[INFORMING] = _weights(analysis)
        if choices.sample_weights is not None:
            tables[SAMPLE_WEIGHTS] = choices.sample_weights.rename("weight").to_frame()
        factors = choices.factors
        if factors is not None:
            tables[FACTORS] = factors.values  # noqa: PD011 - factors are no table, and these are theirs
        if analysis.structure is not None:
            tables[RESIDUALS] = analysis.structure.components.set_index("component")
        for name, table in tables.items():
            what = _OF_MODELS[name] + (f" (model {part.removeprefix('_')})" if part else "")
            if name == INFORMING and choices.procedure.weighs_observations:
                what += ", weights of single values aside"
            self._write(_numbered(name, part), tsv(table, "component" if name == RESIDUALS else "sample"), what)

    def _contents(self) -> list[str]:
        width = max(len(name) for name in self.contents)
        return [
            f"Written to {self.folder.path} (a later run replaces these files and no others):",
            *(f"  {name:<{width}}  {what}" for name, what in self.contents.items()),
        ]


def _seen_lines(seen: Mapping[str, Any]) -> list[str]:
    """Where pictures and reports are."""
    lines = [f"Report: {name}, which any browser opens" for name in seen["reports"]]
    plots = seen["plots"]
    return (
        lines if plots is None else [*lines, f"Pictures: {counted(len(plots['files']), 'file')} in {plots['folder']}"]
    )


def _numbered(name: str, part: str) -> str:
    stem, dot, ending = name.partition(".")
    return f"{stem}{part}{dot}{ending}"


def _note_formulas(analysis: Analysis) -> None:
    """Names are written as they are; say where a spreadsheet would take one for a formula."""
    names = pd.Index(analysis.mod.labels.features).astype(str)
    risky = names[names.str.startswith(_FORMULA)]
    if len(risky):
        warn(
            f"{counted(len(risky), 'feature name')} {agreeing(len(risky), 'begins', 'begin')} with =, +, - or @ "
            f"({listing(risky, 3)}); they are written as they are, so import the tables into a spreadsheet with this "
            "column as text"
        )


def decisions(analyses: Sequence[Analysis]) -> pd.DataFrame:
    """Down, NotSig and Up of every comparison; significant or not of every term."""
    rows = {t.comparison.name: t.counts.to_dict() for analysis in analyses for t in analysis.tested}
    terms = [term for analysis in analyses for term in analysis.terms]
    rows |= {f"F {t.name}": {"NotSig": len(t.table) - t.significant, "Significant": t.significant} for t in terms}
    columns = ["Down", "NotSig", "Up", *(["Significant"] if terms else [])]
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=columns).astype("Int64")


def _weights(analysis: Analysis) -> pd.DataFrame:
    return pd.DataFrame({t.comparison.name: t.comparison.informing.weights for t in analysis.tested})


def _methods(analyses: Sequence[Analysis]) -> str:
    if len(analyses) == 1:
        return _methods_of(analyses[0])
    parts = [f"# Model {k}: {a.design.formula}\n\n{_methods_of(a)}" for k, a in enumerate(analyses, start=1)]
    return "\n".join(parts)


def _methods_of(analysis: Analysis) -> str:
    return methods_text(
        analysis.mod,
        comparisons=[t.comparison.name for t in analysis.tested],
        terms=[t.name for t in analysis.terms],
        fdr=analysis.choices.fdr,
        source=analysis.citation,
        procedure=analysis.choices.procedure,
    )
