"""Stores that hold samples one after another, and count how they are read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.sources import SampleMajor

#: Too little for the matrices of these tests to be turned round in memory.
SHORT = "1MB"


@dataclass(frozen=True, eq=False)
class Samples(SampleMajor):
    """Samples of an array of features x samples; ``reads`` lists what was asked for."""

    values: np.ndarray
    together: int = 1
    reads: list = field(default_factory=list)
    rows_read: list = field(default_factory=list)

    @property
    def shape(self):
        return self.values.shape

    @property
    def dtype(self):
        return self.values.dtype

    @property
    def sample_grain(self):
        return self.together

    def read(self, start, stop):
        self.rows_read.append((start, stop))
        return np.ascontiguousarray(self.values[start:stop])

    def read_samples(self, start, stop):
        self.reads.append((start, stop))
        return np.ascontiguousarray(self.values[:, start:stop].T)


def matrix_of(source):
    features, samples = source.shape
    return FeatureMatrix(source, pd.RangeIndex(features), pd.RangeIndex(samples))


def sampled(values, together=1):
    """A matrix over such a store."""
    return matrix_of(Samples(values, together))
