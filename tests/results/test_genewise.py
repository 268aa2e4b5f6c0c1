from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

import ebayes_lm as el

ADJUSTMENTS = ("none", "bonferroni", "holm", "BH", "fdr", "BY")


def selected(mod: el.ModeratedFit, adjust: str, level: float) -> tuple[np.ndarray, float]:
    """Features selected by F, and what their level is then multiplied by."""
    p = mod.F_p_value.to_numpy()
    chosen = el.adjust_p(p, adjust) < level
    n, i = np.sum(~np.isnan(p)), chosen.sum()
    share = {
        "none": 1.0, "bonferroni": 1 / n, "holm": 1 / (n - i + 1), "BH": i / n, "fdr": i / n,
        "BY": i / n / np.sum(1 / np.arange(1, n + 1)),
    }  # fmt: skip
    return chosen, share[adjust] * level


def hierarchical(mod: el.ModeratedFit, adjust: str, level: float) -> np.ndarray:
    """Feature by feature."""
    chosen, within = selected(mod, adjust, level)
    codes = np.zeros(mod.shape)
    for row in np.flatnonzero(chosen):
        df = mod.df_residual.iloc[row] + mod.df_prior.iloc[row]
        p = 2 * scipy.stats.t.sf(mod.t.iloc[row].abs(), df)
        codes[row] = np.sign(mod.t.iloc[row]) * (el.adjust_p(p, adjust) < within)
    return codes


def nested(mod: el.ModeratedFit, adjust: str, level: float) -> np.ndarray:
    """By the classification of the fit at the level within features."""
    chosen, within = selected(mod, adjust, level)
    codes = el.classify_tests_f(mod, p_value=within).to_frame().to_numpy(dtype=float)
    return np.where(chosen[:, None], codes, 0)


@pytest.fixture(scope="module")
def three(y, samples) -> el.ModeratedFit:
    fit = el.lm_fit(y, "~ 0 + group", samples=samples)
    return fit.contrast(["groupB - groupA", "groupC - groupA", "groupC - groupB"]).ebayes()


@pytest.mark.parametrize("level", [0.01, 0.2, 0.9])
@pytest.mark.parametrize("adjust", ADJUSTMENTS)
@pytest.mark.parametrize(("method", "plain"), [("hierarchical", hierarchical), ("nestedF", nested)])
def test_is_what_a_plain_computation_gives(three, method, plain, adjust, level):
    found = three.decide_tests(method=method, adjust_method=adjust, p_value=level)
    np.testing.assert_array_equal(np.asarray(found), plain(three, adjust, level))


@pytest.mark.parametrize("method", ["hierarchical", "nestedF"])
def test_effects_must_exceed_the_bound(three, method):
    all_of_them = np.asarray(three.decide_tests(method=method))
    large = np.asarray(three.decide_tests(method=method, lfc=2.5))
    np.testing.assert_array_equal(large, np.where(three.coefficients.abs() > 2.5, all_of_them, 0))
    assert np.abs(all_of_them).sum() > np.abs(large).sum() > 0


@pytest.mark.parametrize("method", ["hierarchical", "nestedF"])
def test_features_without_test_are_left_out(y, samples, method):
    holes = y.copy()
    holes.loc[["g3", "g40"]] = np.nan
    pair = ["groupB", "groupC"]
    found = el.lm_fit(holes, "~ group", samples=samples).ebayes()[:, pair].decide_tests(method=method).to_frame()
    whole = el.lm_fit(y.drop(["g3", "g40"]), "~ group", samples=samples).ebayes()[:, pair]
    assert found.loc[["g3", "g40"]].isna().all(axis=None)
    assert found.drop(["g3", "g40"]).equals(whole.decide_tests(method=method).to_frame())


@pytest.mark.parametrize("method", ["hierarchical", "nestedF"])
def test_nothing_selected_and_nothing_there(three, method):
    assert not np.asarray(three.decide_tests(method=method, p_value=0.0)).any()
    assert three[[]].decide_tests(method=method).shape == (0, 3)
