"""Matrices of any size: time and memory of fits from files and in memory, against what cannot be done without.

``python -m benchmarks.any_size`` takes some 10 GB of the disk, 5 GB of memory and half an hour; ``--quick`` uses small
sizes to see that all works, ``--share 0.1`` a tenth of the features.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import records, report
from benchmarks.large import checkpoints, in_memory, stored, workers
from benchmarks.large.fresh import NoRoomError, Options
from benchmarks.rivals import RivalError

PROBLEMS: dict[str, Callable[[Options], dict[str, Any]]] = {
    "zarr": stored.zarr,
    "memory": in_memory.memory,
    "h5ad": stored.h5ad,
    "cluster": workers.cluster,
    "checkpoint": checkpoints.checkpoint,
}
_QUICK_SHARE = 0.002


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what is asked for, and print a report."""
    given = _parser().parse_args(argv)
    share = _QUICK_SHARE if given.quick else given.share
    options = Options(
        share, 1 if given.quick else given.repeats, given.threads, tuple(given.workers), given.cold and not given.quick,
        given.wide, given.folder,
    )  # fmt: skip
    record = measured(given.only, options)
    print(report.markdown(record))
    if given.record:
        print(f"Recorded in {records.save(record, given.record).name}.", file=sys.stderr)
    return 0


def measured(names: Sequence[str], options: Options) -> dict[str, Any]:
    """A record of these problems; aims are judged at the full sizes. A failure is noted and does not lose the rest."""
    notes: list[str] = []
    found = []
    for name in names:
        print(f"{name}: measuring", file=sys.stderr, flush=True)
        try:
            found.append(PROBLEMS[name](options))
        except (RivalError, NoRoomError) as error:
            notes.append(f"{name}: {error}")
    targets = [
        records.target(f"{entry['problem']}: {what}", aim, value, least=least)
        for entry in found
        for what, aim, value, least in entry["aims"]
        if options.share == 1
    ]
    return records.record_of(quick=options.share < 1, any_size=found, notes=notes, targets=targets)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.any_size", description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PROBLEMS, default=list(PROBLEMS), help="which problems")
    parser.add_argument("--quick", action="store_true", help="small sizes, one turn, the page cache as it is")
    parser.add_argument("--share", type=float, default=1.0, help="share of the features (default 1)")
    parser.add_argument("--repeats", type=int, default=3, help="turns (default 3)")
    parser.add_argument("--threads", type=int, default=2, help="threads of every BLAS and of ebayes_lm (default 2)")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2], help="processes of the clusters")
    parser.add_argument("--cold", action=argparse.BooleanOptionalAction, default=True, help="also empty the page cache")
    parser.add_argument("--wide", action="store_true", help="in memory also double precision: 7 GB more")
    parser.add_argument("--folder", type=Path, help="where to write; 10 GB")
    parser.add_argument("--record", metavar="NAME", help="keep the result as benchmarks/records/<date>-NAME.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
