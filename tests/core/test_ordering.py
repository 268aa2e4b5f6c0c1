import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from scipy.stats import rankdata

from ebayes_lm.core.ordering import mean_ranks, stable_order, trimmed_mean

FEW_VALUES = st.sampled_from([-np.inf, -1.0, -0.0, 0.0, 0.5, 2.0, np.inf, np.nan])


@given(arrays(np.float64, st.integers(0, 60), elements=FEW_VALUES))
def test_equals_numpys_stable_sort(key):
    assert stable_order(key).tolist() == np.argsort(key, kind="stable").tolist()


@pytest.mark.parametrize("digits", [0, 1, 2, 3, 16])
def test_many_values_with_and_without_ties(digits):
    key = np.random.default_rng(digits).normal(size=20_000).round(digits)
    assert np.array_equal(stable_order(key), np.argsort(key, kind="stable"))


@given(arrays(np.float64, st.integers(0, 60), elements=FEW_VALUES), st.randoms(use_true_random=False))
def test_a_guess_changes_nothing(key, random):
    guess = list(range(len(key)))
    random.shuffle(guess)
    expected = np.argsort(key, kind="stable").tolist()
    assert stable_order(key, np.array(guess, dtype=np.intp)).tolist() == expected
    assert stable_order(key, np.argsort(key)).tolist() == expected


@given(arrays(np.float64, st.integers(0, 60), elements=FEW_VALUES.filter(lambda x: x == x)))
def test_equal_values_share_the_mean_of_their_ranks(values):
    assert mean_ranks(values).tolist() == rankdata(values).tolist()


@pytest.mark.parametrize("trim", [0, 0.1, 0.15, 0.3, 0.49, 0.5])
@pytest.mark.parametrize("n", [1, 2, 3, 7, 20])
def test_trimmed_mean(trim, n):
    values = np.random.default_rng(n).normal(size=n)
    cut = int(n * trim)
    kept = sorted(values)[cut : n - cut]
    expected = np.median(values) if trim == 0.5 else sum(kept) / len(kept)
    assert_allclose(trimmed_mean(np.r_[values, np.nan], trim), expected, rtol=1e-13)


def test_the_mean_of_nothing():
    assert np.isnan(trimmed_mean(np.array([np.nan]), 0.15))
