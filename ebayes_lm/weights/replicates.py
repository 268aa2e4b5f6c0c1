"""What was measured more than once, averaged: features, samples, duplicate spots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.group_means import group_means, group_sums
from ebayes_lm.data.alignment import is_positional
from ebayes_lm.data.containers import EList
from ebayes_lm.data.duplicates import Duplicates
from ebayes_lm.data.identifiers import Replicates, replicates
from ebayes_lm.data.marks import MARK
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.data.weights import Weights, matrix_weights
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import ArgumentTypeError
from ebayes_lm.results.arguments import whole_number

#: What the verbs take is what they return.
Values = TypeVar("Values", AnyArray, pd.DataFrame, EList)


def avereps(x: Values, ids: Any = None) -> Values:
    """Average features that were measured more than once.

    Parameters
    ----------
    x : array, DataFrame or EList
        Features x samples; NaN is missing.
    ids : str or (features,) array_like, optional
        What each feature is a measurement of, or the name of a column of ``genes``. By default the column ``ID`` of
        ``genes``, else the labels of the features.

    Returns
    -------
    array, DataFrame or EList
        As ``x``, with a row for each id, in the order in which they first appear. Weights of observations and of
        features are averaged, too; annotation is that of the first of them.

    Raises
    ------
    ArgumentError
        There are no ids, or no such column.
    ArgumentTypeError
        x is none of the three.
    DataError
        An id is missing, or their number is not that of the features.

    Notes
    -----
    All measurements count alike, as in limma; where some of them do not measure the feature, the best of them, by
    AveExpr say, may serve better than their mean.

    Examples
    --------
    >>> import pandas as pd
    >>> probes = pd.DataFrame({"s1": [1.0, 5.0, 3.0], "s2": [2.0, 6.0, None]}, index=["p1", "p2", "p3"])
    >>> avereps(probes, ["TP53", "MYC", "TP53"])
           s1   s2
    TP53  2.0  2.0
    MYC   5.0  6.0
    """
    matrix = _matrix(x)
    table = x.genes if isinstance(x, EList) else matrix.annotation
    if ids is None and table is not None and "ID" in table.columns:
        ids = "ID"
    found = replicates(ids, matrix.features, table, axis="features")

    def mean(values: AnyArray, _: FloatArray | None = None) -> FloatArray:
        return group_means(values, found.codes, len(found.ids))

    averaged = _Averaged(mean, _mean_weights(x, matrix, mean), features=found)
    result: Values = averaged.of(x, matrix)
    return result


def avearrays(
    x: Values, ids: Any = None, *, weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None
) -> Values:
    """Average samples that are technical replicates of one another.

    Parameters
    ----------
    x : array, DataFrame or EList
        Features x samples; NaN is missing.
    ids : str or (samples,) array_like, optional
        What each sample is a measurement of, or the name of a column of ``targets``. By default the names of the
        samples.
    weights : (n,), (G,) or (G, n) array_like, Series or DataFrame, optional
        Weights of samples, of features or of single observations; by default those that x carries.

    Returns
    -------
    array, DataFrame or EList
        As ``x``, with a column for each id, in the order in which they first appear. Of an EList weights are the sums
        over replicates; sample table and design are those of the first of them.

    Raises
    ------
    ArgumentError
        There are no ids, or no such column.
    ArgumentTypeError
        x is none of the three.
    DataError
        An id is missing, their number is not that of the samples, or weights cannot be used.

    Notes
    -----
    Values of weight zero count as missing: where nothing else is there, the mean is NaN. The sum of weights is over all
    replicates, missing values included, as in limma 3.68.5; earlier versions average weights.

    Examples
    --------
    >>> import pandas as pd
    >>> runs = pd.DataFrame([[1.0, 3.0, 7.0], [2.0, 2.0, 8.0]], columns=["run1", "run2", "run3"])
    >>> avearrays(runs, ["Ann", "Ann", "Ben"])
       Ann  Ben
    0  2.0  7.0
    1  2.0  8.0
    """
    matrix = _matrix(x)
    table = x.targets if isinstance(x, EList) else None
    found = replicates(ids, matrix.samples, table, axis="samples")
    given = matrix_weights(weights, matrix)
    each: FloatArray | None = _each(given, matrix.shape)

    def mean(values: AnyArray, weights: FloatArray | None = each) -> FloatArray:
        turned = None if weights is None else weights.T
        return np.ascontiguousarray(group_means(np.asarray(values).T, found.codes, len(found.ids), turned).T)

    averaged = _Averaged(mean, _summed_weights(given, each, found), samples=found)
    result: Values = averaged.of(x, matrix)
    return result


def avedups(
    x: Values,
    *,
    ndups: int = 2,
    spacing: int = 1,
    weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None,
) -> Values:
    """Average spots that carry the same feature, at regular distances.

    Parameters
    ----------
    x : array, DataFrame or EList
        Features x samples; NaN is missing.
    ndups, spacing : int
        Rows that each feature has in x, and how far apart they stand: 1 for next to each other, half the number of rows
        for the two halves of the matrix.
    weights : (n,), (G,) or (G, n) array_like, Series or DataFrame, optional
        Weights of samples, of rows or of single observations; by default those that x carries.

    Returns
    -------
    array, DataFrame or EList
        As ``x``, with a row for each feature, under the label and with the annotation of its first spot. Of an EList
        weights are averaged.

    Raises
    ------
    ArgumentError
        The rows do not divide into such groups.
    ArgumentTypeError
        x is none of the three.
    DataError
        Weights cannot be used.

    Examples
    --------
    >>> import numpy as np
    >>> avedups(np.array([[1.0], [3.0], [10.0], [30.0]]))
    array([[ 2.],
           [20.]])
    >>> avedups(np.array([[1.0], [3.0], [10.0], [30.0]]), spacing=2)
    array([[ 5.5],
           [16.5]])
    """
    matrix = _matrix(x)
    duplicates = Duplicates(
        whole_number(ndups, "ndups", "the number of rows of each feature"),
        whole_number(spacing, "spacing", "how many rows apart the duplicates of a feature stand"),
    )
    found = _spots(duplicates, matrix)
    given = matrix_weights(weights, matrix)
    each: FloatArray | None = _each(given, matrix.shape)

    def mean(values: AnyArray, weights: FloatArray | None = each) -> FloatArray:
        return group_means(values, found.codes, len(found.ids), weights)

    averaged = _Averaged(mean, _averaged_weights(given, lambda w: mean(w, None)), features=found)
    result: Values = averaged.of(x, matrix)
    return result


@dataclass(frozen=True, eq=False)
class _Averaged:
    """How one thing is averaged, and what becomes of weights and of the labels along the axis that shrinks."""

    mean: Callable[[AnyArray], FloatArray]
    weights: FloatArray | None
    features: Replicates | None = None
    samples: Replicates | None = None

    def of(self, x: Any, matrix: FeatureMatrix) -> Any:
        """The means as the kind of thing that x is."""
        means = self.mean(matrix.source.read(0, matrix.shape[0]))
        if isinstance(x, np.ndarray):
            return means
        features = matrix.features if self.features is None else self.features.ids
        samples = matrix.samples if self.samples is None else self.samples.ids
        frame = pd.DataFrame(means, index=features, columns=samples, copy=False)
        if matrix.adjusted is not None:
            frame.attrs[MARK] = matrix.adjusted
        return self._elist(x, frame) if isinstance(x, EList) else frame

    def _elist(self, x: EList, frame: pd.DataFrame) -> EList:
        return replace(
            x,
            E=frame,
            weights=self.weights,
            genes=_firsts(x.genes, self.features),
            targets=_firsts(x.targets, self.samples),
            design=x.design if self.samples is None else _first_rows(x.design, self.samples),
            other={name: self.mean(np.asarray(values)) for name, values in x.other.items()},
        )


def _matrix(x: Any) -> FeatureMatrix:
    if not isinstance(x, (np.ndarray, pd.DataFrame, EList)):
        raise ArgumentTypeError(
            f"replicates are averaged in an array, a DataFrame or an EList, not in {type(x).__name__}; counts of "
            "technical replicates are added up by sum_tech_reps()"
        )
    return as_feature_matrix(x)


def _spots(duplicates: Duplicates, matrix: FeatureMatrix) -> Replicates:
    """Rows of the same feature as one group, in the order of features."""
    duplicates.check(matrix.shape[0])
    rows = duplicates.rows(0, matrix.shape[0] // duplicates.count)
    codes = np.empty(matrix.shape[0], dtype=np.intp)
    codes[rows] = np.arange(len(rows))[:, None]
    labels = matrix.features[rows[:, 0]]
    return Replicates(codes, pd.RangeIndex(len(rows)) if is_positional(matrix.features) else labels, rows[:, 0])


def _firsts(table: pd.DataFrame | None, found: Replicates | None) -> pd.DataFrame | None:
    """The first row of each id, under its id."""
    return table if table is None or found is None else table.iloc[found.first].set_axis(found.ids)


def _first_rows(design: Any, found: Replicates) -> Any:
    """A design for the first of each id; rows with labels are labelled anew."""
    if design is None or isinstance(design, str):
        return design
    if isinstance(design, Design):
        return design.take(found.first, found.ids if design.labelled else None)
    if isinstance(design, pd.DataFrame):
        return design.iloc[found.first].set_axis(found.ids)
    return np.asarray(design)[found.first]


def _each(given: Weights, shape: tuple[int, int]) -> FloatArray | None:
    """Weights of single observations, whatever they were given for."""
    each = given.of_observations(shape)
    return None if each is None else np.asarray(each)


def _mean_weights(x: Any, matrix: FeatureMatrix, mean: Callable[[AnyArray], FloatArray]) -> FloatArray | None:
    return _averaged_weights(matrix_weights(None, matrix), mean) if isinstance(x, EList) else None


def _averaged_weights(given: Weights, mean: Callable[[AnyArray], FloatArray]) -> FloatArray | None:
    """Means over features that are averaged; weights of samples stay."""
    if given.samples is not None:
        return given.samples[None, :]
    if given.features is not None:
        return mean(given.features[:, None])
    return None if given.cells is None else mean(np.asarray(given.cells))


def _summed_weights(given: Weights, each: FloatArray | None, found: Replicates) -> FloatArray | None:
    """Sums over samples that are averaged, for each sample or for each observation."""
    if each is None:
        return None
    rows = given.samples[None, :] if given.samples is not None else each
    return np.ascontiguousarray(group_sums(rows.T, found.codes, len(found.ids)).T)
