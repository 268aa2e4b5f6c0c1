"""Matrices in .npy files. Blocks are read, not mapped: memory that is mapped grows to the size of the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.readers.text import require_file
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.data.stores.opening import Held, Opened, Request, StoredSource
from ebayes_lm.errors import DataError


@dataclass(frozen=True, eq=False)
class NumpyFile(StoredSource):
    """Rows of a file that holds features one after another, from byte ``offset`` on."""

    offset: int

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``."""
        return self._lines(start, stop, self.shape[1])

    def _lines(self, start: int, stop: int, length: int) -> AnyArray:
        """Lines ``start`` to ``stop`` of so many values that stand one after another."""
        count = (stop - start) * length
        values: AnyArray = np.fromfile(
            self.path, self.dtype, count, offset=self.offset + start * length * self.dtype.itemsize
        )
        return self._whole(values, count).reshape(stop - start, length)

    def _whole(self, values: AnyArray, count: int) -> AnyArray:
        if values.size < count:
            raise DataError(f"{self.path} holds less than when it was opened")
        return values


@dataclass(frozen=True, eq=False)
class NumpyFileOfSamples(NumpyFile, SampleMajor):
    """A file that holds samples one after another."""

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``, a piece of every sample."""
        features, samples = self.shape
        rows = np.empty((stop - start, samples), dtype=self.dtype)
        with self.path.open("rb") as file:
            for sample in range(samples):
                file.seek(self.offset + (sample * features + start) * self.dtype.itemsize)
                rows[:, sample] = self._whole(np.fromfile(file, self.dtype, len(rows)), len(rows))
        return rows

    def read_samples(self, start: int, stop: int) -> AnyArray:
        """Samples ``start`` to ``stop``."""
        return self._lines(start, stop, self.shape[0])


def open_numpy_file(path: Path, request: Request) -> Opened:
    """The matrix of a .npy file.

    Raises
    ------
    DataError
        Not such a file, not a matrix of real numbers, or shorter than it says.
    """
    require_file(path)
    request.refuse_layer(path)
    try:
        values = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, OverflowError) as error:
        raise DataError(f"{path} cannot be read as .npy: {str(error).strip() or type(error).__name__}") from None
    request.require_matrix(path, values.shape, values.dtype)
    turned = request.orientation == "samples"
    shape = values.shape[::-1] if turned else values.shape
    one_by_one = values.flags.c_contiguous != turned or 1 in shape
    kind = NumpyFile if one_by_one else NumpyFileOfSamples
    return Opened(kind(path, Held((shape[0], shape[1]), values.dtype), values.offset))
