"""How a zarr array is stored, by its metadata.

They are read here before zarr sees them, because a codec is a name that zarr resolves to a function: among those that
numcodecs knows is pickle. Only codecs that compute on bytes and numbers are let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from ebayes_lm.data.stores.zarr_nodes import Node
from ebayes_lm.errors import DataError, listing

#: Compression whose output can be bounded before it is unpacked.
COMPRESSORS = ("blosc", "gzip", "lz4", "zlib", "zstd")
_CODECS = {
    2: (*COMPRESSORS, "adler32", "crc32", "crc32c", "delta", "fletcher32", "shuffle", "vlen-utf8"),
    3: ("blosc", "bytes", "crc32c", "gzip", "sharding_indexed", "transpose", "vlen-utf8", "zstd"),
}
_NUMBERS = re.compile(r"[<>|][biuf]\d")
_NAMED_NUMBERS = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)")


@dataclass(frozen=True)
class Stored:
    """How an array is stored.

    Attributes
    ----------
    format : int
    dtype : dtype or None
        None for text.
    width : int or None
        Bytes of a value; None for text of any length.
    shape : tuple of int
    files, chunks : tuple of int
        Extent of what a file holds, and of the chunks in it; they differ where chunks are sharded.
    key : tuple of str
        What the name of a chunk begins with, and what separates its numbers.
    compressor : str or None
        What stands outermost in a chunk.
    index : tuple of (bool, int) or None
        Whether the index of a shard stands at its start, and the bytes of a checksum behind it.
    """

    format: int
    dtype: np.dtype[Any] | None
    width: int | None
    shape: tuple[int, ...]
    files: tuple[int, ...]
    chunks: tuple[int, ...]
    key: tuple[str, str]
    compressor: str | None
    index: tuple[bool, int] | None

    @property
    def grid(self) -> tuple[int, ...]:
        """Files along each axis."""
        return tuple(-(-length // extent) for length, extent in zip(self.shape, self.files, strict=True))

    @property
    def shards(self) -> tuple[int, ...]:
        """Chunks in a file, along each axis."""
        return tuple(whole // part for whole, part in zip(self.files, self.chunks, strict=True))

    @property
    def chunk_bytes(self) -> int | None:
        """Bytes of a chunk once it is unpacked; None for text of any length."""
        return None if self.width is None else prod(self.chunks) * self.width

    def file_name(self, index: Iterable[int]) -> str:
        """File of a chunk, or of a shard."""
        first, separator = self.key
        numbers = separator.join(map(str, index))
        if self.format == 3 and first:
            return f"{first}{separator}{numbers}" if numbers else first
        return numbers or "0"


def stored_array(node: Node) -> Stored:
    """How an array is stored.

    Raises
    ------
    DataError
        Neither numbers nor text, or codecs that are not read here.
    """
    try:
        return _of_format_3(node) if node.format == 3 else _of_format_2(node)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{node.folder} has metadata that are not those of a zarr array: {type(error).__name__} {error}"
        ) from None


def _of_format_2(node: Node) -> Stored:
    held, compressor = node.metadata, node.metadata["compressor"]
    filters = held["filters"] or []
    names = [_allowed(node, codec["id"]) for codec in [*filters, *([compressor] if compressor else [])]]
    for codec in filters:
        if any(not _NUMBERS.fullmatch(str(codec[name])) for name in ("dtype", "astype") if codec.get(name)):
            raise DataError(f"{node.folder} filters numbers as {codec}, which is not read here")
    separator = held.get("dimension_separator", ".")
    fixed = re.fullmatch(r"[<>]U(\d{1,6})", str(held["dtype"]))
    text = "vlen-utf8" in names or fixed
    if separator not in (".", "/") or not (text or _NUMBERS.fullmatch(str(held["dtype"]))):
        raise DataError(f"{node.folder} holds {held['dtype']!r:.80}; real numbers and text are read here")
    shape, chunks = _lengths(held["shape"], 0), _lengths(held["chunks"], 1)
    dtype = None if text else np.dtype(held["dtype"])
    width = dtype.itemsize if dtype else 4 * int(fixed[1]) if fixed else None
    return _consistent(node, Stored(2, dtype, width, shape, chunks, chunks, ("", separator), _outer(node, names), None))


def _of_format_3(node: Node) -> Stored:
    held = node.metadata
    codecs, index = held["codecs"], None
    files = chunks = _lengths(held["chunk_grid"]["configuration"]["chunk_shape"], 1)
    if [codec["name"] for codec in codecs] == ["sharding_indexed"]:
        shard = codecs[0]["configuration"]
        chunks, codecs = _lengths(shard["chunk_shape"], 1), shard["codecs"]
        checks = [codec["name"] for codec in shard["index_codecs"]]
        plain = shard["index_codecs"][0].get("configuration", {}).get("endian", "little") == "little"
        if checks not in (["bytes"], ["bytes", "crc32c"]) or not plain:
            raise DataError(f"{node.folder} codes the index of its shards as {checks}, which is not read here")
        index = (shard.get("index_location", "end") == "start", 4 * (len(checks) - 1))
    names = [_allowed(node, codec["name"]) for codec in codecs]
    kind = held["data_type"]
    fixed = kind["configuration"]["length_bytes"] if _is_fixed_text(kind) else None
    text = "vlen-utf8" in names or fixed
    if "sharding_indexed" in names or not (text or _NAMED_NUMBERS.fullmatch(str(kind))):
        raise DataError(
            f"{node.folder} holds {kind!r:.80} coded by {listing(names)}; real numbers and text are read here"
        )
    encoding = held["chunk_key_encoding"]
    first = {"default": "c", "v2": ""}[encoding["name"]]
    separator = encoding.get("configuration", {}).get("separator", "/" if first else ".")
    dtype = None if text else np.dtype(kind)
    width = dtype.itemsize if dtype else fixed
    found = Stored(
        3, dtype, width, _lengths(held["shape"], 0), files, chunks, (first, separator), _outer(node, names), index
    )
    return _consistent(node, found)


def _is_fixed_text(kind: Any) -> bool:
    return isinstance(kind, dict) and kind.get("name") == "fixed_length_utf32"


def _allowed(node: Node, codec: Any) -> str:
    if codec not in _CODECS[node.format]:
        raise DataError(
            f"{node.folder} is coded by {codec!r:.60}, which is not read here; write it anew with codecs among "
            f"{listing(_CODECS[node.format], 20)}"
        )
    return str(codec)


def _outer(node: Node, codecs: list[str]) -> str | None:
    """The compressor, which is the last thing that is done to a chunk but for a checksum."""
    found = [name for name in codecs if name in COMPRESSORS]
    if len(found) > 1:
        raise DataError(f"{node.folder} is compressed more than once ({listing(found)}), which is not read here")
    return found[0] if found else None


def _lengths(values: Any, least: int) -> tuple[int, ...]:
    if not isinstance(values, list) or any(type(v) is not int or not least <= v < 1 << 62 for v in values):
        raise DataError(f"{values!r:.80} is no shape of an array or of its chunks")
    return tuple(values)


def _consistent(node: Node, found: Stored) -> Stored:
    if not len(found.shape) == len(found.files) == len(found.chunks) or any(
        whole % part for whole, part in zip(found.files, found.chunks, strict=True)
    ):
        raise DataError(f"{node.folder} has a shape {found.shape} and chunks {found.files}, {found.chunks} that differ")
    return found
