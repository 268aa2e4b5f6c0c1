"""Sparse matrices in HDF5 groups: compressed rows or columns, as AnnData stores them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, IntArray
from ebayes_lm.data.sources import SampleMajor, Source
from ebayes_lm.data.stores.hdf5_file import Hdf5Source, Place, open_file, reading
from ebayes_lm.data.stores.hdf5_storage import named, require_stored, values_of, vector
from ebayes_lm.data.stores.links import follow
from ebayes_lm.data.stores.opening import Held, Request
from ebayes_lm.errors import DataError

#: Entries that are gone through at a time where features are picked out of samples.
_ENTRIES = 1 << 22


class Lines(NamedTuple):
    """The lines of a sparse matrix, one after another.

    Attributes
    ----------
    starts : (lines + 1,) array
        Where each begins.
    places, values : array or dataset
        Of the entries.
    width : int
        How long a line is.
    """

    starts: IntArray
    places: Any
    values: Any
    width: int

    def entries(self, start: int, stop: int) -> tuple[IntArray, IntArray, AnyArray]:
        """Where lines begin among the entries that follow, their places and values."""
        first, last = int(self.starts[start]), int(self.starts[stop])
        places, values = np.asarray(self.places[first:last]), np.asarray(self.values[first:last])
        if len(places) and not (places.min() >= 0 and places.max() < self.width):
            raise IndexError(f"entries lie outside the {self.width:,} places of each")
        return self.starts[start : stop + 1] - first, places, values

    def dense(self, start: int, stop: int) -> AnyArray:
        """Lines with zeros filled in; entries of one place are added up, as everywhere in Python."""
        return _dense(self.entries(start, stop), self.width)

    def picked(self, start: int, stop: int, first: int, last: int) -> AnyArray:
        """Of the lines ``start`` to ``stop``, the places ``first`` to ``last``."""
        starts, places, values = self.entries(start, stop)
        wanted = (places >= first) & (places < last)
        before = np.concatenate([[0], np.cumsum(wanted)])
        return _dense((before[starts], places[wanted] - first, values[wanted]), last - first)

    def steps(self) -> list[tuple[int, int]]:
        """Lines by so many entries."""
        ends = np.searchsorted(self.starts, np.arange(_ENTRIES, int(self.starts[-1]), _ENTRIES), side="right") - 1
        bounds = np.unique(np.concatenate([[0], np.maximum(ends, 1), [len(self.starts) - 1]]))
        return list(pairwise(bounds.tolist()))


def _dense(entries: tuple[IntArray, IntArray, AnyArray], width: int) -> AnyArray:
    from scipy.sparse import csr_matrix

    starts, places, values = entries
    # SciPy knows no half precision, and no foreign byte order
    plain = values.astype(_dense_type(values.dtype), copy=False)
    found: AnyArray = csr_matrix((plain, places.astype(np.int64), starts), shape=(len(starts) - 1, width)).toarray()
    return found


def _dense_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.float32) if dtype == np.float16 else dtype.newbyteorder("=")


@dataclass(frozen=True, eq=False)
class SparseFeatures(Hdf5Source):
    """Features one after another."""

    def _open(self) -> Lines:
        group = follow(open_file(self.path), self.place.name, self.place.allow_external)
        lines = _lines(group, self.place.allow_external, *self._lines_of())
        self._require_as_before(self.shape, _dense_type(lines.values.dtype))
        return lines

    def _lines_of(self) -> tuple[int, int]:
        return self.shape

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows, zeros filled in."""
        lines = self._live
        with reading(self.path, f"at {self.place.name!r}, features {start:,} to {stop:,}"):
            found: AnyArray = lines.dense(start, stop)
        return found


@dataclass(frozen=True, eq=False)
class SparseSamples(SparseFeatures, SampleMajor):
    """Samples one after another. To read features, all of them are gone through."""

    def _lines_of(self) -> tuple[int, int]:
        return self.shape[1], self.shape[0]

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows, zeros filled in."""
        lines = self._live
        found = np.empty((stop - start, self.shape[1]), dtype=self.dtype)
        with reading(self.path, f"at {self.place.name!r}, features {start:,} to {stop:,}"):
            for first, last in lines.steps():
                found[:, first:last] = lines.picked(first, last, start, stop).T
        return found

    @property
    def read_copies(self) -> int:
        """Entries as they are stored and as they are counted, zeros filled in, and in use."""
        return 3

    def read_samples(self, start: int, stop: int) -> AnyArray:
        """Samples, zeros filled in."""
        lines = self._live
        with reading(self.path, f"at {self.place.name!r}, samples {start:,} to {stop:,}"):
            found: AnyArray = lines.dense(start, stop)
        return found


def sparse_kind(group: Any) -> str | None:
    """Whether a group holds a sparse matrix: ``"csr"``, ``"csc"`` or None."""
    kind = group.attrs.get("encoding-type", group.attrs.get("h5sparse_format"))
    return {"csr_matrix": "csr", "csc_matrix": "csc", "csr": "csr", "csc": "csc"}.get(str(kind))


def sparse_source(path: Path, group: Any, place: Place, request: Request) -> Source:
    """The features of a sparse matrix of samples and features.

    Raises
    ------
    DataError
        Parts that do not fit together, no real numbers, or values that are not in the file.
    """
    samples, features = _declared(group)
    by_samples = sparse_kind(group) == "csr"
    sizes = (samples, features) if by_samples else (features, samples)
    lines = _lines(group, place.allow_external, *sizes)
    request.require_matrix(path, (features, samples), lines.values.dtype)
    held = Held((features, samples), _dense_type(lines.values.dtype))
    return (SparseSamples if by_samples else SparseFeatures)(path, held, place)


def _declared(group: Any) -> tuple[int, int]:
    shape = group.attrs.get("shape", group.attrs.get("h5sparse_shape"))
    numbers = np.atleast_1d(np.asarray(shape if shape is not None else ()))
    if numbers.shape != (2,) or numbers.dtype.kind not in "iu" or int(numbers.min()) < 0:
        raise DataError(f"{named(group)} does not say how many samples and features it has: its shape is {shape!r:.60}")
    return int(numbers[0]), int(numbers[1])


def _lines(group: Any, allow_external: bool, count: int, width: int) -> Lines:
    """The parts of a sparse matrix, checked as far as it goes without reading the entries."""
    starts, places, values = (follow(group, part, allow_external) for part in ("indptr", "indices", "data"))
    if any(getattr(part, "ndim", None) != 1 for part in (starts, places, values)):
        raise DataError(f"{named(group)} is no sparse matrix: it needs vectors indptr, indices and data")
    if places.dtype.kind not in "iu" or len(places) != len(values):
        raise DataError(
            f"{named(group)} has {len(values):,} entries and {len(places):,} places of them ({places.dtype})"
        )
    begins = vector(starts, count + 1, "iu", allow_external).astype(np.int64)
    lengths = np.diff(begins)
    if begins[0] != 0 or begins[-1] != len(values) or (lengths < 0).any():
        raise DataError(
            f"{named(group)}: indptr must rise from 0 to its {len(values):,} entries; it begins with {begins[0]}, ends "
            f"with {begins[-1]} and falls {int((lengths < 0).sum()):,} times"
        )
    if count and int(lengths.max()) > width:
        raise DataError(f"{named(group)} has {int(lengths.max()):,} entries in a line of {width:,}")
    for part in (places, values):
        require_stored(part, allow_external)
    return Lines(begins, values_of(places), values_of(values), width)
