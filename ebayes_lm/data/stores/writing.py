"""Matrices written so that features are cheap to read."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.alignment import is_positional
from ebayes_lm.data.blocks import Running, blas_threads, pieces
from ebayes_lm.data.durable import PART, as_bytes, npy_header, write_whole
from ebayes_lm.data.marks import MARK
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.progress import Progress
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.data.scratch import by_features
from ebayes_lm.data.sources import Source
from ebayes_lm.data.stores.formats import open_matrix
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, StorageError, StorageWarning, warn

#: Bytes of a chunk: large enough to compress and to be read in one go, small enough that several can be held.
CHUNK_BYTES = 1 << 23
#: A chunk that is not there is then one that was lost.
_EVERY_CHUNK: Any = {"write_empty_chunks": True}


def write_matrix(matrix: FeatureMatrix, path: Any, running: Running) -> FeatureMatrix:
    """Write a matrix by features, and return it as it is read from there.

    Raises
    ------
    ArgumentError
        A format that cannot be written, or a file that is there.
    StorageError
        The disk is full, or the folder cannot be written to.
    """
    if not isinstance(path, (str, Path)):
        raise ArgumentTypeError(f"write() takes the path of a file; got {type(path).__name__}")
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise ArgumentError(f"{path.name}: a matrix is written to a file whose name ends in .npy or .zarr")
    if path.exists() or path.is_symlink():
        raise ArgumentError(f"{path} is there already, and nothing is written over; remove it or take another name")
    try:
        writer(matrix, path, running)
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(f"{path} cannot be written: {error.strerror or error}") from None
    return replace(matrix, source=open_matrix(path).source)


def _write_npy(matrix: FeatureMatrix, path: Path, running: Running) -> None:
    source = by_features(matrix.source, running, quiet=True)

    def content() -> Iterator[bytes | memoryview[int]]:
        yield npy_header(source.dtype, source.shape)
        for _, values in _blocks(source, running, 1):
            yield as_bytes(values)

    try:
        write_whole(path, content())
    finally:
        path.with_name(path.name + PART).unlink(missing_ok=True)
    if matrix.adjusted:
        warn(
            f"{path.name} has no place for the mark that something was removed from these data ({matrix.adjusted}), "
            "and lm_fit() does not warn of what is read from there; a .zarr keeps it",
            StorageWarning,
        )


def _write_zarr(matrix: FeatureMatrix, path: Path, running: Running) -> None:
    """A group of the values and of labels that are names, every chunk with a checksum."""
    require_extra("zarr", "scale", f"writing {path.name}")
    import zarr
    from zarr.codecs import Crc32cCodec, ZstdCodec

    source = by_features(matrix.source, running, quiet=True)
    features, samples = source.shape
    part = path.with_name(path.name + PART)
    rows = min(features, max(1, CHUNK_BYTES // (samples * source.dtype.itemsize)))
    shutil.rmtree(part, ignore_errors=True)
    try:
        group = zarr.open_group(part, mode="w-", zarr_format=3)
        values = group.create_array(
            "values", shape=source.shape, dtype=source.dtype.newbyteorder("="), chunks=(rows, samples),
            compressors=[ZstdCodec(level=1), Crc32cCodec()], config=_EVERY_CHUNK,
        )  # fmt: skip
        for at, block in _blocks(source, running, rows):
            values[at] = block
        if matrix.adjusted:
            group.attrs[MARK] = matrix.adjusted
        for name, labels in (("features", matrix.features), ("samples", matrix.samples)):
            if not is_positional(labels):
                _write_labels(group, name, labels)
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write_labels(group: Any, name: str, labels: pd.Index) -> None:
    text = np.array([str(label) for label in labels], dtype=object)
    array = group.create_array(
        name, shape=text.shape, dtype=str, chunks=text.shape, config={"write_empty_chunks": True}
    )
    array[:] = text


def _blocks(source: Source, running: Running, rows: int) -> Iterator[tuple[slice, AnyArray]]:
    """Blocks of rows that begin at multiples of ``rows``."""
    features, samples = source.shape
    with blas_threads(1), Progress(features, running.progress) as progress:
        for at in pieces(features, running.block_rows(samples, grain=rows)):
            yield at, source.read(at.start, at.stop)
            progress.advance(at.stop - at.start)


_WRITERS: dict[str, Callable[[FeatureMatrix, Path, Running], None]] = {".npy": _write_npy, ".zarr": _write_zarr}
