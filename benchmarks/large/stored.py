"""Matrices in files larger than what a fit may hold: zarr by features, AnnData by samples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.large import fresh
from benchmarks.large.fresh import Options, largest, medians, room, states
from benchmarks.large.matrices import write_h5ad, write_zarr

_MODULE = "stored_tasks"
_MAX_MEMORY = "1GB"
#: Aims: memory above the bare interpreter, seconds of a fit for each second of reading, and what rounding may do.
PEAK_MB, READINGS, DIFFERENCE = 1000.0, 1.5, 1e-13
_FEATURES, _SAMPLES = 1_000_000, 2_000
_H5AD_FEATURES, _H5AD_SAMPLES = 200_000, 2_000


def zarr(options: Options) -> dict[str, Any]:
    """A matrix in zarr, against reading it once."""
    features = options.features(_FEATURES)
    notes: list[str] = []
    with room(options, 4 * features * _SAMPLES) as folder:
        path = folder / "y.zarr"
        facts = write_zarr(path, features, _SAMPLES)

        def read(state: str) -> dict[str, Any]:
            return fresh.task(f"{_MODULE}:reading", options, path=str(path), state=state, threads=options.threads)

        rows, aims = _compared(path, read, options, notes)
    description = f"{features:,} x {_SAMPLES:,}, float32, 6 coefficients, string labels, max_memory={_MAX_MEMORY}"
    return {"problem": "zarr", "description": description, "facts": facts, "rows": rows, "aims": aims, "notes": notes}


def h5ad(options: Options) -> dict[str, Any]:
    """AnnData files as anndata writes them, plain and compressed, against reading X twice by samples."""
    features = options.features(_H5AD_FEATURES)
    notes: list[str] = []
    facts: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    aims: list[list[Any]] = []
    for name, storage in {"plain": {}, "gzip": {"compression": "gzip"}}.items():
        with room(options, 4 * features * _H5AD_SAMPLES) as folder:
            path = folder / "y.h5ad"
            facts[name] = ", ".join(map(str, write_h5ad(path, features, _H5AD_SAMPLES, **storage).values()))

            def read(state: str, path: Path = path) -> dict[str, Any]:
                return fresh.task(f"{_MODULE}:reading_samples", options, path=str(path), state=state, passes=2)

            found, wanted = _compared(path, read, options, notes if not rows else [])
        rows += [{"what": f"{name}, {row.pop('what')}", **row} for row in found]
        aims += [[f"{name}, {aim[0]}", *aim[1:]] for aim in wanted if "read" not in aim[0]]
    description = f"{features:,} x {_H5AD_SAMPLES:,}, float32, samples first, 6 coefficients, max_memory={_MAX_MEMORY}"
    return {"problem": "h5ad", "description": description, "facts": facts, "rows": rows, "aims": aims, "notes": notes}


def _compared(
    path: Path, read: Callable[[str], dict[str, Any]], options: Options, notes: list[str]
) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Read and fit in turn, each in a new process, with files in memory and without."""
    rows: list[dict[str, Any]] = []
    aims: list[list[Any]] = []
    fits: list[dict[str, Any]] = []
    for state in states(options, notes):
        readings, here = [], []
        for _ in range(options.repeats):
            readings.append(read(state)["ways"])
            here.append(
                fresh.task(
                    f"{_MODULE}:fit", options, path=str(path), state=state, threads=options.threads,
                    max_memory=_MAX_MEMORY,
                )
            )  # fmt: skip
        ways, took = medians(readings), medians([answer["took"] for answer in here])
        fastest = min(ways, key=lambda way: ways[way])
        rows += [_row(f"{state}, {way}", seconds, ways[fastest]) for way, seconds in (ways | took).items()]
        what = f"{state}: lm_fit against the fastest reading ({fastest}), times as long"
        aims.append([what, READINGS, took["lm_fit"] / ways[fastest], False])
        fits += here
    return rows, aims + _of_memory(fits)


def _of_memory(fits: list[dict[str, Any]]) -> list[list[Any]]:
    """The largest of all runs."""
    if not all(fit["named"] for fit in fits):
        raise AssertionError("features have lost their names")
    above = max(fit["peak_mb"] - fit["bare_mb"] for fit in fits)
    of_call = max(fit["peak_mb"] - fit["imported_mb"] for fit in fits)
    return [
        ["peak memory above the bare interpreter, MB", PEAK_MB, above, False],
        ["peak memory above the packages imported and warm, MB", PEAK_MB, of_call, False],
        ["relative difference from rows fitted in memory", DIFFERENCE, largest(fits, "difference"), False],
    ]


def _row(what: str, seconds: float, fastest: float) -> dict[str, Any]:
    return {"what": what, "seconds": seconds, "times the fastest reading": seconds / fastest}
