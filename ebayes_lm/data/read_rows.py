"""Rows of a source in the place of an array, read when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, FloatRows, IntArray
from ebayes_lm.data.derived import DerivedSource
from ebayes_lm.data.fingerprints import digest
from ebayes_lm.data.sources import Source
from ebayes_lm.errors import DataError


@dataclass(frozen=True, eq=False)
class ReadWeights:
    """Weights (G, n) of observations that are read or computed by row: what fits ask of an array, and no more.

    Attributes
    ----------
    source : Source
        Its rows are safe to read from several threads.
    """

    source: Source
    ndim = 2
    dtype = np.dtype(np.float64)

    @property
    def shape(self) -> tuple[int, ...]:
        """Features, samples."""
        return self.source.shape

    def __len__(self) -> int:
        return self.source.shape[0]

    def __getitem__(self, rows: Any) -> FloatArray:
        """Weights of some rows, by slice or position.

        Raises
        ------
        DataError
            One of them is negative or not finite.
        """
        if not isinstance(rows, slice) or rows.step not in (None, 1):
            return self.take(rows)[:]
        start, stop, _ = rows.indices(len(self))
        weights = np.asarray(self.source.read(start, max(start, stop)), dtype=np.float64)
        fits = np.isfinite(weights) & (weights >= 0)
        if not fits.all():
            raise DataError(
                f"weights must be finite and not negative; {np.count_nonzero(~fits):,} of those that are stored for "
                f"the features {start:,} to {stop - 1:,} are not. Weight 0 leaves an observation out"
            )
        return weights

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> AnyArray:
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)

    def __mul__(self, factor: FloatRows) -> ReadWeights:
        return ReadWeights(_Multiplied(self.source, factor))

    def take(self, rows: Any, axis: int = 0) -> ReadWeights:
        """The weights of some rows, in any order."""
        return ReadWeights(ChosenRows(self.source, np.arange(len(self))[rows]))


@dataclass(frozen=True, eq=False)
class ChosenRows(DerivedSource):
    """Some rows of another source.

    Attributes
    ----------
    positions : (g,) integer array
        Rows of the other source, in any order.
    """

    positions: IntArray

    @property
    def shape(self) -> tuple[int, int]:
        """Chosen features, samples."""
        return (len(self.positions), self.source.shape[1])

    @property
    def grain(self) -> int:
        """Chosen rows may come from anywhere: none is read for the sake of another."""
        return 1

    def read(self, start: int, stop: int) -> AnyArray:
        """Chosen rows ``start`` to ``stop``."""
        return self.source.rows_at(self.positions[start:stop])

    def fingerprint(self) -> str:
        """Of all rows, and which are chosen."""
        return digest(self.source.fingerprint(), self.positions)


@dataclass(frozen=True, eq=False)
class _Multiplied(DerivedSource):
    """Rows of a source times weights of samples (n,), or of observations."""

    factor: FloatRows

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float64)

    def read(self, start: int, stop: int) -> AnyArray:
        factor = self.factor[start:stop] if self.factor.ndim == 2 else self.factor[:]
        product: AnyArray = np.multiply(self.source.read(start, stop), factor, dtype=np.float64)
        return product
