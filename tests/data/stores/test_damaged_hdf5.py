"""Damaged HDF5 files end in one error or in the same numbers; run apart, so that a crash of the library is seen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

pytest.importorskip("h5py")

#: Seconds for all files of a kind: a library that turns in circles never ends.
PATIENCE = 240
FILES = 48

CHILD = """
import json, resource, sys, warnings
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[3])
from damage import damage
from ebayes_lm import open_matrix
from ebayes_lm.errors import EbayesLMError

resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
warnings.simplefilter("ignore")
good, files = Path(sys.argv[1]), int(sys.argv[2])

def values(path):
    matrix = open_matrix(path)
    return matrix.source.read(0, matrix.shape[0])

expected, content, found = values(good), good.read_bytes(), {}
for seed in range(files):
    rng = np.random.default_rng(seed)
    bad = good.with_name(f"{seed}{good.suffix}")
    bad.write_bytes(content)
    for way in (("cut",), ("flip",), ("flip",) * 8, ("lengthen",))[seed % 4]:
        damage(bad, way, rng)
    try:
        end = "same" if np.array_equal(values(bad), expected) else "other"
    except EbayesLMError:
        end = "refused"
    except BaseException as error:
        end = f"{seed}: {error!r}"
    found[end] = found.get(end, 0) + 1
    bad.unlink()
print(json.dumps(found))
"""


def written(path, kind, version):
    import h5py

    x = np.random.default_rng(2).normal(size=(20, 60)).astype(np.float32)
    safe = {"chunks": (7, 20), "fletcher32": True, "compression": "gzip"}
    with h5py.File(path, "w", libver=version) as file:
        for name, n in (("obs", 20), ("var", 60)):
            file.create_group(name).attrs["_index"] = "_index"
            file[name]["_index"] = [f"{name}{i}" for i in range(n)]
        file["obs/age"] = np.arange(20.0)
        file["obs"].attrs["column-order"] = ["age"]
        if kind == "dense":
            file.create_dataset("X", data=x, **safe)
            return
        packed = sparse.csc_matrix(x) if kind == "csc" else sparse.csr_matrix(x)
        file.create_group("X").attrs.update({"encoding-type": f"{kind}_matrix", "shape": x.shape})
        for part in ("indptr", "indices", "data"):
            file["X"].create_dataset(part, data=getattr(packed, part), **safe | {"chunks": (20,)})


@pytest.mark.parametrize("version", ["earliest", "latest"])
@pytest.mark.parametrize("kind", ["dense", "csr", "csc"])
def test_damage_is_refused_or_does_not_matter(tmp_path, kind, version):
    written(tmp_path / "good.h5ad", kind, version)
    command = [sys.executable, "-c", CHILD, str(tmp_path / "good.h5ad"), str(FILES), str(Path(__file__).parent)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert set(found) <= {"same", "refused"}, found
    assert found["refused"] > FILES / 4
