"""The share of hypotheses that are true, from the shape of their p-values."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.smoothing_spline import smooth

#: Storey and Tibshirani's thresholds, and the effective df of the curve through what they give.
_LAMBDA = np.arange(1, 20) / 20
_SMOOTHER_DF = 3.0


def by_local_fdr(p: FloatArray) -> float:
    """Mean of crude local false discovery rates, weighted by their rank (Phipson 2013)."""
    n = len(p)
    rank = np.arange(1.0, n + 1.0)
    rates = np.minimum(n / rank * np.sort(p), 1.0)
    return float(2.0 * np.sum(rank * rates) / (n * (n + 1.0)))


def by_mean(p: FloatArray) -> float:
    """Twice the mean p-value, none counted for more than an even spread would have at its rank."""
    n = len(p)
    even = (np.arange(1.0, n + 1.0) - 0.5) / n
    return float(2.0 * np.mean(np.minimum(np.sort(p), even)))


def by_histogram(p: FloatArray, n_bins: int) -> float:
    """Mean height of the bins from the first that is no higher than those on its right (Nettleton et al. 2006)."""
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    bins = np.maximum(np.searchsorted(edges, p, side="left"), 1) - 1
    counts = np.bincount(bins, minlength=n_bins)[:n_bins]
    means = np.cumsum(counts[::-1])[::-1] / np.arange(n_bins, 0, -1)
    first = int(np.argmax(means >= counts))
    return float(means[first] / means[0])


def by_smoother(p: FloatArray) -> float:
    """A curve through the shares above each threshold, at the last of them (Storey and Tibshirani 2003); at most 1."""
    above = len(p) - np.searchsorted(np.sort(p), _LAMBDA, side="left")
    shares = above / len(p) / (1.0 - _LAMBDA)
    return float(min(smooth(_LAMBDA, shares, _SMOOTHER_DF)[-1], 1.0))
