"""The sample table of the module: names of columns as R has them, one row a sample, and which samples take part."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd

from ebayes_lm._typing import BoolArray
from ebayes_lm.cli.r_names import r_names
from ebayes_lm.design.table import level_name
from ebayes_lm.errors import ArgumentError, DataError, DesignError, listing, nearest


class ModuleSamples:
    """A sample table whose columns answer to their own names and to what R's ``make.names`` makes of these.

    Parameters
    ----------
    table : DataFrame
        One row a sample, indexed by name.
    file : str
        For messages.
    """

    def __init__(self, table: pd.DataFrame, file: str) -> None:
        self.table = table
        self.file = file

    def column(self, name: str, option: str) -> str:
        """A column as the table has it."""
        found = r_names([name])[0]
        if found not in self.table.columns:
            raise ArgumentError(
                f"--{option} names {name!r}, which is not a column of {self.file}."
                f"{nearest(found, self.table.columns)} It has {listing(self.table.columns, 10)}"
            )
        return found

    def columns(self, names: str | None, option: str) -> list[str]:
        """Columns between semicolons."""
        return list(dict.fromkeys(self.column(name, option) for name in between_semicolons(names)))

    def levels(self, column: str) -> list[str | None]:
        """What each sample has there, as R names it; None where it is missing."""
        return [None if pd.isna(value) else level_name(value) for value in self.table[column]]

    def factor(self, column: str) -> pd.Categorical:
        """A column as a factor: numbers by size, text by code point."""
        values = self.table[column]
        order = [level_name(value) for value in sorted(values.dropna().unique())]
        return pd.Categorical(self.levels(column), categories=list(dict.fromkeys(order)))

    def kept(self, keep: BoolArray) -> ModuleSamples:
        """Some of the samples."""
        return ModuleSamples(self.table[keep], self.file)


def between_semicolons(text: str | None) -> list[str]:
    """Values between semicolons.

    >>> between_semicolons("batch; sex;")
    ['batch', 'sex']
    """
    return [part.strip() for part in (text or "").split(";") if part.strip()]


def read_samples(arguments: Namespace) -> ModuleSamples:
    """The sample table; of several rows with one sample the first counts."""
    from ebayes_lm.data.readers.sample_table import read_sample_table, typed

    path = Path(arguments.sample_file)
    text = read_sample_table(path)
    text.columns = pd.Index(r_names([str(name) for name in text.columns]), dtype=object)
    if not text.columns.is_unique:
        raise DataError(
            f"{path.name} has columns whose names are one to R: "
            f"{listing(text.columns[text.columns.duplicated()].unique())}; rename all but one"
        )
    samples = ModuleSamples(text, path.name)
    by = samples.column(arguments.sample_id_col, "sample_id_col")
    unnamed = [row + 1 for row, name in enumerate(text[by]) if not str(name).strip()]
    if unnamed:
        raise DataError(f"{path.name} has no sample in the column {by!r} of row {unnamed[0]}; name every sample")
    text = text[~text[by].duplicated()]
    table = typed(text).set_axis(pd.Index(text[by], name=None), axis=0)
    table[by] = text[by].to_numpy()
    return ModuleSamples(table, path.name)


def taking_part(samples: ModuleSamples, arguments: Namespace, contrast: str | None) -> ModuleSamples:
    """Those of the contrast, if that is wanted, without those that are excluded; both levels have to be among them."""
    if arguments.subset_to_contrast_samples:
        if contrast is None:
            raise ArgumentError("--subset_to_contrast_samples needs --contrast_variable, whose two levels say which")
        wanted = {arguments.reference_level, arguments.target_level}
        samples = samples.kept(np.array([value in wanted for value in samples.levels(contrast)]))
    column, values = arguments.exclude_samples_col, between_semicolons(arguments.exclude_samples_values)
    if column is not None and values:
        found = samples.levels(samples.column(column, "exclude_samples_col"))
        samples = samples.kept(np.array([value not in values for value in found]))
    if samples.table.empty:
        raise DataError(f"no sample of {samples.file} is left, after those that --exclude_samples_values names")
    if contrast is not None:
        _require_levels(samples, contrast, arguments)
    return samples


def _require_levels(samples: ModuleSamples, contrast: str, arguments: Namespace) -> None:
    there = samples.levels(contrast)
    known = sorted({value for value in there if value is not None})
    for option in ("reference_level", "target_level"):
        wanted = getattr(arguments, option)
        if wanted not in known:
            raise DesignError(
                f"--{option} {wanted}: none of the samples that take part has it in {contrast!r}."
                f"{nearest(wanted, known)} They have {listing(known, 10)}"
            )
