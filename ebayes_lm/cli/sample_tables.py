"""The sample table of a run, matched to the data, and which samples it leaves out."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass, replace
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
    from ebayes_lm.data.readers.sample_table import best_id_column

    table, column = _read(arguments), arguments.sample_column
    if matrix.has_sample_names:
        column = column or best_id_column(table, matrix.samples)
        return _by_name(table.set_axis(pd.Index(table[column], name=column)), matrix.samples, arguments)
    return _typed(_without(_in_order(table, column, matrix, arguments), arguments.exclude), column)


def sample_table(arguments: Namespace, names: pd.Index | None, what: str) -> pd.DataFrame | None:
    """The sample table under the names of the samples of something; in its own order where these have none."""
    from ebayes_lm.data.readers.sample_table import best_id_column, typed

    if arguments.samples is None:
        return None
    table = _read(arguments)
    if names is None:
        return typed(table)
    column = arguments.sample_column or best_id_column(table, names)
    labels = pd.Index(table[column])
    if not labels.isin(names).any():
        raise AlignmentError(
            f"no name in column {column!r} of {Path(arguments.samples).name} is a sample of the {what} "
            f"({listing(names[:3])}); name the column that holds them with --sample-column"
        )
    return _with_numbers(table, column).set_axis(labels, axis=0)


def no_column(what: str, name: str, columns: Iterable[Any], where: str = "the sample table") -> ArgumentError:
    """What is said where something names a column that is not there."""
    known = f"{nearest(name, columns)} It has {listing(columns, 10)}"
    return ArgumentError(f"{what} names {name!r}, which is not a column of {where}.{known}")


def _read(arguments: Namespace) -> pd.DataFrame:
    """The table as text, with the column that is to name its samples."""
    from ebayes_lm.data.readers.sample_table import read_sample_table

    path, column = Path(arguments.samples), arguments.sample_column
    table = read_sample_table(path)
    if column is not None and column not in table.columns:
        raise no_column("--sample-column", column, table.columns, path.name)
    return table


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
    return replace(found, table=_with_numbers(found.table, column))


def _with_numbers(table: pd.DataFrame, column: str | None) -> pd.DataFrame:
    """Text as numbers where it is that; the column of names comes first and stays text, whatever it looks like."""
    from ebayes_lm.data.readers.sample_table import typed

    if column not in table.columns:
        return typed(table)
    numbers = typed(table.drop(columns=column))
    numbers.insert(0, column, table[column])
    return numbers


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
            raise no_column("--exclude", column, table.columns)
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
