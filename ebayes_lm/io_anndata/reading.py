"""A result taken out of an AnnData."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ebayes_lm.data.matrix import is_anndata
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, listing, nearest
from ebayes_lm.io_anndata.held_arrays import HeldReader, no_folder
from ebayes_lm.io_anndata.writing import FORMAT, VERSION, checked_key, checksum
from ebayes_lm.results.structures import read as read_said


def read(adata: Any, *, key: str) -> Any:
    """Give back a result that an AnnData holds.

    Parameters
    ----------
    adata : AnnData
        What :func:`write` gave, also after it went through a file.
    key : str
        The name under which the result was written.

    Returns
    -------
    LinearFit, MixedFit, VoomFit, ModeratedFit or TreatFit
        What was written, with the same numbers to the last bit, and with all features, whatever variables were chosen
        since.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        There is no result of that name.
    DataError
        One of a later version, or pieces that are not what was written.

    Examples
    --------
    >>> import ebayes_lm as el
    >>> study = el.datasets.simulate(n_features=50, groups={"a": 3, "b": 3}, seed=1)
    >>> mod = el.lm_fit(study.data, "~ group").ebayes()
    >>> try:
    ...     from anndata import AnnData
    ... except ImportError:
    ...     pass
    ... else:
    ...     adata = el.io_anndata.write(AnnData(study.data.E.T), mod, key="limma")
    ...     table = el.io_anndata.read(adata, key="limma").top_table("groupb", number=3)
    ...     assert table.equals(mod.top_table("groupb", number=3))
    """
    name = checked_key(key)
    if not is_anndata(adata):
        raise ArgumentTypeError(f"results are read from an AnnData, not from {type(adata).__name__}")
    held = _held(adata.uns, name)
    said = _header(held, name)
    try:
        return read_said(said["result"], HeldReader(no_folder(name), said["arrays"], held=_arrays(held, name)))
    except DataError:
        raise
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, OverflowError) as error:
        raise DataError(f"uns[{name!r}] is not a result as it is written ({type(error).__name__}: {error})") from None


def _held(uns: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    results = [k for k, v in uns.items() if isinstance(v, Mapping) and str(v.get("format", "")) == FORMAT]
    if key not in uns:
        there = f"it has {listing(results)}" if results else "it has none; write() puts one there"
        raise ArgumentError(f"this AnnData has no result {key!r}.{nearest(key, results)} Of results {there}")
    if key not in results:
        raise DataError(f"uns[{key!r}] was not written by ebayes_lm, or lost what says so")
    held: Mapping[str, Any] = uns[key]
    return held


def _header(held: Mapping[str, Any], key: str) -> dict[str, Any]:
    if "header" not in held:
        raise DataError(f"uns[{key!r}] lacks its header; it is not complete")
    try:
        said: dict[str, Any] = json.loads(str(held["header"]))
        if said["format"] != FORMAT:
            raise ValueError
        if said["version"] > VERSION:
            raise DataError(
                f"uns[{key!r}] was written by ebayes_lm {said['package']}, in a format that this version does not "
                f"read; it reads up to format {VERSION}. Update ebayes_lm"
            )
        if said.pop("checksum") != checksum(said):
            raise ValueError
    except DataError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(f"the header of uns[{key!r}] is damaged") from None
    return said


def _arrays(held: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    arrays = held.get("arrays")
    if not isinstance(arrays, Mapping):
        raise DataError(f"uns[{key!r}] lacks its arrays; it is not complete")
    return arrays
