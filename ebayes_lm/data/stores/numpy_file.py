"""Matrices in .npy files. Blocks are read, not mapped: memory that is mapped grows to the size of the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.readers.text import require_file
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.data.stores.opening import Held, Opened, Request, StoredSource
from ebayes_lm.errors import DataError


@dataclass(frozen=True, eq=False)
class NumpyFile(StoredSource):
    """Rows of a file that holds features one after another, from byte ``offset`` on, as ``stored`` there.

    A scratch file is ``converted`` from another one, by which a later run knows the values again.
    """

    offset: int
    stored: np.dtype[Any]
    converted: Path | None = None

    @property
    def origin(self) -> Path:
        """The file that the values are of."""
        return self.converted or self.path

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``."""
        return self._lines(start, stop, self.shape[1])

    def _lines(self, start: int, stop: int, length: int) -> AnyArray:
        """Lines ``start`` to ``stop`` of so many values that stand one after another."""
        count = (stop - start) * length
        with self._open() as file:
            file.seek(self.offset + start * length * self.dtype.itemsize)
            values: AnyArray = np.fromfile(file, self.stored, count)
        return self._whole(values, count).reshape(stop - start, length).astype(self.dtype, copy=False)

    def _open(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except FileNotFoundError as error:  # a worker says of it what it means there
            raise DataError(f"{self.path} is no longer there; it was when it was opened") from error

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
        with self._open() as file:
            for sample in range(samples):
                file.seek(self.offset + (sample * features + start) * self.dtype.itemsize)
                rows[:, sample] = self._whole(np.fromfile(file, self.stored, len(rows)), len(rows))
        return rows

    def read_samples(self, start: int, stop: int) -> AnyArray:
        """Samples ``start`` to ``stop``."""
        return self._lines(start, stop, self.shape[0])


def open_numpy_file(path: Path, request: Request) -> Opened:
    """The matrix of a .npy file.

    Raises
    ------
    DataError
        Not such a file, not a matrix of real numbers, or shorter or longer than it says.
    """
    require_file(path)
    request.refuse_layer(path)
    header = _described(path)
    request.require_matrix(path, header.shape, header.dtype)
    beyond = path.stat().st_size - header.offset - header.nbytes
    if beyond:
        raise DataError(f"{path} holds {beyond:,} bytes more than its header says: one of the two is damaged")
    turned = request.orientation == "samples"
    shape = header.shape[::-1] if turned else header.shape
    one_by_one = header.flags.c_contiguous != turned or 1 in shape
    kind = NumpyFile if one_by_one else NumpyFileOfSamples
    held = Held((shape[0], shape[1]), header.dtype.newbyteorder("="))
    return Opened(kind(path, held, header.offset, header.dtype))


def _described(path: Path) -> Any:
    """The array as a memory map of which no value is touched: its header is as long as the file allows."""
    try:
        # Sizes overflow where a header claims more than there can be; pickled objects are refused by mapping.
        with np.errstate(over="raise"):
            return np.lib.format.open_memmap(path, mode="r")
    except Exception as error:  # damaged headers raise errors of any type
        size = path.stat().st_size
        if not size or "greater than file size" in str(error):
            raise DataError(
                f"{path} is cut off: it holds {size:,} bytes, and its header says more; copy or download it again"
                if size
                else f"{path} is empty"
            ) from None
        line = (str(error).strip().splitlines() or [""])[0]
        raise DataError(f"{path} cannot be read as .npy: {line:.200} ({type(error).__name__})") from None
