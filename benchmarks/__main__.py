"""Command line: ``python -m benchmarks`` measures everything and prints one report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from benchmarks import processes, records, report, rivals, speed
from benchmarks.problem import Problem
from benchmarks.problems import PROBLEMS
from benchmarks.rivals import RivalError
from benchmarks.stages import measure_stages, stages_of


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for; 1 where results disagree."""
    options = _parser().parse_args(argv)
    record = measure(options)
    print(report.markdown(record))
    if options.record:
        print(f"Recorded in {records.save(record, options.record).name}.", file=sys.stderr)
    return int(any(entry["disagreements"] for entry in record["speed"]))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Measure the chosen parts and gather them in a record."""
    chosen = [_problem(name, options) for name in options.problem]
    known = {name: rival for name, rival in rivals.known().items() if name in options.rival}
    limits = speed.Limits(options.repeats, options.threads, options.budget, whole=60 * options.minutes)
    parts = set(options.part)
    notes: list[str] = []

    def attempt(part: str, function: Callable[..., list[dict[str, Any]]], *args: Any) -> list[dict[str, Any]]:
        """Give what was measured; a failure is noted and does not lose the rest."""
        try:
            return function(*args) if part in parts else []
        except RivalError as error:
            notes.append(str(error))
            return []

    record = records.record_of(
        quick=options.quick,
        speed=[_speed(p, known, limits) for p in chosen if "speed" in parts and (p.kind == "table" or stages_of(p))],
        memory=[row for problem in chosen for row in attempt("memory", processes.memory, problem, options.threads)],
        imports=processes.imports(options.repeats) if "startup" in parts else {},
        first_calls=[
            row
            for call, problem in processes.FIRST_CALLS
            for row in attempt("startup", processes.first_call, call, problem, options.repeats, options.threads)
        ],
        notes=notes,
    )
    record["targets"] = [] if options.quick else records.targets(record)
    return record


def _speed(problem: Problem, known: dict[str, rivals.Rival], limits: speed.Limits) -> dict[str, Any]:
    """Measure a problem step by step, or from matrix to table."""
    return (speed.measure if problem.kind == "table" else measure_stages)(problem, known, limits)


def _problem(name: str, options: argparse.Namespace) -> Problem:
    problem = PROBLEMS[name].quick() if options.quick else PROBLEMS[name]
    return problem if options.labels is None else replace(problem, labelled=options.labels)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = ("ebayes_lm", "limma", "pylimma", "numpy")
    parts = ("speed", "memory", "startup")
    parser.add_argument("--problem", nargs="+", choices=PROBLEMS, default=list(PROBLEMS), help="which problems")
    parser.add_argument("--rival", nargs="+", choices=names, default=names, help="which rivals")
    parser.add_argument("--part", nargs="+", choices=parts, default=parts, help="which measurements")
    parser.add_argument("--repeats", type=int, default=5, help="warm repeats after the cold call (default 5)")
    parser.add_argument("--threads", type=int, default=2, help="threads of every BLAS and of ebayes_lm (default 2)")
    parser.add_argument("--budget", type=float, default=150.0, help="seconds after which a rival is not repeated")
    parser.add_argument(
        "--minutes", type=float, default=25.0, help="after which a problem's speed is left (default 25)"
    )
    parser.add_argument("--labels", action=argparse.BooleanOptionalAction, help="string feature ids, or none")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--record", metavar="NAME", help="keep the result as benchmarks/records/<date>-NAME.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
