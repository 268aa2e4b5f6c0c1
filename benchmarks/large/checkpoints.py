"""What it costs to keep blocks, or results, on disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import ebayes_lm as el
from benchmarks.large import fresh
from benchmarks.large.fresh import Options, alternated, removed, room
from benchmarks.large.matrices import design, write_npy
from benchmarks.timing import seconds

_FEATURES, _SAMPLES = 1_000_000, 100


def checkpoint(options: Options) -> dict[str, Any]:
    """A memory map, fitted plainly, with checkpoint=, with out=, and once more when all blocks are there."""
    features = options.features(_FEATURES)
    size = 8 * features * _SAMPLES
    with room(options, 1.5 * size) as folder:
        write_npy(folder / "y.npy", features, _SAMPLES, "float64")
        given = {"folder": str(folder), "threads": options.threads, "repeats": options.repeats}
        took = fresh.task("checkpoints:timed", options, **given)["took"]
    rows = [
        {"what": name, "seconds": value, "above lm_fit": value - took["lm_fit"], "times lm_fit": value / took["lm_fit"]}
        for name, value in took.items()
    ]
    description = f"{features:,} x {_SAMPLES}, float64, a memory map, 6 coefficients"
    return {"problem": "checkpoint", "description": description, "facts": {}, "rows": rows, "aims": [], "notes": []}


def timed(folder: str, threads: int, repeats: int) -> dict[str, Any]:
    """Median seconds of each, in turn; what is written is removed after each but the last."""
    blocks, out = Path(folder) / "blocks", Path(folder) / "fit"
    y, x = el.open_matrix(Path(folder) / "y.npy"), design(_SAMPLES)

    def fitted(then: tuple[Path, ...] = (), **given: Any) -> float:
        took = seconds(lambda: el.lm_fit(y, x, threads=threads, progress=False, **given))
        for path in then:
            removed(path)
        return took

    fitted()
    calls: dict[str, Callable[[], float]] = {
        "lm_fit": fitted,
        "checkpoint=": partial(fitted, checkpoint=blocks),
        "checkpoint= that is complete": partial(fitted, (blocks,), checkpoint=blocks),
        "out=": partial(fitted, (out,), out=out),
        "out= a table, .parquet": partial(fitted, (out.with_suffix(".parquet"),), out=out.with_suffix(".parquet")),
        "checkpoint= and out=": partial(fitted, (blocks, out), checkpoint=blocks, out=out),
    }
    return {"took": alternated(calls, repeats)}
