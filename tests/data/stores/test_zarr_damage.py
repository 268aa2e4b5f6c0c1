"""Zarr stores that are incomplete or damaged."""

from __future__ import annotations

import json
import pickle
import shutil

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm import open_matrix
from ebayes_lm.errors import ArgumentError, DataError, EbayesLMError, StorageWarning
from tests.data.stores.damage import WAYS, damage, files_of
from tests.data.stores.zarr_examples import KNOWN, UNKNOWN, Y, edited, read, written, zarr


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
    with pytest.raises(ArgumentError, match=r"s3://bucket/y\.zarr is an address"):
        open_matrix("s3://bucket/y.zarr")
    (tmp_path / "empty.zarr").mkdir()
    (tmp_path / "file.zarr").write_bytes(b"")
    for name, said in {"empty": "is no zarr folder", "file": "is no zarr folder", "nowhere": "there is no"}.items():
        with pytest.raises(DataError, match=said):
            open_matrix(tmp_path / f"{name}.zarr")
    zarr.create_array(tmp_path / "cube.zarr", shape=(2, 2, 2), dtype="f4")
    zarr.create_array(tmp_path / "text.zarr", shape=(2, 2), dtype=str)
    for name in ("cube", "text"):
        with pytest.raises(DataError, match=rf"{name}\.zarr holds"):
            open_matrix(tmp_path / f"{name}.zarr")
    with pytest.raises(ArgumentError, match="is an array itself"):
        open_matrix(written(tmp_path / "y.zarr"), layer="x")


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
