"""Samples that are correlated: blocks of samples, or several measurements of a feature in one sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.data.duplicates import Duplicates, with_duplicates
from ebayes_lm.data.groups import sample_groups
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.weights import Weights
from ebayes_lm.design.boundary import aligned_samples
from ebayes_lm.errors import ArgumentError
from ebayes_lm.results.arguments import real, whole_number


def sample_blocks(block: Any, matrix: FeatureMatrix, table: Any) -> IntArray:
    """Block of each sample; a column is read from the sample table in the order of the matrix."""
    labels = matrix.samples if matrix.has_sample_names else None
    if isinstance(block, str) and table is not None:
        table = aligned_samples(table, sample_labels=labels, n_samples=matrix.shape[1])
    ordered = pd.RangeIndex(matrix.shape[1]) if labels is None and isinstance(block, str) else matrix.samples
    return sample_groups(block, ordered, table, what="block")


def with_correlation(
    matrix: FeatureMatrix,
    x: FloatArray,
    weights: Weights,
    blocks: IntArray | None,
    correlation: Any,
    ndups: Any,
    spacing: Any,
) -> tuple[FeatureMatrix, FloatArray, Weights, BlockCorrelation | None]:
    """Matrix, design and weights with duplicates side by side, and how samples are correlated."""
    if blocks is None and ndups is None:
        if correlation is not None or spacing is not None:
            name = "correlation" if spacing is None else "spacing"
            raise ArgumentError(f"{name}= is given without block= or ndups=; say which samples or rows belong together")
        return matrix, x, weights, None
    if blocks is not None and (ndups is not None or spacing is not None):
        raise ArgumentError("block= and ndups= cannot be combined; average duplicates first, or leave one of them out")
    if correlation is None:
        raise ArgumentError(
            "correlated samples need correlation=, such as 0.5; it is the correlation within a block, or of duplicates"
        )
    rho = real(getattr(correlation, "consensus", correlation), "correlation", "the correlation within blocks")
    if not -1.0 < rho < 1.0:
        raise ArgumentError(f"correlation lies between -1 and 1; got {rho:g}")
    if blocks is not None:
        return matrix, x, weights, BlockCorrelation(blocks, rho)
    duplicates = Duplicates(
        whole_number(ndups, "ndups", "the number of rows of a feature"),
        1 if spacing is None else whole_number(spacing, "spacing", "the distance of the rows of a feature"),
    )
    n = matrix.shape[1]
    repeated = np.repeat(np.arange(n), duplicates.count)
    matrix = with_duplicates(matrix, duplicates)
    return matrix, x[repeated], duplicates.weights(weights, n), BlockCorrelation(repeated, rho)
