from __future__ import annotations

import numpy as np
import pytest

from ebayes_lm.core.prior_options import PriorOptions, winsor_tails
from ebayes_lm.errors import ArgumentError

EQUAL, DIFFERENT = np.array([4.0, 0.0, 4.0]), np.array([4.0, 0.0, 3.0])


@pytest.mark.parametrize(
    ("options", "df", "moments"),
    [
        ({}, EQUAL, True),
        ({}, DIFFERENT, False),
        ({}, np.asarray(4.0), True),
        ({}, np.zeros(3), True),
        ({"legacy": True}, DIFFERENT, True),
        ({"legacy": False}, EQUAL, False),
        ({"span": 0.5}, EQUAL, False),
        ({"robust": True}, EQUAL, True),
    ],
    ids=str,
)
def test_which_estimator(options, df, moments):
    assert PriorOptions(**options).uses_moments(df) is moments


def test_one_share_stands_for_both_tails():
    assert winsor_tails(0.1) == (0.1, 0.1)
    assert winsor_tails(np.array([0.05, 0.1])) == (0.05, 0.1)
    with pytest.raises(ArgumentError, match=r"from 0 to below 0\.5"):
        winsor_tails((0.1, np.nan))


def test_booleans_of_numpy_are_booleans():
    options = PriorOptions.checked(None, np.True_, (0.05, 0.1), np.False_)
    assert (options.robust, options.legacy) == (True, False)
