from __future__ import annotations

import numpy as np
import pytest

from ebayes_lm.core.pairwise_sum import PairwiseSum


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 13])
def test_the_order_of_arrival_does_not_matter(count: int) -> None:
    rng = np.random.default_rng(count)
    parts = [(rng.normal(size=(2, 2)) * 10.0 ** rng.integers(-8, 8), np.array([1.0])) for _ in range(count)]
    totals = []
    for _ in range(4):
        total = PairwiseSum()
        for number in rng.permutation(count):
            total.add(int(number), parts[number])
        totals.append(total.total())
    assert all(np.array_equal(totals[0][0], other[0]) for other in totals)
    assert totals[0][1] == count
    np.testing.assert_allclose(totals[0][0], np.sum([part[0] for part in parts], axis=0), rtol=1e-12)


def test_few_parts_wait() -> None:
    total = PairwiseSum()
    for number in range(1, 1000):  # the first one is late, and holds up one part at every level
        total.add(number, (np.ones(1),))
        assert len(total._waiting) <= 2 * 10
    total.add(0, (np.ones(1),))
    assert total.total()[0] == 1000
