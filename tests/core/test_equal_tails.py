from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.equal_tails import to_largest_df
from ebayes_lm.core.prior import VariancePrior

#: Two implementations of tails and their quantiles, in their middle.
SAME = 1e-9


def prior(df2, scale=2.0):
    return VariancePrior(scale, df2, "by hand", 0, 0)


@pytest.mark.parametrize("df2", [0.7, 6.0, 400.0, np.inf])
def test_tails_stay_and_df_become_one(df2):
    rng = np.random.default_rng(1)
    df1 = rng.choice([2.0, 3.5, 9.0], size=60)
    x = 2.0 * rng.chisquare(df1) / df1
    f = [scipy.stats.f(d, df2) if np.isfinite(df2) else scipy.stats.chi2(d, scale=1 / d) for d in df1]
    expected = 2.0 * f[int(np.argmax(df1))].ppf([own.cdf(v / 2.0) for own, v in zip(f, x, strict=True)])
    moved = to_largest_df(x, df1, prior(df2))
    assert_allclose(moved, expected, rtol=SAME)
    assert_array_equal(moved[df1 == 9.0], x[df1 == 9.0])


@pytest.mark.parametrize("df2", [5.0, np.inf])
def test_far_tails_keep_their_order(df2):
    x = np.array([1e-300, 1e-60, 1e-3, 1.0, 1e3, 1e5])
    moved = to_largest_df(np.append(x, 1.0), np.append(np.full(6, 3.0), 30.0), prior(df2))[:6]
    assert (np.diff(moved) > 0).all()
    assert np.isfinite(moved).all()


def test_equal_df_leave_everything_as_it_is():
    x = np.array([1.0, 2.0])
    assert to_largest_df(x, np.array([3.0, 3.0]), prior(4.0)) is x
    assert to_largest_df(x, np.asarray(3.0), prior(4.0)) is x
