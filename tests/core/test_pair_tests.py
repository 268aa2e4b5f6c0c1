from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from ebayes_lm.core.adjust import adjust_p
from ebayes_lm.core.ols import Status
from ebayes_lm.core.pair_tests import Pairs, false_discovery_rates, joined, shares_at, tails

EXACT = 1e-12


def pairs(explained, left, df=20.0, status=Status.ok):
    k = len(explained)
    return Pairs(
        np.arange(k), np.zeros(k, dtype=int), np.array(explained), np.array(left), np.full(k, df), np.full(k, 25),
        np.full(k, -2.0), np.full(k, 3.0), np.full(k, int(status)),
    )  # fmt: skip


def test_t_has_the_sign_of_the_effect():
    found = pairs([0.5, 0.0], [0.5, 1.0]).tested(1, None)
    assert_allclose(found.statistic, [-np.sqrt(20), 0], rtol=EXACT)
    assert_allclose(found.error, 3 * np.sqrt([0.5 / 20, 1 / 20]), rtol=EXACT)
    assert_allclose(found.p_value, [2 * stats.t.sf(np.sqrt(20), 20), 1], rtol=EXACT)


def test_several_columns_have_f_and_no_estimate():
    found = pairs([0.5], [0.5]).tested(3, None)
    assert_allclose(found.statistic, 20 / 3, rtol=EXACT)
    assert_allclose(found.p_value, stats.f.sf(20 / 3, 3, 20), rtol=EXACT)
    assert np.isnan([found.estimate, found.error]).all()


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_a_perfect_fit_and_no_test():
    perfect = pairs([1.0], [0.0]).tested(1, None)
    assert (perfect.statistic[0], perfect.p_value[0], perfect.neg_log10_p[0]) == (-np.inf, 0, np.inf)
    assert perfect.status[0] == Status.zero_variance
    none = pairs([1.0], [0.5], status=Status.no_df)
    assert np.isnan(none.tested(1, None).df).all()
    assert len(none.tested(1, 1.0).row) == 0


@pytest.mark.parametrize(("columns", "statistic"), [(1, 800.0), (2, 1e5)])
def test_tails_are_finite_far_out(columns, statistic):
    df = np.full(2, 400.0)
    p, neg_log10_p = tails(np.array([statistic, 2.0]), columns, df)
    assert p[0] == 0
    # the leading term of the tail: df / 2 times log10 of what residuals are of all
    assert_allclose(
        neg_log10_p[0], 200 * np.log10(1 + (statistic**2 if columns == 1 else 2 * statistic) / 400), rtol=0.01
    )
    assert_allclose(neg_log10_p[1], -np.log10(p[1]), rtol=EXACT)


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("p", [1e-250, 1e-8, 0.05, 0.9, 1.0])
def test_a_share_of_residuals_is_worth_its_p(p, columns):
    df = np.array([3.0, 200.0, 3.0])
    share = shares_at(p, df, columns)
    with np.errstate(divide="ignore", over="ignore"):
        found = pairs((1 - share) / share, np.ones(3))._replace(df=df).tested(columns, None)
    assert_allclose(found.neg_log10_p, -np.log10(p), rtol=1e-9, atol=1e-9)


def test_the_smallest_are_adjusted_as_among_all():
    p = np.sort(np.random.default_rng(1).uniform(size=1000)) ** 4
    p[50] = np.nan
    assert_allclose(false_discovery_rates(p, 999), adjust_p(p), rtol=EXACT)
    few = np.array([3e-5, 1e-9, 2e-5])
    assert_allclose(false_discovery_rates(few, 10**6), [1, 1e-3, 1])
    assert false_discovery_rates(np.empty(0), 5).shape == (0,)


def test_parts_are_laid_in_order():
    first, second = pairs([0.1, 0.2], [1.0, 1.0]), pairs([0.3], [1.0])
    whole = joined([first._replace(row=np.array([0, 2])), second._replace(row=np.array([1]))])
    assert_array_equal(whole.row, [0, 1, 2])
    assert_array_equal(whole.explained, [0.1, 0.3, 0.2])
