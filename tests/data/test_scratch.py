from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
from collections import namedtuple

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import ebayes_lm as el
from ebayes_lm.data import scratch
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.duplicates import Duplicates, DuplicateSource
from ebayes_lm.data.mapped import mapped
from ebayes_lm.data.scratch import SCRATCH_FOLDER, ScratchSource, by_features
from ebayes_lm.data.sources import ArraySource, SampleMajor
from ebayes_lm.errors import DataError, StorageError, StorageWarning
from tests.data.sample_stores import SHORT, Samples, sampled

Y = np.random.default_rng(2).normal(size=(900, 41))
SHORT_RUN = Running(max_memory=SHORT)

pytestmark = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.StorageWarning")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Every test leaves its folder of scratch files empty."""
    monkeypatch.setenv(SCRATCH_FOLDER, str(tmp_path))
    yield tmp_path
    gc.collect()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("dtype", "threads"), [(np.float64, 3), (np.float64, 1), (np.float32, 3), (">f4", 1), (np.int8, 3), (np.bool_, 1)]
)
def test_rows_are_those_of_the_store(dtype, threads):
    source = Samples((Y * 10).astype(dtype))
    turned = by_features(source, Running(threads=threads, max_memory="200kB", chunk_size=90))
    assert isinstance(turned, ScratchSource)
    assert len(turned.panels) > 3
    assert (turned.shape, turned.dtype) == (source.shape, source.dtype)
    for start, stop in [(0, 900), (0, 1), (13, 500), (899, 900), (7, 7)]:
        rows = turned.read(start, stop)
        assert rows.flags.c_contiguous
        assert_array_equal(rows, source.values[start:stop])
    assert_array_equal(pickle.loads(pickle.dumps(turned)).read(3, 9), source.values[3:9])
    assert not isinstance(turned, SampleMajor)


def test_what_is_by_features_stays():
    source = ArraySource(Y)
    assert by_features(source, SHORT_RUN) is source
    doubled = DuplicateSource(source, Duplicates(2, 1))
    assert by_features(doubled, SHORT_RUN) is doubled


def test_what_stands_over_a_store_goes_with_it():
    source = Samples(Y)
    squares = by_features(mapped(source, np.square), SHORT_RUN)
    pairs = by_features(DuplicateSource(source, Duplicates(2, 1)), SHORT_RUN)
    assert_array_equal(squares.read(4, 9), np.square(Y[4:9]))
    assert_array_equal(pairs.read(0, 5), DuplicateSource(ArraySource(Y), Duplicates(2, 1)).read(0, 5))
    assert sum(stop - start for start, stop in source.reads) == 41  # once for both


def test_the_file_is_shared_and_goes_with_the_last_who_uses_it(folder):
    source = Samples(Y)
    turned = by_features(source, SHORT_RUN)
    assert by_features(source, SHORT_RUN) is turned
    assert [path.stat().st_size for path in folder.iterdir()] == [Y.nbytes]
    assert os.name == "nt" or turned.path.stat().st_mode & 0o077 == 0
    del source
    gc.collect()
    assert turned.path.exists()
    del turned
    gc.collect()
    assert list(folder.iterdir()) == []


def test_one_warning_says_what_happened(folder):
    matrix = sampled(Y)
    with pytest.warns(StorageWarning) as said:
        fits = [el.lm_fit(matrix, method="robust", max_memory=SHORT) for _ in range(2)]
    (one,) = said
    assert len(fits) == 2
    assert "295.2 kB" in str(one.message)
    assert str(folder) in str(one.message)
    assert one.filename == __file__
    by_features(Samples(Y), SHORT_RUN, quiet=True)


def test_small_stores_need_no_file(folder):
    source = Samples(Y)
    turned = by_features(source, Running())
    assert isinstance(turned, ArraySource)
    assert list(folder.iterdir()) == []
    assert by_features(source, Running()) is turned


def test_too_little_room_is_said_before_anything_is_written(monkeypatch, folder):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda _: usage(10, 9, 1000))
    source = Samples(Y)
    with pytest.raises(StorageError, match=rf"295\.2 kB, and .* has room for 1\.0 kB; .*{SCRATCH_FOLDER}.*write"):
        by_features(source, SHORT_RUN)
    assert source.reads == []


def test_a_folder_that_is_not_there_is_an_error(monkeypatch, folder):
    monkeypatch.setenv(SCRATCH_FOLDER, str(folder / "nowhere"))
    with pytest.raises(StorageError, match="nowhere takes no scratch file"):
        by_features(Samples(Y), SHORT_RUN)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(5, "broken"), KeyboardInterrupt()])
def test_nothing_is_left_behind_when_writing_fails(monkeypatch, folder, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(ScratchSource, "write", fail)
    expected = StorageError if getattr(error, "errno", None) == 28 else type(error)
    with pytest.raises(expected):
        by_features(Samples(Y), SHORT_RUN)
    assert list(folder.iterdir()) == []


def test_a_file_that_was_cut_is_an_error():
    source = Samples(Y)
    turned = by_features(source, SHORT_RUN)
    os.truncate(turned.path, Y.nbytes - 9)
    with pytest.raises(DataError, match="cut"):
        turned.read(0, 900)


def test_nothing_is_left_at_the_end_of_a_process(folder):
    code = (
        "import numpy as np, warnings\n"
        "from ebayes_lm.data.blocks import Running\n"
        "from ebayes_lm.data.scratch import by_features\n"
        "from tests.data.sample_stores import Samples\n"
        "warnings.simplefilter('ignore')\n"
        "kept = by_features(Samples(np.ones((900, 41))), Running(max_memory='1MB'))\n"
        "print(kept.path)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert str(folder) in ran.stdout


def test_other_verbs_rewrite_the_store_and_give_the_same_numbers():
    x = np.column_stack([np.ones(41), np.arange(41) % 2])
    block = np.arange(41) // 2
    matrix = sampled(Y)
    found = el.duplicate_correlation(matrix, x, block=block, max_memory=SHORT)
    assert found.consensus == el.duplicate_correlation(Y, x, block=block, max_memory=SHORT).consensus
    weights = el.array_weights(matrix, x, max_memory=SHORT)
    np.testing.assert_allclose(weights, el.array_weights(Y, x, max_memory=SHORT), rtol=1e-12)
    assert matrix.source.rows_read == []
    assert sum(stop - start for start, stop in matrix.source.reads) == 41
