from __future__ import annotations

from itertools import permutations

import numpy as np
from numpy.testing import assert_array_equal

from ebayes_lm.core.in_order import InOrder, added


def test_parts_are_joined_as_they_stand_whoever_comes_first():
    parts = [(slice(0, 3), "a"), (slice(3, 4), "b"), (slice(4, 9), "c"), (slice(9, 11), "d")]
    for order in permutations(parts):
        joined = InOrder(lambda some, others: some + others)
        for at, part in order:
            joined.add(part, at)
        assert joined.whole == "abcd"


def test_sums_of_several_arrays():
    total = InOrder(added)
    for k in (2, 0, 1):
        total.add((np.full(2, 0.1 * k), np.ones(())), slice(k, k + 1))
    sums, count = total.whole
    assert_array_equal(sums, 0.0 + 0.1 + np.full(2, 0.2))
    assert count == 3
