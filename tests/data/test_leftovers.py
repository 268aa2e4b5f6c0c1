"""What killed processes leave goes with the next run, and nothing else does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import ebayes_lm as el
from ebayes_lm.data.leftovers import remove_stagings, scratch_file, staging_name
from ebayes_lm.results.saving import save_result

pytest.importorskip("fcntl")

CODE = """
import os, signal, sys
from pathlib import Path
from ebayes_lm.data.leftovers import locked_folder, scratch_file, staging_name
target = Path(sys.argv[1]) / "fit"
file = scratch_file(target.parent)
file.path.write_bytes(b"half")
staging = target.with_name(staging_name(target))
staging.mkdir()
(staging / "rows-0.npy").write_bytes(b"half")
with locked_folder(staging):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def child(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.communicate()


def test_files_of_a_process_stay_until_it_is_killed(tmp_path, child):
    others = [tmp_path / name for name in ("ebayes-lm-old.scratch", ".fit.bak", ".fit.12345678-1-00000000", "fit.npy")]
    for path in others:
        path.write_text("not ours")
    names = {path.name for path in tmp_path.iterdir()}
    assert len(names) == 6
    fit = el.lm_fit(np.random.default_rng(1).normal(size=(5, 4)))

    scratch_file(tmp_path).remove()
    save_result(fit, tmp_path / "fit")
    assert {path.name for path in tmp_path.iterdir()} == names | {"fit"}

    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    scratch_file(tmp_path).remove()
    save_result(fit, tmp_path / "fit")
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in others} | {"fit"}


def test_a_result_that_was_put_aside_comes_back(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    aside = tmp_path / (staging_name(tmp_path / "fit").replace(f"-{os.getpid()}-", f"-{gone.pid}-") + ".old")
    el.lm_fit(np.random.default_rng(1).normal(size=(5, 4))).save(aside)
    remove_stagings(tmp_path / "fit")
    assert el.load(tmp_path / "fit").shape == (5, 1)
    assert os.listdir(tmp_path) == ["fit"]
