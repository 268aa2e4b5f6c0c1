"""The tables obs and var of AnnData in a zarr folder: names and plain columns."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ebayes_lm.data.stores.zarr_folder import Folder
from ebayes_lm.data.stores.zarr_nodes import Node, children
from ebayes_lm.errors import DataError, EbayesLMWarning, listing, warn


def anndata_table(folder: Folder, home: Node, name: str, length: int) -> pd.DataFrame:
    """A table of so many rows; columns of a kind that is not known here are left out, with a warning.

    Raises
    ------
    DataError
        No table, no names, or columns of another length.
    """
    node = children(home.folder).get(name)
    key = "" if node is None else str(node.attributes.get("_index", "_index"))
    parts = {} if node is None else children(node.folder)
    index = folder.names(parts.get(key), length)
    if node is None or index is None:
        raise DataError(f"{home.folder / name} is no table of AnnData, or names no rows")
    wanted = node.attributes.get("column-order", [])
    wanted = [str(column) for column in wanted] if isinstance(wanted, list) else []
    missing = [column for column in wanted if column not in parts]
    if missing:
        raise DataError(f"{node.folder} lacks columns that it lists: {listing(missing)}")
    columns = {column: _column(folder, parts[column], length) for column in wanted}
    unknown = [column for column, values in columns.items() if values is None]
    if unknown:
        warn(f"{node.folder}: columns of a kind that is not read are left out: {listing(unknown)}", EbayesLMWarning)
    known = {column: values for column, values in columns.items() if values is not None}
    index = index.rename(None if key == "_index" else key)
    return pd.DataFrame(known, index=index, columns=pd.Index(list(known), dtype=object) if known else None)


def _column(folder: Folder, node: Node, length: int) -> Any:
    """Values of a column; None where they are of no kind that is known."""
    if node.is_array:
        return folder.vector(node, length) if node.axes == 1 else None
    parts = children(node.folder)
    if node.encoding == "categorical" and {"codes", "categories"} <= parts.keys():
        return _categorical(folder, node, parts, length)
    if not node.encoding.startswith("nullable-") or not {"values", "mask"} <= parts.keys():
        return None
    values, mask = folder.vector(parts["values"], length), folder.vector(parts["mask"], length)
    kind = {"b": "boolean", "O": "string", "i": "Int64", "u": "UInt64", "f": "Float64"}[values.dtype.kind]
    return pd.Series(values, dtype=kind).mask(mask.astype(bool)).array


def _categorical(folder: Folder, node: Node, parts: dict[str, Node], length: int) -> Any:
    codes, shape = folder.vector(parts["codes"], length), parts["categories"].metadata.get("shape")
    if codes.dtype.kind not in "iu" or parts["categories"].axes != 1:
        raise DataError(f"{node.folder} has no codes of categories")
    categories = folder.vector(parts["categories"], shape[0] if isinstance(shape, list) else 0)
    if len(codes) and not -1 <= int(codes.min()) <= int(codes.max()) < len(categories):
        raise DataError(f"{node.folder} has codes beyond its {len(categories):,} categories")
    if len(set(categories.tolist())) < len(categories):
        raise DataError(f"{node.folder} has a category twice")
    labels: Any = pd.Index(categories)
    return pd.Categorical.from_codes(codes, labels, ordered=bool(node.attributes.get("ordered", False)))
