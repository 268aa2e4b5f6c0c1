"""Ids that features or samples share: which of them are replicates."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import IntArray
from ebayes_lm.data.alignment import align, is_positional
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, counted, listing, nearest

_TABLES = {"features": "genes", "samples": "targets"}


class Replicates(NamedTuple):
    """Features or samples that are measurements of one thing.

    Attributes
    ----------
    codes : (n,) integer array
        Which id each of them has.
    ids : Index
        Ids in the order in which they first appear.
    first : (ids,) integer array
        Where they do.
    """

    codes: IntArray
    ids: pd.Index
    first: IntArray


def replicates(ids: Any, labels: pd.Index, table: pd.DataFrame | None, *, axis: str) -> Replicates:
    """Ids of features or samples, from a vector, from a column of their table, or their labels.

    Raises
    ------
    ArgumentError
        There are no ids, or no such column.
    ArgumentTypeError
        Not a vector.
    AlignmentError
        Labels of the ids do not match.
    DataError
        An id is missing, or their number is wrong.
    """
    values = _column(ids, labels, table, axis)
    if isinstance(values, pd.Series):
        values = values.iloc[align(values.index, labels, len(labels), what="ids", axis=axis)]
    if not pd.api.types.is_list_like(values) or isinstance(values, (dict, set, pd.DataFrame)) or np.ndim(values) > 1:
        raise ArgumentTypeError(
            f"ids must be a column of {_TABLES[axis]} or one value for each of {len(labels):,} {axis}, not {values!r}"
        )
    if len(values) != len(labels):
        raise DataError(
            f"there are {counted(len(values), 'id')} and {counted(len(labels), axis[:-1])}; give one for each"
        )
    codes, found = pd.factorize(pd.Index(values))
    missing = np.flatnonzero(codes < 0)
    if len(missing):
        raise DataError(
            f"ids of {counted(len(missing), axis[:-1])} are missing: {listing(labels[missing])}; leave these out, or "
            "give each an id of its own"
        )
    first = np.unique(codes, return_index=True)[1]
    return Replicates(codes.astype(np.intp), pd.Index(found), first)


def _column(ids: Any, labels: pd.Index, table: pd.DataFrame | None, axis: str) -> Any:
    if ids is None:
        if is_positional(labels):
            raise ArgumentError(f"the {axis} have no names to tell replicates by; give ids=, one for each")
        return labels
    if not isinstance(ids, str):
        return ids
    known = [] if table is None else [str(name) for name in table.columns]
    if table is None or ids not in table.columns:
        there = f"it has {listing(known, 10)}.{nearest(ids, known)}" if known else "there is no such table"
        raise ArgumentError(f"ids={ids!r} is not a column of {_TABLES[axis]}; {there}")
    return table[ids].to_numpy()
