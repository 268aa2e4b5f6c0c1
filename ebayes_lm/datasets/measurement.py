"""The matrix of a simulation, written block by block into one array."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.datasets.layout import Layout
from ebayes_lm.datasets.parameters import Parameters

# Cells of one block: 8 MB as float64, so that its few temporaries stay small beside the matrix.
_BLOCK_CELLS = 2**20

# Counts stay below this, so that 32 bits hold them whatever the tail of the variances does.
_LARGEST_MEAN_COUNT = 2.0**30

# A dispersion below this is as good as Poisson, and keeps the shape of the gamma finite.
_SMALLEST_DISPERSION = 1e-12


def measure(given: Parameters, layout: Layout, truth: pd.DataFrame, rng: np.random.Generator) -> AnyArray:
    """(features, samples) log2 expression, or counts."""
    noise, gaps = rng.spawn(2)
    reads = _log2_reads_per_unit(layout, truth) if given.counts else np.empty(0)
    out = np.empty((len(truth), len(layout.samples)), dtype=given.value_type())
    for rows, expected in _expectations(layout, truth):
        if given.counts:
            out[rows] = _counts(expected, truth["dispersion"].to_numpy()[rows], reads, noise)
            continue
        spread = np.sqrt(truth["sigma2"].to_numpy()[rows, None])
        out[rows] = expected + spread * noise.standard_normal(expected.shape)
        if given.missing:
            # Gaps come from a stream of their own: the values between them do not depend on the share missing.
            out[rows][gaps.random(expected.shape) < given.missing] = np.nan
    return out


def _expectations(layout: Layout, truth: pd.DataFrame) -> Iterator[tuple[slice, FloatArray]]:
    """Rows and their (rows, samples) expected log2 values."""
    names = list(layout.columns)
    acting, mean = layout.matrix(names), truth["mean"].to_numpy()
    effects = truth[names].to_numpy(dtype=np.float64)
    step = max(1, _BLOCK_CELLS // len(layout.samples))
    for start in range(0, len(truth), step):
        rows = slice(start, start + step)
        yield rows, mean[rows, None] + effects[rows] @ acting.T


def _log2_reads_per_unit(layout: Layout, truth: pd.DataFrame) -> FloatArray:
    """(samples,) log2 of the reads expected for an abundance of one.

    The total is that of the means, the same for all samples, so that effects stay what the truth says.
    """
    depth = layout.samples["depth"].to_numpy(dtype=np.float64)
    total = float(np.logaddexp2.reduce(truth["mean"].to_numpy(dtype=np.float64)))
    reads: FloatArray = np.log2(depth) - total
    return reads


def _counts(
    expected: FloatArray, dispersion: FloatArray, reads: FloatArray, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Poisson counts around gamma distributed rates."""
    mean = np.exp2(np.minimum(expected + reads, np.log2(_LARGEST_MEAN_COUNT)))
    spread = np.maximum(dispersion, _SMALLEST_DISPERSION)[:, None]
    rates = rng.gamma(1.0 / spread, mean * spread)
    return rng.poisson(np.minimum(rates, _LARGEST_MEAN_COUNT))
