from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm.data.stores.layout import LARGEST_BAND, Bands, banded, reading_of


@pytest.mark.parametrize(
    ("shape", "chunks", "expected"),
    [
        ((200_000, 500), (1000, 500), (False, 1000, 500)),
        ((200_000, 500), (1, 500), (False, 1, 500)),
        ((200_000, 500), (200_000, 1), (True, 200_000, 1)),
        ((20_000, 500), (20_000, 1), (False, 20_000, 1)),
        ((900_000, 10_000), (10_000, 10_000), (False, 10_000, 10_000)),
        ((900_000, 10_000), (20_000, 100), (True, 20_000, 100)),
        ((50, 4), (64, 64), (False, 50, 4)),
    ],
)
def test_features_are_read_where_a_band_of_them_can_be_held(shape, chunks, expected):
    assert reading_of(shape, chunks, 4) == expected
    assert expected[0] is False or chunks[0] * shape[1] * 4 > LARGEST_BAND


@pytest.mark.parametrize("size", [1, 3, 4, 5, 8, 11, 40])
def test_bands_are_read_once_by_blocks_in_order(size):
    values, read = np.arange(80.0).reshape(40, 2), []

    def counting(start, stop):
        read.append((start, stop))
        return values[start:stop]

    bands = Bands(counting, 40, 4)
    for start in range(0, 40, size):
        block = bands.read(start, min(start + size, 40))
        assert_array_equal(block, values[start : start + size])
        assert block.flags.c_contiguous
    assert sum(stop - start for start, stop in read) == 40


def test_a_band_is_shorter_at_the_end():
    values = np.arange(22.0).reshape(11, 2)
    bands = Bands(lambda start, stop: values[start:stop], 11, 4)
    assert_array_equal(bands.read(7, 11), values[7:])
    assert_array_equal(bands.read(9, 10), values[9:10])


def test_bands_that_cannot_be_held_are_not_kept():
    def straight(start, stop):
        return np.zeros((stop - start, 1))

    assert banded(straight, 10, 5, LARGEST_BAND) is straight
    assert banded(straight, 10, 5, 8) is not straight
