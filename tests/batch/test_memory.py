"""How much memory verbs take for a matrix on disk: that of blocks, whatever its size."""

from __future__ import annotations

import numpy as np
import pytest

from tests.peaks import linux, peaks_within

#: What max_memory says, and what the allocator, the interpreter and threads take beside.
ROOM, OVERHEAD = 12e6, 18e6
G, N = 260_000, 60

CODE = """
import warnings
import numpy as np, ebayes_lm as el
path, what = sys.argv[1:]
run = {"max_memory": "12MB", "threads": 2}
days = np.arange(60) % 3
x = np.column_stack([np.ones(60), np.arange(60) % 2])
def adjusted(y, to):
    warnings.simplefilter("ignore", el.EbayesLMWarning)
    return el.remove_batch_effect(y, days, design=x, **run).write(to, max_memory="12MB")
def looked(y, to):
    return el.residual_structure(el.lm_fit(y, x, **run), y, seed=1, n_perm=0, **run)
verb = {"adjusted": adjusted, "looked": looked}[what]
small = el.open_matrix(path + ".small.npy")
verb(small, path + ".first.npy")  # loads and compiles what is needed
y = el.open_matrix(path)
print(json.dumps({what: peak(lambda: verb(y, path + ".adjusted.npy"))}))
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    at = tmp_path_factory.mktemp("memory") / "y.npy"
    few = np.random.default_rng(1).normal(size=(20_000, N)).astype(np.float32)
    np.save(f"{at}.small.npy", few)
    values = np.lib.format.open_memmap(at, "w+", np.float32, (G, N))
    for start in range(0, G, len(few)):
        values[start : start + len(few)] = few + start
    return at


@linux
@pytest.mark.parametrize(("what", "results"), [("adjusted", 0), ("looked", G * 8 * 12)])
def test_room_is_kept_to(path, what, results):
    bound = ROOM + results + OVERHEAD
    peaks_within({what: bound}, CODE, path, what)
    assert path.stat().st_size > bound
