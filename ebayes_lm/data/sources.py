"""Where rows come from, and how a few of them are read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, IntArray
from ebayes_lm.data import fingerprints


class Band(NamedTuple):
    """Bytes that a source holds beside what is asked for, where that is less than what is stored together.

    Attributes
    ----------
    kept : int
        What is stored together, until the next is read; 0 where it is read again for each part.
    unpacking : int
        For a while, as it is read.
    """

    kept: int = 0
    unpacking: int = 0

    @property
    def nbytes(self) -> int:
        """Both."""
        return self.kept + self.unpacking


class Source(ABC):
    """Where the rows come from. Sources are safe to read from several threads, and can be pickled."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """Features, samples."""

    @property
    @abstractmethod
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""

    @property
    def nbytes(self) -> int:
        """Size of all values in memory."""
        return self.shape[0] * self.shape[1] * self.dtype.itemsize

    @property
    def grain(self) -> int:
        """Rows that are stored together, so that reading one costs as much as reading all of them."""
        return 1

    @property
    def band(self) -> Band:
        """What blocks of fewer rows than the grain take beside themselves."""
        return Band()

    @property
    def scratch_bytes(self) -> int:
        """Size of a scratch file that was made for it, and goes with it."""
        return 0

    @abstractmethod
    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop`` as a C-contiguous array of numbers."""

    def rows_at(self, positions: IntArray) -> AnyArray:
        """Rows at positions in any order; what is stored together is read once, and nothing besides."""
        order = np.argsort(positions, kind="stable")
        rising = positions[order]
        found = np.empty((len(order), self.shape[1]), dtype=self.dtype)
        apart = (np.diff(rising) > 1) & (np.diff(rising // self.grain) > 0)
        for places in np.split(order, np.flatnonzero(apart) + 1) if len(order) else []:
            band = positions[places]
            first = int(band[0])
            found[places] = self.read(first, int(band[-1]) + 1)[band - first]
        return found

    def fingerprint(self) -> str:
        """A digest by which a later run knows that the values are the same; here of rows spread over all."""
        return fingerprints.of_rows(self)


class SampleMajor(Source):
    """A source that holds samples one after another: rows are slow to read, samples are not."""

    @property
    def sample_grain(self) -> int:
        """Samples that are stored together."""
        return 1

    @property
    def sample_band(self) -> Band:
        """What blocks of fewer samples than are stored together take beside themselves."""
        return Band()

    @property
    def read_copies(self) -> int:
        """Copies of a block of samples in memory while it is read, unpacked or mapped; itself is one of them."""
        return 2

    @abstractmethod
    def read_samples(self, start: int, stop: int) -> AnyArray:
        """Samples ``start`` to ``stop`` (samples, features) as a C-contiguous array of numbers."""

    def fingerprint(self) -> str:
        """Of the first and the last sample."""
        return fingerprints.of_samples(self)


@dataclass(frozen=True, eq=False)
class ArraySource(Source):
    """Rows of an array in memory, or of a memory map."""

    array: AnyArray

    @property
    def shape(self) -> tuple[int, int]:
        """Features, samples."""
        return (self.array.shape[0], self.array.shape[1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.array.dtype

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows as they lie in memory where they lie one after another, else copied."""
        return np.ascontiguousarray(self.array[start:stop])

    def rows_at(self, positions: IntArray) -> AnyArray:
        """Rows at positions, copied."""
        return np.ascontiguousarray(self.array[positions])

    def fingerprint(self) -> str:
        """Of all values."""
        return fingerprints.of_array(self.array)


@dataclass(frozen=True, eq=False)
class SparseSource(Source):
    """Rows of a compressed sparse row matrix, made dense one block at a time."""

    matrix: Any

    @property
    def shape(self) -> tuple[int, int]:
        """Features, samples."""
        return (int(self.matrix.shape[0]), int(self.matrix.shape[1]))

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        dtype: np.dtype[Any] = self.matrix.dtype
        return dtype

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows, zeros filled in."""
        return np.ascontiguousarray(self.matrix[start:stop].toarray())

    def rows_at(self, positions: IntArray) -> AnyArray:
        """Rows at positions, zeros filled in."""
        return np.ascontiguousarray(self.matrix[positions].toarray())

    def fingerprint(self) -> str:
        """Of all values that are stored."""
        return fingerprints.digest(self.shape, self.matrix.data, self.matrix.indices, self.matrix.indptr)
