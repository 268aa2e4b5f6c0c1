"""Values that are converted once, into a scratch file that goes when nobody needs it any more."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.scratch import ANOTHER_FOLDER, new_scratch_file, scratch_folder
from ebayes_lm.data.sources import Source
from ebayes_lm.data.stores.numpy_file import NumpyFile, NumpyFileOfSamples
from ebayes_lm.data.stores.opening import Held
from ebayes_lm.errors import StorageError

#: Bytes on the disk that are left to others.
SPARE = 1 << 28


class _OfScratch(Source):
    """Its file is a scratch file."""

    @property
    def scratch_bytes(self) -> int:
        """Size of the file."""
        return self.nbytes


class Converted(_OfScratch, NumpyFile):
    """Features that were converted."""


class ConvertedOfSamples(_OfScratch, NumpyFileOfSamples):
    """The same of samples one after another."""


class Conversion:
    """Rows of float64 on their way into a scratch file.

    The file is removed when the source that came of it is gone, at the latest when Python ends, or at once where
    anything fails on the way. A source that is pickled refers to the file and does not own it.

    Parameters
    ----------
    path : Path
        What is converted, for messages.
    columns : int
    """

    def __init__(self, path: Path, columns: int) -> None:
        self._origin, self._columns, self._rows = path, columns, 0
        self._source: NumpyFile | None = None

    def __enter__(self) -> Conversion:
        self._scratch = new_scratch_file(scratch_folder(), ANOTHER_FOLDER)
        self._path = self._scratch.path
        self._file = self._path.open("wb")
        return self

    def require_room(self, rows: float) -> None:
        """Refuse so many more rows where the disk has no room for them.

        Raises
        ------
        StorageError
        """
        wanted = int(rows * self._columns * 8)
        free = shutil.disk_usage(self._path.parent).free
        if wanted + SPARE > free:
            raise StorageError(
                f"{self._origin} is converted into a scratch file, and {self._path.parent} has {free / 1e9:,.1f} GB "
                f"where {wanted / 1e9:,.1f} GB and a reserve are needed after {self._rows:,} rows; {ANOTHER_FOLDER}"
            )

    def append(self, values: AnyArray) -> None:
        """Some more rows.

        Raises
        ------
        StorageError
            No room is left.
        """
        self.require_room(len(values))
        try:
            self._file.write(np.ascontiguousarray(values, dtype=np.float64).data)
        except OSError as error:
            raise StorageError(f"{self._path} cannot be written: {error.strerror or error}") from None
        self._rows += len(values)

    def source(self, turned: bool) -> NumpyFile:
        """The rows as features or, ``turned``, as samples.

        Raises
        ------
        StorageError
            No room is left.
        """
        try:
            self._file.close()
        except OSError as error:
            raise StorageError(f"{self._path} cannot be written: {error.strerror or error}") from None
        shape = (self._columns, self._rows) if turned else (self._rows, self._columns)
        held = Held(shape, np.dtype(np.float64))
        kind = ConvertedOfSamples if turned and 1 not in shape else Converted
        self._source = kind(self._path, held, 0, held.dtype, self._origin)
        self._scratch.remove_with(self._source)
        return self._source

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._file.close()
        if self._source is None:
            self._scratch.remove()
