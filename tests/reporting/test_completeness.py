"""What is missing, counted and told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.reporting.completeness import (
    Completeness,
    completeness,
    describe_completeness,
    describe_lacking_tests,
    percent,
)

SAMPLES = pd.DataFrame({"group": list("AAABBB")}, index=list("uvwxyz"))


@pytest.fixture
def values():
    made = pd.DataFrame(np.random.default_rng(2).normal(size=(30, 6)), columns=SAMPLES.index)
    made.iloc[0, 0] = made.iloc[1, 5] = np.nan
    made.iloc[2] = np.nan
    made.iloc[3, :4] = np.nan
    return made


def test_counts(values):
    fit = el.lm_fit(values, "~ group", samples=SAMPLES, min_observed=3)
    expected = Completeness(12, 180, 4, 30, few=1, empty=1)
    assert completeness(fit) == expected
    assert completeness(fit.ebayes(legacy=False)) == expected


def test_samples_of_weight_zero_are_not_missing(values):
    weights = pd.Series([0.0, 1, 1, 1, 1, 1], index=SAMPLES.index)
    found = completeness(el.lm_fit(values.iloc[4:], "~ group", samples=SAMPLES, weights=weights))
    assert (found.missing, found.of, found.features) == (0, 130, 0)


def test_values_of_weight_zero_are_missing(values):
    weights = np.ones((26, 6))
    weights[0, :2] = 0.0
    found = completeness(el.lm_fit(values.iloc[4:], "~ group", samples=SAMPLES, weights=weights))
    assert (found.missing, found.features) == (2, 1)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Completeness(0, 10, 0, 5), ""),
        (Completeness(1, 1000, 1, 5), "1 of 1,000 values (under 1%) is missing, in 1 of 5 features; each"),
        (Completeness(9, 10, 4, 5, few=2, empty=3), "2 features with too few observations are not fitted. 3 features"),
        (Completeness(0, 10, 0, 5, empty=1), "1 feature has nothing to fit."),
    ],
)
def test_sentences(found, text):
    assert text in describe_completeness(found)
    assert bool(text) == bool(describe_completeness(found))


def test_features_without_test():
    table = pd.DataFrame({"logFC": [1.0, np.nan, 2.0], "P.Value": [0.1, np.nan, np.nan]})
    text = describe_lacking_tests(table)
    assert text.startswith("In 1 of 3 features the observed samples cannot estimate it")
    assert text.endswith("1 feature has an estimate without a standard error, and no test.")
    assert describe_lacking_tests(table.head(1)) == ""


def test_shares_are_never_nothing():
    assert [percent(share) for share in (0.5, 0.006, 1e-6)] == ["50%", "1%", "under 1%"]
