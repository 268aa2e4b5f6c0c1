"""Fits on processes of this machine, joined in a cluster, against threads on the same files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import ebayes_lm as el
from benchmarks.cluster_costs import fitted, seconds_of_a_task, tasks_of
from benchmarks.large import fresh
from benchmarks.large.fresh import Options, room
from benchmarks.large.matrices import write_npy, write_zarr
from benchmarks.timing import best
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.cluster import local_cluster

_SAMPLES, _FEATURES = 200, 400_000
_GAPPED_SAMPLES, _GAPPED_FEATURES, _GAPS = 100, 100_000, 0.05
_ROBUST_FEATURES = 20_000
#: Blocks that a matrix is cut into to see what each costs, and features that they have at least.
_BLOCKS, _FEWEST = 1000, 100


def cluster(options: Options) -> dict[str, Any]:
    """Light and heavy fits by one and two threads, and by as many processes."""
    features, gapped = options.features(_FEATURES), options.features(_GAPPED_FEATURES)
    with room(options, 8 * features * _SAMPLES + 8 * gapped * _GAPPED_SAMPLES) as folder:
        write_npy(folder / "light.npy", features, _SAMPLES)
        facts = write_zarr(folder / "light.zarr", features, _SAMPLES)
        write_npy(folder / "gaps.npy", gapped, _GAPPED_SAMPLES, gaps=_GAPS)
        write_npy(folder / "robust.npy", options.features(_ROBUST_FEATURES), _GAPPED_SAMPLES)
        given = {"folder": str(folder), "workers": options.workers, "repeats": options.repeats}
        found = fresh.task("workers:timed", options, **given)
    seconds: dict[str, dict[str, float]] = found["seconds"]
    rows = [
        {"what": name} | took | {"1 thread in the last": took["1 threads"] / list(took.values())[-1]}
        for name, took in seconds.items()
    ]
    description = (
        f"{features:,} x {_SAMPLES} in npy and zarr, {gapped:,} x {_GAPPED_SAMPLES} with {_GAPS:.0%} missing, "
        f"{options.features(_ROBUST_FEATURES):,} x {_GAPPED_SAMPLES} by robust fits; float32, 2 coefficients"
    )
    return {
        "problem": "cluster", "description": description, "facts": facts | found["costs"], "rows": rows, "aims": [],
        "notes": ["Seconds of the fastest call; workers are processes of one thread each, on the loopback interface."],
    }  # fmt: skip


def timed(folder: str, workers: list[int], repeats: int) -> dict[str, Any]:
    """Fastest seconds of every fit by every engine, and what a block costs each."""
    at = Path(folder)
    light = el.open_matrix(at / "light.npy")
    small = max(_FEWEST, light.shape[0] // _BLOCKS)
    fits: dict[str, Callable[..., Any]] = {
        "npy": partial(fitted, light),
        f"npy, blocks of {small} features": partial(fitted, light, chunk_size=small),
        "zarr": partial(fitted, el.open_matrix(at / "light.zarr")),
        "gaps": partial(fitted, el.open_matrix(at / "gaps.npy")),
        "robust": partial(fitted, el.open_matrix(at / "robust.npy"), method="robust"),
    }
    seconds: dict[str, dict[str, float]] = {name: {} for name in fits}
    costs: dict[str, str] = {}

    def timed_by(engine: str, **given: Any) -> None:
        for name, fit in fits.items():
            fit(**given)
            seconds[name][engine] = best(partial(fit, **given), repeats)
        few, many = (seconds[name][engine] for name in list(fits)[:2])
        blocks = [len(Running(chunk_size=size).bounds(light.shape)) for size in (None, small)]
        costs[f"a block, {engine}"] = f"{(many - few) / (blocks[1] - blocks[0]) * 1e3:.3f} ms more"

    for threads in (1, 2):
        timed_by(f"{threads} threads", threads=threads)
    for number in workers:
        with local_cluster(number) as client:
            timed_by(f"{number} workers", scheduler=client)
            costs[f"a task, {number} workers"] = f"{seconds_of_a_task(client, repeats) * 1e3:.2f} ms"
            costs[f"tasks of npy, {number} workers"] = str(sum(1 for _ in tasks_of(light, number)))
    return {"seconds": seconds, "costs": costs}
