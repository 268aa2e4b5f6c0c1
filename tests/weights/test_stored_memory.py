"""How much memory weights over a store take, in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

#: Of the allocator and the interpreter, beside blocks and what is kept of features.
OVERHEAD = 4e6
G, N, ROOM = 100_000, 40, 2e6
#: Bytes of a feature beside its values: a handful of numbers, and the points of a trend while it is smoothed.
KEPT, SMOOTHED = 40, 200

pytestmark = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="asks Linux for the peak")

CODE = """
import ctypes, json, re, sys
import numpy as np, ebayes_lm as el
from ebayes_lm.data.matrix import as_feature_matrix
x = np.column_stack([np.ones(40), np.arange(40) % 2])
status = lambda name: int(re.search(rf"{name}:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
run = {"max_memory": "2MB", "threads": 2, "progress": False}
verbs = {
    "reml": lambda y: el.array_weights(y, x, **run),
    "quick": lambda y: el.array_weights_quick(y, el.lm_fit(y, x, **run), **run),
    "blocks": lambda y: el.duplicate_correlation(y, x, block=np.arange(40) // 2, **run),
    "rows": lambda y: el.duplicate_correlation(y, x, spacing=y.shape[0] // 2, **run),
    "vooma": lambda y: el.vooma(y, x, **run),
}
# this loads and compiles what they need
small = as_feature_matrix(np.random.default_rng(1).normal(5, size=(30_000, 40)).astype(np.float32))
y, peaks = el.open_matrix(sys.argv[1]), {}
for name, verb in verbs.items():
    verb(small)
    ctypes.CDLL(None).malloc_trim(0)
    open("/proc/self/clear_refs", "w").write("5")
    before = status("VmRSS")
    kept = verb(y)
    peaks[name] = status("VmHWM") - before
    del kept
print(json.dumps(peaks))
"""


def test_room_is_kept_to(tmp_path):
    path = tmp_path / "y.npy"
    values = np.lib.format.open_memmap(path, "w+", np.float32, (G, N))
    one = np.random.default_rng(1).normal(5, size=G)
    for sample in range(N):
        values[:, sample] = np.roll(one, 97 * sample)
    del values
    ran = subprocess.run([sys.executable, "-c", CODE, str(path)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    bound = ROOM + KEPT * G + OVERHEAD
    peaks = json.loads(ran.stdout)
    results = 2 * 8 * G * N
    assert peaks.pop("vooma") < results + bound + SMOOTHED * G
    assert max(peaks.values()) < bound, peaks
    assert path.stat().st_size > 1.5 * bound
