from __future__ import annotations

import os
import stat

import pandas as pd
import pytest

from ebayes_lm.errors import StorageError
from ebayes_lm.scale import hits_file as files
from ebayes_lm.scale.hits_file import checked_path, hits_file

FRAME = pd.DataFrame(
    {"feature": ["a,b", '"c"', "=d"], "t": [1 / 3, float("nan"), -1e-300], "n": [1, 2, 3], "status": ["ok"] * 3}
)
READ = {
    ".csv": lambda path: pd.read_csv(path),
    ".csv.gz": lambda path: pd.read_csv(path),
    ".tsv": lambda path: pd.read_csv(path, sep="\t"),
    ".tsv.gz": lambda path: pd.read_csv(path, sep="\t"),
    ".parquet": lambda path: pd.read_parquet(path),
}


@pytest.mark.parametrize("ending", READ)
def test_what_is_written_piece_by_piece_is_read_whole(tmp_path, ending, monkeypatch):
    monkeypatch.setattr(files, "_GROUP", 2)
    path = checked_path(str(tmp_path / f"Hits{ending.upper()}"))
    with hits_file(path) as file:
        for piece in (FRAME[:0], FRAME[:1], FRAME[1:2], FRAME[:0], FRAME[2:]):
            file.write(piece)
        assert not path.exists()
    lower = path.rename(tmp_path / f"hits{ending}")
    pd.testing.assert_frame_equal(READ[ending](lower), FRAME, check_exact=True, check_dtype=False)


@pytest.mark.parametrize("ending", READ)
def test_nothing_but_columns(tmp_path, ending):
    path = tmp_path / f"hits{ending}"
    with hits_file(path) as file:
        file.write(FRAME[:0])
    assert READ[ending](path).columns.tolist() == FRAME.columns.tolist()


@pytest.mark.parametrize("ending", [".csv.gz", ".parquet"])
def test_a_failure_leaves_nothing(tmp_path, ending, monkeypatch):
    monkeypatch.setattr(files, "_GROUP", 1)

    def interrupted():
        with hits_file(tmp_path / f"hits{ending}") as file:
            file.write(FRAME)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a disk that is always full comes with Linux")
@pytest.mark.parametrize("ending", READ)
def test_a_full_disk_is_one_error(tmp_path, ending, monkeypatch):
    def full(handle, mode):
        os.close(handle)
        return open("/dev/full", mode)

    def written():
        with hits_file(tmp_path / f"hits{ending}") as file:
            file.write(FRAME)

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(StorageError, match=r"hits.* cannot be written: No space left on device"):
        written()
    assert not any(tmp_path.iterdir())


def test_two_runs_write_the_same_bytes(tmp_path):
    for name in ("a.csv.gz", "b.csv.gz"):
        with hits_file(tmp_path / name) as file:
            file.write(FRAME)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_the_file_has_usual_permissions(tmp_path):
    before = os.umask(0o027)
    try:
        with hits_file(tmp_path / "hits.csv") as file:
            file.write(FRAME)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "hits.csv").stat().st_mode) == 0o640
