"""Arrays of a zarr folder that may be read, and names in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.stores.zarr_chunks import LARGEST_CHUNK, absent_chunks, require_chunks
from ebayes_lm.data.stores.zarr_codecs import Stored, stored_array
from ebayes_lm.data.stores.zarr_nodes import Node, children
from ebayes_lm.data.stores.zarr_reading import read_values, zarr_array
from ebayes_lm.errors import DataError

#: Values of a chunk of a vector that is shorter.
_USUAL_CHUNK = 1 << 22


@dataclass(frozen=True)
class Folder:
    """A zarr folder.

    Attributes
    ----------
    root : Path
    allow_external : bool
        Whether links may lead out of it.
    """

    root: Path
    allow_external: bool

    def absent(self, node: Node, stored: Stored) -> frozenset[str]:
        """Files of chunks that are not there, where the others may be read.

        Raises
        ------
        DataError
            The array lies elsewhere, or is not complete.
        """
        if not self.allow_external and not node.folder.resolve().is_relative_to(self.root.resolve()):
            raise DataError(
                f"{node.folder} is a link that leads out of the store; allow_external=True follows it, where you "
                "trust who made the store"
            )
        absent = absent_chunks(node.folder, stored, self.root, self.allow_external)
        if absent.number:
            require_chunks(node.folder, absent, zarr_array(node.folder, stored, absent.files).fill_value)
        return absent.files

    def vector(self, node: Node, length: int) -> AnyArray:
        """Numbers or text, text as objects.

        Raises
        ------
        DataError
            No vector of that length.
        """
        shape = node.metadata.get("shape") if node.is_array else None
        if shape != [length]:
            raise DataError(f"{node.folder} has shape {shape!s:.60}, and {length:,} values belong there")
        return self._values(node)

    def text(self, node: Node) -> str | None:
        """A single text; None where it is something else."""
        if not node.is_array or node.metadata.get("shape") != []:
            return None
        value = self._values(node)[()]
        return value if isinstance(value, str) else None

    def _values(self, node: Node) -> AnyArray:
        stored = stored_array(node)
        most = max(_USUAL_CHUNK, *stored.shape, 1)
        if max(stored.files, default=1) > most or most * (stored.width or 1) > LARGEST_CHUNK:
            raise DataError(
                f"{node.folder} has chunks of {stored.files} values, far more than it needs; it is not read"
            )
        array = zarr_array(node.folder, stored, self.absent(node, stored))
        values = read_values(node.folder, array, (slice(None),) * len(stored.shape))
        if stored.dtype is None:
            return np.array([str(value) for value in values.ravel().tolist()], dtype=object).reshape(stored.shape)
        return values.astype(stored.dtype.newbyteorder("="), copy=False)

    def names(self, node: Node | None, length: int) -> pd.Index | None:
        """Names in a vector of text or whole numbers; None where there is no vector.

        Raises
        ------
        DataError
            Another number of names, or other values.
        """
        if node is not None and node.encoding == "nullable-string-array":
            node = children(node.folder).get("values")
        if node is None or node.axes != 1:
            return None
        values = self.vector(node, length)
        if values.dtype.kind not in "iuO":
            raise DataError(f"{node.folder} holds {values.dtype}; names are text or whole numbers")
        return pd.Index([str(value) for value in values.tolist()], dtype=object)
