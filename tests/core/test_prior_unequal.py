from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.prior_unequal import fit_f_dist_unequal_df1
from ebayes_lm.errors import ArgumentError, VarianceWarning
from tests.core.answers.reader import answers

#: The search for the df takes R's steps. Rounding of the likelihood moves its last one where the maximum is flat.
SAME_STEPS = 1e-7


@answers("fit_f_dist_unequal_df1", "unequal")
@pytest.mark.filterwarnings("ignore:.* zero, raised")
def test_as_in_limma(args, expected):
    prior = fit_f_dist_unequal_df1(**args | {"robust": bool(args["robust"])})
    assert_allclose(prior.scale, expected["scale"], rtol=SAME_STEPS)
    assert_allclose(prior.df2, expected["df2"], rtol=SAME_STEPS)
    assert (prior.df2_shrunk is None) == ("df2_shrunk" not in expected)
    if prior.df2_shrunk is not None:
        assert_allclose(prior.df2_shrunk, expected["df2_shrunk"], rtol=SAME_STEPS)


@pytest.fixture
def trended():
    """Variances around a trend, with three outliers."""
    rng = np.random.default_rng(5)
    df1, a = rng.integers(2, 6, 400), rng.normal(7.0, 2.0, 400)
    x = rng.f(df1, 8) * np.exp(np.sin(a))
    x[:3] *= 200
    return x, df1, a


def test_recovers_what_was_simulated():
    rng = np.random.default_rng(0)
    df1 = rng.integers(1, 8, 40_000)
    prior = fit_f_dist_unequal_df1(3.0 * rng.f(df1, 8), df1)
    assert_allclose(prior.scale, 3.0, rtol=0.03)
    assert_allclose(prior.df2, 8.0, rtol=0.06)
    assert (prior.method, prior.df2_shrunk) == ("profile likelihood", None)


def test_words_and_counts(trended):
    x, df1, a = trended
    x[5], x[6], x[7] = np.nan, 0.0, 0.0
    df1[8], df1[7] = 0, 0
    with pytest.warns(VarianceWarning, match="1 of 397 variances is zero"):
        prior = fit_f_dist_unequal_df1(x, df1, covariate=a, robust=True)
    assert prior.method == "profile likelihood, lowess trend, robust"
    assert (prior.n_used, prior.n_zero) == (397, 1)
    assert prior.scale.shape == prior.df2_shrunk.shape == (400,)
    assert np.isfinite(prior.scale).all()


def test_outliers_receive_fewer_prior_df(trended):
    x, df1, a = trended
    prior = fit_f_dist_unequal_df1(x, df1, covariate=a, robust=True)
    assert (prior.df2_shrunk <= prior.df2).all()
    assert (prior.df2_shrunk[:3] < 0.5 * prior.df2).all()
    assert prior.df2 > fit_f_dist_unequal_df1(x, df1, covariate=a).df2


def test_the_span_also_holds_without_outliers(trended):
    """limma forgets it in the fit that follows their detection."""
    x, df1, a = trended
    scales = [fit_f_dist_unequal_df1(x, df1, covariate=a, span=s, robust=True).scale for s in (0.2, 0.9, None)]
    assert np.ptp(scales[0] / scales[1]) > 0.05
    assert_array_equal(scales[2], fit_f_dist_unequal_df1(x, df1, covariate=a, span=1.0, robust=True).scale)


def test_two_variances_beside_missing_ones():
    """limma gives NaN where there are weights, also the ones that stand for missing values."""
    plain = fit_f_dist_unequal_df1([1.0, 2.0], [3, 4])
    beside = fit_f_dist_unequal_df1([1.0, np.nan, 2.0, 5.0], [3, 2, 4, 0], robust=True)
    assert (beside.scale, beside.df2) == (plain.scale, plain.df2)
    trend = fit_f_dist_unequal_df1([1.0, 2.0], [3, 4], covariate=[1, 2], prior_weights=[1, 9])
    assert_array_equal(trend.scale, np.full(2, plain.scale))


def test_infinite_variances_are_missing():
    x = np.array([1.0, 2.0, 4.0, 3.0, 0.3])
    one, other = (fit_f_dist_unequal_df1(np.append(x, v), 4, robust=True) for v in (np.inf, np.nan))
    assert (one.scale, one.df2, one.n_used) == (other.scale, other.df2, 5)


def test_infinite_covariates_stand_beyond_the_finite_ones(trended):
    x, df1, a = trended
    a[:2] = -np.inf, np.inf
    moved = np.clip(a, a[2:].min() - 1.0, a[2:].max() + 1.0)
    expected = fit_f_dist_unequal_df1(x, df1, covariate=moved)
    assert_array_equal(fit_f_dist_unequal_df1(x, df1, covariate=a).scale, expected.scale)


def test_too_few():
    for x in ([], [1.0], [0.0, 0.0, 2.0], [np.nan, 2.0]):
        prior = fit_f_dist_unequal_df1(x, 4, robust=True)
        assert np.isnan([prior.scale, prior.df2]).all()


def test_input_is_left_alone(trended):
    x, df1, a = trended
    kept = x.copy(), df1.copy(), a.copy()
    for values in trended:
        values.flags.writeable = False
    fit_f_dist_unequal_df1(x, df1, covariate=a, robust=True)
    for before, after in zip(kept, trended, strict=True):
        assert_array_equal(before, after)


def test_refusals():
    x = [1.0, 2.0, 3.0]
    with pytest.raises(ArgumentError, match=r"df1 is nan for 1 of 3 features, the first at position 1"):
        fit_f_dist_unequal_df1(x, [1, np.nan, 3])
    with pytest.raises(ArgumentError, match="df1 is inf for 3"):
        fit_f_dist_unequal_df1(x, np.inf)
    with pytest.raises(ArgumentError, match="prior_weights has shape"):
        fit_f_dist_unequal_df1(x, 4, prior_weights=[1.0])
    with pytest.raises(ArgumentError, match="1 of 3 prior_weights are NaN, infinite or negative"):
        fit_f_dist_unequal_df1(x, 4, prior_weights=[1.0, -1.0, 0.0])
    with pytest.raises(ArgumentError, match="covariate is NaN"):
        fit_f_dist_unequal_df1(x, 4, covariate=[1.0, np.nan, 0.0])
    with pytest.raises(ArgumentError, match="span"):
        fit_f_dist_unequal_df1([1.0, 2.0, 3.0], 4, covariate=[1, 2, 3], span=1.5)
