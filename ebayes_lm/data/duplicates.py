"""Features that were measured more than once in each sample: their rows brought side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, IntArray
from ebayes_lm.data.derived import DerivedSource
from ebayes_lm.data.fingerprints import digest
from ebayes_lm.data.read_rows import ReadWeights
from ebayes_lm.data.weights import Weights
from ebayes_lm.errors import ArgumentError, counted

if TYPE_CHECKING:
    from ebayes_lm.data.matrix import FeatureMatrix


@dataclass(frozen=True)
class Duplicates:
    """Rows of a matrix come in groups of ``count * spacing``, in which duplicates stand ``spacing`` rows apart.

    ``spacing=1`` puts duplicates next to each other; half the number of rows puts them in the halves of the matrix.
    """

    count: int
    spacing: int

    def rows(self, start: int, stop: int) -> IntArray:
        """Rows (features, count) of the features ``start`` to ``stop``."""
        feature = np.arange(start, stop)
        first = feature // self.spacing * (self.spacing * self.count) + feature % self.spacing
        return first[:, None] + np.arange(self.count) * self.spacing

    def check(self, n_rows: int) -> None:
        """Refuse rows that do not make whole groups.

        Raises
        ------
        ArgumentError
            The number of rows is not a multiple of ``count * spacing``.
        """
        group = self.count * self.spacing
        if n_rows % group:
            raise ArgumentError(
                f"{counted(n_rows, 'row')} do not divide into groups of ndups * spacing = {group:,}; every feature "
                f"needs {self.count} rows, {self.spacing} apart"
            )

    def side_by_side(self, values: AnyArray) -> AnyArray:
        """Rows (g, n) as features (g / count, n * count), duplicates of a sample next to each other."""
        at = self.rows(0, len(values) // self.count)
        laid: AnyArray = values[at].transpose(0, 2, 1).reshape(len(at), -1)
        return laid

    def weights(self, weights: Weights, n_samples: int) -> Weights:
        """Weights in the arrangement of :meth:`side_by_side`."""
        if weights.features is not None:
            whole = np.broadcast_to(weights.features[:, None], (len(weights.features), n_samples))
            return Weights(cells=self.side_by_side(whole))
        if isinstance(weights.cells, ReadWeights):
            return Weights(cells=ReadWeights(DuplicateSource(weights.cells.source, self)))
        if weights.cells is not None:
            return Weights(cells=self.side_by_side(np.asarray(weights.cells)))
        return Weights(samples=None if weights.samples is None else np.repeat(weights.samples, self.count))


@dataclass(frozen=True, eq=False)
class DuplicateSource(DerivedSource):
    """Rows of another source with duplicates side by side."""

    duplicates: Duplicates

    @property
    def shape(self) -> tuple[int, int]:
        """Features, samples times duplicates."""
        rows, samples = self.source.shape
        return rows // self.duplicates.count, samples * self.duplicates.count

    @property
    def grain(self) -> int:
        """Features whose rows are stored together."""
        return max(1, self.source.grain // self.duplicates.count)

    def read(self, start: int, stop: int) -> AnyArray:
        """Features ``start`` to ``stop``; rows that lie far apart are read apart."""
        at = self.duplicates.rows(start, stop)
        found = np.empty((len(at), self.source.shape[1], self.duplicates.count), dtype=self.dtype)
        wanted = np.unique(at)
        for band in np.split(wanted, np.flatnonzero(np.diff(wanted) > 1) + 1) if len(wanted) else []:
            low, high = int(band[0]), int(band[-1]) + 1
            rows = self.source.read(low, high)
            features, measurement = np.nonzero((at >= low) & (at < high))
            found[features, :, measurement] = rows[at[features, measurement] - low]
        return found.reshape(len(at), -1)

    def fingerprint(self) -> str:
        """Of the rows as they were, and how they are laid."""
        return digest(self.source.fingerprint(), self.duplicates)


def with_duplicates(matrix: FeatureMatrix, duplicates: Duplicates) -> FeatureMatrix:
    """A matrix whose features have all their measurements in one row, under the label of the first."""
    duplicates.check(matrix.shape[0])
    first = duplicates.rows(0, matrix.shape[0] // duplicates.count)[:, 0]
    return replace(
        matrix,
        source=DuplicateSource(matrix.source, duplicates),
        features=matrix.features[first],
        samples=pd.Index(np.repeat(matrix.samples.to_numpy(), duplicates.count)),
        annotation=None if matrix.annotation is None else matrix.annotation.iloc[first],
    )
