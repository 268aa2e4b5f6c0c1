"""The record of a run: what it holds, what was aimed at, and where it is kept."""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.facts import machine

RECORDS = Path(__file__).parent / "records"
KEYS = {"schema", "date", "machine", "quick", "speed", "memory", "imports", "first_calls", "notes", "targets"}
SPEED_KEYS = {"problem", "description", "seed", "threads", "versions", "rivals", "ratios", "disagreements", "notes"}

# (problem, what, rival, times faster): stated for two cores and the full size of the problem.
RATIO_TARGETS = (
    ("million", "fit", "limma", 60.0),
    ("million", "fit", "product", 1.0),
    ("million", "pipeline", "limma", 25.0),
    ("genes", "pipeline", "limma", 4.0),
    ("rows", "weighted", "limma", 30.0),
    ("rows", "missing", "limma", 25.0),
    ("rows", "robust", "limma", 50.0),
    ("rows", "contrasts", "limma", 20.0),
    ("rows", "weighted contrasts", "the weighted fit itself", 0.5),
    ("rows", "prior", "limma", 6.0),
    ("rows", "prior of gaps", "limma", 6.0),
    ("counts", "voom + lm_fit + ebayes", "limma", 14.0),
    ("counts", "voom_with_quality_weights", "limma", 20.0),
    ("blocks", "duplicate_correlation", "limma", 60.0),
    ("blocks", "array_weights gene by gene", "limma", 20.0),
    ("batches", "remove_batch_effect", "limma", 4.0),
    ("batches", "combat", "sva", 10.0),
    ("batches", "surrogate_variables irw", "sva", 10.0),
    ("million residuals", "residual_structure", "lm_fit itself", 1 / 3),
)
# A share of the input means something only where the input is large beside the blocks in work.
MEMORY_PROBLEM, MEMORY_SHARE = "million", 0.4
IMPORT_SECONDS, FIRST_CALL_SECONDS, FIRST_ROWS_SECONDS = 0.5, 3.0, 6.0


def record_of(*, quick: bool, **parts: Any) -> dict[str, Any]:
    """A record of what was measured here and now; parts that a run does not have are empty."""
    empty = {"speed": [], "memory": [], "imports": {}, "first_calls": [], "notes": [], "targets": []}
    today = datetime.date.today().isoformat()
    return {"schema": 1, "date": today, "machine": machine(), "quick": quick, **empty, **parts}


def targets(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List what was aimed at and what was measured, for the parts that the record holds."""
    found = {(s["problem"], r["what"], r["rival"]): r["ratio"] for s in record["speed"] for r in s["ratios"]}
    rows = [
        target(f"{problem}: {what} against {rival}, times faster", aim, found[problem, what, rival], least=True)
        for problem, what, rival, aim in RATIO_TARGETS
        if (problem, what, rival) in found
    ]
    for row in record["memory"]:
        if row["problem"] != MEMORY_PROBLEM:
            continue
        name = f"{row['problem']}: peak memory of the {row['stage']}, share of the input"
        rows.append(target(name, MEMORY_SHARE, row["share"]))
    if "ebayes_lm" in record["imports"]:
        rows.append(
            target("import ebayes_lm in a new interpreter, seconds", IMPORT_SECONDS, record["imports"]["ebayes_lm"])
        )
    for row in record["first_calls"]:
        if row["state"] == "nothing cached" and "pipeline" in row["call"]:
            rows.append(_first_call(row))
    return rows


def _first_call(row: Mapping[str, Any]) -> dict[str, Any]:
    """The aim for rows on their own is that of the fit, whose kernel is by far the largest."""
    if "rows" in row["problem"]:
        seconds = row["import"] + row["parts"]["fit"]
        return target(f"{row['problem']}, nothing cached, import and fit, seconds", FIRST_ROWS_SECONDS, seconds)
    return target(f"{row['problem']}, nothing cached, with import, seconds", FIRST_CALL_SECONDS, row["all"])


def problems_of(record: Mapping[str, Any]) -> list[str]:
    """Say what a record lacks, in sentences; an empty list means that it is complete."""
    faults = [f"The record has no {key!r}." for key in sorted(KEYS - record.keys())]
    for speed in record.get("speed", []):
        faults += [f"A speed entry has no {key!r}." for key in sorted(SPEED_KEYS - speed.keys())]
        faults += [
            f"The ratio {r['what']} against {r['rival']} is not a positive number."
            for r in speed.get("ratios", [])
            if not (math.isfinite(r["ratio"]) and r["ratio"] > 0)
        ]
    return faults


def save(record: Mapping[str, Any], name: str, folder: Path = RECORDS) -> Path:
    """Write the record as <date>-<name>.json."""
    short = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    path = folder / f"{record['date']}-{short}.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n")
    return path


def target(name: str, aim: float, measured: float, *, least: bool = False) -> dict[str, Any]:
    """Say whether an aim was met."""
    met = measured >= aim if least else measured <= aim
    return {"what": name, "aim": aim, "bound": "at least" if least else "at most", "measured": measured, "met": met}
