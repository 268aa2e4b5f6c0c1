"""How much memory a fit takes whose numbers go to disk as they come, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

#: Of the allocator and the interpreter, beside blocks.
OVERHEAD = 8e6
#: Bytes for each feature: where those with gaps stand, and a few vectors for a moment.
A_FEATURE = 32
G, N = 300_000, 12

pytestmark = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="asks Linux for the peak")

CODE = """
import re, sys
import numpy as np, ebayes_lm as el
path, out = sys.argv[1:]
x = np.column_stack([np.ones(12), np.arange(12) % 2])
status = lambda name: int(re.search(rf"{name}:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
small = np.load(path, mmap_mode="r")[:30_000].copy()
el.lm_fit(small, x, max_memory="4MB", out=path + ".small")  # loads and compiles what fits need
y = el.open_matrix(path)
open("/proc/self/clear_refs", "w").write("5")
before = status("VmRSS")
el.lm_fit(y, x, max_memory="4MB", out=out)
print(status("VmHWM") - before)
"""


def test_memory_is_that_of_blocks(tmp_path):
    rng = np.random.default_rng(1)
    y = rng.standard_normal((G, N), dtype=np.float32)
    y[np.arange(G), rng.integers(0, N, G)] = np.nan
    np.save(tmp_path / "y.npy", y)
    command = [sys.executable, "-c", CODE, str(tmp_path / "y.npy"), str(tmp_path / "fit")]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) < 4e6 + A_FEATURE * G + OVERHEAD
    held = sum(path.stat().st_size for path in (tmp_path / "fit").iterdir())
    assert held > 4e6 + A_FEATURE * G + OVERHEAD
