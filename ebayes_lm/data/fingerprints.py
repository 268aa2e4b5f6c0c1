"""Digests of numbers and of files: whether they are what they were."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ebayes_lm._typing import AnyArray, FloatRows
from ebayes_lm.data.durable import as_bytes

if TYPE_CHECKING:
    from ebayes_lm.data.sources import SampleMajor, Source

#: Rows of a source that are looked at, spread over all.
_ROWS = 16
#: Cells that are read at once.
_CELLS = 1 << 20


def digest(*values: Any) -> str:
    """A digest of arrays, numbers and texts, in their order; arrays count by type, shape and values."""
    found = sha256()
    for value in values:
        if isinstance(value, np.ndarray):
            found.update(f"{value.dtype.str} {value.shape};".encode())
            found.update(as_bytes(value))
        else:
            found.update(f"{type(value).__name__} {value!r};".encode())
    return found.hexdigest()


def of_array(array: FloatRows | AnyArray) -> str:
    """Of all values of a matrix, however they lie in memory."""
    step = max(1, _CELLS // max(1, array.shape[1]))
    return digest(array.shape, *(digest(array[at : at + step]) for at in range(0, len(array), step)))


def of_rows(source: Source) -> str:
    """Of some rows of a source, spread over all."""
    rows = source.shape[0]
    at = np.unique(np.linspace(0, max(rows - 1, 0), _ROWS).astype(np.int64)).tolist()
    return digest(source.shape, source.dtype.str, *(source.read(k, k + 1) for k in at if k < rows))


def of_samples(source: SampleMajor) -> str:
    """Of the first and the last sample of a source."""
    n = source.shape[1]
    return digest(source.shape, source.dtype.str, *(source.read_samples(k, k + 1) for k in {0, n - 1}))


def of_files(path: Path) -> str:
    """Of the sizes and times of a file, or of all in a folder: by their names within it, wherever it lies."""
    return digest(*(f"{name} {state.st_size} {state.st_mtime_ns}" for name, state in sorted(_files(path))))


def _files(path: Path) -> Iterable[tuple[str, os.stat_result]]:
    if not path.is_dir():
        return [("", path.stat())]
    return [(str(file.relative_to(path)), file.stat()) for file in path.rglob("*") if file.is_file()]
