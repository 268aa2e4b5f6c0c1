"""The tree of a zarr folder: groups and arrays by what their metadata say."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ebayes_lm.errors import ArgumentError, DataError, listing, nearest

#: Bytes of metadata, which list the whole tree where they are consolidated.
_LARGEST_METADATA = 1 << 27
#: Arrays that are the matrix of a group that holds several.
_USUAL = ("values", "X")


class Node(NamedTuple):
    """A group or an array.

    Attributes
    ----------
    folder : Path
    is_array : bool
    format : int
    metadata, attributes : dict
    """

    folder: Path
    is_array: bool
    format: int
    metadata: dict[str, Any]
    attributes: dict[str, Any]

    @property
    def encoding(self) -> str:
        """What AnnData calls this."""
        return str(self.attributes.get("encoding-type", ""))

    @property
    def axes(self) -> int:
        """Of an array; 0 where that is not known."""
        shape = self.metadata.get("shape") if self.is_array else None
        return len(shape) if isinstance(shape, list) else 0


def node_at(folder: Path) -> Node | None:
    """What lies in a folder; None where that is no zarr.

    Raises
    ------
    DataError
        Metadata that do not parse.
    """
    if (folder / "zarr.json").is_file():
        held = _read(folder / "zarr.json")
        if held.get("node_type") not in ("array", "group"):
            raise DataError(f"{folder / 'zarr.json'} tells of neither an array nor a group")
        attributes = held.get("attributes")
        return Node(
            folder, held.get("node_type") == "array", 3, held, attributes if isinstance(attributes, dict) else {}
        )
    for name, is_array in ((".zarray", True), (".zgroup", False)):
        if (folder / name).is_file():
            attributes = _read(folder / ".zattrs") if (folder / ".zattrs").is_file() else {}
            return Node(folder, is_array, 2, _read(folder / name), attributes)
    return None


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _LARGEST_METADATA:
            raise DataError(f"{file} is {file.stat().st_size:,} bytes long; metadata are not")
        held = json.loads(file.read_bytes())
    except (ValueError, RecursionError, OSError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{file} cannot be read: {error}") from None
    if not isinstance(held, dict):
        raise DataError(f"{file} holds no metadata of zarr")
    return held


def children(folder: Path) -> dict[str, Node]:
    """Groups and arrays in a folder by their names."""
    if not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir())
    nodes = ((name, node_at(folder / name)) for name in names)
    return {name: node for name, node in nodes if node is not None}


def arrays_in(node: Node, before: str = "", depth: int = 0) -> Iterator[str]:
    """Paths of the arrays of a group."""
    for name, child in children(node.folder).items():
        if child.is_array:
            yield before + name
        elif depth < 3:
            yield from arrays_in(child, f"{before}{name}/", depth + 1)


def matrix_of_group(root: Node, layer: str | None) -> Node:
    """The array that is wanted: the one of that path, or the only matrix, or the one of a usual name.

    Raises
    ------
    ArgumentError
        It is not there, or several could be meant.
    """
    if root.is_array:
        if layer is not None:
            raise ArgumentError(f"layer={layer!r} names an array of a group, and {root.folder} is an array itself")
        return root
    if layer is None:
        matrices = {name: node for name, node in children(root.folder).items() if node.axes == 2}
        name = next((name for name in (*_USUAL, *matrices) if name in matrices), None)
        if name is not None and (len(matrices) == 1 or name in _USUAL):
            return matrices[name]
        raise ArgumentError(f"{root.folder} holds {_held(root)}; name the matrix with layer=")
    node: Node | None = root
    for part in layer.split("/"):  # by the names that are there, so that no path leads out of the folder
        node = children(node.folder).get(part) if node is not None and not node.is_array else None
    if node is None:
        raise ArgumentError(
            f"{root.folder} holds no array {layer!r}; it holds {_held(root)}.{nearest(layer, arrays_in(root))}"
        )
    return node


def matrix_of_anndata(root: Node, layer: str | None) -> tuple[Node, Node]:
    """X of AnnData or one of its layers, or raw; and the group whose ``var`` describes its features.

    Raises
    ------
    ArgumentError
        No such layer.
    DataError
        No X.
    """
    layers, parts = children(root.folder / "layers"), children(root.folder)
    known = [*layers, "raw"] if "raw" in parts and not parts["raw"].is_array else [*layers]
    if layer is not None and layer not in known:
        raise ArgumentError(f"{root.folder} has no layer {layer!r}; it has {listing(known) or 'none'}")
    if layer is not None and layer in layers:
        return layers[layer], root
    home = root if layer is None else parts["raw"]
    node = children(home.folder).get("X")
    if node is None or node.encoding == "null":
        raise DataError(f"{home.folder} has no X; name one of its layers with layer=: {listing(known) or 'none'}")
    return node, home


def require_array(node: Node) -> None:
    """Refuse a group.

    Raises
    ------
    DataError
        It is one.
    """
    if not node.is_array:
        sparse = node.encoding in ("csr_matrix", "csc_matrix")
        what = (
            f"a sparse matrix ({node.encoding}); write it dense, or as .h5ad" if sparse else f"a group: {_held(node)}"
        )
        raise DataError(f"{node.folder} is no array but {what}")


def _held(node: Node) -> str:
    return listing(arrays_in(node), 20) or "no array"
