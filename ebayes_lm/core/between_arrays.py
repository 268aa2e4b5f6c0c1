"""Samples brought to a common scale: the columns of a matrix of log expression without gaps."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.ordering import ranks_of_rising
from ebayes_lm.core.span import choose_lowess_span
from ebayes_lm.core.weighted_local import loess_fit
from ebayes_lm.errors import DataError, counted

#: Rounds over all samples of cyclic loess.
_ROUNDS = 3


def normalize_scale(x: FloatArray) -> FloatArray:
    """Columns of (G, n) divided by their median relative to the geometric mean of the medians.

    Raises
    ------
    DataError
        A median that is not positive.
    """
    median = np.median(x, axis=0)
    low = np.flatnonzero(~(median > 0.0))
    if low.size:
        raise DataError(
            f"the median of {counted(low.size, 'sample')} is not positive, the first that at position {low[0]} with "
            f"{median[low[0]]:.3g}; scaling divides by medians, so leave out features with low counts, or normalise by "
            "'quantile' or 'cyclicloess'"
        )
    log_median = np.log(median)
    scaled: FloatArray = x / np.exp(log_median - log_median.mean())
    return scaled


def normalize_quantiles(x: FloatArray) -> FloatArray:
    """Columns of (G, n) given one distribution, the mean of their sorted values (Bolstad et al 2003).

    Equal values share the mean of their ranks, and stay equal.
    """
    columns = np.ascontiguousarray(x.T)
    orders = np.argsort(columns, axis=1, kind="stable")
    target = np.take_along_axis(columns, orders, axis=1).mean(axis=0)
    for column, order in zip(columns, orders, strict=True):
        column[order] = np.interp(ranks_of_rising(column[order]), np.arange(1, len(x) + 1), target)
    return np.ascontiguousarray(columns.T)


def normalize_cyclic_loess(x: FloatArray) -> FloatArray:
    """Columns of (G, n) freed, three times over, of what a loess curve over the row means finds in them.

    Ballman et al (2004) Bioinformatics 20, 2778-2786: in each round every column is compared with the mean of all.
    """
    columns = np.array(x.T, order="C")
    span = choose_lowess_span(len(x))
    for _ in range(_ROUNDS):
        mean = columns.mean(axis=0)
        for column in columns:
            column -= loess_fit(column - mean, mean, span=span)
    return np.ascontiguousarray(columns.T)


#: Ways to normalise, under limma's names.
METHODS = {"scale": normalize_scale, "quantile": normalize_quantiles, "cyclicloess": normalize_cyclic_loess}
