"""Some samples of a matrix, as its values are read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, IntArray
from ebayes_lm.data.derived import DerivedSamples, DerivedSource
from ebayes_lm.data.fingerprints import digest
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.sources import SampleMajor


@dataclass(frozen=True, eq=False)
class ChosenSource(DerivedSource):
    """Rows of another source with some of its samples.

    Attributes
    ----------
    positions : (n,) integer array
        Samples of the other source, in any order.
    """

    positions: IntArray

    @property
    def shape(self) -> tuple[int, int]:
        """Features, chosen samples."""
        return (self.source.shape[0], len(self.positions))

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``.

        Whole rows are read a piece at a time: none is larger than what is returned, or than what is stored together.
        """
        found = np.empty((stop - start, len(self.positions)), dtype=self.dtype)
        for low, high in self._pieces(start, stop):
            found[low - start : high - start] = self.source.read(low, high)[:, self.positions]
        return found

    def fingerprint(self) -> str:
        """Of the values of all samples, and which are chosen."""
        return digest(self.source.fingerprint(), self.positions)

    def _pieces(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Where pieces begin and end; cuts lie where what is stored together ends."""
        grain = self.grain
        rows = (stop - start) * len(self.positions) // self.source.shape[1]
        step = max(1, rows // grain) * grain
        inner = range(start - start % grain + step, stop, step)
        return list(pairwise((start, *inner, stop)))


@dataclass(frozen=True, eq=False)
class ChosenSamples(DerivedSamples, ChosenSource):
    """The same of a source that holds samples one after another; samples that are not chosen are not read."""

    def read_samples(self, start: int, stop: int) -> AnyArray:
        """Chosen samples ``start`` to ``stop``: what is stored together is read once where they stand in its order."""
        wanted = self.positions[start:stop]
        found = np.empty((len(wanted), self.shape[0]), dtype=self.dtype)
        cuts = [0, *(np.flatnonzero(np.diff(wanted // self.sample_grain)) + 1).tolist(), len(wanted)]
        for low, high in pairwise(cuts):
            band = wanted[low:high]
            first = int(band.min())
            found[low:high] = self.source.read_samples(first, int(band.max()) + 1)[band - first]
        return found


def with_samples(matrix: FeatureMatrix, positions: IntArray) -> FeatureMatrix:
    """A matrix with some of its samples, in the order of their positions; nothing is read.

    Weights of observations and a design that the container carries are left behind.
    """
    positions = np.asarray(positions, dtype=np.intp)
    if np.array_equal(positions, np.arange(matrix.shape[1])):
        return matrix
    source, table = matrix.source, matrix.sample_table
    return replace(
        matrix,
        source=ChosenSamples(source, positions) if isinstance(source, SampleMajor) else ChosenSource(source, positions),
        samples=matrix.samples[positions] if matrix.has_sample_names else pd.RangeIndex(len(positions)),
        sample_table=None if table is None else table.iloc[positions],
        design=None,
        weights=None,
    )
