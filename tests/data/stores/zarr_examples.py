"""Small zarr stores, and what can be known of damage to them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ebayes_lm import open_matrix

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
