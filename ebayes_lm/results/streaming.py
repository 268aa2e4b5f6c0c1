"""Fits whose numbers go to disk as they come: lm_fit(out=)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from ebayes_lm.core.rooms import MEMORY, Room
from ebayes_lm.data.array_folder import ArrayWriter
from ebayes_lm.data.filed_arrays import Files
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.data.stored_labels import require_kept
from ebayes_lm.errors import ArgumentError
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.saving import checked_path, load, replace_by, require_free, staged, write_result, writing

#: By the end of the name: what the format needs, module and function that write it.
_TABLES = {
    ".parquet": ("pyarrow", "parquet_export", "write_parquet"),
    ".zarr": ("zarr", "zarr_export", "write_zarr"),
}
#: Ends of names that a folder would not be looked for under.
_OTHERS = frozenset(
    (".csv", ".tsv", ".txt", ".gz", ".npy", ".npz", ".h5", ".hdf5", ".h5ad", ".pq", ".feather", ".xlsx")
)


@dataclass(eq=False)
class Place:
    """Where the numbers of a fit are laid: in memory, or in a folder that becomes what is asked for.

    Attributes
    ----------
    path : Path or None
        What is asked for; None for memory.
    room : Room
        Lays arrays over all features; a folder until then.
    """

    path: Path | None = None
    room: Room = MEMORY

    def kept(self, fit: LinearFit) -> LinearFit:
        """The fit, in what was asked for; from a folder it is read back as it is needed."""
        if self.path is None or not isinstance(self.room, Files):
            return fit
        with writing(self.path):
            return self._written(fit, self.path, self.room)

    @staticmethod
    def _written(fit: LinearFit, path: Path, room: Files) -> LinearFit:
        if path.suffix.lower() in _TABLES:
            _, module, function = _TABLES[path.suffix.lower()]
            made = room.folder / "table"
            getattr(import_module(f"ebayes_lm.results.{module}"), function)(fit, made, room)
            os.replace(made, path)
            return fit
        writer = ArrayWriter(room.folder)
        write_result(fit, room.folder, writer)
        for file in {*room.made} - {room.folder / entry["file"] for entry in writer.written}:
            file.unlink(missing_ok=True)
        replace_by(path, room.folder)
        found: LinearFit = load(path, verify=False)
        return found


@contextmanager
def laid_out(out: Any, matrix: FeatureMatrix) -> Iterator[Place]:
    """A place for the numbers of a fit of a matrix.

    Raises
    ------
    ArgumentError
        Something is there that is no saved result, or the name is that of a file of another format.
    DataError
        Names or annotation of the features are of a type that cannot be saved.
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
    elif ending in _OTHERS:
        raise ArgumentError(
            f"out={path.name!r} names a {ending} file; out= makes a folder, or a table where the name ends in .parquet "
            "or .zarr. fit.to_frame() of a fit in memory goes into any other format"
        )
    else:
        require_free(path)
        require_kept(matrix.features, "labels.features")
        require_kept(matrix.annotation, "annotation")
    with staged(path) as staging:
        yield Place(path, Files(staging, partial(writing, path)))
