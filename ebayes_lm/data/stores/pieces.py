"""Arrays that lie in one piece of a file. What is wanted is read, not mapped: a file may be cut while it is in use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.errors import DataError


@dataclass(frozen=True)
class Piece:
    """An array of one or two axes from byte ``offset`` of a file on, to be sliced along one axis. No lock is needed.

    Attributes
    ----------
    path : Path
    offset : int
    shape : tuple of int
    dtype : dtype
    """

    path: Path
    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __getitem__(self, key: Any) -> AnyArray:
        """``piece[...]``, ``piece[start:stop]`` or ``piece[:, start:stop]``."""
        if isinstance(key, tuple):
            return self._columns(*key[1].indices(self.shape[1])[:2])
        start, stop, _ = (slice(None) if key is Ellipsis else key).indices(self.shape[0])
        width = int(np.prod(self.shape[1:]))
        with self.path.open("rb") as file:
            return self._at(file, start * width, (stop - start) * width).reshape(stop - start, *self.shape[1:])

    def _columns(self, start: int, stop: int) -> AnyArray:
        size = self.dtype.itemsize
        found = np.empty((self.shape[0], (stop - start) * size), dtype=np.uint8)
        with self.path.open("rb", buffering=0) as file:
            for row in range(self.shape[0]):
                file.seek(self.offset + (row * self.shape[1] + start) * size)
                if file.readinto(found[row].data) < found.shape[1]:
                    raise DataError(f"{self.path} holds less than when it was opened")
        return found.view(self.dtype)

    def _at(self, file: Any, first: int, count: int) -> AnyArray:
        file.seek(self.offset + first * self.dtype.itemsize)
        values: AnyArray = np.fromfile(file, self.dtype, count)
        if len(values) < count:
            raise DataError(f"{self.path} holds less than when it was opened")
        return values
