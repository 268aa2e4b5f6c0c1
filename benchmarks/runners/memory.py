"""Peak memory above the interpreter in a process of its own: input loaded, code compiled, then one stage.

Linux only: writing 5 to /proc/self/clear_refs makes the kernel start its high-water mark again. Pages of a mapped
file count in that mark, but the system takes them back when it needs them; where the input is mapped, the process's
own memory is looked at every few milliseconds instead.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
import threading
import time
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

import ebayes_lm as el
from benchmarks.runners.serving import Inputs

# Large enough for every code path that the large problem takes, compiled kernels included.
WARM_CELLS = 3_000_000
# Seconds between two looks at the process's own memory; a block takes longer.
EVERY = 0.002


def status_mb(field: str) -> float:
    """Read one field of the process's status in megabytes of 1e6 bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    raise KeyError(field)


class Watched:
    """The largest memory while the block lasts: of the process, or without mapped files."""

    def __init__(self, *, mapped: bool) -> None:
        self.field, self.peak, self._mapped = "RssAnon" if mapped else "VmRSS", 0.0, mapped
        self._ended = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watched:
        Path("/proc/self/clear_refs").write_text("5")
        if self._mapped:
            self._looking.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        if self._mapped:
            self._looking.join()
        else:
            self.peak = status_mb("VmHWM")

    def _look(self) -> None:
        while not self._ended.wait(EVERY):
            self.peak = max(self.peak, status_mb(self.field))


def run(stage: str, inputs: Inputs, rows: int, threads: int) -> object:
    """Run the stage on the first rows and keep every result alive until it returns."""
    y, x = inputs.y[:rows], inputs.design
    if stage == "voom":
        return el.voom(y, x, lib_size=inputs["lib_size"], threads=threads)
    if stage == "duplicate_correlation":
        return el.duplicate_correlation(y, x, block=inputs["blocks"], threads=threads)
    if stage == "array_weights reml":
        return el.array_weights(y, x, method="reml", threads=threads)
    fit = el.lm_fit(y, x, threads=threads)
    if stage == "fit":
        return fit
    moderated = el.ebayes(fit)
    return fit, moderated, el.top_table(moderated, coef=inputs.tested, number=None)


def main() -> None:
    warnings.simplefilter("ignore")
    stage, threads = sys.argv[1], int(os.environ["BENCHMARK_THREADS"])
    inputs = Inputs(sys.argv[2:], labels=False)
    run(stage, inputs, min(inputs.features, WARM_CELLS // inputs.samples), threads)
    gc.collect()
    # What the warm call freed goes back to the system, or the measured call would reuse it unseen.
    ctypes.CDLL(None).malloc_trim(0)
    watched = Watched(mapped=isinstance(inputs.y, np.memmap))
    before = status_mb(watched.field)
    start = time.perf_counter()
    with watched:
        kept: Any = run(stage, inputs, inputs.features, threads)
        seconds = time.perf_counter() - start
    size = inputs.y.nbytes / 1e6
    peak, after = watched.peak - before, status_mb(watched.field) - before
    del kept
    found = {"input_mb": size, "peak_mb": peak, "held_mb": after, "share": peak / size, "seconds": seconds}
    print(json.dumps({"stage": stage, **found}))


if __name__ == "__main__":
    main()
