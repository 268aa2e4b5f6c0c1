"""What the user's files hold, brought together: matrix, sample table, annotation."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import BoolArray
from ebayes_lm.cli.running import UsageError
from ebayes_lm.errors import AlignmentError, ArgumentError, DesignError, listing, nearest

if TYPE_CHECKING:
    from ebayes_lm.data.count_list import DGEList


@dataclass(frozen=True, eq=False)
class Inputs:
    """Data for a fit.

    Attributes
    ----------
    data : EList or AnnData
    shape : pair of int
        Features and samples.
    samples : DataFrame
        The sample table in the order of the data, indexed by sample name.
    excluded : list of str
        Samples that were left out.
    source : str
        The file.
    counts : DGEList or None
        The counts of ``data``, with library sizes, where these are counts.
    filtered : Index
        Features that were left out.
    """

    data: Any
    shape: tuple[int, int]
    samples: pd.DataFrame
    excluded: list[str]
    source: str
    counts: DGEList | None = None
    filtered: pd.Index = field(default_factory=lambda: pd.Index([]))


def read_inputs(arguments: Namespace) -> Inputs:
    """Read the files that the arguments name, match and exclude samples."""
    path = Path(arguments.data)
    if path.suffix.lower() == ".h5ad":
        return _from_h5ad(path, arguments)
    if arguments.layer is not None:
        raise UsageError(f"--layer names a layer of an h5ad, and {path.name} is none")
    if arguments.samples is None:
        raise UsageError(f"--samples is needed: {path.name} carries no sample table (only an h5ad does)")
    return _from_table(path, arguments)


def _from_table(path: Path, arguments: Namespace) -> Inputs:
    from ebayes_lm import EList
    from ebayes_lm.data.readers.matrix_text import read_matrix_text
    from ebayes_lm.data.readers.stored import read_parquet

    read = read_parquet if path.suffix.lower() in (".parquet", ".pq") else read_matrix_text
    values, annotation = read(path, arguments.feature_columns)
    table, excluded = _sample_table(arguments, values.columns)
    kept = values if len(table) == len(values.columns) else values[list(table.index)]
    return Inputs(EList(kept, genes=annotation), kept.shape, table, excluded, str(path))


def _from_h5ad(path: Path, arguments: Namespace) -> Inputs:
    from ebayes_lm.data.readers.stored import read_h5ad

    if arguments.feature_columns:
        raise UsageError("--feature-columns belongs to tables; an h5ad carries its annotation in var")
    adata = read_h5ad(path)
    if not adata.obs_names.is_unique:
        twice = adata.obs_names[adata.obs_names.duplicated()].unique()
        raise AlignmentError(f"{path} has samples that appear more than once: {listing(twice)}")
    if arguments.samples is not None:
        table, excluded = _sample_table(arguments, adata.obs_names)
    elif arguments.sample_column is not None:
        raise UsageError("--sample-column belongs to --samples; an h5ad names its samples itself")
    else:
        keep = _kept(adata.obs, arguments.exclude)
        table, excluded = adata.obs[keep], list(adata.obs_names[~keep])
    adata = adata[list(table.index)].copy()
    return Inputs(adata, (adata.n_vars, adata.n_obs), table, excluded, str(path))


def _sample_table(arguments: Namespace, names: pd.Index) -> tuple[pd.DataFrame, list[str]]:
    """The sample table in the order of the data, without the samples to leave out; and those."""
    from ebayes_lm.data.readers.sample_table import best_id_column, read_sample_table, typed

    path = Path(arguments.samples)
    table = read_sample_table(path)
    column = arguments.sample_column
    if column is None:
        column = best_id_column(table, names)
    elif column not in table.columns:
        raise ArgumentError(
            f"--sample-column names {column!r}, which is not a column of {path.name}.{nearest(column, table.columns)} "
            f"It has {listing(table.columns, 10)}"
        )
    table.index = pd.Index(table[column], name=column)
    keep = _kept(table, arguments.exclude)
    excluded = [str(name) for name in table.index[~keep]]
    names = names[~names.isin(excluded)]
    table = table[keep]
    _require_same(table.index, names, column, path)
    numbers = typed(table.drop(columns=column))
    numbers.insert(0, column, table[column])  # names stay text, whatever they look like
    return numbers.loc[names], excluded


def _require_same(labels: pd.Index, names: pd.Index, column: str, path: Path) -> None:
    if not labels.is_unique:
        twice = labels[labels.duplicated()].unique()
        raise AlignmentError(
            f"column {column!r} of {path.name} holds samples more than once: {listing(twice)}; each needs one row"
        )
    missing, extra = names[~names.isin(labels)], labels[~labels.isin(names)]
    if not (len(missing) or len(extra)):
        return
    parts = [f"only in the data: {listing(missing)}"] if len(missing) else []
    parts += [f"only in {path.name}, column {column!r}: {listing(extra)}"] if len(extra) else []
    if len(extra) == 0:
        advice = "name columns of the data in --feature-columns if they describe features; samples need a row each"
    elif len(missing) < len(names):
        advice = "--exclude COL=VALUE leaves samples out of both; otherwise bring the files in line"
    else:
        advice = "name the column that holds the samples' names with --sample-column"
    raise AlignmentError(f"data and sample table do not name the same samples; {'; '.join(parts)}; {advice}")


def _kept(table: pd.DataFrame, exclude: list[tuple[str, str]]) -> BoolArray:
    """Rows that no --exclude names."""
    from ebayes_lm.design.table import level_name

    keep = np.ones(len(table), dtype=np.bool_)
    for column, value in exclude:
        if column not in table.columns:
            raise ArgumentError(
                f"--exclude names {column!r}, which is not a column of the sample table."
                f"{nearest(column, table.columns)} It has {listing(table.columns, 10)}"
            )
        labels = np.array(["" if pd.isna(v) else level_name(v) for v in table[column]], dtype=object)
        hit = labels == value
        if not hit.any():
            known = list(dict.fromkeys(labels))
            raise ArgumentError(
                f"--exclude {column}={value} matches no sample.{nearest(value, known)} "
                f"The values are {listing(known, 10)}"
            )
        keep &= ~hit
    if not keep.any():
        raise DesignError("--exclude leaves no sample")
    return keep
