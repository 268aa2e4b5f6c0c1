"""Matrices in zarr folders, of formats 2 and 3: an array, a group of arrays, or AnnData."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.marks import mark_key, note_in
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.data.sources import Band, SampleMajor
from ebayes_lm.data.stores.layout import Reading, band_of, banded, reading_of
from ebayes_lm.data.stores.opening import Held, Opened, Request, StoredSource
from ebayes_lm.data.stores.zarr_codecs import Stored, stored_array
from ebayes_lm.data.stores.zarr_folder import Folder
from ebayes_lm.data.stores.zarr_nodes import Node, children, matrix_of_anndata, matrix_of_group, node_at, require_array
from ebayes_lm.data.stores.zarr_reading import read_values, zarr_array
from ebayes_lm.data.stores.zarr_tables import anndata_table
from ebayes_lm.errors import ArgumentError, DataError

#: Chunks that zarr unpacks at the same time.
_AT_ONCE = 10


@dataclass(frozen=True, eq=False)
class ZarrRows(StoredSource):
    """Rows of an array in the folder ``path``; ``turned`` says that its axes are samples, features."""

    stored: Stored
    turned: bool
    absent: frozenset[str]

    @cached_property
    def _array(self) -> Any:
        return zarr_array(self.path, self.stored, self.absent)

    @cached_property
    def _reading(self) -> Reading:
        along = self.stored.chunks[::-1] if self.turned else self.stored.chunks
        return reading_of(self.shape, (along[0], along[1]), self.dtype.itemsize)

    @property
    def by_samples(self) -> bool:
        """Whether samples are cheap to read, and features are not."""
        return self._reading.by_samples

    @property
    def grain(self) -> int:
        """Features in a chunk."""
        return self._reading.grain

    @property
    def band(self) -> Band:
        """A band, and chunks of it while they are unpacked."""
        return self._band(self.grain * self.shape[1])

    def _band(self, cells: int) -> Band:
        band, chunk = (size * self.dtype.itemsize for size in (cells, prod(self.stored.chunks)))
        return band_of(band, 2 * min(band, _AT_ONCE * chunk))

    @cached_property
    def _rows(self) -> Callable[[int, int], AnyArray]:
        row = self.shape[1] * self.dtype.itemsize
        return banded(lambda start, stop: self._part(0, start, stop), self.shape[0], self.grain, row)

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``."""
        return self._rows(start, stop)

    def _part(self, axis: int, start: int, stop: int) -> AnyArray:
        """Features or samples ``start`` to ``stop``, along the first axis of what comes back."""
        flipped = self.turned != (axis == 1)
        at = (slice(None), slice(start, stop)) if flipped else (slice(start, stop), slice(None))
        what = f" ({('features', 'samples')[axis]} {start:,} to {stop:,})"
        values = read_values(self.path, self._array, at, what)
        return np.ascontiguousarray(values.T if flipped else values, dtype=self.dtype)


@dataclass(frozen=True, eq=False)
class ZarrSamples(ZarrRows, SampleMajor):
    """An array whose samples are cheap to read, and whose features are not."""

    @property
    def sample_grain(self) -> int:
        """Samples in a chunk."""
        return self._reading.sample_grain

    @property
    def sample_band(self) -> Band:
        """A band of samples, and chunks of it while they are unpacked."""
        return self._band(self.sample_grain * self.shape[0])

    @property
    def read_copies(self) -> int:
        """Packed, unpacked, in place, turned round, and in use."""
        return 5

    @cached_property
    def _samples(self) -> Callable[[int, int], AnyArray]:
        sample = self.shape[0] * self.dtype.itemsize
        return banded(lambda start, stop: self._part(1, start, stop), self.shape[1], self.sample_grain, sample)

    def read_samples(self, start: int, stop: int) -> AnyArray:
        """Samples ``start`` to ``stop``."""
        return self._samples(start, stop)


def open_zarr(path: Path, request: Request) -> Opened:
    """The matrix of a zarr folder.

    Raises
    ------
    DataError
        Not such a folder, no matrix of real numbers, or chunks that are not there.
    ArgumentError
        A layer that the folder does not hold.
    MissingExtraError
        zarr is not installed.
    """
    require_extra("zarr", "scale", f"reading {path.name}")
    if not path.exists():
        raise DataError(f"there is no folder {path}")
    root = node_at(path) if path.is_dir() else None
    if root is None:
        raise DataError(f"{path} is no zarr folder: it holds none of zarr.json, .zgroup and .zarray")
    folder = Folder(path, request.allow_external)
    return _anndata(folder, root, request) if root.encoding == "anndata" else _group(folder, root, request)


def _group(folder: Folder, root: Node, request: Request) -> Opened:
    """An array, with the arrays beside it that name features and samples."""
    node = matrix_of_group(root, request.layer)
    if node is not root and {"X", "obs", "var"} <= children(root.folder).keys():
        raise DataError(f"{root.folder} has the parts of an AnnData, and does not say that it is one: write it anew")
    source = _rows(folder, node, request, turned=request.orientation == "samples")
    beside = {} if node is root else children(node.folder.parent)
    for axis in ("features", "samples"):
        if node is not root and axis not in beside and (node.folder.parent / axis).is_dir():
            raise DataError(f"{node.folder.parent / axis} is no zarr array: its metadata are lost")
    features, samples = source.shape
    return Opened(
        source,
        folder.names(beside.get("features"), features),
        folder.names(beside.get("samples"), samples),
        adjusted=note_in(root.attributes),
    )


def _anndata(folder: Folder, root: Node, request: Request) -> Opened:
    """X or a layer, with the tables obs and var."""
    if request.orientation == "features":
        raise ArgumentError(f"{folder.root} holds samples x features, as every AnnData; leave out orientation=")
    node, home = matrix_of_anndata(root, request.layer)
    source = _rows(folder, node, request, turned=True)
    features, samples = source.shape
    columns, rows = anndata_table(folder, home, "var", features), anndata_table(folder, root, "obs", samples)
    notes = children(root.folder / "uns").get(mark_key(request.layer))
    note = folder.text(notes) if notes is not None and notes.encoding == "string" else None
    return Opened(source, columns.index, rows.index, columns if len(columns.columns) else None, rows, note or None)


def _rows(folder: Folder, node: Node, request: Request, turned: bool) -> ZarrRows:
    """An array of numbers."""
    require_array(node)
    stored = stored_array(node)
    dtype = stored.dtype or np.dtype(str)
    request.require_matrix(node.folder, stored.shape, dtype)
    absent = folder.absent(node, stored)
    rows, columns = stored.shape[::-1] if turned else stored.shape
    held = Held((rows, columns), dtype.newbyteorder("="))
    source = ZarrRows(node.folder, held, stored, turned, absent)
    return ZarrSamples(node.folder, held, stored, turned, absent) if source.by_samples else source
