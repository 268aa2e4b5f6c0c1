"""The command ``report``: the page of a fit that was saved."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from ebayes_lm.cli.invocation import checksums
from ebayes_lm.cli.reports import require_page, told_digests
from ebayes_lm.cli.sample_tables import sample_table
from ebayes_lm.errors import DataError, StageError, counted
from ebayes_lm.results.tested import TestedFit


def run_report(arguments: Namespace, said: list[str]) -> None:
    """Write the page, and say what it lacks."""
    from ebayes_lm import load, open_matrix
    from ebayes_lm.reporting.document import report

    path = Path(arguments.out)
    require_page(path, "--out")
    if path.exists():
        raise DataError(f"{path} is there already; move it away or name another file with --out")
    mod: Any = load(arguments.fit)
    if not isinstance(mod, TestedFit):
        raise StageError(
            f"{arguments.fit} holds a {type(mod).__name__}, which has no tests of features to report; "
            "in Python, test the fit by its ebayes, treat or ordinary, and save what these give"
        )
    data = None if arguments.data is None else open_matrix(arguments.data, layer=arguments.layer)
    report(
        mod,
        path,
        data=data,
        samples=sample_table(arguments, mod.design.samples, "fit"),
        title=arguments.title,
        fdr=arguments.fdr,
        command=arguments.invocation.command,
        warnings=list(said),
        inputs=told_digests(checksums([arguments.data, arguments.samples])),
    )
    lacking = _lacking(arguments, has_table=data is not None and data.sample_table is not None)
    facts = {"program": "ebayes-lm report", "fit": str(arguments.fit), "features": mod.shape[0], "file": str(path),
             "left_out": lacking, "notes": said}  # fmt: skip
    if arguments.json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    print("\n".join([f"Report of {counted(mod.shape[0], 'feature')}: {path}, which any browser opens", *lacking]))


def _lacking(arguments: Namespace, *, has_table: bool) -> list[str]:
    """What the page could have said of more files."""
    lacking = []
    if arguments.data is None:
        lacking.append("Left out without --data: values of single samples, and the diagnostics that need them.")
    if arguments.samples is None and not has_table:
        lacking.append("Left out without --samples: groups of samples, and which of these each comparison rests on.")
    return lacking
