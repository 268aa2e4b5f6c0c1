"""Arrays of a result held in a dict, as they lie in memory, in place of files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.array_folder import ArrayReader, ArrayWriter
from ebayes_lm.data.durable import as_bytes
from ebayes_lm.errors import DataError


@dataclass(eq=False)
class HeldWriter(ArrayWriter):
    """Keeps arrays in a dict, each once and flat: any format holds one dimension of numbers without loss.

    Attributes
    ----------
    held : dict of array
        They share memory with what was given where that lies in one piece, and cannot be written to.
    """

    held: dict[str, AnyArray] = field(default_factory=dict)

    def _kept(self, array: AnyArray, name: str) -> dict[str, Any]:
        order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        flat = np.asarray(np.ravel(array, order="F" if order == "F" else "C")).view()
        flat.flags.writeable = False
        key = f"{len(self.held):03d}"
        self.held[key] = flat
        return {
            "name": key, "dtype": flat.dtype.newbyteorder("<").str, "shape": list(array.shape), "order": order,
            "digest": _digest(flat),
        }  # fmt: skip


@dataclass(frozen=True, eq=False, kw_only=True)
class HeldReader(ArrayReader):
    """Gives back what a HeldWriter kept.

    Attributes
    ----------
    held : mapping of array
    """

    held: Mapping[str, Any]

    def _read(self, entry: dict[str, Any]) -> AnyArray:
        name, dtype, shape = str(entry["name"]), np.dtype(str(entry["dtype"])), tuple(map(int, entry["shape"]))
        if name not in self.held:
            raise DataError(f"{self.folder} lacks array {name}; it is not complete")
        flat = np.asarray(self.held[name])
        if flat.ndim != 1 or flat.dtype != dtype or dtype.kind not in "biuf" or len(flat) != math.prod(shape):
            raise DataError(
                f"array {name} of {self.folder} has type {flat.dtype} and shape {flat.shape} where {dtype} of "
                f"{math.prod(shape):,} values were written"
            )
        if _digest(flat) != entry["digest"]:
            raise DataError(f"array {name} of {self.folder} is not what was written: its checksum is another")
        own = flat.copy() if flat.flags.writeable else flat.view()  # a result does not change with an AnnData
        return own.reshape(shape, order="F" if entry["order"] == "F" else "C")


def no_folder(key: str) -> Path:
    """What messages say in place of a folder."""
    return Path(f"uns[{key!r}]")


def _digest(flat: AnyArray) -> str:
    return sha256(as_bytes(flat)).hexdigest()
