"""The sample table of counts: groups, library sizes and normalisation factors, checked, before other columns."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.data.alignment import align
from ebayes_lm.data.sample_columns import table_of_columns
from ebayes_lm.data.vectors import ordered_numbers
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, listing, nearest, warn

#: Columns that every sample table of counts has, and what R calls them.
_IN_R = {"lib.size": "lib_size", "norm.factors": "norm_factors"}
_OWN = ("group", "lib_size", "norm_factors")
#: Normalisation factors whose logarithms sum to more than this do not multiply to one, edgeR's bound.
_PRODUCT = 1e-6


def complete_samples(
    table: pd.DataFrame | None,
    labels: pd.Index,
    sums: FloatArray,
    *,
    group: Any = None,
    lib_size: Any = None,
    norm_factors: Any = None,
) -> pd.DataFrame:
    """The sample table in the order of the counts, its columns ``group``, ``lib_size``, ``norm_factors`` first.

    Arguments go before columns of the table; without either there is one group, library sizes are ``sums`` and
    factors one.

    Raises
    ------
    ArgumentTypeError, ArgumentError, DataError, AlignmentError
        The table or a vector cannot be used or does not match.
    """
    ordered = pd.DataFrame(index=labels) if table is None else _ordered(table, labels)
    given = {"group": group, "lib_size": lib_size, "norm_factors": norm_factors}
    found = {name: ordered.get(name) if value is None else value for name, value in given.items()}
    own: dict[str, Any] = {
        "group": _categories(found["group"], labels, ordered),
        "lib_size": library_sizes(found["lib_size"], sums, labels),
        "norm_factors": _factors(found["norm_factors"], labels),
    }
    others = ordered.drop(columns=[name for name in _OWN if name in ordered.columns])
    return pd.concat([pd.DataFrame(own, index=labels), others], axis=1)


def library_sizes(sizes: Any, sums: FloatArray, labels: pd.Index) -> FloatArray:
    """Library sizes, by default column sums; a warning tells of those that are zero."""
    values = (
        sums if sizes is None else _per_sample(sizes, labels, "lib_size", "library sizes are finite and not negative")
    )
    wrong = (values == 0) & (sums > 0)
    if wrong.any():
        raise DataError(
            f"lib_size is 0 for {listing(labels[wrong])}, where there are counts; give the total of the library"
        )
    if (values == 0).any():
        warn(f"no counts at all in {listing(labels[values == 0])}: the library size is zero; leave such samples out")
    return values


def warn_of_product(factors: pd.Series[float]) -> None:
    """Warn of normalisation factors that do not multiply to one."""
    if abs(np.log(factors).sum()) > _PRODUCT:
        warn("normalisation factors do not multiply to one; only their ratios tell samples apart")


def with_factors(table: pd.DataFrame, factors: Any) -> pd.DataFrame:
    """The same table with other normalisation factors."""
    return table.assign(norm_factors=_factors(factors, table.index))


def _factors(factors: Any, labels: pd.Index) -> FloatArray:
    if factors is None:
        return np.ones(len(labels))
    allowed = "normalisation factors are finite and positive"
    values = _per_sample(factors, labels, "norm_factors", allowed)
    if (values == 0).any():
        raise DataError(f"norm_factors is 0 for {listing(labels[values == 0])}; {allowed}")
    return values


def _per_sample(values: Any, labels: pd.Index, what: str, allowed: str) -> FloatArray:
    """One finite number that is not negative for each sample."""
    numbers = ordered_numbers(values, labels, what=what, axis="samples")
    if numbers.shape != (len(labels),):
        raise DataError(f"{what} has shape {numbers.shape}; give one number for each of {len(labels)} samples")
    wrong = ~(np.isfinite(numbers) & (numbers >= 0))
    if wrong.any():
        raise DataError(f"{what} is negative, NaN or infinite for {listing(labels[wrong])}; {allowed}")
    return numbers.astype(np.float64)


def _ordered(table: Any, labels: pd.Index) -> pd.DataFrame:
    labelled = isinstance(table, pd.DataFrame)
    frame: pd.DataFrame = table if labelled else table_of_columns(table)
    named = frame.rename(columns=_IN_R)
    if not named.columns.is_unique:
        twice = named.columns[named.columns.duplicated()].unique()
        raise DataError(f"the sample table holds columns more than once: {listing(twice)}; rename all but one")
    order = align(frame.index, labels if labelled else None, len(labels), what="the sample table", table=frame)
    return named.iloc[order].set_axis(labels, axis=0)


def _categories(group: Any, labels: pd.Index, table: pd.DataFrame) -> Any:
    if group is None:
        return pd.Categorical(["1"] * len(labels))
    if isinstance(group, str):
        if group not in table.columns:
            there = f"it has {listing(table.columns, 10)}" if len(table.columns) else "it has none"
            near = nearest(group, table.columns)
            raise ArgumentError(f"group={group!r} is not a column of the sample table; {there}.{near}")
        group = table[group]
    elif not pd.api.types.is_list_like(group) or isinstance(group, dict | set | frozenset | pd.DataFrame):
        raise ArgumentTypeError(
            f"group must be a column of the sample table or one value for each of {len(labels)} samples, not {group!r}"
        )
    if isinstance(group, pd.Series):
        group = group.iloc[align(group.index, labels, len(labels), what="group")].array
    if len(group) != len(labels):
        raise DataError(f"group has {len(group)} entries and there are {len(labels)} samples; give one for each")
    if not all(isinstance(one, Hashable) for one in group):
        raise ArgumentTypeError("group must hold one name or number for each sample, not lists of them")
    levels: Any = pd.Categorical(group).remove_unused_categories()
    return levels
