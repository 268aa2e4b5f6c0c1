from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from ebayes_lm.core.outlier_df import shrunk_df


def test_none_where_nothing_is_far_out():
    assert shrunk_df(np.full(50, 0.1), np.full(50, 4.0), 5.0, 5.0) is None


def test_clearer_outliers_have_fewer_df():
    rng = np.random.default_rng(0)
    f = np.append(rng.f(4, 10, 200), [40.0, 80.0, 1e5])
    df = shrunk_df(f, np.full(203, 4.0), 10.0, 12.0)
    assert (np.diff(df[np.argsort(f)]) <= 0).all()
    assert df[-1] < 1.0
    assert df.max() <= 12.0


def test_the_smallest_probability_leaves_no_prior_df():
    f = np.append(np.linspace(0.5, 1.5, 60), [1e200, 1e200])
    assert_array_equal(shrunk_df(f, np.full(62, 40.0), 30.0, 30.0)[-2:] < 2.0, True)
