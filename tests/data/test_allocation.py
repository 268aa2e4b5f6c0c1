"""A worker's process keeps memory between arrays, where Dask made it give everything back."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

PAGES = 256  # of an array of one megabyte
ROUNDS = 50
PROGRAM = f"""
import resource
import numpy as np
from ebayes_lm.data.allocation import keep_freed_memory

print(keep_freed_memory())
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range({ROUNDS}):
    np.ones({PAGES} * 512)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}


def answer(settings):
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=ENVIRONMENT | settings, capture_output=True, text=True, check=True
    )
    settled, faults = run.stdout.split()
    return settled == "True", int(faults)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of the GNU C library")
def test_a_worker_keeps_its_memory():
    settled, faults = answer({"MALLOC_TRIM_THRESHOLD_": "65536"})
    assert settled
    assert faults < PAGES * ROUNDS / 5


def test_a_process_that_nobody_changed_is_left_alone():
    settled, _ = answer({})
    assert not settled
