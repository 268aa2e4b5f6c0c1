from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.adjust import adjust_p
from ebayes_lm.errors import ArgumentError
from tests.core.answers.reader import answers

#: A product and a quotient of small integers with p, in another order than R's.
ADJUST_RTOL = 1e-13

STATSMODELS = {
    "BH": "fdr_bh",
    "BY": "fdr_by",
    "holm": "holm",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "bonferroni": "bonferroni",
}


@answers("adjust_p")
def test_as_in_r(args, expected):
    assert_allclose(adjust_p(args["p"], method=args["method"]), expected["value"], rtol=ADJUST_RTOL)


@pytest.mark.parametrize("method", STATSMODELS)
def test_as_in_statsmodels(method):
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(5)
    for n in (1, 2, 3, 7, 50):
        for p in (rng.random(n), rng.random(n) ** 5, np.round(rng.random(n) ** 2, 1)):
            assert_allclose(adjust_p(p, method), multipletests(p, method=STATSMODELS[method])[1], rtol=1e-12)


def test_missing_values_do_not_count():
    assert_array_equal(adjust_p([0.01, np.nan, 0.02], "bonferroni"), [0.02, np.nan, 0.04])
    assert_array_equal(adjust_p([np.nan, np.nan]), [np.nan, np.nan])
    assert adjust_p([]).shape == (0,)


def test_input_is_left_alone():
    p = np.array([0.3, 0.1])
    adjust_p(p, "none")[0] = 9.0
    adjust_p(p)
    assert_array_equal(p, [0.3, 0.1])


def test_refusals():
    with pytest.raises(ArgumentError, match=r"'holmes' is unknown; allowed are .*'holm'.* Did you mean 'holm'"):
        adjust_p([0.1], method="holmes")
    with pytest.raises(ArgumentError, match=r"2 of 3 p-values lie outside \[0, 1\] \(first: -0.1\)"):
        adjust_p([-0.1, 0.5, 2.0])
    with pytest.raises(ArgumentError, match="2 dimensions"):
        adjust_p([[0.1], [0.2]])
