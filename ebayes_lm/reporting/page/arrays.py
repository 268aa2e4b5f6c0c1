"""Arrays of a page, laid one after another and packed into text."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.durable import as_bytes

#: Arrays begin at multiples of this many bytes.
_ALIGNED = 8
_NAMES = {"f4", "f8", "u1", "u2", "u4", "i1", "i4"}


class ArrayStore:
    """Arrays and lists of text under names, each to be found by the reference that adding it gives.

    Examples
    --------
    >>> import numpy as np
    >>> store = ArrayStore()
    >>> store.add("x", np.array([1.0, 2.0], dtype="f4")), store.facts()["x"]
    ('@x', {'dtype': 'f4', 'offset': 0, 'length': 2})
    """

    def __init__(self) -> None:
        self._facts: dict[str, dict[str, Any]] = {}
        self._pieces: list[bytes | memoryview] = []
        self._size = 0

    def add(self, name: str, values: AnyArray | Iterable[str | None]) -> str:
        """Lay down an array of real numbers or a list of text, and return what refers to it."""
        if name in self._facts:
            raise ValueError(f"{name!r} is laid down already")
        if not isinstance(values, np.ndarray):
            text = json.dumps(list(values), separators=(",", ":")).encode()
            self._lay(name, "text", text, len(text), {})
        else:
            array = values.astype(np.uint8) if values.dtype == bool else values
            kind = array.dtype.str[1:]
            if kind not in _NAMES:
                raise TypeError(f"an array of {array.dtype} has no place in a page")
            shape = {} if array.ndim == 1 else {"shape": list(array.shape)}
            self._lay(name, kind, as_bytes(array), array.size, shape)
        return f"@{name}"

    def _lay(self, name: str, kind: str, piece: bytes | memoryview, length: int, shape: dict[str, Any]) -> None:
        self._facts[name] = {"dtype": kind, "offset": self._size, "length": length, **shape}
        padding = -len(piece) % _ALIGNED
        self._pieces += [piece, b"\0" * padding]
        self._size += len(piece) + padding

    def facts(self) -> dict[str, dict[str, Any]]:
        """Where each array lies, and of what kind it is."""
        return dict(self._facts)

    def packed(self) -> str:
        """All of them as text, the same for the same arrays."""
        return b64encode(gzip.compress(b"".join(self._pieces), compresslevel=6, mtime=0)).decode()


def rounded(values: AnyArray) -> AnyArray:
    """Numbers as float32 with sixteen significant bits, four to five digits, which pack a fifth smaller.

    >>> float(rounded(np.array([np.pi]))[0])
    3.1416015625
    """
    bits = values.astype(np.float32).view(np.uint32)
    finite = (bits & 0x7F800000) < 0x7F7FFFFF
    return np.where(finite, (bits + 0x80) & 0xFFFFFF00, bits).astype(np.uint32).view(np.float32)
