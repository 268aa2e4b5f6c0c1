from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, PriorSwitchWarning, StageError, VarianceWarning

# One estimate of the prior by two ways of leaving features out, in other units.
SAME = 1e-10


@pytest.fixture
def constant(y, samples):
    """The fit of data in which two features do not vary."""
    values = y.copy()
    values.loc[["g3", "g9"]] = 2.0
    return el.lm_fit(values, "~ group", samples=samples)


@pytest.fixture
def holes(fit):
    """A fit as a missing value leaves it: one feature has a residual df less."""
    df = fit.record.df_residual.copy()
    df[0] -= 1
    return replace(fit, record=replace(fit.record, df_residual=df))


def test_features_without_variance_can_be_kept_out_of_the_prior(constant, y, samples):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mod = constant.ebayes(zero_variance="exclude")
    rest = el.lm_fit(y.drop(["g3", "g9"]), "~ group", samples=samples).ebayes()
    assert mod.prior.df2 == pytest.approx(rest.prior.df2, rel=SAME)
    pd.testing.assert_frame_equal(mod.p_value.drop(["g3", "g9"]), rest.p_value, rtol=SAME)
    assert mod.s2_post[["g3", "g9"]].gt(0).all()


@pytest.mark.parametrize("options", [{}, {"legacy": False}, {"robust": True}, {"trend": True, "robust": True}], ids=str)
def test_features_without_variance_are_announced_by_every_estimator(constant, options):
    with pytest.warns(VarianceWarning, match=r'2 of 80 features have .* zero_variance="exclude" keeps them out'):
        constant.ebayes(**options)


def test_a_missing_value_changes_the_estimator_and_says_so(holes):
    text = "from 4 to 5, as they do with missing values or exact zeros; ebayes.. therefore"
    with pytest.warns(PriorSwitchWarning, match=text):
        mod = holes.ebayes()
    assert mod.prior.method == "profile likelihood"
    assert mod.df_total.iloc[0] == mod.df_total.iloc[1] - 1
    for options, method in (({"legacy": False}, "profile likelihood"), ({"legacy": True}, "moments")):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert holes.ebayes(**options).prior.method == method


def test_a_span_asks_for_lowess(fit):
    mod = fit.ebayes(trend=True, span=0.6)
    assert mod.prior.method == "profile likelihood, lowess trend"
    assert not np.allclose(mod.s2_prior, fit.ebayes(trend=True).s2_prior)


@pytest.fixture(scope="module")
def outlying(y, samples):
    """Moderated robustly, with two features that vary a hundred times as much as the others."""
    values, far = y.copy(), y.loc[["g20", "g60"]]
    values.loc[far.index] = far.sub(far.mean(axis=1), axis=0).mul(100.0).add(far.mean(axis=1), axis=0)
    return el.lm_fit(values, "~ group", samples=samples).ebayes(robust=True, trend=True)


def test_outliers_keep_their_own_variance(outlying):
    assert outlying.df_prior[["g20", "g60"]].max() < 0.3 * outlying.prior.df2
    assert outlying.s2_post["g20"] == pytest.approx(outlying.sigma["g20"] ** 2, rel=0.2)
    assert outlying.prior.method == "winsorised moments, lowess trend"
    assert "outlying features" in repr(outlying)
    d, d0 = outlying.df_residual, outlying.df_prior
    expected = (d * outlying.sigma**2 + d0 * outlying.s2_prior) / (d + d0)
    pd.testing.assert_series_equal(outlying.s2_post, expected, check_names=False, rtol=SAME)


def test_a_subset_keeps_the_prior_of_its_outliers(outlying):
    part = outlying[[20, 3, 60]]
    np.testing.assert_array_equal(part.prior.df2_shrunk, outlying.prior.df2_shrunk[[20, 3, 60]])
    pd.testing.assert_series_equal(part.df_prior, outlying.df_prior.iloc[[20, 3, 60]])
    pd.testing.assert_frame_equal(part.lods, outlying.lods.iloc[[20, 3, 60]])


@pytest.mark.parametrize("robust", [False, True])
@pytest.mark.parametrize("legacy", [None, False])
def test_empty_rows_beside_a_trend_change_nothing(y, samples, robust, legacy):
    holes = y.copy()
    holes.loc[["g4", "g79"]] = np.nan
    mod = el.lm_fit(holes, "~ group", samples=samples).ebayes(trend=True, robust=robust, legacy=legacy)
    rest = el.lm_fit(y.drop(["g4", "g79"]), "~ group", samples=samples)
    rest = rest.ebayes(trend=True, robust=robust, legacy=legacy)
    pd.testing.assert_frame_equal(mod.p_value.drop(["g4", "g79"]), rest.p_value, rtol=SAME)


@pytest.mark.parametrize("options", [{"legacy": False}, {"robust": True}, {"legacy": False, "robust": True}], ids=str)
def test_every_estimator_can_keep_features_without_variance_out(constant, y, samples, options):
    mod = constant.ebayes(zero_variance="exclude", **options)
    rest = el.lm_fit(y.drop(["g3", "g9"]), "~ group", samples=samples).ebayes(**options)
    assert mod.prior.df2 == pytest.approx(rest.prior.df2, rel=SAME)
    assert mod.prior.scale == pytest.approx(rest.prior.scale, rel=SAME)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"robust": "yes"}, ArgumentTypeError, "robust must be True or False"),
        ({"winsor_tail_p": (2, 3)}, ArgumentError, "winsor_tail_p"),
        ({"span": 0}, ArgumentError, "span is a share"),
        ({"legacy": "x"}, ArgumentTypeError, "legacy must be"),
        ({"zero_variance": "excluded"}, ArgumentError, "'limma' or 'exclude', not 'excluded'. Did you mean 'exclude'"),
        ({"zero_variance": None}, ArgumentTypeError, "'limma' or 'exclude', not None"),
    ],
    ids=str,
)
def test_options_that_cannot_be(fit, options, error, says):
    with pytest.raises(error, match=says):
        fit.ebayes(**options)


def test_only_fits_without_moderation_are_moderated(mod):
    with pytest.raises(StageError, match=r"treat\(\) takes a fit before moderation"):
        el.treat(mod)


def test_ordinary_tests_without_a_variance_are_told(constant):
    with pytest.warns(VarianceWarning, match="2 of 80 features have a residual variance of zero.*ebayes"):
        constant.ordinary()
