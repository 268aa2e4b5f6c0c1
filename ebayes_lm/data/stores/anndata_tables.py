"""The tables obs and var of an h5ad file: names and plain columns."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ebayes_lm.data.stores.hdf5_file import reading
from ebayes_lm.data.stores.hdf5_storage import is_text, labels, named, vector
from ebayes_lm.data.stores.links import follow
from ebayes_lm.errors import DataError, EbayesLMWarning, listing, warn

_NULLABLE = ("nullable-integer", "nullable-boolean", "nullable-string-array")


def table(group: Any, length: int, allow_external: bool) -> pd.DataFrame:
    """A table of so many rows; columns of a kind that is not known here are left out, with a warning.

    Raises
    ------
    DataError
        No table, no names, or columns of another length.
    """
    if not hasattr(group, "keys"):
        raise DataError(
            f"{named(group)} is no table of AnnData as it is written today; read the file with anndata.read_h5ad() and "
            "write it anew"
        )
    key = str(group.attrs.get("_index", "_index"))
    names = follow(group, key, allow_external)
    if names is None:
        raise DataError(f"{named(group)} has no names: {key!r} is not there")
    with reading(group.file.filename, f"at {group.name!r}"):
        index = labels(names, length, allow_external).rename(None if key == "_index" else key)
        wanted = [str(name) for name in group.attrs.get("column-order", ())]
        found = {name: _column(group, name, length, allow_external) for name in wanted}
    unknown = [name for name, values in found.items() if values is None]
    if unknown:
        warn(f"{named(group)}: columns of a kind that is not read are left out: {listing(unknown)}", EbayesLMWarning)
    known = {name: values for name, values in found.items() if values is not None}
    return pd.DataFrame(known, index=index, columns=pd.Index(list(known)) if known else None)


def _column(group: Any, name: str, length: int, allow_external: bool) -> Any:
    """Values of a column; None where they are of no kind that is known."""
    item = follow(group, name, allow_external)
    if item is None:
        raise DataError(f"{named(group)} has no column {name!r}, which it lists")
    if hasattr(item, "keys"):
        return _coded(item, length, allow_external)
    if item.ndim != 1:
        return None
    categories = follow(group, f"__categories/{name}", allow_external)
    if categories is not None:
        return _categorical(item, categories, bool(categories.attrs.get("ordered", False)), length, allow_external)
    return _plain(item, length, allow_external)


def _plain(item: Any, length: int, allow_external: bool) -> Any:
    if is_text(item):
        return labels(item, length, allow_external).to_numpy()
    return vector(item, length, "biuf", allow_external) if item.dtype.kind in "biuf" else None


def _coded(group: Any, length: int, allow_external: bool) -> Any:
    """Columns in two parts: codes and categories, or values and where they are missing."""
    kind = str(group.attrs.get("encoding-type"))
    if kind == "categorical":
        codes, categories = (follow(group, part, allow_external) for part in ("codes", "categories"))
        return _categorical(codes, categories, bool(group.attrs.get("ordered", False)), length, allow_external)
    if kind not in _NULLABLE:
        return None
    values, missing = (follow(group, part, allow_external) for part in ("values", "mask"))
    mask = vector(missing, length, "b", allow_external)
    if kind == "nullable-integer":
        return pd.arrays.IntegerArray(vector(values, length, "iu", allow_external), mask)
    if kind == "nullable-boolean":
        return pd.arrays.BooleanArray(vector(values, length, "b", allow_external), mask)
    return pd.Series(_plain(values, length, allow_external), dtype="string").mask(mask).array


def _categorical(codes: Any, categories: Any, ordered: bool, length: int, allow_external: bool) -> Any:
    if getattr(categories, "ndim", None) != 1:
        raise DataError(f"{named(codes)} has no categories")
    numbers = vector(codes, length, "iu", allow_external)
    values = _plain(categories, len(categories), allow_external)
    if values is None:
        return None
    if len(numbers) and not -1 <= int(numbers.min()) <= int(numbers.max()) < len(values):
        raise DataError(f"{named(codes)} has codes beyond its {len(values):,} categories")
    return pd.Categorical.from_codes(numbers, pd.Index(values), ordered=ordered)
