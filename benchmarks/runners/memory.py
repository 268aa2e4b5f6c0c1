"""Peak memory above the interpreter in a process of its own: input loaded, code compiled, then one stage.

Linux only: writing 5 to /proc/self/clear_refs makes the kernel start its high-water mark again.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
from pathlib import Path

import numpy as np

import ebayes_lm
from benchmarks.runners.serving import Inputs

# Large enough for every code path that the large problem takes, compiled kernels included.
WARM_CELLS = 3_000_000


def status_mb(field: str) -> float:
    """Read one field of the process's status in megabytes of 1e6 bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    raise KeyError(field)


def run(stage: str, inputs: Inputs, rows: int, threads: int) -> object:
    """Run the stage on the first rows and keep every result alive until it returns."""
    fit = ebayes_lm.lm_fit(inputs.y[:rows], inputs.design, threads=threads)
    if stage == "fit":
        return fit
    moderated = ebayes_lm.ebayes(fit)
    return fit, moderated, ebayes_lm.top_table(moderated, coef=inputs.tested, number=None)


def main() -> None:
    stage, threads = sys.argv[1], int(os.environ["BENCHMARK_THREADS"])
    inputs = Inputs([*sys.argv[2:6], "0"])
    run(stage, inputs, min(inputs.features, WARM_CELLS // inputs.samples), threads)
    gc.collect()
    # What the warm call freed goes back to the system, or the measured call would reuse it unseen.
    ctypes.CDLL(None).malloc_trim(0)
    before = status_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    kept = run(stage, inputs, inputs.features, threads)
    peak, after = status_mb("VmHWM") - before, status_mb("VmRSS") - before
    size = np.asarray(inputs.y).nbytes / 1e6
    del kept
    print(json.dumps({"stage": stage, "input_mb": size, "peak_mb": peak, "held_mb": after, "share": peak / size}))


if __name__ == "__main__":
    main()
