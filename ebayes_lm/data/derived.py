"""Rows that are made of those of another source, which knows all that the change leaves as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ebayes_lm.data.sources import Band, SampleMajor, Source


@dataclass(frozen=True, eq=False)
class DerivedSource(Source):
    """Rows made of those of another source; a subclass says what it changes.

    Attributes
    ----------
    source : Source
    """

    source: Source

    @property
    def shape(self) -> tuple[int, int]:
        """Features, samples."""
        return self.source.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.source.dtype

    @property
    def grain(self) -> int:
        """Rows that are stored together."""
        return self.source.grain

    @property
    def band(self) -> Band:
        """What the other source holds beside blocks of fewer rows."""
        return self.source.band

    @property
    def scratch_bytes(self) -> int:
        """Size of a scratch file that was made for the other source."""
        return self.source.scratch_bytes


@dataclass(frozen=True, eq=False)
class DerivedSamples(DerivedSource, SampleMajor):
    """The same of a source that holds samples one after another."""

    source: SampleMajor

    @property
    def sample_grain(self) -> int:
        """Samples that are stored together."""
        return self.source.sample_grain

    @property
    def sample_band(self) -> Band:
        """What the other source holds beside blocks of fewer samples."""
        return self.source.sample_band

    @property
    def read_copies(self) -> int:
        """Copies of a block of samples while it is read."""
        return self.source.read_copies
