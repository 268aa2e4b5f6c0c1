"""What the user's files hold, brought together: matrix, sample table, annotation."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ebayes_lm.cli.running import UsageError
from ebayes_lm.cli.sample_tables import matched_samples
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.errors import AlignmentError, listing

if TYPE_CHECKING:
    from ebayes_lm.data.count_list import DGEList

#: Files that may carry a sample table.
_CARRYING = (".h5ad", ".zarr", ".bed")


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

    @property
    def matrix(self) -> FeatureMatrix:
        """The data as a matrix, wherever they are."""
        return as_feature_matrix(self.data)


def read_inputs(arguments: Namespace) -> Inputs:
    """Open the files that the arguments name, match and exclude samples; values are read when a fit needs them."""
    from ebayes_lm.data.chosen_samples import with_samples

    path = Path(arguments.data)
    if arguments.samples is None and not (path.suffix.lower() in _CARRYING or arguments.orientation == "samples"):
        raise UsageError(f"--samples is needed: {path.name} carries no sample table")
    matrix = _opened(path, arguments)
    found = matched_samples(matrix, arguments)
    matrix = with_samples(replace(matrix, samples=found.names), found.positions)
    return Inputs(matrix, matrix.shape, found.table, found.excluded, str(path))


def _opened(path: Path, arguments: Namespace) -> FeatureMatrix:
    from ebayes_lm import open_matrix

    described: dict[str, Any] = {"feature_columns": arguments.feature_columns} if arguments.feature_columns else {}
    matrix = open_matrix(path, layer=arguments.layer, orientation=arguments.orientation, **described)
    if not matrix.samples.is_unique:
        twice = matrix.samples[matrix.samples.duplicated()].unique()
        raise AlignmentError(f"{path} has samples that appear more than once: {listing(twice)}")
    return matrix
