from __future__ import annotations

import numpy as np
import pytest

from ebayes_lm.core.convex_density import convex_decreasing
from tests.core.answers.reader import answers

#: A hundred rounds, each of which follows from sums in another order.
SAME = 1e-9


@answers("prop_true_null", "thresholds")
def test_as_in_limma(args, expected):
    assert convex_decreasing(args["p"]) == pytest.approx(expected["convest"], rel=SAME)


def test_nulls_and_others():
    rng = np.random.default_rng(1)
    assert convex_decreasing(rng.random(5000)) == pytest.approx(1.0, abs=0.05)
    assert convex_decreasing(np.append(rng.random(3000), rng.beta(0.3, 9, 2000))) == pytest.approx(0.6, abs=0.05)


def test_order_does_not_matter():
    p = np.random.default_rng(2).beta(0.5, 2, 300)
    assert convex_decreasing(p) == pytest.approx(convex_decreasing(p[::-1]), rel=SAME)
