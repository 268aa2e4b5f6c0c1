"""Matrices in zarr folders, of formats 2 and 3: an array, a group of arrays, or AnnData."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.marks import mark_key
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.data.stores.layout import Reading, banded, reading_of
from ebayes_lm.data.stores.opening import Held, Opened, Request, StoredSource
from ebayes_lm.data.stores.zarr_chunks import absent_chunks, require_chunks
from ebayes_lm.data.stores.zarr_codecs import Stored, stored_array
from ebayes_lm.data.stores.zarr_nodes import Node, children, matrix_of_anndata, matrix_of_group, node_at, require_array
from ebayes_lm.data.stores.zarr_reading import read_values, zarr_array
from ebayes_lm.errors import ArgumentError, DataError


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
        An address of the net, or a layer that the folder does not hold.
    MissingExtraError
        zarr is not installed.
    """
    if re.match(r"[A-Za-z][\w+.-]+:/", str(path)):
        raise ArgumentError(f"{path} is an address; open_matrix() reads local folders: copy the store first")
    require_extra("zarr", "scale", f"reading {path.name}")
    root = node_at(path) if path.is_dir() else None
    if root is None:
        raise DataError(f"{path} is no zarr folder: it holds none of zarr.json, .zgroup and .zarray")
    store = _Store(path, request.allow_external)
    if root.encoding == "anndata":
        source = store.rows(matrix_of_anndata(root, request.layer), request, usual="samples")
        labels = [store.index_of_table("var"), store.index_of_table("obs")]
        adjusted = store.note(mark_key(request.layer))
    else:
        node, adjusted = matrix_of_group(root, request.layer), None
        source = store.rows(node, request, usual="features")
        beside = {} if node is root else children(node.folder.parent)
        labels = [store.labels(beside.get(name)) for name in ("features", "samples")]
    for index, axis, length in zip(labels, ("features", "samples"), source.shape, strict=True):
        if index is not None and len(index) != length:
            raise DataError(f"{path} names {len(index):,} {axis}, and its matrix has {length:,}")
    return Opened(source, labels[0], labels[1], adjusted=adjusted)


@dataclass(frozen=True)
class _Store:
    """A folder, and whether links may lead out of it."""

    root: Path
    allow_external: bool

    def rows(self, node: Node, request: Request, usual: str) -> ZarrRows:
        """An array of numbers, with what usually stands in the rows of such a store."""
        require_array(node)
        stored = stored_array(node)
        dtype = stored.dtype or np.dtype(str)
        request.require_matrix(node.folder, stored.shape, dtype)
        absent = self._absent(node, stored)
        turned = (request.orientation or usual) == "samples"
        rows, columns = stored.shape[::-1] if turned else stored.shape
        held = Held((rows, columns), dtype.newbyteorder("="))
        source = ZarrRows(node.folder, held, stored, turned, absent)
        return ZarrSamples(node.folder, held, stored, turned, absent) if source.by_samples else source

    def _absent(self, node: Node, stored: Stored) -> frozenset[str]:
        """Files of chunks that are not there, where the others may be read."""
        if not self.allow_external and not node.folder.resolve().is_relative_to(self.root.resolve()):
            raise DataError(
                f"{node.folder} is a link that leads out of the store; allow_external=True follows it, where you "
                "trust who made the store"
            )
        absent = absent_chunks(node.folder, stored, self.root, self.allow_external)
        if absent.number:
            require_chunks(node.folder, absent, zarr_array(node.folder, stored, absent.files).fill_value)
        return absent.files

    def labels(self, node: Node | None) -> pd.Index | None:
        """Names in an array of text or whole numbers; None where there is none."""
        if node is not None and not node.is_array:  # text that may be missing: AnnData keeps values and a mask
            node = children(node.folder).get("values") if node.encoding == "nullable-string-array" else None
        if node is None or node.axes != 1:
            return None
        return pd.Index(self._text(node), dtype=object)

    def _text(self, node: Node) -> list[str]:
        stored = stored_array(node)
        if stored.dtype is not None and stored.dtype.kind not in "iu":
            raise DataError(f"{node.folder} holds {stored.dtype}; names are text or whole numbers")
        array = zarr_array(node.folder, stored, self._absent(node, stored))
        values = read_values(node.folder, array, (slice(None),) * node.axes)
        return [str(value) for value in values.ravel().tolist()]

    def index_of_table(self, axis: str) -> pd.Index | None:
        """Names of observations or variables of AnnData."""
        table = children(self.root).get(axis)
        name = None if table is None else table.attributes.get("_index")
        return self.labels(children(self.root / axis).get(name)) if isinstance(name, str) else None

    def note(self, key: str) -> str | None:
        """What was removed from the values beforehand, as AnnData carries it along."""
        node = children(self.root / "uns").get(key)
        if node is None or not node.is_array or node.encoding != "string" or node.axes:
            return None
        return self._text(node)[0] or None
