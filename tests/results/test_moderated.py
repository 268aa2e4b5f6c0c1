from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import statsmodels.api as sm

import ebayes_lm as el
from ebayes_lm.errors import VarianceWarning

# Two implementations of least squares and of tail probabilities, at moderate t.
SAME = 1e-9


def test_moderation_is_the_formula_of_the_paper(contrasted):
    mod = contrasted.ebayes()
    d, d0, s0 = mod.df_residual, mod.prior.df2, mod.prior.scale
    s2_post = (d * mod.sigma**2 + d0 * s0) / (d + d0)
    pd.testing.assert_series_equal(mod.s2_post, s2_post.rename("s2_post"), rtol=SAME)
    errors = mod.stdev_unscaled.mul(np.sqrt(s2_post), axis=0)
    pd.testing.assert_frame_equal(mod.standard_error, errors, rtol=SAME)
    pd.testing.assert_frame_equal(mod.t, mod.coefficients / errors, rtol=SAME)
    p = 2 * scipy.stats.t.sf(mod.t.abs(), mod.df_total.to_numpy()[:, None])
    np.testing.assert_allclose(mod.p_value, p, rtol=SAME)
    np.testing.assert_allclose(mod.log_p_value, np.log(p), rtol=SAME)
    np.testing.assert_allclose(mod.neg_log10_p, -np.log10(p), rtol=SAME)
    assert mod.proportion == 0.01
    assert mod.var_prior.index.equals(mod.t.columns)


def test_prior_and_switch_have_the_names_of_the_fit(contrasted):
    mod = contrasted.ebayes()
    assert (mod.prior.df, mod.prior.s2) == (mod.prior.df2, mod.prior.scale)
    assert mod.compat is None
    assert replace(contrasted, compat="limma").treat(lfc=0.1).compat == "limma"


def test_ordinary_tests_are_those_of_statsmodels(contrasted, y):
    mod = contrasted.ordinary()
    design, weights = contrasted.design.matrix, contrasted.contrast_matrix.T
    limits = mod.conf_int(0.9)
    for feature in ("g2", "g50"):
        other = sm.OLS(y.loc[feature].to_numpy(), design).fit()
        t = other.t_test(weights)
        np.testing.assert_allclose(mod.t.loc[feature], t.tvalue, rtol=SAME)
        np.testing.assert_allclose(mod.p_value.loc[feature], t.pvalue, rtol=SAME)
        np.testing.assert_allclose(limits.loc[feature].to_numpy().reshape(2, 2), t.conf_int(0.1), rtol=SAME)
        f = other.f_test(weights)
        assert mod.F[feature] == pytest.approx(f.fvalue, rel=SAME)
        assert mod.F_p_value[feature] == pytest.approx(f.pvalue, rel=SAME)
    assert mod.s2_prior.isna().all()
    assert mod.lods.isna().all(axis=None)
    assert set(mod.df_prior) == {0.0}
    assert "ordinary tests, no prior" in repr(mod)


def test_ordinary_tests_of_two_groups_are_those_of_scipy(y, samples):
    two = samples.index[:6]
    mod = el.lm_fit(y[two], "~ group", samples=samples.loc[two]).ordinary()
    other = scipy.stats.ttest_ind(y[two[3:]], y[two[:3]], axis=1)
    np.testing.assert_allclose(mod.t["groupB"], other.statistic, rtol=SAME)
    np.testing.assert_allclose(mod.p_value["groupB"], other.pvalue, rtol=SAME)


def test_limits_widen_with_their_level(mod):
    narrow, wide = mod.conf_int(0.5), mod.conf_int(0.99)
    assert list(wide.columns) == [(c, side) for c in mod.coef_names for side in ("CI.L", "CI.R")]
    for coef in mod.coef_names:
        assert (wide[coef, "CI.L"] < narrow[coef, "CI.L"]).all()
        assert (narrow[coef, "CI.R"] < wide[coef, "CI.R"]).all()


def test_f_of_one_contrast_is_t_squared(mod):
    np.testing.assert_allclose(mod[:, [1]].F, mod.t["CvsA"] ** 2, rtol=SAME)


def test_f_belongs_to_the_columns_at_hand(mod, contrasted):
    pd.testing.assert_series_equal(mod[:, [0]].F, contrasted[:, [0]].ebayes().F)
    assert not np.allclose(mod[:, [0]].F, mod.F)


@pytest.mark.parametrize("trend", [False, True])
@pytest.mark.parametrize("rows", [[3, 70, 5], slice(10, 20), np.arange(80) % 7 == 0, [-1, -80], []], ids=str)
def test_a_subset_keeps_prior_and_tests(contrasted, trend, rows):
    mod = contrasted.ebayes(trend=trend)
    part = mod[rows]
    labels = mod.sigma.index[rows]
    assert part.prior.df2 == mod.prior.df2
    for name in ("t", "p_value", "lods", "coefficients", "standard_error"):
        pd.testing.assert_frame_equal(getattr(part, name), getattr(mod, name).loc[labels])
    for name in ("s2_prior", "s2_post", "df_prior", "df_total", "F", "F_p_value", "sigma", "status"):
        pd.testing.assert_series_equal(getattr(part, name), getattr(mod, name).loc[labels])
    pd.testing.assert_series_equal(part.var_prior, mod.var_prior)
    if trend:
        assert np.shape(part.prior.scale) == (len(labels),)
        np.testing.assert_array_equal(part.prior.scale, part.s2_prior)


def test_a_subset_of_columns_keeps_the_rest(mod):
    for part in (mod[:, ["CvsA"]], mod[:, 1], mod.select(coefs="CvsA"), mod[:, [False, True]]):
        assert part.coef_names == ["CvsA"]
        pd.testing.assert_frame_equal(part.t, mod.t[["CvsA"]])
        pd.testing.assert_frame_equal(part.lods, mod.lods[["CvsA"]])
        assert part.var_prior["CvsA"] == mod.var_prior["CvsA"]
    both = mod[[5, 2], ["CvsA", "groupB - groupA"]]
    pd.testing.assert_frame_equal(both.lods, mod.lods.iloc[[5, 2], [1, 0]])
    pd.testing.assert_series_equal(both[[1]].var_prior, mod.var_prior.iloc[[1, 0]])
    pd.testing.assert_frame_equal(mod.select(features=["g5", "g2"]).t, mod.t.loc[["g5", "g2"]])


def test_contrasts_start_from_the_fit(y, samples):
    fit = el.lm_fit(y, "~ group", samples=samples)
    again = fit.ebayes().contrast("groupC - groupB")
    assert isinstance(again, el.LinearFit)
    pd.testing.assert_frame_equal(again.coefficients, fit.contrast("groupC - groupB").coefficients)
    pd.testing.assert_frame_equal(
        el.contrasts_fit(fit.ebayes(), "groupC - groupB").stdev_unscaled, again.stdev_unscaled
    )
    assert fit.ebayes().fit is fit


def test_a_term_is_tested_by_f(fit, y):
    table = fit.test("group")
    assert list(table.columns) == ["groupB", "groupC", "AveExpr", "F", "P.Value", "adj.P.Val"]
    assert table.shape[0] == 80
    assert table["P.Value"].is_monotonic_increasing
    other = sm.OLS(y.loc["g4"].to_numpy(), fit.design.matrix).fit().f_test(np.eye(4)[1:3])
    plain = fit.ordinary().test("group")
    assert plain.loc["g4", "F"] == pytest.approx(other.fvalue, rel=SAME)
    assert plain.loc["g4", "P.Value"] == pytest.approx(other.pvalue, rel=SAME)
    pd.testing.assert_frame_equal(fit.test("batch", trend=True), fit.ebayes(trend=True).test("batch"))


def test_tails_go_on_where_p_underflows():
    y = np.random.default_rng(5).normal(size=(100, 200))
    y[0, :100] += 1e6
    mod = el.lm_fit(y, np.c_[np.ones(200), np.arange(200) < 100]).ebayes()
    assert mod.p_value.loc[0, "x2"] == 0
    assert np.isfinite(mod.log_p_value).all(axis=None)
    assert mod.log_p_value.loc[0, "x2"] < -745
    extra = mod.top_table("x2", number=1, columns=["neg_log10_p"])
    assert extra["neg_log10_p"].item() == pytest.approx(-mod.log_p_value.loc[0, "x2"] / np.log(10))


@pytest.mark.parametrize("trend", [False, True])
def test_rows_without_values_change_nothing_for_the_others(y, samples, trend):
    holes = y.copy()
    holes.loc[["g4", "g9", "g79"]] = np.nan
    mod = el.lm_fit(holes, "~ group", samples=samples).ebayes(trend=trend)
    whole = el.lm_fit(y.drop(["g4", "g9", "g79"]), "~ group", samples=samples).ebayes(trend=trend)
    pd.testing.assert_frame_equal(mod.t.drop(["g4", "g9", "g79"]), whole.t)
    pd.testing.assert_frame_equal(mod.lods.drop(["g4", "g9", "g79"]), whole.lods)
    pd.testing.assert_series_equal(mod.F_p_value.drop(["g4", "g9", "g79"]), whole.F_p_value)
    assert mod.t.loc[["g4", "g9"]].isna().all(axis=None)
    assert mod.top_table("groupB", number=None).index[-3:].tolist() == ["g4", "g9", "g79"]
    assert mod.decide_tests().to_frame().loc["g4"].isna().all()
    pd.testing.assert_frame_equal(mod[[3, 5, 78]].t, mod.t.iloc[[3, 5, 78]])


def test_trend_by_name_and_by_position(contrasted):
    covariate = contrasted.amean + 1
    by_name = contrasted.ebayes(trend=covariate.sample(frac=1, random_state=1))
    by_position = contrasted.ebayes(trend=covariate.to_numpy())
    pd.testing.assert_frame_equal(by_name.t, by_position.t)
    np.testing.assert_allclose(by_position.t, contrasted.ebayes(trend=True).t, rtol=SAME)
    assert "a trend" in repr(by_name)


def test_all_tables_below_one_another(mod):
    long = mod.tables()
    assert list(long.columns[:2]) == ["contrast", "logFC"]
    assert long.groupby("contrast", sort=False).size().to_dict() == {"groupB - groupA": 80, "CvsA": 80}
    one = mod.top_table(1, number=None, sort_by="none")
    pd.testing.assert_frame_equal(long[long["contrast"] == "CvsA"].drop(columns="contrast"), one)


def test_to_frame_holds_every_component(mod):
    frame = mod.to_frame()
    pd.testing.assert_series_equal(frame["t.CvsA"], mod.t["CvsA"], check_names=False)
    pd.testing.assert_series_equal(frame["F_p_value"], mod.F_p_value)
    assert len(frame) == 80
    assert {"lods.CvsA", "p_value.CvsA", "s2_prior", "df_prior", "s2_post", "df_total", "amean"} <= set(frame.columns)


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda mod: pickle.loads(pickle.dumps(mod))])
def test_copies_are_whole_and_read_only(mod, clone):
    mod.t  # noqa: B018 - fills what is kept
    twin = clone(mod)
    pd.testing.assert_frame_equal(twin.to_frame(), mod.to_frame())
    for array in (twin.moderation.s2_post, twin.t_of(0), twin.fit.record.sigma, twin.fit.contrast_matrix):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


def test_columns_are_kept_and_not_shared(mod):
    assert mod.t_of(0) is mod.t_of(0)
    table = mod.top_table(0, number=None, sort_by="none")
    table["t"] = 0.0
    table.iloc[0, 0] = 99.0
    assert mod.t_of(0).any()
    assert (mod.coefficients != 99).all(axis=None)


def test_repr_tells_the_prior(mod):
    first, second = repr(mod).splitlines()
    assert first == "ModeratedFit of 80 features x 2 contrasts ('groupB - groupA', 'CvsA')"
    assert second.startswith("prior by moments: standard deviation ")
    assert second.endswith("prior df. Next: .top_table(), .decide_tests()")
    assert "<table" in mod._repr_html_()


def test_an_infinite_prior_is_named():
    y = np.random.default_rng(1).normal(size=(4, 1)) + np.tile([0.0, 1.0, 0.5, 0.2], (4, 1))
    mod = el.lm_fit(y).ebayes()
    assert np.isinf(mod.prior.df2)
    assert "every feature has the prior variance" in repr(mod)


def test_one_feature_has_no_prior():
    assert "\nno prior: there are too few variances" in repr(el.lm_fit(np.arange(6.0)[None]).ebayes())


def test_log_odds_scale_with_the_share(contrasted):
    few, many = contrasted.ebayes(proportion=0.01), contrasted.ebayes(proportion=0.5)
    assert (many.lods > few.lods).all(axis=None)
    pd.testing.assert_frame_equal(many.t, few.t)


@pytest.mark.parametrize("value", [5.0, 0.1, 0.0, 1e6 / 3])
def test_constant_features_are_announced_also_where_rounding_leaves_a_trace(value):
    y = np.random.default_rng(0).normal(size=(50, 6))
    y[7] = value
    fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    with pytest.warns(VarianceWarning, match="1 of 50 features has a residual variance of zero"):
        fit.ebayes()


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e160])
def test_tables_of_data_at_the_ends_of_the_range(scale):
    y = np.random.default_rng(0).normal(size=(50, 6)) * scale
    plain = el.lm_fit(y / scale, np.ones(6)).ebayes().top_table(0, number=None, sort_by="none")
    table = el.lm_fit(y, np.ones(6)).ebayes().top_table(0, number=None, sort_by="none")
    np.testing.assert_allclose(table["t"], plain["t"], rtol=SAME)
    assert np.isfinite(table["B"]).all()


def test_a_trend_prior_has_a_value_for_every_feature_also_beside_empty_rows():
    y = np.random.default_rng(0).normal(size=(60, 6))
    y[4] = np.nan
    prior = el.lm_fit(y, np.ones(6)).ebayes(trend=True).prior
    assert np.flatnonzero(np.isnan(prior.scale)).tolist() == [4]


@pytest.mark.parametrize("name", ["F", "F_p_value", "var_prior"])
def test_what_is_kept_cannot_be_changed_from_outside(mod, name):
    before = getattr(mod, name).to_numpy().copy()
    with pytest.raises(ValueError, match="read-only"):
        getattr(mod, name).iloc[0] = 99.0
    np.testing.assert_array_equal(getattr(mod, name), before)
