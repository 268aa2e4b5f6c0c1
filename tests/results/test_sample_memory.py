"""How much memory fits of a store of samples take, in a process of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

#: Of the allocator and the interpreter, beside blocks and results.
OVERHEAD = 8e6
G, N = 60_000, 400

pytestmark = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="asks Linux for the peak")

CODE = """
import re, sys, warnings
import numpy as np, ebayes_lm as el
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.scratch import by_features
path, what = sys.argv[1:]
warnings.simplefilter("ignore", el.EbayesLMWarning)
x = np.column_stack([np.ones(400), np.arange(400) % 2])
status = lambda name: int(re.search(rf"{name}:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
fits = {
    "fit": lambda y: el.lm_fit(y, x, max_memory="30MB"),
    "scratch": lambda y: by_features(y.source, Running(max_memory="30MB")),
    "write": lambda y: y.write(path + ".copy.npy", max_memory="30MB"),
}
small = as_feature_matrix(np.random.default_rng(1).normal(size=(4000, 400)).astype(np.float32))
el.lm_fit(small, x)  # loads and compiles what fits need
fits["write"](small).source.path.unlink()
y = el.open_matrix(path)
open("/proc/self/clear_refs", "w").write("5")
before = status("VmRSS")
kept = fits[what](y)
print(status("VmHWM") - before)
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    at = tmp_path_factory.mktemp("memory") / "y.npy"
    values = np.lib.format.open_memmap(at, "w+", np.float32, (G, N), fortran_order=True)
    one = np.random.default_rng(1).normal(size=G)
    for sample in range(N):
        values[:, sample] = np.roll(one, 97 * sample)
    values[3, 7] = np.nan
    return at


@pytest.mark.parametrize("what", ["fit", "scratch", "write"])
def test_room_is_kept_to(path, what, tmp_path, monkeypatch):
    monkeypatch.setenv("EBAYES_LM_SCRATCH_DIR", str(tmp_path))
    ran = subprocess.run([sys.executable, "-c", CODE, str(path), what], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    results = G * 8 * 12 if what == "fit" else 0
    assert int(ran.stdout) < 30e6 + results + OVERHEAD
    assert path.stat().st_size > 2 * (30e6 + results + OVERHEAD)
