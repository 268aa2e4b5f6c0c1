"""What a fit costs on a cluster, as a formula whose coefficients are measured where this runs.

``python -m benchmarks.cluster_costs`` draws matrices into files, measures the parts, and compares what they predict
with whole fits of other sizes. ``--scheduler ADDRESS --folder DIR`` measures a cluster that stands; all of its workers
have to see the folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import ebayes_lm as el
from benchmarks.facts import machine
from benchmarks.timing import best
from ebayes_lm.data.blocks import BLOCK_CELLS, Running
from ebayes_lm.data.cluster import Cluster, local_cluster
from ebayes_lm.data.cluster_tasks import groups, threads_of
from ebayes_lm.data.engines import Parts
from ebayes_lm.data.sources import Source

_NARROW = 4
_DRAWN = 20_000


@dataclass(frozen=True)
class Costs:
    """Coefficients of the formula, in seconds.

    `start` is a fit of hardly anything, `cell` a value that a worker reads and fits, `task` what any task costs the
    scheduler and the process that asks, `feature` one whose numbers come back and are put together, and `prior` one
    that is moderated, with its p-value.
    """

    start: float
    cell: float
    task: float
    feature: float
    prior: float

    def fit(self, features: float, samples: int, workers: int, tasks: float) -> float:
        """Seconds of `lm_fit`: workers share the cells; tasks and results pass through one process."""
        return self.start + features * samples * self.cell / workers + tasks * self.task + features * self.feature


def solved(narrow: float, wide: float, samples: tuple[int, int], features: tuple[int, int]) -> tuple[float, float]:
    """Seconds of a cell and of a feature, from what a matrix of few and one of many samples take beside all else."""
    equations = np.array([[n * s, n] for n, s in zip(features, samples, strict=True)], dtype=np.float64)
    cell, feature = np.linalg.solve(equations, [narrow, wide])
    return float(max(cell, 0.0)), float(max(feature, 0.0))


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print a report."""
    options = _parser().parse_args(argv)
    n, samples = options.features, options.samples
    record: dict[str, Any] = {"machine": machine(), "samples": samples}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        sizes = {"start": (1000, samples), "narrow": (n, _NARROW)} | {k: (n // k, samples) for k in (8, 4, 2, 1)}
        files = {name: _drawn(Path(folder) / f"{name}.npy", *shape) for name, shape in sizes.items()}
        fitted(files["start"])  # compiles
        for threads in options.threads:
            seconds = best(partial(fitted, files[1], threads=threads), options.repeats)
            print(f"{threads} threads: {seconds:.3f} s", file=sys.stderr)
            record[f"{threads} threads"] = {"features": n, "seconds": round(seconds, 3)}
        for workers in options.workers if options.scheduler is None else [0]:
            with _client(options.scheduler, workers) as client:
                record[f"{workers} workers"] = _measured(client, files, options.repeats)
    print(json.dumps(record, indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure what a fit costs on a cluster.")
    parser.add_argument("--features", type=int, default=400_000)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--scheduler", help="measure this cluster instead of processes of this machine")
    parser.add_argument("--folder", help="where to write; seen by all workers")
    parser.add_argument("--repeats", type=int, default=3)
    return parser


@contextmanager
def _client(address: str | None, workers: int) -> Iterator[Any]:
    from distributed import Client

    with Client(address) if address else local_cluster(workers) as client:
        yield client


def _measured(client: Any, files: dict[Any, Any], repeats: int) -> dict[str, Any]:
    workers = threads_of(client)
    tasks = {name: sum(1 for _ in tasks_of(file, workers)) for name, file in files.items()}
    fitted(files[1], scheduler=client)  # workers import and compile
    seconds = {name: best(partial(fitted, file, scheduler=client), repeats) for name, file in files.items()}
    start, task = seconds["start"], seconds_of_a_task(client, repeats)
    left = [seconds[name] - start - tasks[name] * task for name in ("narrow", 4)]
    shapes = [files[name].shape for name in ("narrow", 4)]
    cell, feature = solved(*left, tuple(s / workers for _, s in shapes), tuple(n for n, _ in shapes))
    print(f"measured {workers} workers: {seconds}", file=sys.stderr)
    fit = fitted(files[1], scheduler=client)
    prior = best(lambda: el.ebayes(fit).p_value, repeats) / files[1].shape[0]
    costs = Costs(start, cell, task, feature, prior)
    return {
        "costs": {name: float(f"{value:.3g}") for name, value in asdict(costs).items()},
        "bytes of a feature": _bytes(fit),
        "fits": [_compared(costs, files[k], workers, tasks[k], seconds[k]) for k in (8, 4, 2, 1)],
    }


def _compared(costs: Costs, file: Any, workers: int, tasks: int, seconds: float) -> dict[str, Any]:
    predicted = costs.fit(*file.shape, workers, tasks)
    return {
        "features": file.shape[0],
        "seconds": round(seconds, 3),
        "predicted": round(predicted, 3),
        "off": f"{predicted / seconds - 1:+.0%}",
    }


def tasks_of(file: Any, workers: int) -> Iterator[list[slice]]:
    bounds = Running().bounds(file.shape, grain=file.source.grain)
    return groups(bounds, file.source, workers)


def _bytes(fit: Any) -> float:
    arrays = [value for value in vars(fit.record).values() if isinstance(value, np.ndarray)]
    return sum(array.nbytes for array in arrays) / len(fit.features)


def fitted(matrix: Any, **options: Any) -> Any:
    design = np.column_stack([np.ones(matrix.shape[1]), np.arange(matrix.shape[1]) % 2])
    return el.lm_fit(matrix, design, progress=False, **options)


def _drawn(path: Path, features: int, samples: int) -> Any:
    """A file of so many values in single precision; rows repeat, which no part of a fit can use."""
    rows = np.random.default_rng(1).normal(8, 1, size=(_DRAWN, samples)).astype(np.float32)
    held = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(features, samples))
    for at in range(0, features, _DRAWN):
        held[at : at + _DRAWN] = rows[: features - at]
    held.flush()
    return el.open_matrix(path)


@dataclass(frozen=True, eq=False)
class _Nothing(Source):
    """Rows that cost nothing to read, so many of them that a task has one block."""

    shape = (1 << 30, 4)
    dtype = np.dtype(np.float32)

    def read(self, start: int, stop: int) -> Any:
        return np.broadcast_to(np.float32(1), (stop - start, 4))


def seconds_of_a_task(client: Any, repeats: int) -> float:
    """From tasks with nothing to do, many of them and few."""

    def run(number: int) -> float:
        size = BLOCK_CELLS // _Nothing.shape[1]
        bounds = [slice(at, at + size) for at in range(0, size * number, size)]
        cluster = Cluster(client)
        return best(lambda: sum(1 for _ in cluster.run(_Nothing(), lambda values, at: Parts(()), bounds)), repeats)

    return max(0.0, run(520) - run(20)) / 500


if __name__ == "__main__":
    raise SystemExit(main())
