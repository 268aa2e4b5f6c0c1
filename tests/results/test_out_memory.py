"""How much memory a fit takes whose numbers go to disk as they come."""

from __future__ import annotations

import numpy as np

from tests.peaks import linux, peaks_within

#: Of the allocator, the interpreter and threads that work on features with gaps, beside blocks.
OVERHEAD = 32e6
#: Bytes for each feature: where those with gaps stand, and a few vectors for a moment.
A_FEATURE = 32
G, N = 600_000, 12

CODE = """
import tempfile
import numpy as np, ebayes_lm as el
(path,) = sys.argv[1:]
x = (np.arange(12)[:, None] % 6 == np.arange(6)).astype(float)
small = np.load(path, mmap_mode="r")[:30_000].copy()
el.lm_fit(small, x, max_memory="4MB", out=tempfile.mkdtemp(dir=".") + "/small")  # loads and compiles what fits need
y, out = el.open_matrix(path), tempfile.mkdtemp(dir=".") + "/fit"
print(json.dumps({"fit": peak(lambda: el.lm_fit(y, x, max_memory="4MB", out=out))}))
"""


@linux
def test_memory_is_that_of_blocks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    y = rng.standard_normal((G, N), dtype=np.float32)
    y[np.arange(G), rng.integers(0, N, G)] = np.nan
    np.save("y.npy", y)
    bound = 4e6 + A_FEATURE * G + OVERHEAD
    peaks_within({"fit": bound}, CODE, "y.npy")
    assert sum(path.stat().st_size for path in next(tmp_path.glob("*/fit")).iterdir()) > bound
