"""How a matrix in chunks is read at little cost: by features or by samples, and how many at a time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.sources import Band

#: Bytes of a band of chunks across all samples that may be held while its rows are worked through.
LARGEST_BAND = 1 << 28


class Reading(NamedTuple):
    """How chunks are read.

    Attributes
    ----------
    by_samples : bool
        Samples are cheap to read, features are not.
    grain, sample_grain : int
        Features, and samples, that are stored together.
    """

    by_samples: bool
    grain: int
    sample_grain: int


def reading_of(shape: tuple[int, int], chunks: tuple[int, int], itemsize: int) -> Reading:
    """How to read a matrix of features and samples by the extent of its chunks along each of them.

    A band of chunks across all samples is read once and serves the rows in it, whatever the order of the axes in the
    file, as long as it can be held. Above that, the axis is read along which a band is smaller. What is not in chunks
    has chunks of one row.
    """
    features, samples = shape
    grain, sample_grain = min(chunks[0], features), min(chunks[1], samples)
    band, sample_band = grain * samples * itemsize, sample_grain * features * itemsize
    return Reading(band > LARGEST_BAND and sample_band < band, grain, sample_grain)


def banded(
    read: Callable[[int, int], AnyArray], rows: int, grain: int, row_bytes: int
) -> Callable[[int, int], AnyArray]:
    """A function that reads rows by whole bands and keeps what is asked for next, as far as a band can be held."""
    return Bands(read, rows, grain).read if grain * row_bytes <= LARGEST_BAND else read


def band_of(nbytes: int, unpacking: int) -> Band:
    """What parts of a band of so many bytes take beside themselves: the band is kept if it is small enough."""
    return Band(nbytes if nbytes <= LARGEST_BAND else 0, unpacking)


class Bands:
    """Rows out of bands of ``grain`` rows that are read as one.

    Whole bands are read straight. Where a part is asked for, its band is kept for those who ask for the next part, in
    the order of the rows, and goes before the next band is read.
    """

    def __init__(self, read: Callable[[int, int], AnyArray], rows: int, grain: int) -> None:
        self._read, self._rows, self._grain = read, rows, grain
        self._lock = Lock()
        self._first, self._kept = -1, np.empty(0)

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop`` as a C-contiguous array."""
        if start % self._grain == 0 and (stop % self._grain == 0 or stop == self._rows):
            return self._read(start, stop)
        parts = []
        for first in range(start - start % self._grain, stop, self._grain):
            with self._lock:  # copies, so that nobody holds the band for its rows
                parts.append(self._band(first)[max(start - first, 0) : stop - first].copy())
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _band(self, first: int) -> AnyArray:
        """The band that begins there."""
        if first != self._first:
            self._first, self._kept = -1, np.empty(0)
            self._kept = self._read(first, min(first + self._grain, self._rows))
            self._first = first
        return self._kept
