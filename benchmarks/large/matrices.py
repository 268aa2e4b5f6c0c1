"""Matrices drawn in blocks from a seed, and laid in files as their users have them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

#: Bytes of a chunk of whole rows: what open_matrix(...).write() makes.
CHUNK_BYTES = 1 << 23
_SEED = 30
_BLOCK_CELLS = 1 << 24


def design(samples: int, coefficients: int = 6) -> np.ndarray:
    """Intercept, group and covariates."""
    rng = np.random.default_rng([_SEED, 1])
    return np.column_stack([np.ones(samples), np.arange(samples) % 2, rng.standard_normal((samples, coefficients - 2))])


def blocks(features: int, samples: int, step: int, gaps: float = 0.0) -> Iterator[tuple[slice, np.ndarray]]:
    """Rows in single precision about 8, the groups apart in some; a share of ``gaps`` is missing."""
    for number, start in enumerate(range(0, features, step)):
        at = slice(start, min(features, start + step))
        rng = np.random.default_rng([_SEED, 2, number])
        y = rng.standard_normal((at.stop - at.start, samples), dtype=np.float32)
        y[::10, 1::2] += 0.5
        y += 8
        if gaps:
            y[rng.random(y.shape, dtype=np.float32) < gaps] = np.nan
        yield at, y


def rows_in_block(samples: int, grain: int = 1) -> int:
    """Rows to be drawn at a time, whole grains."""
    return max(1, _BLOCK_CELLS // samples // grain) * grain


def write_zarr(path: Path, features: int, samples: int) -> dict[str, Any]:
    """A group as ``FeatureMatrix.write`` lays it, values compressed as zarr does by default."""
    import zarr

    rows = max(1, min(features, CHUNK_BYTES // (4 * samples)))
    group = zarr.open_group(path, mode="w-", zarr_format=3)
    values = group.create_array("values", shape=(features, samples), dtype="float32", chunks=(rows, samples))
    for at, block in blocks(features, samples, rows_in_block(samples, rows)):
        values[at] = block
    for name, letter, length in (("features", "f", features), ("samples", "s", samples)):
        labels = np.array([f"{letter}{number:09d}" for number in range(length)], dtype=object)
        group.create_array(name, shape=labels.shape, dtype=str, chunks=labels.shape)[:] = labels
    stored = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    codecs = ", ".join(str(codec) for codec in values.compressors)
    return {
        "chunks": f"{rows} x {samples} ({4e-6 * rows * samples:.1f} MB)", "compressor": codecs,
        "on disk": f"{stored / 1e9:.2f} GB", "zarr": zarr.__version__,
    }  # fmt: skip


def write_npy(path: Path, features: int, samples: int, dtype: str = "float32", gaps: float = 0.0) -> None:
    """The values alone."""
    held = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=(features, samples))
    for at, block in blocks(features, samples, rows_in_block(samples), gaps):
        held[at] = block
    held.flush()


def write_h5ad(path: Path, features: int, samples: int, **storage: Any) -> dict[str, Any]:
    """An AnnData of samples x features, with names and no columns; X in one piece unless ``storage`` says otherwise."""
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        x = file.create_dataset("X", shape=(samples, features), dtype="float32", **storage)
        x.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
        step = max(1, _BLOCK_CELLS // features)
        if x.chunks:
            step = -(-step // x.chunks[0]) * x.chunks[0]
        for at, block in blocks(samples, features, step):
            x[at] = block
        for name, letter, length in (("obs", "s", samples), ("var", "f", features)):
            table = file.create_group(name)
            table.attrs.update({"_index": "_index", "encoding-type": "dataframe", "encoding-version": "0.2.0"})
            table.attrs["column-order"] = np.zeros(0)
            table["_index"] = [f"{letter}{number:09d}" for number in range(length)]
        chunks = "one piece" if x.chunks is None else f"chunks {x.chunks}, {x.compression}"
    return {"storage": chunks, "on disk": f"{path.stat().st_size / 1e9:.2f} GB", "h5py": h5py.__version__}
