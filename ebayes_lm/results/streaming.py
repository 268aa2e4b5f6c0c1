"""Fits whose numbers go to disk as they come: lm_fit(out=)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.array_folder import ArrayWriter
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.errors import ArgumentError
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.saving import checked_path, load, replace_by, require_free, staged, write_result, writing

#: By the end of the name: what the format needs, module and function that write it.
_TABLES = {
    ".parquet": ("pyarrow", "parquet_export", "write_parquet"),
    ".zarr": ("zarr", "zarr_export", "write_zarr"),
}


@dataclass(eq=False)
class Place:
    """Where the numbers of a fit are laid: in memory, or in a folder that becomes what is asked for.

    Attributes
    ----------
    path : Path or None
        What is asked for; None for memory.
    staging : Path or None
        The folder until then.
    """

    path: Path | None = None
    staging: Path | None = None
    _laid: list[Path] = field(default_factory=list)

    @property
    def lay(self) -> Callable[[tuple[int, ...], np.dtype[Any]], AnyArray] | None:
        """What makes an array over all features; None for one in memory."""
        return None if self.staging is None else self._in_file

    def _in_file(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> AnyArray:
        if self.path is None or self.staging is None or 0 in shape:
            return np.empty(shape, dtype)
        path = self.staging / f"rows-{len(self._laid)}.npy"
        self._laid.append(path)
        with writing(self.path):
            return _mapped(path, shape, dtype)

    def kept(self, fit: LinearFit) -> LinearFit:
        """The fit, in what was asked for; from a folder it is read back as it is needed."""
        if self.path is None or self.staging is None:
            return fit
        with writing(self.path):
            return self._written(fit, self.path, self.staging)

    def _written(self, fit: LinearFit, path: Path, staging: Path) -> LinearFit:
        if path.suffix.lower() in _TABLES:
            _, module, function = _TABLES[path.suffix.lower()]
            made = staging / "table"
            getattr(import_module(f"ebayes_lm.results.{module}"), function)(fit, made)
            os.replace(made, path)
            return fit
        writer = ArrayWriter(staging)
        write_result(fit, staging, writer)
        for file in {*self._laid} - {staging / entry["file"] for entry in writer.written}:
            file.unlink()
        replace_by(path, staging)
        found: LinearFit = load(path, verify=False)
        return found


def _mapped(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> AnyArray:
    """An array in a file. Room that is not there is found out now: later it would end the process."""
    array: AnyArray = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape).view(np.ndarray)
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


@contextmanager
def laid_out(out: Any) -> Iterator[Place]:
    """A place for the numbers of a fit.

    Raises
    ------
    ArgumentError
        Something is there that is no saved result.
    MissingExtraError
        What writes the format is not installed.
    StorageError
        The disk is full, or not writeable.
    """
    if out is None:
        yield Place()
        return
    path = checked_path(out)
    ending = path.suffix.lower()
    if ending in _TABLES:
        require_extra(_TABLES[ending][0], "scale", f"out={path.name!r}")
        if path.exists():
            raise ArgumentError(f"{path} is there already; delete it, or choose another name for out=")
    else:
        require_free(path)
    with staged(path) as staging:
        yield Place(path, staging)
