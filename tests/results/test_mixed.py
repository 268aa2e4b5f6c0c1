from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, DataError, DesignWarning, EstimabilityWarning, StageError, VarianceWarning

#: Two ways to the same numbers: least squares of block means, or another coding of the design.
SAME = 1e-8
#: The prior is found by a search; a covariate that differs in its last digits moves it by more than these.
SEARCHED = 1e-6
#: The correction for an estimated correlation is a difference over a step of 1e-5.
CORRECTED = 1e-6

SAMPLES = pd.DataFrame(
    {
        "patient": np.repeat([f"p{i}" for i in range(8)], 3),
        "group": np.repeat(list("AAAABBBB"), 3),
        "time": list("123") * 8,
        "age": np.repeat([31.0, 42, 58, 29, 37, 44, 61, 50], 3),
    },
    index=[f"s{i}" for i in range(24)],
)
FEATURES = [f"g{i}" for i in range(150)]


@pytest.fixture(scope="module")
def y() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    rho, size = rng.uniform(0, 0.8, (150, 1)), np.sqrt(4 / rng.chisquare(4, (150, 1)))
    common = np.repeat(rng.normal(size=(150, 8)), 3, axis=1)
    values = 5 + size * (np.sqrt(rho) * common + np.sqrt(1 - rho) * rng.normal(size=(150, 24)))
    values[:10, 12:] += 3.5
    values[10:20, 2::3] += 1.5
    return pd.DataFrame(values, index=FEATURES, columns=SAMPLES.index)


@pytest.fixture(scope="module")
def gapped(y: pd.DataFrame) -> pd.DataFrame:
    return y.mask(np.random.default_rng(4).random(y.shape) < 0.1)


def fitted(y, design="~ group + time", **options):
    return el.lm_fit(y, design, samples=SAMPLES, block="patient", correlation="feature", **options)


@pytest.fixture(scope="module")
def fit(y):
    return fitted(y)


@pytest.fixture(scope="module")
def gaps(gapped):
    return fitted(gapped)


@pytest.fixture(scope="module")
def weights(y):
    return np.random.default_rng(5).uniform(0.3, 3.0, y.shape)


# What the numbers are.


def test_it_is_a_linear_fit_with_more(fit):
    assert isinstance(fit, el.MixedFit)
    assert isinstance(fit, el.LinearFit)
    assert fit.df_residual.shape == fit.coefficients.shape
    assert fit.rho.between(-0.5, 1.0).all()
    assert fit.rho.index.equals(fit.sigma.index)
    assert_allclose(fit.within_variance + fit.between_variance, fit.sigma**2, rtol=SAME)
    assert set(fit.status) == {"ok"}
    words = repr(fit)
    for said in ("MixedFit of 150 features x 4", "24 samples in 8 blocks", "(median)", "Satterthwaite"):
        assert said in words


def block_means(y):
    means = y.T.groupby(SAMPLES["patient"]).mean().T
    return means, SAMPLES.drop_duplicates("patient").set_index("patient")


def test_between_blocks_of_equal_size_it_is_the_analysis_of_block_means(fit, y):
    means, patients = block_means(y)
    plain = el.lm_fit(means, "~ group", samples=patients)
    for mod, other in ((fit.ordinary(), plain.ordinary()), (fit.ebayes(), None)):
        other = plain.ebayes(trend=np.log(fit.within_variance), legacy=False) if other is None else other
        assert_allclose(mod.t["groupB"], other.t["groupB"], rtol=CORRECTED)
        assert_allclose(mod.df_total["groupB"], other.df_total, rtol=SEARCHED)
        assert_allclose(mod.p_value["groupB"], other.p_value["groupB"], rtol=10 * SEARCHED)
        assert_allclose(mod.standard_error["groupB"], other.standard_error["groupB"], rtol=CORRECTED)


def test_within_complete_blocks_it_is_the_analysis_with_blocks_as_a_term(fit, y):
    plain = el.lm_fit(y, "~ patient + time", samples=SAMPLES)
    times = ["time2", "time3"]
    for mod, other in ((fit.ordinary(), plain.ordinary()), (fit.ebayes(), plain.ebayes(legacy=False))):
        assert_allclose(mod.t[times], other.t[times], rtol=CORRECTED)
        assert_allclose(mod.df_total[times], np.repeat(other.df_total.to_numpy()[:, None], 2, axis=1), rtol=SEARCHED)
        f, of_f = mod[:, times], other[:, times]
        assert_allclose(f.F, of_f.F, rtol=CORRECTED)
        assert_allclose(f.F_p_value, of_f.F_p_value, rtol=10 * SEARCHED)
    assert_allclose(fit.ebayes().lods[times], plain.ebayes(legacy=False).lods[times], atol=10 * SEARCHED)


def test_moderation_learns_from_other_features(fit):
    mod, plain = fit.ebayes(), fit.ordinary()
    assert (mod.df_total > plain.df_total).all(axis=None)
    assert mod.F.shape == (150,)
    assert "a prior for each coefficient" in repr(mod)
    assert "ordinary tests" in repr(plain)
    assert len(mod.prior.each) == 4
    assert plain.s2_prior.isna().all(axis=None)


# Contrasts.


@pytest.mark.parametrize("kind", ["complete", "gaps", "weights"])
def test_contrasts_are_exact_in_every_coding(y, gapped, weights, kind):
    """Estimates, standard errors and df belong to the contrast, not to the coefficients that it came from."""
    given = {"complete": (y, None), "gaps": (gapped, None), "weights": (gapped, weights)}[kind]
    direct = fitted(given[0], "~ 0 + time + group", weights=given[1])
    others = [
        direct.contrast(late="time3 - time2", group="groupB"),
        fitted(
            given[0], el.model_matrix("~ time + group", SAMPLES, reference={"time": "2"}), weights=given[1]
        ).contrast(late="time3", group="groupB"),
        direct.contrast(["time3 - time1", "time2 - time1", "groupB"]).contrast(
            {"late": "`time3 - time1` - `time2 - time1`", "group": "groupB"}
        ),
    ]
    first = others[0]
    for other in others[1:]:
        for name in ("coefficients", "stdev_unscaled", "df_residual"):
            assert_allclose(getattr(other, name), getattr(first, name), rtol=SAME, err_msg=name)
        for verb in ("ordinary", "ebayes"):
            assert_allclose(getattr(other, verb)().t, getattr(first, verb)().t, rtol=SEARCHED)


def test_a_contrast_of_a_contrast_has_its_own_df(fit):
    both = fit.contrast(mixed="groupB + time2")
    assert isinstance(both, el.MixedFit)
    df = both.df_residual["mixed"]
    assert ((df > 6) & (df < 20)).all()  # between the 6 of group and the 14 + 6 of both together
    assert both.is_contrasted
    assert "contrast" in repr(both)


def test_levels_are_compared_as_in_any_fit(gaps):
    pairs = gaps.all_pairwise("time")
    assert pairs.coef_names == ["2 - 1", "3 - 1", "3 - 2"]
    assert_array_equal(pairs.coefficients["2 - 1"], gaps.coefficients["time2"])
    both, term = pairs.ordinary(), gaps.ordinary()[:, ["time2", "time3"]]
    assert_allclose(both.F, term.F, rtol=SAME)
    assert gaps.one_vs_rest("time").shape == (150, 3)


# Parts of a fit.


@pytest.mark.parametrize("rows", [slice(5, 9), [3, 140, 3], np.arange(150) % 50 == 0])
def test_a_part_is_what_the_whole_says_of_it(gaps, rows):
    part, mod = gaps[rows, ["time2", "groupB"]], gaps.ebayes()
    whole = gaps.contrast(["time2", "groupB"])
    at = np.arange(150)[rows]
    assert_array_equal(part.rho, gaps.rho.iloc[at])
    difference, whole_one = part.contrast("time2 - groupB"), whole.contrast("time2 - groupB")
    assert_array_equal(difference.df_residual, whole_one.df_residual.iloc[at])
    assert_allclose(part.ordinary().F, whole.ordinary().F.iloc[at], rtol=SAME)
    for name in ("t", "p_value", "lods", "df_total", "s2_post", "df_prior", "standard_error"):
        chosen = getattr(mod[rows, ["time2", "groupB"]], name)
        assert_array_equal(chosen, getattr(mod, name)[["time2", "groupB"]].iloc[at], err_msg=name)
    assert [prior.df2 for prior in mod[rows, ["time2"]].prior.each] == [mod.prior.each[2].df2]


def test_a_selection_by_label(gaps):
    assert gaps.select(features=["g7"], coefs="time3").coefficients.iloc[0, 0] == gaps.coefficients.loc["g7", "time3"]


def test_it_survives_a_pickle(gaps):
    mod = gaps.ebayes()
    again = pickle.loads(pickle.dumps(mod))
    pd.testing.assert_frame_equal(again.t, mod.t)
    pd.testing.assert_frame_equal(
        again.fit.contrast("time3 - time2").df_residual, gaps.contrast("time3 - time2").df_residual
    )
    with pytest.raises(ValueError, match="read-only"):
        again.fit.record.rho[0] = 0


# Tests and tables.


def test_tables(gaps):
    mod = gaps.ebayes()
    one = mod.top_table("groupB", confint=True, columns=["SE", "df", "n"])
    assert list(one.columns) == [
        "logFC", "CI.L", "CI.R", "AveExpr", "t", "P.Value", "adj.P.Val", "B", "SE", "df", "n"
    ]  # fmt: skip
    best = one.index[0]
    assert one.loc[best, "df"] == mod.df_total.loc[best, "groupB"]
    assert_allclose(one["logFC"] / one["SE"], one["t"], rtol=SAME)
    limits = mod.conf_int()
    assert_allclose(limits.loc[best, ("groupB", "CI.L")], one.loc[best, "CI.L"], rtol=SAME)
    joint = mod.top_table(["time2", "time3"], number=None)
    assert_array_equal(joint, gaps.test("time"))
    assert len(mod.tables()) == 4 * 150
    frame = mod.to_frame()
    assert_array_equal(frame["df_residual.time2"], gaps.df_residual["time2"])
    assert_array_equal(frame["s2_prior.time2"], mod.s2_prior["time2"])
    assert "df_residual.time2" in gaps.to_frame()


@pytest.mark.parametrize("method", ["separate", "global", "hierarchical", "nestedF"])
def test_decisions(fit, method):
    found = fit.contrast(["groupB", "time3"]).ebayes().decide_tests(method=method).to_frame()
    assert found.shape == (150, 2)
    assert (found.iloc[:10, 0] == 1).sum() > 3
    assert (found.iloc[20:] != 0).to_numpy().mean() < 0.1


def test_f_of_one_contrast_is_t_squared(gaps):
    for mod in (gaps.ebayes(), gaps.ordinary()):
        one = mod[:, ["groupB"]]
        assert_allclose(one.F, mod.t["groupB"] ** 2, rtol=SAME)
    assert_allclose(one.F_p_value, mod.p_value["groupB"], rtol=SAME)  # ordinary: neither is capped


def test_a_threshold_is_tested_with_the_same_variances(gaps):
    none, some = gaps.treat(lfc=0), gaps.treat(lfc=0.5)
    assert_allclose(none.p_value, gaps.ebayes().p_value, rtol=SAME)
    assert (some.p_value >= none.p_value).all(axis=None)
    assert some.top_table("groupB").shape[1] == 5
    assert some[:3, ["groupB"]].p_value.equals(some.p_value[["groupB"]].iloc[:3])


def test_options_of_the_prior(gaps):
    plain = gaps.ebayes()
    level = gaps.ebayes(trend=True)
    given = gaps.ebayes(trend=gaps.amean)
    assert_array_equal(level.t, given.t)
    assert not np.allclose(level.t["groupB"], plain.t["groupB"])
    for options in ({"robust": True}, {"legacy": True}, {"span": 0.5}, {"legacy": True, "robust": True}):
        other = gaps.ebayes(**options)
        assert np.isfinite(other.t).all(axis=None)
        assert not np.allclose(other.t["groupB"], plain.t["groupB"], rtol=1e-12), options
    assert gaps.ebayes(legacy=True).prior.method.startswith("moments")
    assert gaps.ebayes(robust=True)[:5].df_prior.shape == (5, 4)


# Weights.


def test_weights_of_samples_are_weights_of_all_their_observations(gapped):
    one_each = np.linspace(0.5, 2.0, 24)
    shared, single = (fitted(gapped, weights=w) for w in (one_each, np.broadcast_to(one_each, gapped.shape).copy()))
    assert_allclose(shared.rho, single.rho, rtol=SAME, atol=SAME)
    assert_allclose(shared.df_residual, single.df_residual, rtol=SAME)
    assert_allclose(
        shared.contrast("time3 - time2").ebayes().t, single.contrast("time3 - time2").ebayes().t, rtol=SEARCHED
    )


def test_weights_of_features_scale_sigma_alone(gaps, gapped):
    each = pd.Series(np.linspace(0.5, 3.0, 150), FEATURES)
    weighted = fitted(gapped, weights=each)
    assert_allclose(weighted.sigma, gaps.sigma * np.sqrt(each), rtol=SAME)
    assert_allclose(weighted.df_residual, gaps.df_residual, rtol=SAME)
    assert_allclose(weighted.ordinary().t, gaps.ordinary().t, rtol=SAME)
    none = fitted(gapped, weights=each.where(each.index != "g3", 0.0))
    assert none.status["g3"] == "all_missing"
    assert none.ebayes().t.loc["g3"].isna().all()


def test_a_weight_of_zero_is_a_gap(y):
    absent = np.random.default_rng(6).random(y.shape) < 0.1
    weighted, missing = fitted(y, weights=np.where(absent, 0.0, 1.0)), fitted(y.mask(absent))
    assert_allclose(weighted.rho, missing.rho, atol=SAME)
    assert_allclose(weighted.ebayes().t, missing.ebayes().t, rtol=SEARCHED)


def test_weights_that_have_changed_are_refused(y, weights):
    mine = weights.copy()
    fit = fitted(y, weights=mine)
    mine[0, 0] *= 2
    for verb in (lambda: fit.contrast("time3 - time2"), fit.ebayes, lambda: fit.ordinary().F):
        with pytest.raises(DataError, match="weights has changed"):
            verb()


# Features that lack something.


def test_features_without_a_correlation_take_that_of_the_others(gapped):
    odd = gapped.copy()
    odd.loc["g5"] = odd.loc["g5"].where(SAMPLES["time"] == "1").fillna(dict.fromkeys(SAMPLES.index[::3], 1.5))
    odd.loc["g6"] = np.nan
    odd.loc["g7"] = 2.5
    odd.loc["g8", SAMPLES.index[12:]] = np.nan
    with pytest.warns(EstimabilityWarning, match="2 features"), pytest.warns(VarianceWarning, match="1 feature .'g5'."):
        fit = fitted(odd)
    assert list(fit.status[["g5", "g6", "g7", "g8"]]) == [
        "not_estimable", "all_missing", "zero_variance", "not_estimable"
    ]  # fmt: skip
    assert fit.rho[["g5", "g6", "g7"]].isna().all()
    assert (fit.df_residual.loc[["g5", "g6", "g7"]] == 0).all(axis=None)
    assert np.isnan(fit.coefficients.loc["g8", "groupB"])
    assert fit.df_residual.loc["g8", "time2"] > 0
    assert_allclose(fit.coefficients.loc["g7"], [2.5, 0, 0, 0], atol=SAME)
    told = "1 of 148 features has a residual variance of zero; such features take no part"
    with pytest.warns(VarianceWarning, match=told):
        mod = fit.ebayes()
    assert_allclose(mod.s2_post.loc["g5"], mod.s2_prior.loc["g5"], rtol=SAME)
    assert np.isfinite(mod.t.loc["g5", "groupB"])
    with pytest.warns(VarianceWarning, match="t and p are missing"):
        plain = fit.ordinary()
    assert plain.t.loc[["g5", "g6", "g7"]].isna().all(axis=None)
    time = fit.contrast("time3 - time2")
    assert time.status["g8"] == "ok"
    assert fit[[5, 6, 7]].status.equals(fit.status.iloc[5:8])


def test_no_df_where_blocks_have_one_sample_each(gapped):
    odd = gapped.copy()
    odd.loc["g5", SAMPLES.index[SAMPLES["time"] != "1"]] = np.nan
    odd.loc["g5", SAMPLES.index[::3]] = np.arange(8.0)
    with pytest.warns(VarianceWarning, match="1 feature"):
        fit = fitted(odd, "~ group")
    assert fit.status["g5"] == "no_df"
    assert np.isnan(fit.sigma["g5"])
    assert_allclose(fit.coefficients.loc["g5"], [1.5, 4.0], rtol=SAME)


def test_few_observations(gapped):
    fit = fitted(gapped, min_observed=22)
    few = fit.n_observed < 22
    assert 0 < few.sum() < 150
    assert (fit.status[few] == "few_observed").all()
    assert fit.coefficients[few].isna().all(axis=None)


def test_aliased_columns_are_missing(y):
    x = el.model_matrix("~ group + time", SAMPLES).frame.assign(B=(SAMPLES["group"] == "B").astype(float))
    with pytest.warns(DesignWarning, match="not estimable: 'B'"):
        fit = fitted(y, x)
    for name in ("coefficients", "stdev_unscaled", "df_residual"):
        assert list(getattr(fit, name).isna().all()) == [False, False, False, False, True], name
    assert_allclose(fit.ebayes().t.iloc[:, :4], fitted(y).ebayes().t, rtol=SEARCHED)
    assert_allclose(fit.ordinary().F, fitted(y).ordinary().F, rtol=SAME)


# What does not matter.


def test_order_and_blocking_do_not_matter(gapped, gaps):
    rows, columns = np.random.default_rng(1).permutation(150), np.random.default_rng(2).permutation(24)
    other = fitted(gapped.iloc[rows, columns])
    pd.testing.assert_frame_equal(other.df_residual.loc[FEATURES], gaps.df_residual, rtol=SAME)
    small = fitted(gapped, chunk_size=7, threads=2)
    pd.testing.assert_frame_equal(small.ebayes().t, gaps.ebayes().t, rtol=SAME)


@pytest.mark.parametrize("unit", [1e-150, 1e100])
def test_units_do_not_matter(gapped, gaps, unit):
    other = fitted(gapped * unit)
    assert_allclose(other.ordinary().t, gaps.ordinary().t, rtol=SEARCHED)
    assert_allclose(other.ebayes().t, gaps.ebayes().t, rtol=SEARCHED)


# Values that follow.


def test_fitted_and_predicted_values(gaps, gapped):
    means = gaps.fitted()
    assert_allclose(gapped - means, gaps.residuals(gapped), rtol=SAME, atol=SAME)
    expected, errors = gaps.predict(SAMPLES.iloc[:2], se=True)
    assert_allclose(expected, means.iloc[:, :2], rtol=SAME)
    first = gaps.contrast(first="Intercept").ordinary().standard_error["first"]
    assert_allclose(errors["s0"], first, rtol=SAME)


def test_shares_of_variance_are_refused(fit, y):
    for verb in (fit.r_squared, fit.variance_explained):
        with pytest.raises(StageError, match="within blocks and between them"):
            verb(y)


def test_only_samples_of_blocks_have_a_correlation_of_each_feature(y):
    with pytest.raises(ArgumentError, match="needs block="):
        el.lm_fit(y, "~ group", samples=SAMPLES, correlation="feature")
