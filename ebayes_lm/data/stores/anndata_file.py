"""AnnData in .h5ad files: X, a layer or raw, read block by block."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ebayes_lm.data.marks import mark_key, note_in
from ebayes_lm.data.sources import Source
from ebayes_lm.data.stores.anndata_tables import table
from ebayes_lm.data.stores.hdf5 import dense_source
from ebayes_lm.data.stores.hdf5_file import Place, open_file, reading
from ebayes_lm.data.stores.links import follow
from ebayes_lm.data.stores.opening import Opened, Request
from ebayes_lm.data.stores.sparse_groups import sparse_kind, sparse_source
from ebayes_lm.errors import ArgumentError, DataError, listing


def open_anndata(path: Path, request: Request) -> Opened:
    """The matrix of an .h5ad file: X, the layer that is named, or raw, which has features of its own.

    Raises
    ------
    DataError
        Not such a file, no matrix of real numbers, or parts that do not fit together.
    ArgumentError
        No such layer, or features asked for in rows.
    """
    if request.orientation == "features":
        raise ArgumentError(f"{path.name} holds samples x features, as every AnnData; leave out orientation=")
    file = open_file(path)
    with reading(path):
        name, var = _matrix(path, file, request)
        source = _source(path, file, name, request)
        features, samples = source.shape
        rows, columns = (_table(file, part, n, request) for part, n in (("obs", samples), (var, features)))
    annotation = columns if len(columns.columns) else None
    return Opened(source, columns.index, rows.index, annotation, rows, _note(file, request))


def backed_source(adata: Any) -> Source:
    """X of an AnnData that stays in its file.

    Raises
    ------
    DataError
        The file is broken, or does not hold what the object says.
    """
    path = Path(adata.filename)
    if adata.file.is_open:
        # what was written to it through this object may still be on its way
        getattr(adata.X, "group", adata.X).file.flush()
    with reading(path):
        source = _source(path, open_file(path), "X", Request())
    if source.shape != adata.shape[::-1]:
        raise DataError(f"{path} holds {source.shape[::-1]} samples and features, and the AnnData {adata.shape}")
    return source


def _matrix(path: Path, file: Any, request: Request) -> tuple[str, str]:
    """Names of the matrix and of the table of its features."""
    layers = follow(file, "layers", request.allow_external)
    names = sorted(layers) if layers is not None else []
    if request.layer in names:
        return f"layers/{request.layer}", "var"
    has_raw = follow(file, "raw/X", request.allow_external) is not None
    if request.layer == "raw" and has_raw:
        return "raw/X", "raw/var"
    if request.layer is not None:
        raise ArgumentError(f"{path.name} has no layer {request.layer!r}; it has {_listed(names, has_raw)}")
    if follow(file, "X", request.allow_external) is None:
        raise DataError(f"{path} has no X; layer= names one of {_listed(names, has_raw)}")
    return "X", "var"


def _listed(names: list[str], has_raw: bool) -> str:
    every = [*names, *(["raw"] if has_raw else [])]
    return listing(every, 10) if every else "none"


def _source(path: Path, file: Any, name: str, request: Request) -> Source:
    place = Place(name, request.allow_external)
    item = follow(file, name, request.allow_external)
    if hasattr(item, "keys"):
        if sparse_kind(item) is None:
            kind = item.attrs.get("encoding-type", "unknown")
            raise DataError(f"{path} holds {name!r} as {kind}; dense, csr_matrix and csc_matrix are read")
        return sparse_source(path, item, place, request)
    if not hasattr(item, "dtype") or not hasattr(item, "shape"):
        raise DataError(f"{path} holds no matrix at {name!r}")
    return dense_source(path, item, place, replace(request, orientation="samples"), turned=True)


def _table(file: Any, name: str, length: int, request: Request) -> Any:
    group = follow(file, name, request.allow_external)
    if group is None:
        raise DataError(f"{file.filename} has no {name!r}; it is no AnnData")
    return table(group, length, request.allow_external)


def _note(file: Any, request: Request) -> str | None:
    """What was removed from the values beforehand, where uns says so."""
    import h5py

    key = mark_key(request.layer)
    item = follow(file, f"uns/{key}", request.allow_external)
    if not isinstance(item, h5py.Dataset) or item.shape != () or h5py.check_string_dtype(item.dtype) is None:
        return None
    return note_in({key: item.asstr()[()]}, key)
