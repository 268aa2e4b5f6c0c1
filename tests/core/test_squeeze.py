from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.squeeze import squeeze_var
from ebayes_lm.errors import ArgumentError, DataError
from tests.core.answers.reader import answers

#: As the prior that it rests on: plain, and with R's other basis of the spline.
PLAIN_RTOL, TREND_RTOL = 1e-10, 1e-9


@answers("squeeze_var")
def test_as_in_limma(args, expected):
    squeezed = squeeze_var(args["var"], args["df"], covariate=args.get("covariate"))
    rtol = TREND_RTOL if "covariate" in args else PLAIN_RTOL
    for name in ("var_post", "var_prior", "df_prior"):
        assert_allclose(getattr(squeezed, name), expected[name], rtol=rtol, err_msg=name)


def test_infinite_prior_df_give_exactly_the_prior():
    squeezed = squeeze_var([1.0, 2.0, 3.0] * 3, 4)
    assert squeezed.df_prior == np.inf
    assert_array_equal(squeezed.var_post, np.full(9, squeezed.var_prior))
    assert squeezed.var_post.flags.writeable


def test_fewer_than_three_variances_stay_as_they_are():
    for var in ([2.0], [2.0, np.nan]):
        squeezed = squeeze_var(var, [4] * len(var))
        assert_array_equal(squeezed.var_post, var)
        assert squeezed.df_prior == 0.0


def test_refusals():
    with pytest.raises(ArgumentError, match="empty"):
        squeeze_var([], 4)
    with pytest.raises(ArgumentError, match="from 3 to 5; the moment estimator needs one common residual df"):
        squeeze_var([1.0, 2.0, 3.0, 4.0], [3, 5, 5, 0])
    with pytest.raises(DataError, match="could not estimate the prior df: none of 3 variances"):
        squeeze_var([np.nan] * 3, [0, 0, 0])


def test_input_is_left_alone():
    var, df = np.array([np.nan, 1.0, 2.0, 5.0]), np.array([0.0, 4, 4, 4])
    squeeze_var(var, df)
    assert_array_equal(var, [np.nan, 1.0, 2.0, 5.0])
