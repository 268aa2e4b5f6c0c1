"""Matrices in .npy files, as memory maps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.readers.text import require_file
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.data.stores.opening import Held, Opened, Request, StoredSource
from ebayes_lm.errors import DataError


@dataclass(frozen=True, eq=False)
class NumpyFile(StoredSource):
    """Rows of a file that holds features one after another; ``turned`` says that its axes are samples, features."""

    turned: bool

    @cached_property
    def _map(self) -> AnyArray:
        values: AnyArray = np.load(self.path, mmap_mode="r", allow_pickle=False)
        return values.T if self.turned else values

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``."""
        return np.ascontiguousarray(self._map[start:stop])


@dataclass(frozen=True, eq=False)
class NumpyFileOfSamples(NumpyFile, SampleMajor):
    """A file that holds samples one after another."""

    def read_samples(self, start: int, stop: int) -> AnyArray:
        """Samples ``start`` to ``stop``."""
        return np.ascontiguousarray(self._map[:, start:stop].T)


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
    return Opened(kind(path, Held((shape[0], shape[1]), values.dtype), turned))
