from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import sleep

import pytest

from ebayes_lm.kernels import policy
from ebayes_lm.kernels.policy import cache_folder, compiled

posix = pytest.mark.skipif(os.name == "nt", reason="permissions of this kind are those of POSIX")

FIT = """
import sys
import numpy as np
import ebayes_lm as el
assert "numba" not in sys.modules
if len(sys.argv) > 1:
    import numba
    before = numba.config.CACHE_DIR
fit = el.lm_fit(np.random.default_rng(0).normal(size=(200_000, 5)), np.ones((5, 1)))
assert "numba" in sys.modules
if len(sys.argv) > 1:
    assert numba.config.CACHE_DIR == before
print(float(fit.sigma.sum()).hex())
"""


def run(*arguments: str, **environment: str) -> str:
    """The result of a compiled fit in a process of its own."""
    everything = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")} | environment
    done = subprocess.run([sys.executable, "-c", FIT, *arguments], env=everything, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


class TestFolder:
    def test_is_named_by_version(self, tmp_path, monkeypatch):
        monkeypatch.setenv("EBAYES_LM_CACHE_DIR", str(tmp_path / "deep" / "er"))
        folder = cache_folder()
        assert folder is not None
        assert folder.is_dir()
        assert folder.parent == tmp_path / "deep" / "er"
        assert folder.name.startswith("kernels-")
        assert f"py{sys.version_info[0]}{sys.version_info[1]}" in folder.name

    @posix
    def test_is_in_the_users_cache_by_default(self, tmp_path, monkeypatch):
        monkeypatch.delenv("EBAYES_LM_CACHE_DIR", raising=False)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        folder = cache_folder()
        assert folder is not None
        assert folder.parent == tmp_path / "ebayes_lm"
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_can_be_turned_off(self, monkeypatch):
        monkeypatch.setenv("EBAYES_LM_CACHE_DIR", "off")
        assert cache_folder() is None

    @posix
    @pytest.mark.parametrize("mode", [0o777, 0o770, 0o720, 0o702])
    def test_is_refused_where_others_can_write(self, tmp_path, monkeypatch, mode):
        monkeypatch.setenv("EBAYES_LM_CACHE_DIR", str(tmp_path))
        cache_folder().chmod(mode)
        assert cache_folder() is None

    @posix
    def test_is_refused_where_others_could_put_another_in_its_place(self, tmp_path, monkeypatch):
        shared = tmp_path / "shared"
        shared.mkdir()
        shared.chmod(0o777)
        monkeypatch.setenv("EBAYES_LM_CACHE_DIR", str(shared))
        assert cache_folder() is None
        # as in /tmp, the sticky bit keeps others from renaming what is ours
        shared.chmod(0o1777)
        assert cache_folder() is not None

    @posix
    def test_is_refused_where_it_belongs_to_somebody_else(self, tmp_path, monkeypatch):
        monkeypatch.setenv("EBAYES_LM_CACHE_DIR", str(tmp_path))
        assert cache_folder() is not None
        monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
        assert cache_folder() is None

    def test_is_none_where_it_cannot_be_made(self, tmp_path, monkeypatch):
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("EBAYES_LM_CACHE_DIR", str(tmp_path / "file"))
        assert cache_folder() is None

    def test_is_none_without_a_home(self, monkeypatch):
        monkeypatch.delenv("EBAYES_LM_CACHE_DIR", raising=False)

        def homeless():
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.setattr(policy, "_user_cache", homeless)
        assert cache_folder() is None


class TestCompiling:
    def test_into_the_folder_and_again_from_it_and_leaves_the_settings_of_numba_alone(self, tmp_path):
        first = run("settings", EBAYES_LM_CACHE_DIR=str(tmp_path))
        written = files_in(tmp_path)
        assert any("fit_rows" in path.name for path in written)
        times = {path: path.stat().st_mtime_ns for path in written}
        assert run(EBAYES_LM_CACHE_DIR=str(tmp_path)) == first
        assert {path: path.stat().st_mtime_ns for path in files_in(tmp_path)} == times

    def test_without_a_folder(self, tmp_path):
        assert run("settings", EBAYES_LM_CACHE_DIR="off", XDG_CACHE_HOME=str(tmp_path), HOME=str(tmp_path))
        assert not any("fit_rows" in path.name for path in files_in(tmp_path))

    def test_happens_on_the_first_call_only(self):
        @compiled
        def double(x):
            return 2 * x

        assert double.__name__ == "double"
        assert double(3) == 6
        assert double(3.5) == 7.0


def test_threads_that_meet_at_a_first_call_share_what_is_compiled(monkeypatch):
    made, meet = [], Barrier(2)

    def slow(function, fastmath):
        made.append(function)
        sleep(0.05)
        return function

    monkeypatch.setattr(policy, "_dispatcher", slow)

    @policy.compiled
    def double(x: int) -> int:
        return 2 * x

    def first_call(x: int) -> int:
        meet.wait()
        return double(x)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(first_call, (1, 2))) == [2, 4]
    assert len(made) == 1
