"""Samples that are correlated: blocks of samples, or several measurements of a feature in one sample."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.ols import observed_mean
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.duplicates import Duplicates, with_duplicates
from ebayes_lm.data.groups import named_groups
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.weights import Weights
from ebayes_lm.design.boundary import aligned_samples
from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from ebayes_lm.results.arguments import real, whole_number


def sample_blocks(block: Any, matrix: FeatureMatrix, table: Any, what: str = "block") -> IntArray:
    """Block of each sample; a column is read from the sample table in the order of the matrix."""
    return named_blocks(block, matrix, table, what)[0]


def named_blocks(block: Any, matrix: FeatureMatrix, table: Any, what: str) -> tuple[IntArray, pd.Index]:
    """The same, and the names of the blocks."""
    labels = matrix.sample_labels
    if isinstance(block, str) and table is not None:
        table = aligned_samples(table, sample_labels=labels, n_samples=matrix.shape[1])
    ordered = pd.RangeIndex(matrix.shape[1]) if labels is None and isinstance(block, str) else matrix.samples
    return named_groups(block, ordered, table, what=what)


class Arranged(NamedTuple):
    """A matrix (features x n measurements) with what is known of its measurements.

    Attributes
    ----------
    matrix : FeatureMatrix
    x : (n, p) array
        The design.
    weights : Weights
    correlation : BlockCorrelation or None
    duplicates : Duplicates or None
        Where the measurements of a feature came from that was measured several times.
    """

    matrix: FeatureMatrix
    x: FloatArray
    weights: Weights
    correlation: BlockCorrelation | None = None
    duplicates: Duplicates | None = None


def arranged(
    plain: Arranged, blocks: IntArray | None, correlation: Any, ndups: int | None, spacing: int | None
) -> Arranged:
    """The same with correlated samples, or with the measurements of each feature side by side.

    Raises
    ------
    ArgumentError
        Arguments that do not go together, or a correlation that cannot be.
    """
    if blocks is None and ndups is None:
        if correlation is not None or spacing is not None:
            name = "correlation" if spacing is None else "spacing"
            raise ArgumentError(f"{name}= is given without block= or ndups=; say which samples or rows belong together")
        return plain
    if blocks is not None and (ndups is not None or spacing is not None):
        raise ArgumentError("block= and ndups= cannot be combined; average duplicates first, or leave one of them out")
    rho = _correlation(correlation)
    if blocks is not None:
        return plain._replace(correlation=BlockCorrelation(blocks, rho))
    duplicates = Duplicates(
        whole_number(ndups, "ndups", "the number of rows of a feature"),
        1 if spacing is None else whole_number(spacing, "spacing", "the distance of the rows of a feature"),
    )
    n = plain.matrix.shape[1]
    repeated = np.repeat(np.arange(n), duplicates.count)
    return Arranged(
        with_duplicates(plain.matrix, duplicates), plain.x[repeated], duplicates.weights(plain.weights, n),
        BlockCorrelation(repeated, rho), duplicates,
    )  # fmt: skip


def by_feature(correlation: Any, blocks: IntArray | None, ndups: Any, compat: str | None) -> bool:
    """Whether every feature is to have a correlation within blocks of its own.

    Raises
    ------
    ArgumentError
        Arguments that do not go with it.
    """
    if not isinstance(correlation, str) or correlation != "feature":
        return False
    if blocks is None or ndups is not None:
        raise ArgumentError(
            "correlation='feature' estimates the correlation of samples that belong together, so that it needs block=, "
            "and no ndups=; duplicates of a feature take a number"
        )
    if compat is not None:
        raise ArgumentError("limma has one correlation for all features; leave out compat='limma', or give a number")
    return True


def _correlation(correlation: Any) -> float:
    if correlation is None:
        raise ArgumentError(
            "correlated samples need correlation=, that within a block or of duplicates: what duplicate_correlation() "
            "estimates, a number such as 0.5, or 'feature' for one within blocks for each feature"
        )
    if isinstance(correlation, str) and correlation == "feature":
        raise ArgumentError(
            "correlation='feature' is for fits; here one correlation serves all features: give what "
            "duplicate_correlation() returns, or a number"
        )
    if isinstance(correlation, str):
        raise ArgumentTypeError(
            f"correlation is 'feature', what duplicate_correlation() returns, or a number; got {correlation!r}"
        )
    rho = real(getattr(correlation, "consensus", correlation), "correlation", "the correlation within blocks")
    if hasattr(correlation, "consensus") and np.isnan(rho):
        raise ArgumentError(
            "the consensus correlation is nan, because no feature could tell; give one between -1 and 1, or leave out "
            "block= and ndups="
        )
    if not -1.0 < rho < 1.0:
        raise ArgumentError(f"correlation lies between -1 and 1; got {rho:g}")
    return rho


def mean_of_means(matrix: FeatureMatrix, duplicates: Duplicates, running: Running) -> FloatArray:
    """Mean over the measurements of each feature of their means over samples, as limma averages duplicates."""

    def block(values: AnyArray, _: slice) -> tuple[FloatArray]:
        means = [observed_mean(values[:, k :: duplicates.count]) for k in range(duplicates.count)]
        return (observed_mean(np.column_stack(means)),)

    (mean,) = matrix.map_blocks(block, running.quiet)
    return mean
