"""Peak memory above the interpreter in a process of its own: input loaded, code compiled, then one stage."""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from typing import Any

import numpy as np

import ebayes_lm as el
from benchmarks.runners.serving import Inputs
from benchmarks.watching import Watched, give_back, status_mb

# Large enough for every code path that the large problem takes, compiled kernels included.
WARM_CELLS = 3_000_000


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
    give_back()
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
