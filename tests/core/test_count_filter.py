from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm.core.count_filter import least_samples, seen_enough


@pytest.mark.parametrize(("smallest", "expected"), [(3, 3), (10, 10), (10.5, 10.25), (20, 15)])
def test_large_groups_need_a_share_of_what_they_have_more(smallest, expected):
    assert least_samples(smallest, 10, 0.5) == expected


def test_rates_and_totals_count():
    counts = np.array([[5, 5, 0, 0], [5, 4, 4, 4], [0, 0, 0, 40], [9, 9, 9, 9]])
    sizes = np.full(4, 1e6)
    enough = seen_enough(counts, sizes, min_rate=5.0, min_samples=2, min_total=0)
    assert_array_equal(enough, [True, False, False, True])
    assert_array_equal(seen_enough(counts, sizes, min_rate=5.0, min_samples=2, min_total=11), [0, 0, 0, 1])
    assert_array_equal(seen_enough(counts, sizes, min_rate=5.0, min_samples=1 + 1e-15, min_total=0), [1, 1, 1, 1])
    assert_array_equal(seen_enough(counts, sizes / 2, min_rate=8.0, min_samples=4, min_total=0), [0, 1, 0, 1])
