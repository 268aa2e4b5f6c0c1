"""Samples in groups: blocks, batches and the like, as a vector or as a column of the sample table."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import IntArray
from ebayes_lm.data.alignment import align
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, listing, nearest

#: What to do where a name cannot be looked up.
NO_TABLE = "there is no sample table; pass one as samples=, or a value for each sample in place of the name"


def sample_groups(groups: Any, samples: pd.Index, table: pd.DataFrame | None, *, what: str) -> IntArray:
    """Group of each sample as a number from 0, in the order of first appearance; see :func:`named_groups`."""
    return named_groups(groups, samples, table, what=what)[0]


def named_groups(groups: Any, samples: pd.Index, table: pd.DataFrame | None, *, what: str) -> tuple[IntArray, pd.Index]:
    """Group of each sample as a number from 0, in the order of first appearance, and the names of the groups.

    Parameters
    ----------
    groups : str or (n,) array_like or Series
        The name of a column of the sample table, or a group for each sample.
    samples : Index
        Labels of the samples.
    table : DataFrame or None
        The sample table.
    what : str
        What the groups are, for messages: "block".

    Raises
    ------
    ArgumentError
        No such column.
    AlignmentError
        Labels do not match, or lengths differ.
    DataError
        A sample has no group.
    """
    values = one_each(groups, samples, table, what=what)
    codes, names = pd.factorize(values)
    if (codes < 0).any():
        raise DataError(f"{what} is missing for {listing(samples[codes < 0])}; every sample belongs to one")
    return np.asarray(codes, dtype=np.intp), pd.Index(names)


def one_each(groups: Any, samples: pd.Index, table: pd.DataFrame | None, *, what: str) -> pd.Series[Any]:
    """What each sample has, in their order, as :func:`named_groups` takes it; it may be missing."""
    if isinstance(groups, str):
        if not isinstance(table, pd.DataFrame) or groups not in table.columns:
            known = [] if table is None else [str(c) for c in table.columns]
            there = f"it has {listing(known, 10)}.{nearest(groups, known)}" if known else NO_TABLE
            raise ArgumentError(f"{what}={groups!r} is not a column of the sample table; {there}")
        groups = table[groups]
    if isinstance(groups, pd.Series):
        order = align(groups.index, samples, len(samples), what=what, table=table)
        groups = groups.iloc[order]
    return _vector(groups, len(samples), what)


def _vector(groups: Any, n: int, what: str) -> pd.Series[Any]:
    unordered = isinstance(groups, (bytes, dict, set, frozenset, pd.DataFrame))
    if unordered or not pd.api.types.is_list_like(groups):
        raise _not_a_vector(groups, n, what)
    listed = groups if isinstance(groups, pd.Series) else list(groups)
    if not all(isinstance(group, Hashable) for group in listed):
        raise _not_a_vector(groups, n, what)
    values = pd.Series(listed)
    if len(values) != n:
        entries = "entry" if len(values) == 1 else "entries"
        raise DataError(f"{what} has {len(values)} {entries} and there are {n} samples; give one for each")
    return values


def _not_a_vector(groups: Any, n: int, what: str) -> ArgumentTypeError:
    shape = getattr(groups, "shape", ())
    shown = f"{type(groups).__name__} of shape {shape}" if shape else repr(groups)
    return ArgumentTypeError(
        f"{what} must be a column of the sample table or one value for each of {n} samples, not {shown}"
    )
