"""Means of rows that belong together, of what is observed."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, IntArray


def group_means(values: AnyArray, groups: IntArray, n_groups: int, weights: FloatArray | None = None) -> FloatArray:
    """Means (n_groups, c) of the rows of each group, column by column.

    Parameters
    ----------
    values : (r, c) array
        NaN is missing; a group without any value, or without any weight, has no mean.
    groups : (r,) integer array
        Group of each row, from 0.
    n_groups : int
    weights : (r, c) array, optional
    """
    numbers = np.asarray(values, dtype=np.float64)
    missing = np.isnan(numbers)
    if missing.any():
        numbers = np.where(missing, 0.0, numbers)
        weights = np.where(missing, 0.0, 1.0 if weights is None else weights)
    if weights is None:
        counted = np.bincount(groups, minlength=n_groups)[:, None].astype(np.float64)
    else:
        counted = group_sums(weights, groups, n_groups)
    with np.errstate(invalid="ignore"):
        means: FloatArray = group_sums(numbers if weights is None else numbers * weights, groups, n_groups)
        means /= counted
    return means


def group_sums(values: FloatArray, groups: IntArray, n_groups: int) -> FloatArray:
    """Sums (n_groups, c) of the rows of each group, in the order in which the rows stand."""
    from scipy.sparse import csr_array

    order = np.argsort(groups, kind="stable")
    ends = np.concatenate(([0], np.cumsum(np.bincount(groups, minlength=n_groups))))
    members = csr_array((np.ones(len(groups)), order, ends), shape=(n_groups, len(groups)))
    sums: FloatArray = members @ np.ascontiguousarray(values)
    return sums
