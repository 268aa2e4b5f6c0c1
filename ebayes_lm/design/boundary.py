"""Where a design comes in: formula, Design, DataFrame or array, brought into the order of the matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, IntArray
from ebayes_lm.data.alignment import align, is_positional
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.model import model_matrix
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.design.table import Samples, SampleTable
from ebayes_lm.errors import ArgumentTypeError, DesignError

DesignLike: TypeAlias = "Design | pd.DataFrame | AnyArray | str | None"


def as_design(design: DesignLike, *, samples: Samples | None, sample_labels: pd.Index | None, n_samples: int) -> Design:
    """Bring a design in any form into the order of the matrix.

    Parameters
    ----------
    design : formula, Design, DataFrame, array or None
        None is a column of ones called ``(Intercept)``.
    samples : DataFrame, dict of columns, or None
        The sample table that a formula reads; aligned to the matrix before it is coded.
    sample_labels : Index or None
        Sample labels of the matrix, None where it has none.
    n_samples : int
        Number of samples of the matrix.

    Returns
    -------
    Design
        One row for every sample of the matrix, under its labels.

    Raises
    ------
    AlignmentError
        Samples of design or table and of the matrix do not match.
    DesignError
        A formula without a sample table, or a design that cannot be used.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["B", "A"]}, index=["s2", "s1"])
    >>> as_design("~ group", samples=table, sample_labels=pd.Index(["s1", "s2"]), n_samples=2).frame
        (Intercept)  groupB
    s1          1.0     0.0
    s2          1.0     1.0
    """
    wanted = None if sample_labels is None or is_positional(sample_labels) else sample_labels
    if design is None:
        ones = {INTERCEPT: np.ones(n_samples)}
        return Design(pd.DataFrame(ones, index=pd.RangeIndex(n_samples) if wanted is None else wanted))
    if isinstance(design, str):
        if samples is None:
            raise DesignError(f"the formula {design!r} needs the sample table; pass it as samples=")
        return model_matrix(design, aligned_samples(samples, sample_labels=wanted, n_samples=n_samples))
    if isinstance(design, dict):
        raise ArgumentTypeError("a design is a formula, a Design, a DataFrame or an array, not a dict of columns")
    made = design if isinstance(design, Design) else Design(design)
    positions = _positions(made.samples, made.labelled, wanted, n_samples, "the design", samples)
    return made.take(positions, samples=wanted)


def matrix_and_table(
    y: Any,
    samples: pd.DataFrame | None,
    *,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
) -> tuple[FeatureMatrix, Any]:
    """A matrix in any form, and its sample table: the one given, or what the container carries."""
    matrix = with_sample_names(as_feature_matrix(y, layer=layer, feature_columns=feature_columns), samples)
    if isinstance(samples, Mapping):
        samples = aligned_samples(samples, sample_labels=matrix.sample_labels, n_samples=matrix.shape[1])
    return matrix, matrix.sample_table if samples is None else samples


def design_of(design: DesignLike, matrix: FeatureMatrix, table: Samples | None) -> Design:
    """A design in any form, in the order of the samples of a matrix; formulas read the sample table."""
    return as_design(design, samples=table, sample_labels=matrix.sample_labels, n_samples=matrix.shape[1])


def carried_design(design: DesignLike, matrix: FeatureMatrix, table: Samples | None) -> Design:
    """The same, and where none is given the one that the container carries."""
    return design_of(matrix.design if design is None else design, matrix, table)


def aligned_samples(samples: Samples, *, sample_labels: pd.Index | None, n_samples: int) -> pd.DataFrame:
    """The sample table in the order of the matrix and under its labels, as a DataFrame.

    Parameters
    ----------
    samples : DataFrame or dict of columns
        A dict has no labels, so it is in the order of the matrix.
    sample_labels : Index or None
    n_samples : int

    Raises
    ------
    AlignmentError
        Samples of table and matrix do not match.
    """
    wanted = None if sample_labels is None or is_positional(sample_labels) else sample_labels
    table = SampleTable(samples)
    positions = _positions(table.index, table.labelled, wanted, n_samples, "the sample table", table.frame)
    if wanted is None:  # the order is taken as given, and a plain numbering stays one
        return table.frame
    return table.frame.iloc[positions].set_axis(wanted, axis=0)


def with_sample_names(matrix: FeatureMatrix, samples: pd.DataFrame | None) -> FeatureMatrix:
    """A bare array takes its sample names from the sample table, in whose order it then has to be."""
    if samples is None or matrix.has_sample_names or not isinstance(samples, pd.DataFrame):
        return matrix
    if is_positional(samples.index) or len(samples) != matrix.shape[1]:
        return matrix
    return replace(matrix, samples=samples.index)


def _positions(
    index: pd.Index, labelled: bool, wanted: pd.Index | None, n_samples: int, what: str, table: Samples | None
) -> IntArray:
    """Positions that bring an index into the order of the matrix."""
    if not labelled:
        return align(pd.RangeIndex(len(index)), None, n_samples, what=what)
    return align(index, wanted, n_samples, what=what, table=table if isinstance(table, pd.DataFrame) else None)
