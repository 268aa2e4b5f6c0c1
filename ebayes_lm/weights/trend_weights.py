"""Weights of single observations as rows that are computed from coefficients and a trend when they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, FloatRows, IntArray
from ebayes_lm.core.mean_variance import KERNEL_VALUES, fitted_values
from ebayes_lm.data.blocks import Running, run_blocks
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.read_rows import ReadWeights
from ebayes_lm.data.sources import Source
from ebayes_lm.weights.trend_reading import CELLS, Trended


@dataclass(frozen=True, eq=False)
class TrendReader:
    """Inverse variances of the observations of some samples, by a trend at their fitted values.

    Attributes
    ----------
    samples : slice or (k,) integer array
        Positions of the samples.
    coefficients : (G, p) array
        They give the fitted values.
    x : (k, p) array
        The design of these samples.
    learned : Trended
    predictor : (G, k) array or None
        What variability may depend on beside the mean; weights are 0 where it is NaN.
    """

    samples: slice | IntArray
    coefficients: FloatArray
    x: FloatArray
    learned: Trended
    predictor: FloatArray | None

    def rows(self, at: slice, *, use_kernel: bool) -> FloatArray:
        """Weights (g, k) of some features; one where nothing is known of the trend."""
        trend, terms = self.learned.trend, self.learned.terms
        if not trend.x.size:
            return np.ones((at.stop - at.start, len(self.x)))
        means = fitted_values(self.coefficients[at], self.x)
        if terms is not None and self.predictor is not None:
            means = terms.at(means, self.predictor[at])
        weights = trend.weights(means, use_kernel=use_kernel)
        return weights if self.predictor is None else np.nan_to_num(weights, copy=False)


@dataclass(frozen=True, eq=False)
class TrendWeights(Source):
    """Weights (G, n) of all observations.

    Attributes
    ----------
    size : tuple of int
        G and n.
    readers : tuple of TrendReader
        Together they know all samples, each sample once.
    """

    size: tuple[int, int]
    readers: tuple[TrendReader, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Features, samples."""
        return self.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return np.dtype(np.float64)

    def read(self, start: int, stop: int) -> AnyArray:
        """Weights of the rows ``start`` to ``stop``."""
        at, use_kernel = slice(start, stop), self.size[0] * self.size[1] >= KERNEL_VALUES
        if len(self.readers) == 1:
            return np.ascontiguousarray(self.readers[0].rows(at, use_kernel=use_kernel))
        weights = np.empty((stop - start, self.size[1]))
        for reader in self.readers:
            weights[:, reader.samples] = reader.rows(at, use_kernel=use_kernel)
        return weights

    def held(self, matrix: FeatureMatrix, running: Running) -> FloatRows:
        """All of them in memory where values of the matrix are, else as they are asked for."""
        if not matrix.in_memory:
            return ReadWeights(self)
        (weights,) = run_blocks(lambda at: (self.read(at.start, at.stop),), *self.size, running.quiet, CELLS)
        return weights
