"""What the user's files hold, brought together: matrix, sample table, annotation."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm.cli.running import UsageError
from ebayes_lm.cli.sample_tables import matched_samples, rows_with
from ebayes_lm.data.alignment import is_positional
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.errors import AlignmentError, DesignError, agreeing, counted, listing, warn

if TYPE_CHECKING:
    from ebayes_lm.data.count_list import DGEList

#: Files that may carry a sample table.
_CARRYING = (".h5ad", ".zarr", ".bed")
#: MARCH1 and SEPT2 as dates, 2310009E13 as a number.
_BY_SPREADSHEET = re.compile(
    r"(\d{1,2}-(Mar|Sep|Dec|Oct|Apr|Feb|Nov|May)|(Mar|Sep|Dec|Oct|Apr|Feb|Nov|May)-\d{1,2}|\d\.\d+E[+]\d+)$"
)


@dataclass(frozen=True, eq=False)
class Inputs:
    """Data for a fit.

    Attributes
    ----------
    data : FeatureMatrix or EList
        Values that are read block by block, or that are in memory.
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

    def without_values(self) -> Inputs:
        """The same without data, for what is told of them later."""
        return replace(self, data=None, counts=None)

    @property
    def log_values(self) -> Any:
        """The data on a log scale: of counts, log2 counts per million."""
        if self.counts is None:
            return self.data
        from ebayes_lm import EList, cpm

        return EList(cpm(self.counts, log=True), genes=self.counts.genes)

    @property
    def matrix(self) -> FeatureMatrix:
        """The data as a matrix, wherever they are."""
        return as_feature_matrix(self.data)


def read_inputs(arguments: Namespace) -> Inputs:
    """Open the files that the arguments name, match and exclude samples; values are read when a fit needs them."""
    from ebayes_lm.data.chosen_samples import with_samples

    path = Path(arguments.data)
    if arguments.samples is None and not (path.suffix.lower() in _CARRYING or arguments.orientation == "samples"):
        if not path.is_file():
            _opened(path, arguments)  # says what is there in its place
        raise UsageError(f"--samples is needed: {path.name} carries no sample table")
    matrix = _opened(path, arguments)
    found = matched_samples(matrix, arguments)
    matrix = with_samples(replace(matrix, samples=found.names), found.positions)
    return Inputs(matrix, matrix.shape, found.table, found.excluded, str(path))


def without_samples(inputs: Inputs, column: str, values: Sequence[str], what: str) -> Inputs:
    """The inputs without samples that have one of these values in a column."""
    from ebayes_lm.data.chosen_samples import with_samples

    keep = np.ones(len(inputs.samples), dtype=np.bool_)
    for value in values:
        keep &= ~rows_with(inputs.samples[column], value, f"{what} {value!r}")
    if not keep.any():
        raise DesignError(f"{what} leaves no sample")
    matrix = with_samples(inputs.matrix, np.flatnonzero(keep))
    left_out = [str(name) for name in inputs.samples.index[~keep]]
    excluded = [*inputs.excluded, *left_out]
    return replace(inputs, data=matrix, shape=matrix.shape, samples=inputs.samples[keep], excluded=excluded)


def _opened(path: Path, arguments: Namespace) -> FeatureMatrix:
    from ebayes_lm import open_matrix

    described: dict[str, Any] = {"feature_columns": arguments.feature_columns} if arguments.feature_columns else {}
    matrix = open_matrix(path, layer=arguments.layer, orientation=arguments.orientation, **described)
    if not matrix.samples.is_unique:
        twice = matrix.samples[matrix.samples.duplicated()].unique()
        raise AlignmentError(f"{path} has samples that appear more than once: {listing(twice)}")
    if not is_positional(matrix.features):
        _note_names(matrix.features, path.name)
    return matrix


def _note_names(features: pd.Index, file: str) -> None:
    """Names that are there twice, and those that a spreadsheet has made of others."""
    if not features.is_unique:
        twice = features[features.duplicated()].unique()
        names = agreeing(len(twice), "1 name of features stands", f"{len(twice):,} names of features stand")
        warn(f"{names} in more than one row of {file}: {listing(twice)}; each row is a feature of its own")
    spoilt = features[features.astype(str).str.match(_BY_SPREADSHEET)]
    if len(spoilt):
        looks = agreeing(len(spoilt), "looks like a date or a number", "look like dates or numbers")
        warn(
            f"{counted(len(spoilt), 'feature name')} of {file} {looks} that a spreadsheet made of a name: "
            f"{listing(spoilt)}; take names from the original file"
        )
