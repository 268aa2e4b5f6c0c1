"""How much memory fits of a store of samples take."""

from __future__ import annotations

import numpy as np
import pytest

from tests.peaks import linux, peaks_within

#: Of the allocator and the interpreter, beside blocks and results.
OVERHEAD = 12e6
G, N = 60_000, 400

CODE = """
import warnings
import numpy as np, ebayes_lm as el
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.scratch import by_features
path, what = sys.argv[1:]
warnings.simplefilter("ignore", el.EbayesLMWarning)
x = np.column_stack([np.ones(400), np.arange(400) % 2])
fits = {
    "fit": lambda y: el.lm_fit(y, x, max_memory="30MB"),
    "scratch": lambda y: by_features(y.source, Running(max_memory="30MB")),
    "write": lambda y: y.write(path + ".copy.npy", max_memory="30MB"),
}
small = as_feature_matrix(np.random.default_rng(1).normal(size=(4000, 400)).astype(np.float32))
el.lm_fit(small, x)  # loads and compiles what fits need
fits["write"](small).source.path.unlink()
y = el.open_matrix(path)
print(json.dumps({what: peak(lambda: fits[what](y))}))
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


@linux
@pytest.mark.parametrize("what", ["fit", "scratch", "write"])
def test_room_is_kept_to(path, what, tmp_path, monkeypatch):
    monkeypatch.setenv("EBAYES_LM_SCRATCH_DIR", str(tmp_path))
    bound = 30e6 + (G * 8 * 12 if what == "fit" else 0) + OVERHEAD
    peaks_within({what: bound}, CODE, path, what)
    assert path.stat().st_size > 1.5 * bound


@linux
def test_packed_entries_are_not_kept(tmp_path):
    h5py = pytest.importorskip("h5py")
    path, per = tmp_path / "y.h5ad", 18_000
    one = np.random.default_rng(1).normal(size=per).astype(np.float32).round(1)
    with h5py.File(path, "w") as file:
        x = file.create_group("X")
        x.attrs["encoding-type"], x.attrs["shape"] = "csr_matrix", (N, G)
        x["indptr"] = np.arange(N + 1) * per
        packed = {"shape": (N * per,), "chunks": (1 << 16,), "compression": "gzip", "compression_opts": 1}
        places = x.create_dataset("indices", dtype=np.int32, **packed)
        values = x.create_dataset("data", dtype=np.float32, **packed)
        for sample in range(N):
            at = slice(sample * per, (sample + 1) * per)
            places[at], values[at] = np.arange(per) * 3, np.roll(one, sample)
        for axis, size in (("obs", N), ("var", G)):
            table = file.create_group(axis)
            table.attrs["_index"], table.attrs["column-order"] = "_index", np.empty(0, dtype="S1")
            table["_index"] = np.arange(size).astype("S6")
    peaks_within({"fit": 30e6 + G * 8 * 12 + 2 * OVERHEAD}, CODE, path, "fit")
