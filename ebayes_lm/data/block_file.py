"""What a block gave, in a file of its own with a checksum."""

from __future__ import annotations

import json
import math
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.durable import as_bytes, write_whole
from ebayes_lm.data.engines import Parts

_MAGIC = b"ebayes_lm block 1\n"
_DIGEST = 32


class DamagedBlockError(ValueError):
    """A file is not what was written, or belongs elsewhere."""


def write_block(path: Path, run: str, at: slice, parts: Parts) -> None:
    """Write what a block of a run gave.

    Raises
    ------
    OSError
        It cannot be written.
    """
    said = {"run": run, "start": at.start, "stop": at.stop}
    header = json.dumps(said | {name: _kinds(arrays) for name, arrays in _named(parts)}).encode()
    pieces: list[bytes | memoryview] = [len(header).to_bytes(8, "little"), header]
    pieces += [as_bytes(array) for _, arrays in _named(parts) for array in arrays]
    checksum = sha256()
    for piece in pieces:
        checksum.update(piece)
    write_whole(path, [_MAGIC, checksum.digest(), *pieces])


def read_block(path: Path, run: str, at: slice) -> Parts:
    """What a block of a run gave; arrays are read-only.

    Raises
    ------
    DamagedBlockError
        The file is not what was written, or of another run or block.
    OSError
        There is none, or it cannot be read.
    """
    whole = memoryview(path.read_bytes())
    start = len(_MAGIC) + _DIGEST
    if bytes(whole[: len(_MAGIC)]) != _MAGIC or len(whole) < start + 8:
        raise DamagedBlockError("it is no block")
    if sha256(whole[start:]).digest() != bytes(whole[len(_MAGIC) : start]):
        raise DamagedBlockError("its checksum is another")
    try:
        return _parts(whole[start:], run, at)
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedBlockError(f"it holds something else ({error})") from None


def _named(parts: Parts) -> list[tuple[str, tuple[AnyArray, ...]]]:
    return [("rows", parts.rows), ("loose", parts.loose)]


def _kinds(arrays: tuple[AnyArray, ...]) -> list[list[Any]]:
    return [[array.dtype.newbyteorder("<").str, list(array.shape)] for array in arrays]


def _parts(payload: memoryview, run: str, at: slice) -> Parts:
    length = 8 + int.from_bytes(payload[:8], "little")
    said = json.loads(bytes(payload[8:length]))
    if (said["run"], said["start"], said["stop"]) != (run, at.start, at.stop):
        raise ValueError("of another run or block")
    found: dict[str, list[AnyArray]] = {}
    for name in ("rows", "loose"):
        found[name] = []
        for kind, shape in said[name]:
            array = _array(payload[length:], np.dtype(kind), tuple(shape))
            found[name].append(array)
            length += array.nbytes
    if length != len(payload):
        raise ValueError("more than it says")
    return Parts(tuple(found["rows"]), tuple(found["loose"]))


def _array(rest: memoryview, dtype: np.dtype[Any], shape: tuple[int, ...]) -> AnyArray:
    if dtype.kind not in "biuf" or not all(isinstance(k, int) and k >= 0 for k in shape):
        raise ValueError("no numbers")
    size = math.prod(shape)
    if size * dtype.itemsize > len(rest):
        raise ValueError("less than it says")
    return np.frombuffer(rest, dtype, size).reshape(shape)
