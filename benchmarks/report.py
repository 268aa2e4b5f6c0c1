"""A record as Markdown for the eye."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def markdown(record: Mapping[str, Any]) -> str:
    """Give the whole report: machine, each problem, memory, start-up, and targets."""
    sections = [_machine(record), *(_speed(entry) for entry in record["speed"])]
    sections += [_any_size(entry) for entry in record.get("any_size", [])]
    if record["memory"]:
        sections.append("## Peak memory above interpreter and input\n\n" + _memory(record["memory"]))
    if record["imports"]:
        sections.append("## New interpreters, median seconds\n\n" + _imports(record["imports"]))
    if record["first_calls"]:
        sections.append("## First call in a new process, median seconds\n\n" + _first_calls(record["first_calls"]))
    if record["targets"]:
        sections.append("## Aims\n\n" + _targets(record["targets"]))
    return "\n\n".join([*sections, *record["notes"]]) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay out a Markdown table, first column to the left, the others to the right."""
    lines = [list(head), ["---", *["---:"] * (len(head) - 1)], *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value: float) -> str:
    """Write three significant digits."""
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def _machine(record: Mapping[str, Any]) -> str:
    facts = "; ".join(f"{name} {value}" for name, value in record["machine"].items())
    quick = (
        "\n\nA quick run on small sizes: it shows that the benchmark works, not how fast anything is." * record["quick"]
    )
    return f"# Benchmarks, {record['date']}\n\n{facts}{quick}"


def _speed(entry: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in entry["versions"].items())
    rows = [_rival(key, rival) for key, rival in entry["rivals"].items()]
    ratios = [(r["what"], r["rival"], number(r["ratio"])) for r in entry["ratios"]]
    verdict = entry["disagreements"] or ["The results of all rivals agree."]
    return "\n\n".join(
        [
            f"## {entry['problem']}: {entry['description']}",
            f"{versions}; {entry['threads']} threads for every BLAS and for ebayes_lm. "
            "limma's own loops run on one core. Warm seconds are medians, fit / ebayes / table where a rival has them.",
            table(("rival", "cold", "warm", "minimum", "parts", "runs", "peak MB of the process"), rows),
            table(("stage", "against", "times faster"), ratios) if ratios else "",
            *verdict,
            *entry["notes"],
        ]
    ).replace("\n\n\n\n", "\n\n")


def _any_size(entry: Mapping[str, Any]) -> str:
    """A problem of any size: what is drawn, all that was measured, and beside it what was aimed at."""
    facts = "; ".join(f"{name} {value}" for name, value in entry["facts"].items())
    head, *_ = [list(row) for row in entry["rows"]] or [["what"]]
    cells = [[row["what"], *(number(row[name]) for name in head[1:])] for row in entry["rows"]]
    beside = [(what, number(aim), number(value)) for what, aim, value, _ in entry["aims"]]
    parts = (
        f"## {entry['problem']}: {entry['description']}", facts, table(head, cells),
        table(("what", "aim at the full size", "measured"), beside) if beside else "", *entry["notes"],
    )  # fmt: skip
    return "\n\n".join(part for part in parts if part)


def _rival(key: str, rival: Mapping[str, Any]) -> list[str]:
    warm = rival["warm"]
    parts = " / ".join(number(times["median"]) for part, times in warm.items() if part != "all")
    middle, least = (number(warm["all"][name]) if warm else "" for name in ("median", "minimum"))
    return [key, number(rival["cold"]["all"]), middle, least, parts, str(rival["runs"]), number(rival["peak_mb"])]


def _memory(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = ("input_mb", "peak_mb", "held_mb", "share", "seconds")
    cells = [(f"{row['problem']}, {row['stage']}", *(number(row[c]) for c in columns)) for row in rows]
    return table(("run", "input MB", "peak MB", "results MB", "peak / input", "seconds"), cells)


def _imports(seconds: Mapping[str, float]) -> str:
    bare = seconds["bare interpreter"]
    return table(("statement", "seconds", "above bare"), [(n, number(s), number(s - bare)) for n, s in seconds.items()])


def _first_calls(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = ("import", "all", "again")
    cells = [(_started(row), *(number(row[c]) for c in columns), _parts(row["parts"])) for row in rows]
    return table(("run", *columns, "parts of the first"), cells)


def _parts(seconds: Mapping[str, float]) -> str:
    return ", ".join(f"{part} {number(value)}" for part, value in seconds.items())


def _started(row: Mapping[str, Any]) -> str:
    return f"{row['problem'].removeprefix('first call, ')}, {row['call']}: {row['size']}, {row['state']}"


def _targets(rows: Sequence[Mapping[str, Any]]) -> str:
    cells = [
        (r["what"], f"{r['bound']} {r['aim']:g}", number(r["measured"]), "yes" if r["met"] else "no") for r in rows
    ]
    return table(("what", "aim", "measured", "met"), cells)
