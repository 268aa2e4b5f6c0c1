from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from ebayes_lm.core.odds import log_odds, mixture_variance
from ebayes_lm.core.tails import log_t_p_value, t_quantile_from_log
from tests.core.answers.reader import answers

#: Quantiles of t, of which R has 11 to 12 digits, and differences of squares of them.
ODDS_RTOL = 1e-10


@answers("log_odds")
def test_as_in_limma(args, expected):
    t, u, df_total, proportion = args["t"], args["stdev_unscaled"], args["df_total"], args["proportion"]
    limits = (args["lower"] ** 2 / args["s2_prior"], args["upper"] ** 2 / args["s2_prior"])
    variance = mixture_variance(t, u, df_total, proportion, limits)
    assert_allclose(variance, expected["var_prior"], rtol=ODDS_RTOL)
    lods = log_odds(t, u, df_total, args["df_prior"], variance, proportion)
    assert_allclose(lods, expected["lods"], rtol=ODDS_RTOL, atol=ODDS_RTOL)


def test_unequal_df_are_compared_by_tail_probability_where_p_underflows():
    # the same log tail at 3 and at 30 df: both rows then give the same estimate
    log_p = np.array([-900.0, -901.0])
    t = np.concatenate([t_quantile_from_log(log_p, [3.0, 30.0]), np.linspace(0.1, 1, 98)])
    df = np.where(np.arange(100) == 0, 3.0, 30.0)
    same = np.concatenate([t_quantile_from_log(log_p, 30.0), t[2:]])
    got = mixture_variance(t, 1.0, df, 0.04, (0.0, np.inf))
    assert_allclose(got, mixture_variance(same, 1.0, 30.0, 0.04, (0.0, np.inf)), rtol=1e-9)


def test_order_of_rows_and_sign_do_not_matter():
    rng = np.random.default_rng(3)
    t, u, df = rng.standard_t(3, 1000) * 3, rng.random(1000) + 0.5, rng.choice([4.0, 6.0], 1000)
    shuffled = rng.permutation(1000)
    first = mixture_variance(t, u, df, 0.1, (0.01, 16.0))
    assert mixture_variance(-t[shuffled], u[shuffled], df[shuffled], 0.1, (0.01, 16.0)) == first


def test_of_equal_t_the_earlier_row_counts():
    t, u = np.array([5.0, 9.0, 5.0, 5.0] + [0.1] * 36), np.arange(1.0, 41.0)
    kept = np.array([5.0, 9.0] + [0.1] * 38)
    assert mixture_variance(t, u, 4.0, 0.1, (0.0, 1e9)) == mixture_variance(kept, u, 4.0, 0.1, (0.0, 1e9))


def test_no_feature_meant():
    assert np.isnan(mixture_variance(np.array([1.0, 2.0]), 1.0, 4.0, 0.0, (0.0, 1.0)))
    assert np.isnan(mixture_variance(np.array([np.nan]), 1.0, 4.0, 0.5, (0.0, 1.0)))


def test_log_odds_stay_finite_for_enormous_t():
    limit = log_odds(np.array([1e140, 1e200, np.inf]), 0.5, 4.0, 2.0, 3.0, 0.01)
    # as t grows the kernel tends to (1 + df)/2 log r
    r = (0.25 + 3.0) / 0.25
    assert_allclose(limit, np.log(0.01 / 0.99) - 0.5 * np.log(r) + 2.5 * np.log(r), rtol=1e-12)


def test_log_odds_of_huge_df_tend_to_the_limit():
    t = np.array([0.0, 0.3, 4.0, 12.0])
    finite = log_odds(t, 0.5, 1e9, 1e5, 2.0, 0.01)
    assert_allclose(finite, log_odds(t, 0.5, 1e9, np.inf, 2.0, 0.01), rtol=1e-6)


def test_log_odds_choose_the_limit_per_feature():
    t = np.array([3.0, 3.0, np.nan])
    mixed = log_odds(t, 0.5, 8.0, np.array([4.0, np.inf, 4.0]), 2.0, 0.01)
    assert_allclose(mixed[0], log_odds(t, 0.5, 8.0, 4.0, 2.0, 0.01)[0])
    assert_allclose(mixed[1], log_odds(t, 0.5, 8.0, np.inf, 2.0, 0.01)[0])
    assert np.isnan(mixed[2])


def test_unequal_df_choose_as_if_every_tail_were_computed():
    rng = np.random.default_rng(11)
    t, df = rng.standard_t(2, 2000), rng.choice([0.4, 2.0, 5.0, 60.0, np.inf], 2000)
    t[:5] = 0.0, 1e9, np.nan, 1e30, 40.0
    most = np.nanmax(df)
    for proportion in (0.001, 0.02, 0.5, 1.0):
        moved = t_quantile_from_log(log_t_p_value(t, df), most)
        moved[0] = 0.0
        got = mixture_variance(t, 1.0, df, proportion, (0.0, 1e60))
        assert_allclose(got, mixture_variance(moved, 1.0, most, proportion, (0.0, 1e60)), rtol=1e-9)
