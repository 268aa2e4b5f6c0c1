"""Columns that features add to a regression: their own, and products with factors, freed of covariates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.core.frisch_waugh import Covariates, OwnCovariates
from ebayes_lm.core.ols import ZERO_VARIANCE, Status
from ebayes_lm.core.qr import RANK_TOLERANCE
from ebayes_lm.core.row_layout import squared_lengths


class FeatureColumns(NamedTuple):
    """What is left of the k columns that each of g features makes, orthogonal to one another.

    Attributes
    ----------
    columns : tuple of (g, n) array
    lengths : tuple of (g,) array
    n : (g,) integer array
        Samples that a feature has.
    df : (g,) array
        Residual degrees of freedom.
    status : (g,) integer array
    """

    columns: tuple[FloatArray, ...]
    lengths: tuple[FloatArray, ...]
    n: IntArray
    df: FloatArray
    status: AnyArray


def feature_columns(x: FloatArray, covariates: Covariates | OwnCovariates, factors: FloatArray) -> FeatureColumns:
    """Columns of features (g, n), zero where a value is missing: each itself, and times factors (m, n)."""
    present = covariates.present if isinstance(covariates, OwnCovariates) else None
    n = np.full(len(x), float(x.shape[1])) if present is None else present.sum(axis=1)
    mean = x.sum(axis=1) / n
    centred = x - mean[:, None]
    if present is not None:
        centred *= present
    spread = squared_lengths(centred)
    status = np.full(len(x), int(Status.ok))
    columns: list[FloatArray] = []
    lengths: list[FloatArray] = []
    aliased: AnyArray = np.zeros(len(x), dtype=np.bool_)
    for factor in (None, *factors):
        column = centred if factor is None else centred * factor
        size = spread if factor is None else squared_lengths(column)
        rest, left = covariates.residuals(column, size)
        for _ in range(2 if columns else 0):
            for other, length in zip(columns, lengths, strict=True):
                rest -= (np.einsum("ij,ij->i", rest, other) / length**2)[:, None] * other
            left = squared_lengths(rest)
        left, nothing = np.sqrt(left), ~(left > RANK_TOLERANCE**2 * size)
        if factor is None and len(factors):  # only products are tested: a covariate may hold the feature itself
            rest[nothing], left[nothing] = 0.0, 1.0
            aliased = nothing
        else:
            status[nothing] = Status.not_estimable
        columns.append(rest)
        lengths.append(left)
    status[np.sqrt(spread) <= ZERO_VARIANCE * np.sqrt(n) * np.abs(mean)] = Status.zero_variance
    df = n - covariates.rank - len(columns) + aliased
    status[df <= 0] = Status.no_df
    status[n == 0] = Status.all_missing
    return FeatureColumns(tuple(columns), tuple(lengths), n.astype(np.intp), df, status)
