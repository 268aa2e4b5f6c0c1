from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import ebayes_lm as el
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.sources import ArraySource, SampleMajor
from ebayes_lm.data.stores import writing
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, StorageError
from tests.data.sample_stores import SHORT, Samples, sampled

Y = np.random.default_rng(4).normal(size=(503, 41))
FEATURES = pd.Index([f"cg{i:05}é" for i in range(503)])
SAMPLES = pd.Index([f"s{i}" for i in range(41)])

endings = pytest.mark.parametrize("ending", ["npy", "zarr"])


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    pytest.importorskip("zarr")
    monkeypatch.setattr(writing, "CHUNK_BYTES", 30_000)


def named(source):
    return replace(as_feature_matrix(Y), source=source, features=FEATURES, samples=SAMPLES)


@endings
@pytest.mark.parametrize("dtype", [np.float64, np.float32, ">f8", np.int16, np.bool_])
@pytest.mark.parametrize("by_samples", [False, True])
@pytest.mark.parametrize("max_memory", [None, "1MB"])
def test_what_is_written_is_what_was_there(tmp_path, ending, dtype, by_samples, max_memory):
    values = (Y * 10).astype(dtype)
    matrix = named(Samples(values) if by_samples else ArraySource(values))
    written = matrix.write(tmp_path / f"y.{ending}", max_memory=max_memory)
    assert not isinstance(written.source, SampleMajor)
    assert written.dtype.newbyteorder("=") == values.dtype.newbyteorder("=")
    assert_array_equal(written.source.read(0, 503), values)
    assert written.features is FEATURES
    again = el.open_matrix(tmp_path / f"y.{ending}")
    assert_array_equal(again.source.read(11, 470), values[11:470])
    if ending == "zarr":
        assert list(again.features) == list(FEATURES)
        assert list(again.samples) == list(SAMPLES)
    else:
        assert_array_equal(np.load(tmp_path / "y.npy", allow_pickle=False), values)
    assert os.listdir(tmp_path) == [f"y.{ending}"]


def test_a_store_is_read_once(tmp_path):
    matrix = sampled(Y)
    matrix.write(tmp_path / "y.npy", max_memory=SHORT)
    assert sum(stop - start for start, stop in matrix.source.reads) == 41


def test_names_that_only_count_are_not_written(tmp_path):
    as_feature_matrix(Y).write(tmp_path / "y.zarr")
    assert sorted(path.name for path in (tmp_path / "y.zarr").iterdir()) == ["values", "zarr.json"]


def test_values_are_written_as_they_are_mapped(tmp_path):
    written = as_feature_matrix(np.exp2(Y)).map(np.log2).write(tmp_path / "y.npy")
    assert_array_equal(written.source.read(0, 503), np.log2(np.exp2(Y)))


@endings
def test_nothing_is_written_over(tmp_path, ending):
    path = tmp_path / f"y.{ending}"
    path.write_bytes(b"mine")
    with pytest.raises(ArgumentError, match="nothing is written over"):
        as_feature_matrix(Y).write(path)
    assert path.read_bytes() == b"mine"


def test_other_formats_are_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"\.npy or \.zarr"):
        as_feature_matrix(Y).write(tmp_path / "y.csv")
    with pytest.raises(ArgumentTypeError):
        as_feature_matrix(Y).write(3)
    with pytest.raises(StorageError, match="cannot be written"):
        as_feature_matrix(Y).write(tmp_path / "nowhere" / "y.npy")


class Failing(ArraySource):
    """Breaks off in the middle."""

    def read(self, start, stop):
        if start > 200:
            raise self.error
        return super().read(start, stop)


@endings
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), DataError("broken"), KeyboardInterrupt()])
def test_nothing_is_left_behind_when_it_fails(tmp_path, ending, error):
    source = Failing(Y)
    object.__setattr__(source, "error", error)
    with pytest.raises(StorageError if isinstance(error, OSError) else type(error)):
        named(source).write(tmp_path / f"y.{ending}", max_memory=Running().n_threads * 30_000 * 8)
    assert os.listdir(tmp_path) == []


def test_a_flipped_bit_in_a_chunk_is_found(tmp_path):
    written = as_feature_matrix(Y).write(tmp_path / "y.zarr")
    chunk = sorted(path for path in (tmp_path / "y.zarr" / "values").rglob("*") if path.is_file() and path.name == "0")[
        -1
    ]
    damaged = bytearray(chunk.read_bytes())
    damaged[len(damaged) // 2] ^= 4
    chunk.write_bytes(damaged)
    with pytest.raises(DataError, match=r"y\.zarr"):
        written.source.read(0, 503)
