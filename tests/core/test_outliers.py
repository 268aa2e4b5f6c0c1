from __future__ import annotations

import numpy as np
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.outliers import df_beside_infinite, df_of_outliers

#: Two implementations of tail probabilities.
SAME = 1e-9


def test_none_where_all_lie_as_far_out_as_their_rank():
    f = scipy.stats.f(4, 8).isf((np.arange(100) + 0.5) / 100)
    assert df_of_outliers(0.99 * f, 4, 8.0) is None
    assert df_beside_infinite(0.99 * scipy.stats.chi2(4, scale=0.25).isf((np.arange(100) + 0.5) / 100), 4) is None


def test_a_single_outlier_is_worth_what_puts_it_at_the_median():
    f = 0.99 * scipy.stats.f(4, 8).isf((np.arange(100) + 0.5) / 100)
    f[0] = 1e5
    shrunk = df_of_outliers(f, 4, 8.0)
    tail = scipy.stats.f(4, 8).sf(1e5)
    first = np.log(0.5) / np.log(tail) * 8.0
    lowest = np.log(0.5) / scipy.stats.f(4, first).logsf(1e5) * first
    ordinary = tail / 0.005
    assert_allclose(shrunk[0], ordinary * 8.0 + (1 - ordinary) * lowest, rtol=SAME)
    assert_array_equal(shrunk[1:], 8.0)


def test_df_fall_with_distance():
    f = np.random.default_rng(1).f(4, 8, size=300)
    f[:5] = [1e2, 1e3, 1e4, 1e5, 1e6]
    for shrunk in (df_of_outliers(f, 4, 8.0), df_beside_infinite(f, 4)):
        rising = shrunk[np.argsort(-f)]
        assert (rising[1:] >= rising[:-1]).all()
        assert rising[0] < 1.0


def test_beside_infinite_df():
    f = 0.9 * scipy.stats.chi2(4, scale=0.25).isf((np.arange(50) + 0.5) / 50)
    f[0] = 8.0
    shrunk = df_beside_infinite(f, 4)
    assert_allclose(shrunk[0], scipy.stats.chi2(4).sf(32.0) / 0.01 * 200, rtol=SAME)
    assert_array_equal(shrunk[1:], np.inf)
