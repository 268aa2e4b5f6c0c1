"""A folder of .npy files: arrays written with their checksums, and mapped when they are read."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.durable import as_bytes, npy_header
from ebayes_lm.data.scratch import by_features
from ebayes_lm.data.sources import Source
from ebayes_lm.errors import DataError

#: Arrays below this size are read; larger ones are mapped.
_MAPPED = 1 << 20
#: Bytes that are written or checked at once.
_PIECE = 1 << 24


@dataclass(eq=False)
class ArrayWriter:
    """Writes arrays into a folder, each once, and knows what it wrote.

    Attributes
    ----------
    folder : Path
    written : list of dict
        File, type, shape, order, size and checksum of each.
    """

    folder: Path
    written: list[dict[str, Any]] = field(default_factory=list)
    _known: dict[Any, tuple[AnyArray | Source, int]] = field(default_factory=dict)

    def add(self, array: AnyArray, name: str) -> dict[str, Any]:
        """Write an array under about that name; what says in a header where it is.

        What an array repeats along an axis without holding it is written once.

        Raises
        ------
        DataError
            The array does not hold numbers.
        """
        if array.dtype.kind not in "biuf":
            raise DataError(f"{name} holds {array.dtype}, and only numbers can be saved")
        repeated = [stride == 0 and size > 1 for stride, size in zip(array.strides, array.shape, strict=True)]
        held = array[tuple(slice(0, 1) if again else slice(None) for again in repeated)] if any(repeated) else array
        said: dict[str, Any] = {"array": self._number(held, name)}
        return said | {"shape": list(array.shape)} if any(repeated) else said

    def add_rows(self, source: Source, name: str) -> dict[str, Any]:
        """Write the rows of a source, as many at a time as there is room for; what says in a header where they are."""
        if id(source) not in self._known:
            self._known[id(source)] = (source, len(self.written))
            rows, (g, n) = by_features(source, Running(progress=False), quiet=True), source.shape
            step = max(1, _PIECE // (n * source.dtype.itemsize))
            pieces = (as_bytes(rows.read(at, min(g, at + step))) for at in range(0, g, step))
            like = np.broadcast_to(np.zeros((), source.dtype), (g, n))
            self.written.append(self._written(like, self._file(name), "C", pieces))
        return {"array": self._known[id(source)][1]}

    def _number(self, array: AnyArray, name: str) -> int:
        place = (array.__array_interface__["data"][0], array.shape, array.strides, array.dtype.str)
        if array.size and place in self._known:
            return self._known[place][1]
        self._known[place] = (array, len(self.written))
        self.written.append(self._kept(array, name))
        return len(self.written) - 1

    def _kept(self, array: AnyArray, name: str) -> dict[str, Any]:
        """Keep an array that was not given before; what is known of it."""
        return self._mapped(array) or self._write(array, self._file(name))

    def _file(self, name: str) -> str:
        return f"{len(self.written):03d}-{re.sub(r'[^A-Za-z0-9_.]+', '-', name)[-80:]}.npy"

    def _mapped(self, array: AnyArray) -> dict[str, Any] | None:
        """What is known of an array that is the map of a file of this folder, all of it."""
        under: Any = array
        while isinstance(under, np.ndarray) and not isinstance(under, np.memmap):
            under = under.base
        if not isinstance(under, np.memmap) or under.filename is None or not array.flags.c_contiguous:
            return None
        path = Path(under.filename)
        if path.parent != self.folder.resolve() or path.stat().st_size != under.offset + array.nbytes:
            return None
        with path.open("r+b") as file:
            os.fsync(file.fileno())
        return _entry(array, path.name, "C", path.stat().st_size, _checksum(path))

    def _write(self, array: AnyArray, file: str) -> dict[str, Any]:
        order = _order(array)
        return self._written(array, file, order, _pieces(array.T if order == "F" else array))

    def _written(self, array: AnyArray, file: str, order: str, pieces: Iterable[memoryview]) -> dict[str, Any]:
        """Write pieces of what is like an array; what is known of it."""
        checksum, size = sha256(), 0
        with (self.folder / file).open("xb", buffering=0) as out:
            for piece in chain([memoryview(npy_header(array.dtype, array.shape, order))], pieces):
                checksum.update(piece)
                size += len(piece)
                rest = piece
                while rest.nbytes:
                    rest = rest[out.write(rest) :]
            os.fsync(out.fileno())
        return _entry(array, file, order, size, checksum.hexdigest())


@dataclass(frozen=True, eq=False)
class ArrayReader:
    """Reads what an ArrayWriter wrote.

    Attributes
    ----------
    folder : Path
    written : sequence of dict
    verify : bool
        Whether checksums are compared; sizes are in any case.
    """

    folder: Path
    written: Sequence[dict[str, Any]]
    verify: bool = True

    def get(self, said: dict[str, Any]) -> AnyArray:
        """The array of which a header says so.

        Raises
        ------
        DataError
            The file is not there, or is not what was written.
        """
        array = self._read(self.written[int(said["array"])])
        array.flags.writeable = False
        return np.broadcast_to(array, tuple(map(int, said["shape"]))) if "shape" in said else array

    def _read(self, entry: dict[str, Any]) -> AnyArray:
        name = str(entry["file"])
        dtype, shape = np.dtype(str(entry["dtype"])), tuple(map(int, entry["shape"]))
        if Path(name).name != name or dtype.kind not in "biuf" or any(k < 0 for k in shape):
            raise DataError(f"{self.folder} names {name!r}, which is no array of it")
        path = self.folder / name
        try:
            size = path.stat().st_size
        except OSError:
            raise DataError(f"{self.folder} lacks {name}; it is not complete") from None
        if size != entry["size"] or math.prod(shape) * dtype.itemsize >= size:
            raise DataError(f"{path} has {size:,} bytes where {entry['size']:,} were written; it is not complete")
        if self.verify and _checksum(path) != entry["digest"]:
            raise DataError(f"{path} is not what was written: its checksum is another")
        return self._opened(path, dtype, shape, str(entry["order"]))

    @staticmethod
    def _opened(path: Path, dtype: np.dtype[Any], shape: tuple[int, ...], order: str) -> AnyArray:
        if 0 in shape:
            return np.empty(shape, dtype)
        try:
            found: AnyArray = np.load(path, mmap_mode="r", allow_pickle=False)
        except Exception as error:  # damaged headers raise errors of any type
            raise DataError(f"{path} cannot be read: {error}") from None
        if found.shape != shape or found.dtype != dtype or _order(found) != order:
            raise DataError(f"{path} holds another array than its header says")
        return (
            found.view(np.ndarray) if found.nbytes >= _MAPPED else np.array(found, order="F" if order == "F" else "C")
        )


def _order(array: AnyArray) -> str:
    """C for rows one after another, or for what is written so; F for columns one after another."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def _entry(array: AnyArray, file: str, order: str, size: int, digest: str) -> dict[str, Any]:
    kind = array.dtype.newbyteorder("<").str
    return {"file": file, "dtype": kind, "shape": list(array.shape), "order": order, "size": size, "digest": digest}


def _pieces(rows: AnyArray) -> Iterator[memoryview]:
    """The bytes of an array in the order of its rows, some rows at a time."""
    if rows.ndim == 0:
        yield as_bytes(rows)
        return
    step = max(1, _PIECE // max(1, rows[:1].nbytes))
    for at in range(0, len(rows), step):
        yield as_bytes(rows[at : at + step])


def _checksum(path: Path) -> str:
    found = sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
