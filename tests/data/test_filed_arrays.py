from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm.core.rooms import MEMORY
from ebayes_lm.data.filed_arrays import Files

PARTS = {
    start: (np.arange(start, start + rows), np.full((rows, 3), start / 7), np.empty((rows, 0)), np.ones(rows, bool))
    for start, rows in ((0, 5), (10, 1), (20, 4000), (5000, 2))
}


@pytest.mark.parametrize("order", [[0, 10, 20, 5000], [20, 0, 5000, 10]])
def test_a_pile_in_files_is_one_in_memory(tmp_path, order):
    room = Files(tmp_path, nullcontext)
    found, wanted = room.pile(), MEMORY.pile()
    for start in order:
        for pile in (found, wanted):
            pile.add(start, PARTS[start])
            pile.add(start + 3, ())
        room.settle()
    laid, expected = found.laid(), wanted.laid()
    for array, other in zip(laid, expected, strict=True):
        assert_array_equal(array, other)
        assert (array.dtype, array.shape) == (other.dtype, other.shape)
        assert type(array) is np.ndarray
    assert_array_equal(laid[0], np.concatenate([PARTS[start][0] for start in sorted(order)]))
    assert_array_equal(np.load(room.made[0])[:3], PARTS[order[0]][0][:3])
    assert found.laid() == () == MEMORY.pile().laid()


def test_arrays_are_those_of_their_files(tmp_path):
    room = Files(tmp_path, nullcontext)
    array = room.lay((6, 2), np.dtype(np.int32))
    for at in room.blocks(6):
        array[at] = 3
    assert_array_equal(np.load(room.made[0]), array)
    assert room.lay((0, 2), np.dtype(np.int32)).shape == (0, 2)
    assert len(room.made) == 1
