from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from ebayes_lm.core.normal_scores import rank_scores, z_of
from ebayes_lm.core.tails import log_t_p_value

# Quantiles of a tail probability by two libraries.
QUANTILE = 1e-11


def test_z_has_the_tail_of_t():
    t = np.array([-4.0, -0.3, 0.0, 0.7, 5.0])
    z = z_of(t, log_t_p_value(t, 7.0))
    assert_allclose(z, np.sign(t) * stats.norm.isf(stats.t.sf(np.abs(t), 7.0)), rtol=QUANTILE, atol=1e-15)


def test_with_infinite_df_z_is_t():
    t = np.linspace(-8, 8, 33)
    assert_allclose(z_of(t, log_t_p_value(t, np.inf)), t, rtol=QUANTILE, atol=1e-15)


def test_tails_do_not_underflow():
    t = np.array([1e3, -1e6])
    assert_allclose(z_of(t, log_t_p_value(t, np.inf)), t, rtol=1e-6)
    assert np.isfinite(z_of(np.array([1e300]), log_t_p_value(1e300, 3.0))).all()


def test_no_test_no_z():
    assert np.isnan(z_of(np.nan, np.nan))


@pytest.mark.parametrize("values", [[3.0, 1, 2], [1.0, 1, 1, 1], [2.0, 1, 2, 5, 5, 5], [7.0], []])
def test_scores_go_by_mean_ranks(values):
    values = np.array(values)
    wanted = stats.norm.ppf((stats.rankdata(values) - 0.5) / max(len(values), 1))
    assert_allclose(rank_scores(values), wanted, rtol=QUANTILE, atol=1e-15)
