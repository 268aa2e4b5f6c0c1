"""Stores that hold samples one after another, rewritten so that features can be read."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import weakref
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.blocks import Running, in_bytes, pieces
from ebayes_lm.data.derived import DerivedSource
from ebayes_lm.data.leftovers import ScratchFile, scratch_file
from ebayes_lm.data.mapped import MappedSamples, mapped
from ebayes_lm.data.sample_blocks import reads_by_samples, run_samples, sample_bounds
from ebayes_lm.data.sources import ArraySource, SampleMajor, Source
from ebayes_lm.data.stores.opening import Held, StoredSource
from ebayes_lm.errors import DataError, StorageError, StorageWarning, warn

#: Environment variable that names the folder of scratch files.
SCRATCH_FOLDER = "EBAYES_LM_SCRATCH_DIR"
#: What to do where it takes no file, whatever the file is for; and where a store of samples is to be rewritten.
ANOTHER_FOLDER = f"name another folder in the environment variable {SCRATCH_FOLDER}"
_INSTEAD = (
    f'{ANOTHER_FOLDER}, or convert the store once by open_matrix(...).write("y.zarr"), with the variable set to a disk '
    "that has room"
)

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_MADE: weakref.WeakKeyDictionary[Source, Source] = weakref.WeakKeyDictionary()
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, eq=False)
class ScratchSource(StoredSource):
    """Rows of a file of panels: so many samples of all features after another, in each the features in a row.

    Panels are written as blocks of samples come, each once and from end to end, and rows are read with one piece of
    each: unlike a plain matrix of features, whose rows a block of samples would touch all over the disk.

    Attributes
    ----------
    panel : int
        Samples in a panel; the last one may have fewer.
    """

    panel: int

    @property
    def panels(self) -> list[slice]:
        """Samples of each panel."""
        return pieces(self.shape[1], self.panel)

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``."""
        rows = np.empty((stop - start, self.shape[1]), dtype=self.dtype)
        with self.path.open("rb") as file:
            for at in self.panels:
                width = at.stop - at.start
                file.seek(self._place(at, start))
                piece = np.fromfile(file, self.dtype, len(rows) * width)
                if piece.size < len(rows) * width:
                    raise DataError(f"the scratch file {self.path} was cut while it was in use")
                rows[:, at] = piece.reshape(len(rows), width)
        return rows

    def write(self, values: AnyArray, samples: slice, features: slice) -> None:
        """Put values (samples, features) of one whole panel in their place."""
        with self.path.open("r+b", buffering=0) as file:
            file.seek(self._place(samples, features.start))
            left = np.ascontiguousarray(values.T).reshape(-1).view(np.uint8).data
            while len(left):
                left = left[file.write(left) :]

    def _place(self, panel: slice, feature: int) -> int:
        first: int = panel.start * self.shape[0] + feature * (panel.stop - panel.start)
        return first * self.dtype.itemsize


def by_features(source: Source, running: Running, *, quiet: bool = False) -> Source:
    """A source whose rows are read at their own cost: the same, or what it is rewritten to.

    A small one is held in memory, a large one in a scratch file, which later calls share and which goes when nothing
    refers to the source any more.

    Raises
    ------
    StorageError
        There is no room for the file.
    """
    if isinstance(source, MappedSamples):
        return mapped(by_features(source.source, running, quiet=quiet), source.fn)
    if not isinstance(source, SampleMajor):
        if not isinstance(source, DerivedSource):
            return source
        turned = by_features(source.source, running, quiet=quiet)
        return source if turned is source.source else replace(source, source=turned)
    with _ONE_AT_A_TIME:
        if source not in _MADE:
            _MADE[source] = _scratch(source, running, quiet) if reads_by_samples(source, running) else _whole(source)
        return _MADE[source]


def scratch_folder() -> Path:
    """Where scratch files go."""
    return Path(os.environ.get(SCRATCH_FOLDER) or tempfile.gettempdir())


def new_scratch_file(folder: Path, instead: str) -> ScratchFile:
    """A file to write to, or what to do ``instead``.

    Raises
    ------
    StorageError
        The folder takes none.
    """
    try:
        return scratch_file(folder)
    except OSError as error:
        raise StorageError(f"{folder} takes no scratch file: {error.strerror}; {instead}") from None


def _whole(source: SampleMajor) -> ArraySource:
    return ArraySource(np.ascontiguousarray(source.read_samples(0, source.shape[1]).T))


def _scratch(source: SampleMajor, running: Running, quiet: bool) -> ScratchSource:
    """Rewrite a source to a file that is removed with what is returned, or at the end of the process."""
    bounds = sample_bounds(source, running)
    folder = scratch_folder()
    held = Held(source.shape, source.dtype)
    needed = source.nbytes
    _require_room(folder, needed)
    file = new_scratch_file(folder, _INSTEAD)
    scratch = ScratchSource(file.path, held, bounds[0].stop)
    file.remove_with(scratch)
    try:
        run_samples(scratch.write, source, running)
    except BaseException as error:
        file.remove()
        if isinstance(error, OSError) and error.errno in _FULL:
            raise StorageError(f"{_needed(needed)}, and {folder} is full; {_INSTEAD}") from None
        raise
    if not quiet:
        warn(
            f"{_needed(needed)} in {folder}, which later steps with the same y share. To keep a file of features, use "
            'open_matrix(...).write("y.zarr") and work with what it returns',
            StorageWarning,
        )
    return scratch


def _require_room(folder: Path, needed: int) -> None:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise StorageError(f"{folder} takes no scratch file: {error.strerror}; {_INSTEAD}") from None
    if free < needed:
        raise StorageError(f"{_needed(needed)}, and {folder} has room for {in_bytes(free)}; {_INSTEAD}")


def _needed(nbytes: int) -> str:
    return (
        "y holds samples one after another, and what is asked for needs whole features: a scratch file of "
        f"{in_bytes(nbytes)}"
    )
