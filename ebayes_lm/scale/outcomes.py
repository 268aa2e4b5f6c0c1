"""Outcomes of a scan: vectors, tables, or columns of the sample table, in the order of the matrix."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.data.alignment import align
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.boundary import aligned_samples
from ebayes_lm.design.table import SampleTable
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, counted, listing
from ebayes_lm.results.arguments import shown


class Outcomes(NamedTuple):
    """What is regressed on features.

    Attributes
    ----------
    values : (q, n) array
        NaN where one is missing.
    names : Index
    is_one : bool
        Whether it came as a single vector, so that there is nothing to tell apart.
    """

    values: FloatArray
    names: pd.Index
    is_one: bool


def outcomes_of(outcome: Any, matrix: FeatureMatrix, table: Any) -> Outcomes:
    """Outcomes in any form, in the order of the samples of a matrix.

    Parameters
    ----------
    outcome : str, list of str, (n,) or (n, q) array_like, Series or DataFrame
    matrix : FeatureMatrix
    table : DataFrame, dict of columns or None

    Raises
    ------
    ArgumentError, ArgumentTypeError
        No such column, or nothing that can be an outcome.
    AlignmentError
        Labels of samples do not match.
    DataError
        Not numbers, infinite, or no value at all.
    """
    n = matrix.shape[1]
    is_one = True
    if isinstance(outcome, str):
        frame = _columns([outcome], matrix, table)
    elif isinstance(outcome, (list, tuple, pd.Index)) and len(outcome) and all(isinstance(v, str) for v in outcome):
        frame, is_one = _columns(list(outcome), matrix, table), False
    elif isinstance(outcome, pd.Series):
        order = align(outcome.index, matrix.sample_labels, n, what="the outcome")
        frame = outcome.iloc[order].to_frame("outcome" if outcome.name is None else outcome.name)
    elif isinstance(outcome, pd.DataFrame):
        _refuse_turned(outcome, matrix)
        frame, is_one = outcome.iloc[align(outcome.index, matrix.sample_labels, n, what="the outcomes")], False
    else:
        frame, is_one = _array(outcome, n)
    if not frame.columns.is_unique:
        raise DataError(f"outcomes have the same name: {listing(frame.columns[frame.columns.duplicated()].unique())}")
    return Outcomes(_checked(frame, matrix.samples), frame.columns, is_one)


def _columns(names: list[str], matrix: FeatureMatrix, table: Any) -> pd.DataFrame:
    if table is None:
        raise ArgumentError(f"outcome={shown(names[0])} names a column of the sample table; pass that as samples=")
    columns = SampleTable(aligned_samples(table, sample_labels=matrix.sample_labels, n_samples=matrix.shape[1]))
    return pd.concat([columns.column(name).rename(name) for name in names], axis=1)


def _array(outcome: Any, n: int) -> tuple[pd.DataFrame, bool]:
    try:
        values = np.asarray(outcome)
    except ValueError:
        values = np.empty(0, dtype=object)
    if values.ndim not in (1, 2) or values.dtype.kind not in "biuf" or 0 in values.shape:
        what = f"{values.dtype} of shape {values.shape}" if isinstance(outcome, np.ndarray) else shown(outcome)
        raise ArgumentTypeError(
            "outcome is a column of the sample table, a number for each sample, or a table samples x outcomes of "
            f"numbers; got {what}"
        )
    if len(values) != n:
        turned = f"; it is samples x outcomes, so pass its transpose, of shape {values.shape[::-1]}"
        raise DataError(
            f"the outcome has shape {values.shape} and there are {counted(n, 'sample')}"
            f"{turned if values.ndim == 2 and values.shape[1] == n else '; give a number for each'}"
        )
    if values.ndim == 1:
        return pd.DataFrame({"outcome": values}), True
    return pd.DataFrame(values, columns=[f"y{k}" for k in range(1, values.shape[1] + 1)]), False


def _refuse_turned(outcome: pd.DataFrame, matrix: FeatureMatrix) -> None:
    """Of expression data, which are features x samples as a rule."""
    labels = matrix.sample_labels
    if labels is not None and not labels.isin(outcome.index).any() and labels.isin(outcome.columns).all():
        raise DataError("the table of outcomes has samples in its columns; pass its transpose, outcome.T")


def _checked(frame: pd.DataFrame, samples: pd.Index) -> FloatArray:
    text = [
        name
        for name, dtype in frame.dtypes.items()
        if not (pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype))
        or pd.api.types.is_complex_dtype(dtype)
    ]
    if text:
        raise DataError(
            f"an outcome is a number for each sample, and {listing(text)} is not; of two groups make one that is 1 in "
            "one of them and 0 in the other"
        )
    values = np.ascontiguousarray(frame.to_numpy(dtype=np.float64, na_value=np.nan).T)
    infinite = np.isinf(values)
    if infinite.any():
        where = listing(samples[infinite.any(axis=0)])
        raise DataError(f"outcomes are infinite for samples {where}; put NaN where a value is missing")
    empty = frame.columns[np.isnan(values).all(axis=1)]
    if len(empty):
        raise DataError(f"outcomes have no value in any sample: {listing(empty)}; leave them out")
    return values
