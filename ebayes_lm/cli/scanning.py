"""The command ``scan``: every feature of a matrix as a predictor of outcomes."""

from __future__ import annotations

import json
import math
from argparse import Namespace
from typing import Any

import pandas as pd

from ebayes_lm.cli.running import UsageError
from ebayes_lm.cli.sample_tables import sample_table
from ebayes_lm.errors import DataError, counted

_TOP = 10


def run_scan(arguments: Namespace, said: list[str]) -> None:
    """Scan, write the table and tell what it holds."""
    from ebayes_lm import open_matrix, scan
    from ebayes_lm.scale.hits_file import checked_path, hits_file

    path = checked_path(arguments.out)
    if path.exists():
        raise DataError(f"{path} is there already; move it away or name another file with --out")
    matrix = open_matrix(arguments.data, layer=arguments.layer)
    outcomes = arguments.outcome
    if not outcomes:
        raise UsageError("--outcome names no column of the sample table")
    found = scan(
        matrix,
        outcomes if len(outcomes) > 1 else outcomes[0],
        samples=sample_table(arguments, matrix.samples if matrix.has_sample_names else None, "data"),
        covariates=arguments.covariates,
        interaction=arguments.interaction,
        keep_p=arguments.keep_p,
        threads=arguments.threads,
        max_memory=arguments.max_memory,
        checkpoint=arguments.checkpoint,
        scheduler=arguments.scheduler,
    )
    table = found if len(outcomes) > 1 else found.rename_axis("feature").reset_index()
    with hits_file(path) as file:
        file.write(table)
    facts = {
        "program": "ebayes-lm scan", "data": str(arguments.data), "features": matrix.shape[0],
        "samples": matrix.shape[1], "outcomes": outcomes, "covariates": arguments.covariates,
        "interaction": arguments.interaction, "tests": found.attrs["tests"],
        "inflation": _finite(found.attrs["inflation"]), "kept": len(table),
        "significant": int((table["adj.P.Val"] < arguments.fdr).sum()), "fdr": arguments.fdr, "file": str(path),
        "notes": said,
    }  # fmt: skip
    print(json.dumps(facts, ensure_ascii=False, indent=2) if arguments.json else _text(facts, table))


def _text(facts: dict[str, Any], table: pd.DataFrame) -> str:
    from ebayes_lm.reporting.aligned import aligned

    outcomes = facts["outcomes"]
    model = " + ".join(part for part in (_model(facts["covariates"]), _effect(facts["interaction"])) if part)
    best = table.nsmallest(_TOP, "P.Value").set_index("feature")
    named = ", ".join(outcomes[:3]) + (" and others" if len(outcomes) > 3 else "")
    told = "" if facts["inflation"] is None else f" (inflation {facts['inflation']:.3f})"
    lines = [
        f"{named} ~ {model}: {counted(facts['features'], 'feature')} of {facts['data']}, "
        f"{counted(facts['samples'], 'sample')}",
        f"{counted(facts['tests'], 'test')}{told}, {facts['significant']:,} with an "
        f"adjusted p below {facts['fdr']:g}; "
        f"{counted(facts['kept'], 'row')} in {facts['file']}",
        *(["", *(f"  {line}" for line in aligned(best, index_name="feature", width=98))] if len(best) else []),
    ]
    return "\n".join(lines)


def _model(covariates: str | None) -> str:
    return "" if covariates is None else covariates.lstrip().removeprefix("~").strip()


def _effect(interaction: str | None) -> str:
    return "feature" if interaction is None else f"feature * {interaction}"


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
