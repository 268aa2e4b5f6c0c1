from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError

SAMPLES = pd.DataFrame({"group": list("ABABAB"), "patient": list("uuvvww")}, index=[f"s{i}" for i in range(6)])
Y = pd.DataFrame(np.random.default_rng(0).normal(size=(12, 6)), columns=SAMPLES.index)


def fit(**options):
    return el.lm_fit(Y, "~ group", samples=SAMPLES, **options)


@pytest.mark.parametrize(
    "block", [SAMPLES["patient"], SAMPLES["patient"].iloc[::-1], list("uuvvww"), np.array([7, 7, 3, 3, 5, 5])]
)
def test_a_column_or_a_vector(block):
    assert_array_equal(
        fit(block=block, correlation=0.3).stdev_unscaled, fit(block="patient", correlation=0.3).stdev_unscaled
    )


def test_an_estimated_correlation_goes_in_whole():
    found = SimpleNamespace(consensus=0.3)
    assert_array_equal(fit(block="patient", correlation=found).sigma, fit(block="patient", correlation=0.3).sigma)


def test_pairs_are_compared_within():
    """With a correlation near one, a paired difference is nearly all that counts."""
    mod = fit(block="patient", correlation=0.999).ordinary()
    y = Y.to_numpy()
    differences = y[:, 1::2] - y[:, ::2]
    assert_allclose(mod.coefficients["groupB"], differences.mean(axis=1), rtol=1e-10)


def test_one_row_a_feature_is_no_duplicate():
    assert_allclose(fit(ndups=1, correlation=0.5).sigma, fit().sigma, rtol=1e-13)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"correlation": 0.3}, "correlation= is given without block= or ndups="),
        ({"spacing": 2}, "spacing= is given without"),
        ({"block": "patient"}, "need correlation="),
        ({"ndups": 2}, "need correlation="),
        ({"block": "patient", "ndups": 2, "correlation": 0.1}, "cannot be combined"),
        ({"block": "patient", "correlation": 1.0}, "between -1 and 1; got 1"),
        ({"block": "patient", "correlation": float("nan")}, "got nan"),
        ({"ndups": 5, "correlation": 0.3}, "12 rows do not divide"),
    ],
)
def test_what_does_not_go_together(options, message):
    with pytest.raises(ArgumentError, match=message):
        fit(**options)
