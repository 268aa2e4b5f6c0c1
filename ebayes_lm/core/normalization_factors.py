"""Factors that make library sizes of different samples comparable."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray

#: Where the median sample's upper quartile per million is below, upper quartiles tell nothing of samples.
_NO_QUARTILE = 1e-20


def upper_quantiles(columns: FloatArray, p: float, absent: int) -> FloatArray:
    """Quantile ``p`` of the counts of each sample (samples, features), ``absent`` features without any left out."""
    place = (columns.shape[1] - absent - 1) * p
    low = int(place)
    part = place - low
    first, second = absent + low, min(absent + low + 1, columns.shape[1] - 1)
    parted = np.partition(columns, (first, second), axis=1)
    quantiles: FloatArray = (1.0 - part) * parted[:, first] + part * parted[:, second]
    return quantiles


def typical_sample(quartiles: FloatArray) -> int | None:
    """The sample whose upper quartile, as a share of its library, is nearest to their mean; None where they are 0."""
    if np.median(quartiles) < _NO_QUARTILE:
        return None
    return int(np.abs(quartiles - quartiles.mean()).argmin())


def root_sums(rows: AnyArray) -> FloatArray:
    """Sums of the square roots of each sample's counts (features, samples), added wide so that ties stay ties."""
    sums: FloatArray = np.sqrt(rows, dtype=np.float64).sum(axis=0, dtype=np.longdouble)
    return sums


def geometric_means(rows: AnyArray) -> FloatArray:
    """Geometric mean of each feature (features, samples), 0 where a sample has no count."""
    with np.errstate(divide="ignore"):
        logs = np.log(rows, dtype=np.float64)
    means: FloatArray = np.exp(logs.mean(axis=1))
    return means


def median_ratios(columns: FloatArray, means: FloatArray) -> FloatArray:
    """Median over features of each sample's counts (samples, features) over their geometric means, all positive."""
    medians: FloatArray = np.median(columns / means, axis=1)
    return medians


def balanced(factors: FloatArray) -> FloatArray:
    """Factors that multiply to one."""
    divided: FloatArray = factors / np.exp(np.log(factors).mean())
    return divided
