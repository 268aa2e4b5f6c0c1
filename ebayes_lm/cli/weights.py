"""Weights from a file, brought into the order of the data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.data.alignment import align
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.memory import require_memory
from ebayes_lm.data.weights import matrix_weights
from ebayes_lm.errors import AlignmentError, listing


@dataclass(frozen=True, eq=False)
class GivenWeights:
    """Weights and whose they are.

    Attributes
    ----------
    table : DataFrame or Series
        As ``lm_fit`` takes them, in the order of the data.
    belong_to : {"samples", "features", "observations"}
    source : str
        The file.
    of_samples : (n,) array or None
        The weights of samples, where they are that.
    """

    table: pd.DataFrame | pd.Series[float]
    belong_to: str
    source: str
    of_samples: FloatArray | None = None


def read_weights(name: str, inputs: Inputs) -> GivenWeights:
    """Weights of values (features x samples), or of samples or features by name in two columns.

    Weights of samples and features that the run leaves out are left out, too.

    Raises
    ------
    DataError
        The file cannot be read, or weights are negative, missing or all zero.
    AlignmentError
        Names do not match those of the data.
    """
    path = Path(name)
    matrix = inputs.matrix
    values = _read(path, matrix, inputs)
    ordered = _vector(values.iloc[:, 0], matrix, inputs, path) if values.shape[1] == 1 else None
    table: Any = _table(values, matrix, inputs, path) if ordered is None else ordered
    checked = matrix_weights(table, matrix)
    if checked.samples is not None:
        return GivenWeights(table, "samples", str(path), checked.samples)
    return GivenWeights(table, "observations" if checked.features is None else "features", str(path))


def _read(path: Path, matrix: FeatureMatrix, inputs: Inputs) -> pd.DataFrame:
    """The weights of a file of any format that can be opened; without names they belong to the data as they stand."""
    from ebayes_lm import open_matrix

    stored = open_matrix(path)
    features, samples = stored.shape
    what = f"{path.name} with {features:,} x {samples:,} weights"
    require_memory(8 * features * samples, what, "weights of samples or of features take hardly any")
    named = stored.has_sample_names
    if not named and (stored.shape != matrix.shape or inputs.excluded or len(inputs.filtered)):
        raise AlignmentError(
            f"{path.name} holds {features:,} x {samples:,} weights without names, which can only belong to data of "
            "that size of which nothing is left out; give weights with the names of features and samples"
        )
    labels = (stored.features, stored.samples) if named else (matrix.features, matrix.samples)
    return pd.DataFrame(stored.source.read(0, features), *labels, copy=False)


def _vector(weights: pd.Series[float], matrix: FeatureMatrix, inputs: Inputs, path: Path) -> pd.Series[float]:
    """One weight a sample or a feature, whichever the names are."""
    samples, features = weights.index.isin(matrix.samples), weights.index.isin(matrix.features)
    if not (samples.any() or features.any()):
        raise AlignmentError(
            f"the first column of {path.name} names neither samples nor features of the data (it begins with "
            f"{listing(weights.index[:3])}); the samples are {listing(matrix.samples, 3)}"
        )
    axis = "samples" if samples.any() else "features"
    left_out = inputs.excluded if axis == "samples" else inputs.filtered
    weights = weights[~weights.index.isin(left_out)]
    labels = matrix.samples if axis == "samples" else matrix.features
    order = align(weights.index, labels, len(labels), what=_what(path), axis=axis)
    return weights.iloc[order].set_axis(labels)


def _table(values: pd.DataFrame, matrix: FeatureMatrix, inputs: Inputs, path: Path) -> pd.DataFrame:
    """One weight a value."""
    kept = values.loc[~values.index.isin(inputs.filtered), ~values.columns.isin(inputs.excluded)]
    columns = align(kept.columns, matrix.samples, matrix.shape[1], what=_what(path))
    rows = align(kept.index, matrix.features, matrix.shape[0], what=_what(path), axis="features")
    return kept.iloc[rows, columns].set_axis(matrix.features).set_axis(matrix.samples, axis=1)


def _what(path: Path) -> str:
    return f"the file of weights {path.name}"
