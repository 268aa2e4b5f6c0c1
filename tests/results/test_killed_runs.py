"""A run that is killed goes on where it was, and what it left goes."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import ebayes_lm as el
from ebayes_lm.data.scratch import SCRATCH_FOLDER

pytest.importorskip("fcntl")
pytestmark = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EbayesLMWarning")

X = np.column_stack([np.ones(12), np.arange(12) % 2])
CODE = """
import os, signal, sys, warnings
import numpy as np, ebayes_lm as el
from ebayes_lm.data import checkpoint
warnings.simplefilter("ignore", el.EbayesLMWarning)
folder, blocks = sys.argv[1], []
write = checkpoint.write_block

def until_the_third(*args):
    write(*args)
    blocks.append(args)
    if len(blocks) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

checkpoint.write_block = until_the_third
x = np.column_stack([np.ones(12), np.arange(12) % 2])
el.lm_fit(
    el.open_matrix(folder + "/y.npy"), x, max_memory="60kB", chunk_size=60, threads=1,
    checkpoint=folder + "/blocks", out=folder + "/fit",
)
"""


def test_samples_one_after_another_into_a_folder_with_blocks_kept(tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv(SCRATCH_FOLDER, str(scratch))
    rng = np.random.default_rng(3)
    y = rng.normal(size=(500, 12))
    y[rng.uniform(size=y.shape) < 0.05] = np.nan
    np.save(tmp_path / "y.npy", np.asfortranarray(y))

    ran = subprocess.run([sys.executable, "-c", CODE, str(tmp_path)], capture_output=True, text=True)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    assert len(os.listdir(scratch)) == 1
    names = sorted(name for name in os.listdir(tmp_path) if name not in ("blocks", "scratch", "y.npy"))
    assert len(names) == 1
    assert names[0].startswith(".fit.")
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "blocks").glob("block-*")}
    assert len(kept) == 3

    matrix = el.open_matrix(tmp_path / "y.npy")
    options = {"max_memory": "60kB", "chunk_size": 60, "threads": 1}
    found = el.lm_fit(matrix, X, checkpoint=tmp_path / "blocks", out=tmp_path / "fit", **options)
    assert (
        kept.items() <= {path.name: path.stat().st_mtime_ns for path in (tmp_path / "blocks").glob("block-*")}.items()
    )
    wanted = el.lm_fit(y, X, **options)
    for fit in (found, el.load(tmp_path / "fit")):
        for name in wanted.record.declared_axes():
            assert_array_equal(getattr(fit.record, name), getattr(wanted.record, name))
        assert_array_equal(fit.covariances.missing, wanted.covariances.missing)
    assert sorted(os.listdir(tmp_path)) == ["blocks", "fit", "scratch", "y.npy"]
    del matrix, found, fit
    gc.collect()
    assert os.listdir(scratch) == []
