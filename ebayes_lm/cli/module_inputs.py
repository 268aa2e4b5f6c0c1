"""The values of the module: features by name, samples in the order of the sample table."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ebayes_lm.cli.module_samples import ModuleSamples
from ebayes_lm.cli.r_names import r_names
from ebayes_lm.cli.sample_tables import no_column
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import AlignmentError, ArgumentError, DataError, listing, nearest

_TEXT = (".csv", ".tsv", ".tab", ".txt")


def read_values(arguments: Namespace, samples: ModuleSamples) -> FeatureMatrix:
    """The matrix of the samples in the table, in its order; other columns of the file are left aside.

    Raises
    ------
    AlignmentError
        Samples that the file does not have.
    DataError, ArgumentError
        Features without names of their own.
    """
    from ebayes_lm import open_matrix
    from ebayes_lm.data.chosen_samples import with_samples

    path, wanted = Path(arguments.count_file), [str(name) for name in samples.table.index]
    described = _described(path, wanted, arguments.probe_id_col, samples.file)
    matrix = open_matrix(path, feature_columns=described or None)
    matrix = replace(matrix, features=_features(matrix, arguments.probe_id_col, path.name), annotation=None)
    positions = _positions(matrix.samples, wanted, path.name, samples.file)
    chosen = with_samples(matrix, np.array(positions, dtype=np.intp))
    return replace(chosen, samples=samples.table.index, sample_table=None)


def _described(path: Path, wanted: list[str], by: str, table: str) -> list[str]:
    """Columns of a text file that are no samples, other than the first, which names its rows."""
    if not path.name.lower().removesuffix(".gz").endswith(_TEXT):
        return []
    from ebayes_lm.data.readers.text import open_text

    header = open_text(path).header
    if by not in header and (by or header[0]):
        raise no_column("--probe_id_col", by, header, path.name)
    if header[0] in wanted:
        raise DataError(f"the first column of {path.name} is the sample {header[0]!r}; move the column {by!r} there")
    columns = pd.Index(header[1:])
    samples = {columns[k] for k in _positions(columns, wanted, path.name, table)}
    return [name for name in columns if name not in samples]


def _features(matrix: FeatureMatrix, by: str, file: str) -> pd.Index:
    """The names in a column, each once."""
    table, found = matrix.annotation, matrix.features
    if table is not None and by in table.columns:
        found = pd.Index(table[by].astype("str"))
    elif found.name not in (by, None):
        raise ArgumentError(f"--probe_id_col names {by!r}, and the rows of {file} are named by {found.name!r}")
    twice = found[found.duplicated()].unique()
    if len(twice):
        raise DataError(f"{file} has features that appear more than once in {by!r}: {listing(twice)}")
    return found.rename(by)


def _positions(names: pd.Index, wanted: list[str], file: str, table: str) -> list[int]:
    """Where samples are, by their names or by what R's ``make.names`` makes of the file's."""
    there = {name: k for k, name in enumerate(r_names([str(name) for name in names]))}
    there |= {str(name): k for k, name in enumerate(names)}
    missing = [name for name in wanted if name not in there]
    if missing:
        raise AlignmentError(
            f"{file} lacks {len(missing)} of the {len(wanted)} samples in {table}: {listing(missing)}."
            f"{nearest(missing[0], [str(name) for name in names])} It has {listing(names, 10)}"
        )
    return [there[name] for name in wanted]
