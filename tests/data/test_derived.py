"""What a derived source says of itself where it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from ebayes_lm.data.blocks import Running
from ebayes_lm.data.derived import DerivedSamples, DerivedSource
from ebayes_lm.data.mapped import MappedSamples, MappedSource, mapped
from ebayes_lm.data.scratch import by_features
from ebayes_lm.data.sources import Band, SampleMajor
from tests.data.sample_stores import Samples

VALUES = np.arange(35.0).reshape(7, 5)
SAID = ("shape", "dtype", "grain", "band", "scratch_bytes")


class Peculiar(Samples):
    """Nothing of it is what a source has by default."""

    grain, band, scratch_bytes = 3, Band(40, 2), 280
    sample_grain, sample_band, read_copies = 2, Band(30, 1), 4


@dataclass(frozen=True, eq=False)
class Same(DerivedSource):
    def read(self, start, stop):
        return self.source.read(start, stop)


@dataclass(frozen=True, eq=False)
class SameSamples(DerivedSamples, Same):
    def read_samples(self, start, stop):
        return self.source.read_samples(start, stop)


@pytest.mark.parametrize("kind", [Same, SameSamples])
def test_it_is_what_the_other_source_says(kind):
    source = Peculiar(VALUES)
    derived = kind(source)
    names = (*SAID, "sample_grain", "sample_band", "read_copies") if kind is SameSamples else SAID
    assert [getattr(derived, name) for name in names] == [getattr(source, name) for name in names]
    np.testing.assert_array_equal(derived.rows_at(np.array([6, 0, 1])), VALUES[[6, 0, 1]])


def test_rows_of_samples_are_derived_from_what_is_turned_round():
    turned = by_features(Same(Same(Peculiar(VALUES))), Running())
    assert isinstance(turned, Same)
    assert not isinstance(turned.source.source, SampleMajor)
    np.testing.assert_array_equal(turned.read(2, 6), VALUES[2:6])


def test_samples_stay_samples_where_functions_are_applied():
    assert isinstance(mapped(SameSamples(Peculiar(VALUES)), np.sqrt), MappedSamples)
    assert isinstance(mapped(SameSamples(Peculiar(VALUES)), np.sqrt), MappedSource)
    assert not isinstance(mapped(Same(Peculiar(VALUES)), np.sqrt), MappedSamples)
