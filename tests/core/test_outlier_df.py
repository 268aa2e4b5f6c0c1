from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from ebayes_lm.core.outlier_df import shrunk_df
from ebayes_lm.core.tails import f_p_value


def shrunk(f, df1, first_df2, df2):
    df1 = np.full(f.size, df1)
    return shrunk_df(f, df1, f_p_value(f, df1, first_df2), first_df2, df2)


def test_none_where_nothing_is_far_out():
    assert shrunk(np.full(50, 0.1), 4.0, 5.0, 5.0) is None


def test_clearer_outliers_have_fewer_df():
    rng = np.random.default_rng(0)
    f = np.append(rng.f(4, 10, 200), [40.0, 80.0, 1e5])
    df = shrunk(f, 4.0, 10.0, 12.0)
    assert (np.diff(df[np.argsort(f)]) <= 0).all()
    assert df[-1] < 1.0
    assert df.max() <= 12.0


def test_the_smallest_probability_leaves_no_prior_df():
    f = np.append(np.linspace(0.5, 1.5, 60), [1e200, 1e200])
    assert_array_equal(shrunk(f, 40.0, 30.0, 30.0)[-2:] < 2.0, True)
