from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.prior import fit_f_dist
from ebayes_lm.errors import ArgumentError, VarianceWarning
from tests.core.answers.reader import answers

#: Sums of logarithms and one Newton solution; the df magnify what the sums lose where they are large.
PLAIN_RTOL = 1e-10
#: R solves for another basis of the same spline.
TREND_RTOL = 1e-9


@answers("fit_f_dist")
@pytest.mark.filterwarnings("ignore:.* zero, raised")
def test_as_in_limma(args, expected):
    prior = fit_f_dist(args["x"], args["df1"], covariate=args.get("covariate"))
    rtol = TREND_RTOL if "covariate" in args else PLAIN_RTOL
    assert_allclose(prior.scale, expected["scale"], rtol=rtol)
    assert_allclose(prior.df2, expected["df2"], rtol=rtol)


def test_recovers_what_was_simulated():
    x = 3.0 * np.random.default_rng(0).f(5, 8, size=40_000)
    prior = fit_f_dist(x, 5)
    assert_allclose(prior.scale, 3.0, rtol=0.03)
    assert_allclose(prior.df2, 8.0, rtol=0.06)
    assert prior.method == "moments"
    assert prior.df2_shrunk is None


def test_counts():
    with pytest.warns(VarianceWarning, match="2 of 4 variances are zero"):
        prior = fit_f_dist([1.0, 0.0, np.nan, 2.0, -1.0, 0.0, 0.0, np.inf], [4, 4, 4, 4, 4, 4, 0, 4])
    assert (prior.n_used, prior.n_zero) == (4, 2)


def test_nothing_usable():
    for x in ([], [np.nan, -1.0]):
        prior = fit_f_dist(x, 4)
        assert np.isnan(prior.scale)
        assert np.isnan(prior.df2)


def test_trend_has_a_scale_for_every_feature():
    prior = fit_f_dist([1.0, 2.0, np.nan, 3.0, 9.0], 4, covariate=[1, 2, 3, 4, 5])
    assert prior.scale.shape == (5,)
    assert np.isfinite(prior.scale).all()
    assert prior.method == "moments, spline trend"


def test_input_is_left_alone():
    x, covariate = np.array([0.0, 1.0, 2.0, -1e-16, 3.0]), np.array([1, 2, np.inf, -np.inf, 3])
    kept = x.copy(), covariate.copy()
    with pytest.warns(VarianceWarning, match="2 of 5 variances are zero"):
        fit_f_dist(x, 4, covariate=covariate)
    assert_array_equal(x, kept[0])
    assert_array_equal(covariate, kept[1])


def test_refusals():
    with pytest.raises(ArgumentError, match="df1 has shape"):
        fit_f_dist([1.0, 2.0], [1, 2, 3])
    with pytest.raises(ArgumentError, match="covariate has shape"):
        fit_f_dist([1.0, 2.0], 4, covariate=[1.0])
    with pytest.raises(ArgumentError, match="NaN for 2 of 3 features, the first at position 1"):
        fit_f_dist([1.0, 2.0, 3.0], 4, covariate=[1.0, np.nan, np.nan])
    with pytest.raises(ArgumentError, match="2 dimensions"):
        fit_f_dist(np.ones((2, 2)), 4)
