from __future__ import annotations

import numpy as np
import pytest

from ebayes_lm.core.true_nulls import by_histogram, by_local_fdr, by_mean, by_smoother
from tests.core.answers.reader import answers

#: Sums in another order.
SAME = 1e-12
#: R stops its search for the penalty a little before df are 3.
SMOOTHER = 1e-4


@answers("prop_true_null", "thresholds")
def test_as_in_limma(args, expected):
    p = args["p"]
    assert by_local_fdr(p) == pytest.approx(expected["lfdr"], rel=SAME)
    assert by_mean(p) == pytest.approx(expected["mean"], rel=SAME)
    assert by_histogram(p, 20) == pytest.approx(expected["hist"], rel=SAME)
    assert by_histogram(p, 7) == pytest.approx(expected["seven"], rel=SAME)


@answers("q_value", "thresholds")
def test_smoother_as_in_qvalue(args, expected):
    assert by_smoother(args["p"]) == pytest.approx(expected["pi0"], rel=SMOOTHER)


def test_of_an_even_spread_all_is_true():
    p = (np.arange(2000) + 0.5) / 2000
    for estimate in (by_local_fdr, by_mean, lambda p: by_histogram(p, 20), by_smoother):
        assert estimate(p) == pytest.approx(1.0, abs=2e-3)
