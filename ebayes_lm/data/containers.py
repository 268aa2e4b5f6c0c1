"""EList: expression values with everything that belongs to their features and samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, IntArray
from ebayes_lm.data.alignment import align, is_positional
from ebayes_lm.data.positions import taken_by_position, two_positions
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError

_AXES = ("features", "samples")


@dataclass(frozen=True, eq=False)
class EList:
    """Expression values (log2) of features x samples, with what belongs to either.

    Parameters
    ----------
    E : array or DataFrame, (features, samples)
        Values on the log scale. Becomes a DataFrame; its memory is shared, never written to.
    weights : array or DataFrame, (features, samples), (samples,) or None
        Precision weights.
    genes : DataFrame or None
        Annotation, one row a feature, aligned to E by label.
    targets : DataFrame or None
        Sample table, one row a sample, aligned to E by label.
    design : object or None
        Whatever ``lm_fit`` takes as a design; used where none is given.
    other : mapping of name to array (features, samples)
    adjusted : str or None
        What was removed from the values, in words such as "remove_batch_effect: batch"; :func:`lm_fit` warns of it.

    Raises
    ------
    DataError
        E is not two-dimensional, or something does not have its shape.
    AlignmentError
        Labels do not match.

    Examples
    --------
    >>> import numpy as np
    >>> e = EList(np.arange(6.0).reshape(2, 3))
    >>> e.shape
    (2, 3)
    >>> e[[1], :2].E.to_numpy()
    array([[3., 4.]])
    """

    E: pd.DataFrame
    weights: Any = None
    genes: pd.DataFrame | None = None
    targets: pd.DataFrame | None = None
    design: Any = None
    other: Mapping[str, AnyArray] = field(default_factory=dict)
    adjusted: str | None = None

    def __post_init__(self) -> None:
        values = self.E if isinstance(self.E, pd.DataFrame) else _as_frame(self.E, self.genes, self.targets)
        object.__setattr__(self, "E", values)
        for name, axis, labels in (("genes", "features", values.index), ("targets", "samples", values.columns)):
            table = getattr(self, name)
            if table is None:
                continue
            if not isinstance(table, pd.DataFrame):
                raise ArgumentTypeError(f"{name} must be a DataFrame, not {type(table).__name__}")
            order = align(table.index, labels, len(labels), what=name, axis=axis, table=table)
            object.__setattr__(self, name, table.iloc[order].set_axis(labels))
        _check_weights(self.weights, values.shape)
        if not isinstance(self.other, Mapping):
            raise ArgumentTypeError(f"other must map names to arrays, not {type(self.other).__name__}")
        object.__setattr__(self, "other", dict(self.other))
        if self.adjusted is not None and not isinstance(self.adjusted, str):
            raise ArgumentTypeError(f"adjusted says in words what was removed, and is {self.adjusted!r}")
        for name, value in self.other.items():
            if np.shape(value) != values.shape:
                raise DataError(
                    f"other[{name!r}] has shape {np.shape(value)} and E {values.shape}; they have to be equal"
                )

    @property
    def shape(self) -> tuple[int, int]:
        """Number of features and of samples."""
        return (len(self.E.index), len(self.E.columns))

    def __getitem__(self, key: tuple[Any, Any]) -> Self:
        """Positions (integers, slices, boolean masks) of features and of samples; two, always."""
        key = two_positions(key, "an EList", "elist[features, samples]; use ':' for all")
        labels = (self.E.index, self.E.columns)
        rows, cols = (taken_by_position(*at, "an EList") for at in zip(key, labels, _AXES, strict=True))
        return replace(
            self,
            E=self.E.iloc[rows, cols],
            weights=None if self.weights is None else _subset_weights(self.weights, self.shape, rows, cols),
            genes=None if self.genes is None else self.genes.iloc[rows],
            targets=None if self.targets is None else self.targets.iloc[cols],
            design=_design_rows(self.design, cols),
            other={k: np.asarray(v)[np.ix_(rows, cols)] for k, v in self.other.items()},
        )

    def __repr__(self) -> str:
        parts = [n for n in ("weights", "genes", "targets", "design", "adjusted") if getattr(self, n) is not None]
        return (
            f"{type(self).__name__} of {self.shape[0]:,} features x {self.shape[1]:,} samples "
            f"({', '.join(['E', *parts, *self.other])})"
        )


def _as_frame(values: Any, genes: pd.DataFrame | None, targets: pd.DataFrame | None) -> pd.DataFrame:
    array = np.asarray(values)
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        raise DataError(
            "E must be numbers in two dimensions, features x samples, and is "
            f"{array.dtype} of shape {array.shape} ({type(values).__name__})"
        )

    def labels(table: pd.DataFrame | None, length: int) -> pd.Index | None:
        named = isinstance(table, pd.DataFrame) and len(table) == length and not is_positional(table.index)
        return table.index if named and table is not None else None

    return pd.DataFrame(array, index=labels(genes, array.shape[0]), columns=labels(targets, array.shape[1]), copy=False)


def _check_weights(weights: Any, shape: tuple[int, int]) -> None:
    allowed = (shape, (shape[1],), (1, shape[1]), (shape[0],), (shape[0], 1))
    if weights is not None and np.shape(weights) not in allowed:
        raise DataError(
            f"weights have shape {np.shape(weights)}; E has {shape[0]:,} features x {shape[1]:,} samples, and weights "
            "belong to each value, to each sample or to each feature"
        )
    if np.ndim(weights) == 1 and shape[0] == shape[1] and not isinstance(weights, pd.Series):
        raise ArgumentError(
            f"a weight vector of length {shape[0]} could belong to the features or to the samples of a square E; give "
            f"weights of samples in shape (1, {shape[0]}), of features in shape ({shape[0]}, 1)"
        )


def _subset_weights(weights: Any, shape: tuple[int, int], rows: IntArray, cols: IntArray) -> AnyArray:
    """Weights of a subset in two dimensions, so that they still say whose they are; a vector is told by its length."""
    values = np.asarray(weights)
    if values.ndim == 1:
        values = values[None, :] if len(values) == shape[1] else values[:, None]
    if values.shape[0] == shape[0]:
        values = values[rows]
    return values[:, cols] if values.shape[1] == shape[1] else values


def _design_rows(design: Any, rows: AnyArray) -> Any:
    if design is None or isinstance(design, str):
        return design
    if hasattr(design, "take") and hasattr(design, "terms"):
        return design.take(rows)
    return design.iloc[rows] if isinstance(design, pd.DataFrame) else np.asarray(design)[rows]
