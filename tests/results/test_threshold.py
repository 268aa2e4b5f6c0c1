from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.stats

import ebayes_lm as el

# Two implementations of tail probabilities, at moderate t.
SAME = 1e-9


@pytest.fixture(scope="module")
def tested(contrasted: el.LinearFit) -> el.TreatFit:
    return contrasted.treat(lfc=0.8)


def test_is_the_formula_of_the_paper(tested):
    size, se, df = tested.coefficients.abs(), tested.standard_error, tested.df_total.to_numpy()[:, None]
    p = scipy.stats.t.sf((size - 0.8) / se, df) + scipy.stats.t.sf((size + 0.8) / se, df)
    np.testing.assert_allclose(tested.p_value, p, rtol=SAME)
    np.testing.assert_allclose(tested.log_p_value, np.log(p), rtol=SAME, atol=SAME)
    np.testing.assert_allclose(tested.neg_log10_p, -np.log10(p), rtol=SAME, atol=SAME)
    t = np.sign(tested.coefficients) * ((size - 0.8) / se).clip(lower=0)
    np.testing.assert_allclose(tested.t, t, rtol=SAME)
    assert (tested.p_value > tested.fit.ebayes().p_value).all(axis=None)


@pytest.mark.parametrize("options", [{}, {"trend": True}, {"robust": True}, {"legacy": False}], ids=str)
def test_variances_are_those_of_ebayes(contrasted, options):
    tested, mod = contrasted.treat(**options), contrasted.ebayes(**options)
    for name in ("s2_prior", "df_prior", "s2_post", "df_total"):
        pd.testing.assert_series_equal(getattr(tested, name), getattr(mod, name))
    pd.testing.assert_frame_equal(tested.conf_int(), mod.conf_int())


@pytest.mark.parametrize("upshot", [False, True])
def test_without_threshold_it_is_ebayes(contrasted, upshot):
    tested, mod = contrasted.treat(lfc=0, upshot=upshot), contrasted.ebayes()
    pd.testing.assert_frame_equal(tested.t, mod.t, rtol=0, atol=0)
    pd.testing.assert_frame_equal(tested.p_value, mod.p_value, rtol=1e-14)


def test_thresholds_are_given_in_two_ways(contrasted):
    assert contrasted.treat().lfc == np.log2(1.2)
    assert contrasted.treat(fc=4).lfc == contrasted.treat(fc=0.25).lfc == 2.0
    assert contrasted.treat(fc=4, lfc=-0.5).lfc == 0.5
    pd.testing.assert_frame_equal(el.treat(contrasted, fc=2).p_value, contrasted.treat(lfc=1).p_value)


def test_an_average_lies_between(contrasted):
    p = contrasted.treat(lfc=1, upshot=True).p_value
    assert (p > contrasted.treat(lfc=0).p_value).all(axis=None)
    assert (p < contrasted.treat(lfc=1).p_value).all(axis=None)
    pd.testing.assert_frame_equal(contrasted.treat(lfc=1, upshot=True).t, contrasted.treat(lfc=0.5).t)


def test_there_is_no_f_and_no_log_odds(tested):
    for name in ("F", "F_p_value", "lods", "var_prior", "test"):
        assert not hasattr(tested, name)
    assert set(tested.to_frame().columns.str.split(".").str[0]) == {
        "coefficients", "stdev_unscaled", "t", "p_value", "sigma", "df_residual", "amean", "s2_prior", "df_prior",
        "s2_post", "df_total",
    }  # fmt: skip


def test_subsets_keep_prior_and_threshold(tested):
    part = tested[[5, 2], ["CvsA"]]
    assert (part.lfc, part.prior.df2) == (0.8, tested.prior.df2)
    pd.testing.assert_frame_equal(part.p_value, tested.p_value.iloc[[5, 2], [1]])
    pd.testing.assert_frame_equal(tested.select(features=["g5"]).t, tested.t.loc[["g5"]])


def test_tails_go_on_where_p_underflows():
    y = np.random.default_rng(5).normal(size=(100, 200))
    y[0, :100] += 1e6
    for upshot in (False, True):
        tested = el.lm_fit(y, np.c_[np.ones(200), np.arange(200) < 100]).treat(upshot=upshot)
        assert tested.p_value.loc[0, "x2"] == 0
        assert np.isfinite(tested.log_p_value).all(axis=None)
        extra = tested.top_table("x2", number=1, columns=["neg_log10_p"])
        assert extra["neg_log10_p"].item() == tested.neg_log10_p.loc[0, "x2"] > 300


def test_what_was_not_fitted_is_missing(y, samples):
    holes = y.copy()
    holes.loc["g4"] = np.nan
    for compat, t in ((None, np.nan), ("limma", 0.0)):
        tested = el.lm_fit(holes, "~ group", samples=samples, compat=compat).treat(lfc=0.1)
        assert tested.p_value.loc["g4"].isna().all()
        np.testing.assert_array_equal(tested.t.loc["g4"], np.full(3, t))
        assert tested.decide_tests().to_frame().loc["g4"].isna().all()


def test_it_says_what_it_is(tested, contrasted):
    first, second = repr(tested).splitlines()
    assert first == "TreatFit of 80 features x 2 contrasts ('groupB - groupA', 'CvsA')"
    assert second.startswith("size of effects against 0.8; prior by moments: ")
    assert "average of thresholds up to 0.8" in repr(contrasted.treat(lfc=0.8, upshot=True))
    assert "<table" in tested._repr_html_()


def test_copies_are_whole(tested):
    twin = pickle.loads(pickle.dumps(tested))
    pd.testing.assert_frame_equal(twin.to_frame(), tested.to_frame())
