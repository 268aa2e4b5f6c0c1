from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.moderation import Moderation, moderate, t_statistic
from ebayes_lm.core.prior_options import PriorOptions
from ebayes_lm.core.tails import log_t_p_value, t_p_value
from ebayes_lm.core.threshold import averaged, excess_t, log_threshold_p, single, threshold_p
from tests.core.answers.reader import answers

#: Prior and tail functions differ from R's in their last digits.
AS_IN_R = 1e-11
#: Sums of two tails in another order.
SAME = 1e-13


@answers("treat", "thresholds")
def test_as_in_limma(args, expected):
    moderation, _ = moderate(args["sigma"], args["df"], options=PriorOptions(legacy=True))
    lfc, upshot = args["lfc"], bool(args["upshot"])
    rule = averaged(lfc) if upshot else single(lfc)
    problem = (args["effect"], args["unscaled"], moderation)
    t = excess_t(*problem, lfc / 2 if upshot else lfc)
    assert_allclose(t, expected["t"], rtol=AS_IN_R, atol=AS_IN_R)
    p = threshold_p(*problem, moderation.df_total, rule)
    log_p = log_threshold_p(*problem, moderation.df_total, rule)
    seen = expected["p"] > 1e-300
    assert_allclose(p[seen], expected["p"][seen], rtol=AS_IN_R)
    assert_allclose(log_p[seen], np.log(expected["p"][seen]), rtol=AS_IN_R, atol=AS_IN_R)
    if "log_p" in expected:
        assert_allclose(log_p, expected["log_p"], rtol=AS_IN_R, atol=AS_IN_R)
    assert_array_equal(np.isnan(p), np.isnan(expected["p"]))


def plain(n: int = 50, df: float = 4.0) -> tuple[np.ndarray, np.ndarray, Moderation]:
    rng = np.random.default_rng(3)
    fixed = [np.broadcast_to(np.float64(v), (n,)) for v in (0.5, 3.0, df)]
    return rng.normal(size=n), rng.uniform(0.3, 1, n), Moderation(rng.uniform(0.1, 2, n), *fixed, exponent=3)


def test_no_threshold_is_the_plain_test():
    effect, unscaled, moderation = plain()
    t = t_statistic(effect, unscaled, moderation)
    assert_array_equal(excess_t(effect, unscaled, moderation, 0.0), t)
    arguments = (effect, unscaled, moderation, moderation.df_total)
    assert_array_equal(threshold_p(*arguments, single(0.0)), t_p_value(t, moderation.df_total))
    assert_allclose(log_threshold_p(*arguments, single(0.0)), log_t_p_value(t, moderation.df_total), rtol=SAME)


@pytest.mark.parametrize("lfc", [0.0, 0.3, 2.0])
def test_average_is_that_of_a_fine_grid(lfc):
    effect, unscaled, moderation = plain()
    grid = (np.arange(4000) + 0.5) / 4000 * lfc
    slow = np.mean([threshold_p(effect, unscaled, moderation, moderation.df_total, single(x)) for x in grid], axis=0)
    quick = threshold_p(effect, unscaled, moderation, moderation.df_total, averaged(lfc))
    assert_allclose(quick, slow, rtol=1e-6)  # the midpoint rule of the grid


def test_many_features_at_one_df_are_those_of_each():
    effect, unscaled, moderation = plain(9000, 7.0)
    for rule in (single(0.4), averaged(0.4)):
        together = threshold_p(effect, unscaled, moderation, np.float64(7.0), rule)
        apart = threshold_p(effect, unscaled, moderation, moderation.df_total, rule)
        assert_allclose(together, apart, rtol=1e-11)  # a Chebyshev series against the incomplete beta function


def test_p_rises_with_the_threshold_and_stays_within_bounds():
    effect, unscaled, moderation = plain()
    p = [threshold_p(effect, unscaled, moderation, moderation.df_total, single(x)) for x in (0, 0.1, 1, 10, 1e3, 1e300)]
    assert (np.diff(p, axis=0) >= 0).all()
    assert np.max(p) == 1.0
    assert np.min(p) > 0.0


def test_zeros_have_no_sign():
    effect = np.array([-0.1, 0.0, np.nan, -9.0])
    moderation = plain(4)[2]
    t = excess_t(effect, np.ones(4), moderation, 1.0)
    assert not np.signbit(t[:2]).any()
    assert np.isnan(t[2])
    assert t[3] < 0
