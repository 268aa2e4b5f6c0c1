"""Zarr stores that are incomplete, damaged or made to do harm."""

from __future__ import annotations

import gzip
import json
import pickle
import shutil
import struct

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm import open_matrix
from ebayes_lm.data.stores import zarr_chunks
from ebayes_lm.errors import ArgumentError, DataError, EbayesLMError, StorageWarning
from tests.data.stores.damage import WAYS, damage, files_of

zarr = pytest.importorskip("zarr")

Y = np.random.default_rng(1).normal(size=(53, 10)).astype(np.float32)
GZIP = zarr.codecs.GzipCodec()
CHECKED = [zarr.codecs.ZstdCodec(), zarr.codecs.Crc32cCodec()]


def written(path, **kwargs):
    array = zarr.create_array(path, shape=Y.shape, dtype=Y.dtype, overwrite=True, **{"chunks": (8, 4), **kwargs})
    array[...] = Y
    return path


def edited(path, **changes):
    """Other metadata."""
    file = next(path / name for name in ("zarr.json", ".zarray") if (path / name).exists())
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    return path


def read(path, **kwargs):
    matrix = open_matrix(path, **kwargs)
    return matrix.source.read(0, matrix.shape[0])


@pytest.mark.parametrize("how", [{}, {"zarr_format": 2}, {"shards": (16, 8)}], ids=["v3", "v2", "shards"])
def test_absent_chunks_are_refused_and_the_way_out_works(tmp_path, how):
    path = written(tmp_path / "y.zarr", **how)
    file = next(file for file in files_of(path) if file.name in ("1.1", "1") and file.parent.name != "0")
    file.unlink()
    expected = 8 if "shards" in how else 21
    with pytest.raises(DataError, match=rf"lacks 1 of its {expected} chunks \('.*'\), and zarr reads 0.0") as refusal:
        open_matrix(path)
    assert f"a = zarr.open_array({str(path)!r}, mode='r+').with_config({{'write_empty_chunks': True}})" in str(
        refusal.value
    )
    array = zarr.open_array(str(path), mode="r+").with_config({"write_empty_chunks": True})
    array[:] = array[:]
    assert_array_equal(read(path), array[:])
    assert (array[:] == 0).any()


def test_zeros_that_a_writer_left_out_within_a_shard_are_refused_too(tmp_path):
    path = written(tmp_path / "y.zarr", shards=(16, 8))
    zarr.open_array(path, mode="r+")[:8, :4] = 0
    with pytest.raises(DataError, match="lacks 1 chunk within shards, and zarr reads 0"):
        open_matrix(path)


@pytest.mark.parametrize("how", [{}, {"zarr_format": 2}, {"shards": (16, 8)}], ids=["v3", "v2", "shards"])
def test_absent_chunks_whose_fill_is_nan_are_missing_values(tmp_path, how):
    path = written(tmp_path / "y.zarr", fill_value=np.nan, **how)
    zarr.open_array(path, mode="r+")[:16, :8] = np.nan
    expected = Y.copy()
    expected[:16, :8] = np.nan
    with pytest.warns(StorageWarning, match="their values are missing"):
        matrix = open_matrix(path)
    assert_array_equal(matrix.source.read(0, 53), expected)
    assert_array_equal(pickle.loads(pickle.dumps(matrix.source)).read(8, 16), expected[8:16])


def test_a_chunk_that_goes_after_opening_is_noticed(tmp_path):
    path = written(tmp_path / "y.zarr", fill_value=np.nan)
    source = open_matrix(path).source
    source.read(0, 53)
    (path / "c" / "3" / "1").unlink()
    with pytest.raises(DataError, match=r"c/3/1 was there when the array was opened, and is gone"):
        source.read(0, 53)
    edited(path, shape=[52, 10])
    with pytest.raises(DataError, match="is not as it was"):
        pickle.loads(pickle.dumps(source)).read(0, 5)


def test_metadata_that_chunks_do_not_bear_out_are_refused(tmp_path):
    path = written(tmp_path / "y.zarr")
    grid = {"name": "regular", "configuration": {"chunk_shape": [10**6, 10**6]}}
    for changes, match in (
        ({"shape": [10**12, 10**9]}, "21 of its 31,250,000,000,000,000,000 chunks"),
        ({"shape": [40, 10]}, r"holds chunks beyond it, such as 'c/5/0'"),
        ({"shape": [53, -10]}, "no shape"),
        ({"shape": [53.0, 10]}, "no shape"),
        ({"shape": [53]}, "shape"),
        ({"chunk_grid": grid}, "4,000,000,000,000 bytes"),
        ({"data_type": "complex64"}, "complex64"),
        ({"data_type": {"name": "struct"}}, "struct"),
        ({"codecs": []}, "cannot be read"),
        ({"codecs": "bytes"}, "not those of a zarr array"),
        ({"codecs": [{"name": "bytes"}, {"name": "gzip"}, {"name": "zstd"}]}, "more than once"),
        ({"fill_value": {}}, "cannot be read"),
    ):
        shutil.copytree(path, tmp_path / "edited.zarr")
        with pytest.raises(DataError, match=match):
            read(edited(tmp_path / "edited.zarr", **changes))
        shutil.rmtree(tmp_path / "edited.zarr")
    (path / "zarr.json").write_text("[" * 100_000)
    with pytest.raises(DataError, match=r"zarr\.json cannot be read"):
        open_matrix(path)


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


@pytest.mark.parametrize("to_folder", [False, True])
def test_links_that_lead_out_of_the_store_are_followed_where_that_is_allowed(tmp_path, to_folder):
    path = written(tmp_path / "y.zarr")
    inside = path / "c" / "3" if to_folder else path / "c" / "3" / "1"
    inside.rename(tmp_path / "outside")
    inside.symlink_to(tmp_path / "outside")
    with pytest.raises(DataError, match=r"leads out of the store; allow_external=True"):
        open_matrix(path)
    assert_array_equal(read(path, allow_external=True), Y)
    group = tmp_path / "group.zarr"
    zarr.open_group(group, mode="w")
    (group / "values").symlink_to(path)
    with pytest.raises(DataError, match="leads out of the store"):
        open_matrix(group)
    assert_array_equal(read(group, allow_external=True), Y)
    (tmp_path / "link.zarr").symlink_to(written(tmp_path / "whole.zarr"))
    assert_array_equal(read(tmp_path / "link.zarr"), Y)


def test_links_within_the_store_are_part_of_it(tmp_path):
    path = written(tmp_path / "y.zarr")
    (path / "c" / "3").rename(path / "kept")
    (path / "c" / "3").symlink_to(path / "kept")
    assert_array_equal(read(path), Y)


def test_what_is_no_local_store_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="is an address"):
        open_matrix("s3://bucket/y.zarr")
    (tmp_path / "empty.zarr").mkdir()
    (tmp_path / "file.zarr").write_bytes(b"")
    for name in ("empty", "file", "nowhere"):
        with pytest.raises(DataError, match="is no zarr folder"):
            open_matrix(tmp_path / f"{name}.zarr")
    zarr.create_array(tmp_path / "cube.zarr", shape=(2, 2, 2), dtype="f4")
    zarr.create_array(tmp_path / "text.zarr", shape=(2, 2), dtype=str)
    for name in ("cube", "text"):
        with pytest.raises(DataError, match=rf"{name}\.zarr holds"):
            open_matrix(tmp_path / f"{name}.zarr")
    with pytest.raises(ArgumentError, match="is an array itself"):
        open_matrix(written(tmp_path / "y.zarr"), layer="x")


#: What can be known of values: gzip and crc32c carry checksums. Blosc, zstd as zarr writes it, and what is not
#: compressed do not: turned bits in such chunks may give other values, and only crashes are looked for.
KNOWN = {
    "gzip": {"compressors": [GZIP]},
    "zstd and crc32c": {"compressors": CHECKED},
    "v2 zlib": {"zarr_format": 2, "compressors": {"id": "zlib", "level": 1}},
    "checked shards": {"compressors": CHECKED, "shards": (16, 8)},
}
UNKNOWN = {
    "v2 blosc": {"zarr_format": 2},
    "zstd": {},
    "blosc": {"compressors": [zarr.codecs.BloscCodec(cname="lz4")]},
    "not compressed": {"compressors": None},
    "shards": {"shards": (16, 8)},
}


@pytest.mark.parametrize("name", [*KNOWN, *UNKNOWN])
@pytest.mark.parametrize("way", WAYS)
def test_damaged_stores_end_in_an_error_or_in_the_same_values(tmp_path, name, way):
    """Metadata carry no checksum either: a turned bit may give another shape or type that the chunks bear out."""
    how = {**KNOWN, **UNKNOWN}[name]
    whole, refused = written(tmp_path / "whole.zarr", **how), 0
    metadata = (whole / (".zarray" if how.get("zarr_format") == 2 else "zarr.json")).read_bytes()
    for seed in range(8):
        path = shutil.copytree(whole, tmp_path / f"{seed}.zarr")
        rng = np.random.default_rng([seed, *name.encode()])
        files = [file for file in files_of(path) if file.name != ".zattrs"]
        file = (
            files[int(rng.integers(len(files)))]
            if seed % 3
            else next(file for file in files if file.name in ("zarr.json", ".zarray"))
        )
        said = damage(file, way, rng)
        try:
            found = read(path)
        except EbayesLMError:
            refused += 1
            continue
        told = file.name in ("zarr.json", ".zarray") and _meaning(file.read_bytes()) != _meaning(metadata)
        unknown = name in UNKNOWN and way == "flip"
        assert told or unknown or np.array_equal(found, Y), said
    assert refused or way == "flip"


def _meaning(metadata):
    held = json.loads(metadata)
    return [held.get(name) for name in ("shape", "chunks", "chunk_grid", "dtype", "data_type", "order", "codecs")]
