from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.prior import VariancePrior, fit_f_dist
from ebayes_lm.core.squeeze import posterior_variance, squeeze_var
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, VarianceWarning
from tests.core.answers.reader import answers

#: As the prior that it rests on: plain, and with R's other basis of the spline.
PLAIN_RTOL, TREND_RTOL = 1e-10, 1e-9


@answers("squeeze_var")
@pytest.mark.filterwarnings("ignore:.* zero, raised")
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


@pytest.mark.parametrize("options", [{}, {"robust": True}, {"legacy": False}])
def test_zeros_are_told_of_by_every_estimator(options):
    with pytest.warns(VarianceWarning, match="1 of 30 variances is zero"):
        squeeze_var(np.arange(30.0), 4, **options)


def test_refusals():
    with pytest.raises(ArgumentError, match="empty"):
        squeeze_var([], 4)
    with pytest.raises(DataError, match="could not estimate the prior df: none of 3 variances"):
        squeeze_var([np.nan] * 3, [0, 0, 0])


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"robust": "yes"}, ArgumentTypeError, "robust must be True or False; got 'yes'"),
        ({"winsor_tail_p": (2, 3)}, ArgumentError, r"from 0 to below 0\.5; got \(2, 3\)"),
        ({"winsor_tail_p": "ab"}, ArgumentTypeError, "two shares"),
        ({"winsor_tail_p": (0.1,)}, ArgumentTypeError, "two shares"),
        ({"span": 0}, ArgumentError, "span is a share of the features, above 0 and up to 1; got 0"),
        ({"span": "wide"}, ArgumentTypeError, "span must be a share"),
        ({"legacy": "x"}, ArgumentTypeError, r"legacy must be True, False or None .*; got 'x'"),
        ({"span": 0.5, "legacy": True}, ArgumentError, "span belongs to the lowess trend of legacy=False"),
    ],
    ids=str,
)
def test_options_that_cannot_be(options, error, says):
    with pytest.raises(error, match=says):
        squeeze_var([1.0, 2.0, 3.0, 4.0], 4, **options)


def test_df_that_differ_can_be_met_by_moments():
    x, df = np.random.default_rng(1).f(4, 2, size=60), np.tile([3.0, 5.0, 0.0], 20)
    squeezed, prior = squeeze_var(x, df, legacy=True), fit_f_dist(x, df)
    assert prior.n_used == 40
    assert (squeezed.df_prior, squeezed.var_prior) == (prior.df2, prior.scale)
    assert_allclose(squeezed.var_post, (df * x + prior.df2 * prior.scale) / (df + prior.df2), rtol=PLAIN_RTOL)


def test_infinite_prior_df_of_some_features():
    x, df = np.array([1.0, 2.0, 9.0, np.nan]), np.array([4.0, 4.0, 4.0, 0.0])
    prior = VariancePrior(1.5, np.inf, "by hand", 3, 0, df2_shrunk=np.array([np.inf, np.inf, 2.0, np.inf]))
    assert_array_equal(posterior_variance(x, df, prior), [1.5, 1.5, (36 + 3) / 6, 1.5])


def test_input_is_left_alone():
    var, df = np.array([np.nan, 1.0, 2.0, 5.0]), np.array([0.0, 4, 4, 4])
    squeeze_var(var, df)
    assert_array_equal(var, [np.nan, 1.0, 2.0, 5.0])


def test_arrays_are_shown_by_their_ends():
    squeezed = squeeze_var(np.linspace(1.0, 2.0, 60), 5)
    assert repr(squeezed).startswith("SqueezedVariance(var_post=array([")
    assert "..." in repr(squeezed)
    assert len(repr(squeezed)) < 400
    assert repr(squeezed.prior).endswith("method='moments', n_used=60, n_zero=0, df2_shrunk=None)")
