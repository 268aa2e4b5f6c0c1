from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.moderation import moderate, t_statistic, unmoderated
from ebayes_lm.core.squeeze import squeeze_var
from ebayes_lm.errors import DataError
from tests.reference import moderated_t

#: The same few operations in another order.
ARITHMETIC = 1e-13
#: The prior is estimated from logarithms of variances; of two estimates in other units the last digits differ.
PRIOR_UNITS = 1e-11


def variances(g=200, d=4.0, seed=0):
    rng = np.random.default_rng(seed)
    return np.sqrt(0.3 * rng.chisquare(d, g) / d / (rng.chisquare(5.0, g) / 5.0))


def test_posterior_is_that_of_squeeze_var():
    sigma, df = variances(), np.full(200, 4.0)
    moderation, prior = moderate(sigma, df)
    plain = squeeze_var(sigma**2, df)
    assert_allclose(moderation.in_units(moderation.s2_post), plain.var_post, rtol=PRIOR_UNITS)
    assert_allclose(moderation.in_units(moderation.s2_prior), plain.var_prior, rtol=PRIOR_UNITS)
    assert_allclose(prior.scale, plain.var_prior, rtol=PRIOR_UNITS)
    assert_allclose(prior.df2, plain.df_prior, rtol=PRIOR_UNITS)
    assert_allclose(moderation.scale(), np.sqrt(plain.var_post), rtol=PRIOR_UNITS)


def test_t_feature_by_feature():
    rng = np.random.default_rng(1)
    sigma, df = variances(), np.full(200, 4.0)
    sigma[::9], df[::9] = np.nan, 0.0
    effect, unscaled = rng.normal(size=200), rng.uniform(0.2, 1.0, 200)
    moderation, prior = moderate(sigma, df)
    expected = moderated_t(effect, unscaled, sigma, df, prior.scale, prior.df2)
    assert_allclose(t_statistic(effect, unscaled, moderation), expected, rtol=ARITHMETIC)


def test_features_without_df_have_the_prior_variance():
    sigma, df = variances(), np.full(200, 4.0)
    sigma[7], df[7] = np.nan, 0.0
    moderation, prior = moderate(sigma, df)
    assert_allclose(moderation.in_units(moderation.s2_post)[7], prior.scale, rtol=ARITHMETIC)
    assert_allclose(moderation.df_total[7], prior.df2, rtol=ARITHMETIC)


def test_df_total_is_capped_by_the_df_of_all_features():
    sigma = np.full(6, 1.3)
    moderation, prior = moderate(sigma, np.full(6, 3.0))
    assert np.isinf(prior.df2)
    assert_array_equal(moderation.df_total, 18.0)


@pytest.mark.parametrize("exponent", [-1000, -300, 1, 300, 1000])
def test_t_does_not_depend_on_the_unit(exponent):
    sigma, df, effect = variances(), np.full(200, 4.0), np.random.default_rng(2).normal(size=200)
    plain, _ = moderate(sigma, df)
    scaled, _ = moderate(np.ldexp(sigma, exponent), df)
    assert_array_equal(
        t_statistic(np.ldexp(effect, exponent), np.float64(0.5), scaled), t_statistic(effect, np.float64(0.5), plain)
    )
    assert_array_equal(np.ldexp(scaled.scale(), -exponent), plain.scale())


def test_variances_beyond_float64_are_infinite_without_a_fuss():
    moderation, prior = moderate(variances() * 1e160, np.full(200, 4.0))
    assert prior.scale == np.inf
    assert (moderation.in_units(moderation.s2_post) == np.inf).all()
    assert np.isfinite(moderation.scale()).all()


def test_trend_leaves_out_features_without_a_covariate():
    sigma, df = variances(), np.full(200, 4.0)
    covariate = np.random.default_rng(3).uniform(4, 12, 200)
    covariate[[3, 50]] = np.nan
    kept = ~np.isnan(covariate)
    moderation, _ = moderate(sigma, df, covariate)
    rest, _ = moderate(sigma[kept], df[kept], covariate[kept])
    assert np.isnan(moderation.s2_prior[~kept]).all()
    assert np.isnan(moderation.s2_post[~kept]).all()
    assert_allclose(moderation.in_units(moderation.s2_post)[kept], rest.in_units(rest.s2_post), rtol=PRIOR_UNITS)


def test_excluded_features_take_part_in_nothing_but_their_own_posterior():
    sigma, df = variances(), np.full(200, 4.0)
    exclude = np.arange(200) % 20 == 3
    sigma[exclude] = 0.0
    moderation, prior = moderate(sigma, df, exclude=exclude)
    rest, alone = moderate(sigma[~exclude], df[~exclude])
    assert_allclose(prior.scale, alone.scale, rtol=PRIOR_UNITS)
    assert_allclose(prior.df2, alone.df2, rtol=PRIOR_UNITS)
    assert_allclose(moderation.in_units(moderation.s2_post)[~exclude], rest.in_units(rest.s2_post), rtol=PRIOR_UNITS)
    own = prior.df2 * prior.scale / (4.0 + prior.df2)
    assert_allclose(moderation.in_units(moderation.s2_post)[exclude], own, rtol=PRIOR_UNITS)


def test_excluded_features_are_on_the_trend_between_their_neighbours():
    sigma, df, covariate = variances(), np.full(200, 4.0), np.linspace(4, 12, 200)
    exclude = np.arange(200) % 20 == 0
    moderation, prior = moderate(sigma, df, covariate, exclude=exclude)
    _, alone = moderate(sigma[~exclude], df[~exclude], covariate[~exclude])
    assert_allclose(prior.scale[~exclude], alone.scale, rtol=PRIOR_UNITS)
    neighbours = np.sqrt(prior.scale[19:-1:20] * prior.scale[21::20])
    assert_allclose(prior.scale[20:-1:20], neighbours, rtol=1e-6)
    assert np.isfinite(moderation.s2_post).all()


@pytest.mark.parametrize("trend", [False, True])
def test_too_few_that_are_not_excluded_stay_as_they_are(trend):
    sigma, covariate = np.array([1.0, 2.0, 0.0, 0.0]), np.arange(4.0) if trend else None
    moderation, prior = moderate(sigma, np.full(4, 3.0), covariate, exclude=sigma == 0)
    assert_array_equal(moderation.in_units(moderation.s2_post), sigma**2)
    assert prior.df2 == 0.0


def test_excluded_features_do_not_raise_the_cap_of_the_df():
    moderation, _ = moderate(np.full(6, 1.3), np.full(6, 3.0), exclude=np.arange(6) == 0)
    assert_array_equal(moderation.df_total, 15.0)


def test_unmoderated_is_each_features_own():
    sigma, df = variances(10), np.full(10, 4.0)
    df[2], sigma[2] = 0.0, np.nan
    moderation, prior = unmoderated(sigma, df)
    assert_allclose(moderation.scale(), sigma, rtol=ARITHMETIC)
    assert_array_equal(moderation.df_total, df)
    assert_array_equal(moderation.df_prior, 0.0)
    assert np.isnan(moderation.s2_prior).all()
    assert prior.method == "ordinary"


@pytest.mark.parametrize("call", [moderate, unmoderated])
def test_without_any_residual_df(call):
    with pytest.raises(DataError, match="no feature has residual degrees of freedom"):
        call(np.full(3, np.nan), np.zeros(3))
