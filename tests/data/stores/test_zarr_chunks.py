"""Zarr stores that are made to do harm."""

from __future__ import annotations

import gzip
import pickle
import struct

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm import open_matrix
from ebayes_lm.data.stores import zarr_chunks
from ebayes_lm.errors import DataError
from tests.data.stores.damage import files_of
from tests.data.stores.zarr_examples import GZIP, UNKNOWN, Y, edited, read, written, zarr


class Trap:
    """Tells when it is unpickled."""

    sprung = False

    @classmethod
    def spring(cls):
        cls.sprung = True

    def __reduce__(self):
        return (Trap.spring, ())


@pytest.mark.parametrize("dtype", ["<f4", "|O"])
def test_nothing_is_unpickled(tmp_path, dtype):
    path = written(tmp_path / "y.zarr", zarr_format=2, compressors=None)
    for file in files_of(path):
        if not file.name.startswith("."):
            file.write_bytes(pickle.dumps(Trap()))
    edited(path, dtype=dtype, filters=[{"id": "pickle", "protocol": 5}])
    with pytest.raises(DataError, match="coded by 'pickle', which is not read here"):
        open_matrix(path)
    edited(path, filters=None, compressor={"id": "pickle"})
    with pytest.raises(DataError, match="coded by 'pickle'"):
        open_matrix(path)
    assert not Trap.sprung
    pickle.loads(pickle.dumps(Trap()))
    assert Trap.sprung
    Trap.sprung = False


def test_chunks_that_unpack_to_more_than_a_chunk_are_refused_before_that(tmp_path, monkeypatch):
    monkeypatch.setattr(zarr_chunks, "_HARMLESS", 1000)
    bomb = bytes(1 << 20)
    packed = {
        "gzip": ([GZIP], gzip.compress(bomb)),
        "zstd": ([zarr.codecs.ZstdCodec()], b"\x28\xb5\x2f\xfd\xe0" + struct.pack("<Q", 1 << 60) + b"\0" * 9),
        "zstd that tells no size": (
            [zarr.codecs.ZstdCodec()],
            b"\x28\xb5\x2f\xfd\x00\x58" + b"\x02\x00\x10\x00" * 99 + b"\x03\x00\x10\x00",
        ),
        "blosc": (
            [zarr.codecs.BloscCodec()],
            b"\x02\x01\x21\x04" + struct.pack("<III", 1 << 30, 1 << 20, 40) + bytes(24),
        ),
    }
    for name, (compressors, chunk) in packed.items():
        path = written(tmp_path / f"{name}.zarr", compressors=compressors)
        assert_array_equal(read(path), Y)
        (path / "c" / "3" / "1").write_bytes(chunk)
        with pytest.raises(DataError, match=r"c/3/1 unpacks to more than the 5,120 bytes"):
            read(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [10**11], "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [10**11]}}},
        {"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [10**11]}}},
        {"data_type": {"name": "fixed_length_utf32", "configuration": {"length_bytes": 10**10}}},
    ],
)
def test_names_that_take_more_room_than_they_need_are_refused(tmp_path, changes):
    path = tmp_path / "y.zarr"
    zarr.open_group(path, mode="w").create_array("features", shape=(53,), dtype=str)[:] = np.array(
        ["f"] * 53, dtype=object
    )
    written(path / "values")
    assert list(open_matrix(path).features) == ["f"] * 53
    edited(path / "features", **changes)
    with pytest.raises(DataError, match="features has"):
        open_matrix(path)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_chunks_of_blosc_are_not_read_beyond_their_end(tmp_path, zarr_format):
    """Its decoder believes the length that a chunk says it has."""
    path = written(tmp_path / "y.zarr", **({"zarr_format": 2} if zarr_format == 2 else UNKNOWN["blosc"]))
    chunk = path / ("3.1" if zarr_format == 2 else "c/3/1")
    held = chunk.read_bytes()
    for length in range(0, len(held), 7):
        chunk.write_bytes(held[:length])
        with pytest.raises(DataError):
            read(path)


def test_large_chunks_packed_by_gzip_are_not_mistaken_for_harmful_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(zarr_chunks, "_HARMLESS", 0)
    assert_array_equal(read(written(tmp_path / "y.zarr", compressors=[GZIP])), Y)
    assert_array_equal(read(written(tmp_path / "s.zarr", compressors=[GZIP], shards=(16, 8))), Y)


def test_frames_of_zstd_that_tell_no_size_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(zarr_chunks, "_HARMLESS", 0)
    path = written(tmp_path / "y.zarr")
    values = Y[24:32, 4:8].tobytes()
    plain = b"\x28\xb5\x2f\xfd\x00\x58" + (1 | len(values) << 3).to_bytes(3, "little") + values
    (path / "c" / "3" / "1").write_bytes(plain)
    assert_array_equal(read(path), Y)
