"""Counts per million of a library, plain or as logarithms."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray

_MILLION = 1e6


def per_million(counts: AnyArray, sizes: FloatArray) -> FloatArray:
    """Counts over library sizes, of samples or of single observations, times a million."""
    # in this order, every bit is as in edgeR, and so is what a threshold keeps
    rates = np.multiply(counts, _MILLION, dtype=np.float64)
    rates /= sizes
    return rates


def log_per_million(counts: AnyArray, sizes: FloatArray, prior_count: float) -> FloatArray:
    """Logarithms (base 2) of counts per million, a prior count of the same share of each library added."""
    added, larger = with_prior(counts, sizes, prior_count)
    added /= larger
    added *= _MILLION
    with np.errstate(divide="ignore"):
        return np.log2(added, out=added)


def with_prior(counts: AnyArray, sizes: FloatArray, prior_count: float) -> tuple[FloatArray, FloatArray]:
    """Counts and library sizes after a prior count, in proportion to library size, is added to the former.

    Library sizes grow by twice the prior, so that no share exceeds one.
    """
    prior = prior_count * (sizes / sizes.mean(axis=-1, keepdims=True))
    return np.add(counts, prior, dtype=np.float64), sizes + 2.0 * prior
