"""The sample table of a run, matched to the data, and which samples it leaves out."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import BoolArray, IntArray
from ebayes_lm.cli.running import UsageError
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import AlignmentError, ArgumentError, DesignError, counted, listing, nearest, warn


@dataclass(frozen=True, eq=False)
class Matched:
    """Which samples take part.

    Attributes
    ----------
    names : Index
        All samples of the data.
    table : DataFrame
        Those that take part, in the order of the data, indexed by name.
    positions : integer array
        Where they are in the data.
    excluded : list of str
        Samples that are left out.
    """

    names: pd.Index
    table: pd.DataFrame
    positions: IntArray
    excluded: list[str]


def matched_samples(matrix: FeatureMatrix, arguments: Namespace) -> Matched:
    """The sample table that the arguments name, or that the data carry, in the order of the data."""
    if arguments.samples is None:
        return _without(_carried(matrix, arguments), arguments.exclude)
    from ebayes_lm.data.readers.sample_table import best_id_column, read_sample_table

    path = Path(arguments.samples)
    table, column = read_sample_table(path), arguments.sample_column
    if column is not None and column not in table.columns:
        raise ArgumentError(
            f"--sample-column names {column!r}, which is not a column of {path.name}.{nearest(column, table.columns)} "
            f"It has {listing(table.columns, 10)}"
        )
    if matrix.has_sample_names:
        column = column or best_id_column(table, matrix.samples)
        return _by_name(table.set_axis(pd.Index(table[column], name=column)), matrix.samples, arguments)
    return _typed(_without(_in_order(table, column, matrix, arguments), arguments.exclude), column)


def _carried(matrix: FeatureMatrix, arguments: Namespace) -> pd.DataFrame:
    name = Path(arguments.data).name
    if matrix.sample_table is None:
        raise UsageError(f"--samples is needed: {name} carries no sample table")
    if arguments.sample_column is not None:
        raise UsageError(f"--sample-column belongs to --samples; {name} names its samples itself")
    return matrix.sample_table


def _by_name(table: pd.DataFrame, names: pd.Index, arguments: Namespace) -> Matched:
    """Samples that --exclude names may be absent from the data, or from nowhere else."""
    keep = _kept(table, arguments.exclude)
    excluded = [str(name) for name in table.index[~keep]]
    wanted, table = names[~names.isin(excluded)], table[keep]
    _require_same(table.index, wanted, Path(arguments.samples))
    positions = names.get_indexer(wanted).astype(np.intp)
    return _typed(Matched(names, table.loc[wanted], positions, excluded), str(table.index.name))


def _in_order(table: pd.DataFrame, column: str | None, matrix: FeatureMatrix, arguments: Namespace) -> pd.DataFrame:
    """The table as it stands for data without names of samples, under names of its own."""
    data, path, n = Path(arguments.data).name, Path(arguments.samples), matrix.shape[1]
    if len(table) != n:
        raise AlignmentError(
            f"{data} holds {counted(n, 'sample')} without names, and {path.name} has {counted(len(table), 'row')}; "
            "give a table with one row for each, in the order of the data"
        )
    given, column = column, table.columns[0] if column is None else column
    labels = pd.Index(table[column], name=column)
    if not labels.is_unique:
        if given is not None:
            _require_unique(labels, path)
        labels = pd.Index([str(k) for k in range(1, n + 1)], name="sample")
    warn(f"the samples of {data} have no names; the rows of {path.name} are taken to be in their order")
    return table.set_axis(labels)


def _without(table: pd.DataFrame, exclude: list[tuple[str, str]]) -> Matched:
    keep = _kept(table, exclude)
    return Matched(table.index, table[keep], np.flatnonzero(keep), [str(name) for name in table.index[~keep]])


def _typed(found: Matched, column: str | None) -> Matched:
    """Text as numbers where it is that; names stay text, whatever they look like."""
    from ebayes_lm.data.readers.sample_table import typed

    names = column if column in found.table.columns else None
    table = typed(found.table if names is None else found.table.drop(columns=names))
    if names is not None:
        table.insert(0, names, found.table[names])
    return Matched(found.names, table, found.positions, found.excluded)


def _require_same(labels: pd.Index, names: pd.Index, path: Path) -> None:
    _require_unique(labels, path)
    missing, extra = names[~names.isin(labels)], labels[~labels.isin(names)]
    if not (len(missing) or len(extra)):
        return
    parts = [f"only in the data: {listing(missing)}"] if len(missing) else []
    parts += [f"only in {path.name}, column {labels.name!r}: {listing(extra)}"] if len(extra) else []
    if len(extra) == 0:
        advice = "name columns of the data in --feature-columns if they describe features; samples need a row each"
    elif len(missing) < len(names):
        advice = "--exclude COL=VALUE leaves samples out of both; otherwise bring the files in line"
    else:
        advice = "name the column that holds the samples' names with --sample-column"
    raise AlignmentError(f"data and sample table do not name the same samples; {'; '.join(parts)}; {advice}")


def _require_unique(labels: pd.Index, path: Path) -> None:
    if not labels.is_unique:
        twice = labels[labels.duplicated()].unique()
        raise AlignmentError(
            f"column {labels.name!r} of {path.name} holds samples more than once: {listing(twice)}; each needs one row"
        )


def _kept(table: pd.DataFrame, exclude: list[tuple[str, str]]) -> BoolArray:
    """Rows that no --exclude names."""
    keep = np.ones(len(table), dtype=np.bool_)
    for column, value in exclude:
        if column not in table.columns:
            raise ArgumentError(
                f"--exclude names {column!r}, which is not a column of the sample table."
                f"{nearest(column, table.columns)} It has {listing(table.columns, 10)}"
            )
        keep &= ~rows_with(table[column], value, f"--exclude {column}={value}")
    if not keep.any():
        raise DesignError("--exclude leaves no sample")
    return keep


def rows_with(column: pd.Series[Any], value: str, what: str) -> BoolArray:
    """Rows that hold a value, one at least."""
    from ebayes_lm.design.table import level_name

    labels = np.array(["" if pd.isna(v) else level_name(v) for v in column], dtype=object)
    hit: BoolArray = labels == value
    if not hit.any():
        known = list(dict.fromkeys(labels))
        raise ArgumentError(f"{what} matches no sample.{nearest(value, known)} The values are {listing(known, 10)}")
    return hit
