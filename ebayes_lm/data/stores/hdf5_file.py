"""HDF5 files: opened once in each process, and one kind of error for all that can go wrong in them."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.data.readers.text import require_file
from ebayes_lm.data.stores.heaps import require_sound_heaps
from ebayes_lm.data.stores.opening import StoredSource
from ebayes_lm.errors import DataError, EbayesLMError

#: Chunks of a dataset that HDF5 keeps unpacked, in bytes: a block may end within one, and the next one begins there.
#: The library fills this whether or not it is of use, and unpacks gzip into twice the room.
CHUNK_CACHE = 1 << 21


class Place(NamedTuple):
    """Where in a file.

    Attributes
    ----------
    name : str
        Path inside the file.
    allow_external : bool
        It may lead to other files.
    """

    name: str
    allow_external: bool


@dataclass(frozen=True, eq=False)
class Hdf5Source(StoredSource):
    """Rows of what is at a place of an HDF5 file.

    Attributes
    ----------
    place : Place
    """

    place: Place

    @abstractmethod
    def _open(self) -> Any:
        """Open it in this process, and refuse what is not as it was when the matrix was opened."""

    @property
    def _live(self) -> Any:
        """What is open in this process. A handle that came through a fork belongs to the parent.

        Two threads may both open it: HDF5 shares what is open twice, and the last one is kept.
        """
        kept = self.__dict__.get("_kept")
        if kept is None or kept[0] != os.getpid():
            with reading(self.path):
                kept = (os.getpid(), self._open())
            self.__dict__["_kept"] = kept
        return kept[1]

    def _require_as_before(self, shape: tuple[int, ...], dtype: np.dtype[Any] | None) -> None:
        if tuple(shape) != self.shape or dtype is None or dtype.newbyteorder("=") != self.dtype:
            raise DataError(f"{self.path} has changed since it was opened; open it again")


def open_file(path: Path) -> Any:
    """An HDF5 file, for reading.

    Raises
    ------
    MissingExtraError
        h5py is not installed.
    DataError
        Not an HDF5 file, or not a whole one.
    """
    require_file(path)
    if not path.is_file():
        raise DataError(f"{path} is no regular file")
    require_extra("h5py", "scale", f"reading {path.name}")
    import h5py

    require_sound_heaps(path)
    with reading(path):
        return h5py.File(path, "r", rdcc_nbytes=CHUNK_CACHE)


@contextmanager
def reading(path: Path | str, what: str = "") -> Iterator[None]:
    """Turn whatever the library says of a broken file into a DataError that names the file and ``what`` was read."""
    try:
        yield
    except EbayesLMError:
        raise
    # one library call can end in any of these, depending on which bytes of the file are wrong
    except (OSError, RuntimeError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        words = (str(error).strip().splitlines() or [type(error).__name__])[0]
        where = f" {what}" if what else ""
        raise DataError(f"{path} cannot be read{where}: {words}. The file is damaged, or not what it says") from None
