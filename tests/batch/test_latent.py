from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import ebayes_lm as el
from ebayes_lm.errors import ConvergenceWarning, HiddenFactorWarning

#: Least squares by two ways.
FITS = 1e-9
#: Directions agree to the root of what the iteration stops at.
AT_REST = 1e-4
#: p < 0.05 in so many unaffected features at most, over some thousands of them in several draws.
LIBERAL = 0.058

TABLE = pd.DataFrame(
    {"group": np.repeat(list("AB"), 10), "sex": np.tile(list("fm"), 10)}, index=[f"s{i}" for i in range(20)]
)


def drawn(seed=1, g=1200, k=1, shift=2.0, share=0.2, n_controls=150):
    """Values with k factors that differ between groups, and which features have an effect of the group."""
    rng = np.random.default_rng(seed)
    second = (TABLE["group"] == "B").to_numpy()
    hidden = rng.normal(size=(20, k)) + shift * second[:, None]
    loadings = rng.normal(size=(g, k)) * (rng.random((g, k)) < 0.5)
    noise = np.sqrt(4 / rng.chisquare(4, g))[:, None] * rng.normal(size=(g, 20))
    effects = np.where((rng.random(g) < share) & (np.arange(g) >= n_controls), rng.normal(size=g), 0.0)
    y = 7 + noise + loadings @ hidden.T + np.outer(effects, second)
    return pd.DataFrame(y, index=[f"g{i}" for i in range(g)], columns=TABLE.index), hidden, effects != 0


def found(y, design="~ group", k=None, **options):
    return el.latent_factors(y, design, k, **{"samples": TABLE} | options)


@pytest.fixture(scope="module")
def data():
    return drawn(k=2)


@pytest.fixture(scope="module")
def factors(data):
    return found(data[0])


def test_factors_are_those_of_the_data(data, factors):
    y, hidden, _ = data
    assert factors.n_factors == 2
    assert list(factors.values.columns) == ["F1", "F2"]
    assert list(factors.values.index) == list(y.columns)
    angles = np.linalg.svd(np.linalg.qr(factors.values)[0].T @ np.linalg.qr(hidden)[0])[1]
    assert angles.min() > 0.99


def test_least_squares_with_the_factors_takes_their_part_from_naive_effects(data, factors):
    y = data[0]
    naive = el.lm_fit(y, "~ group", samples=TABLE).coefficients["groupB"]
    adjusted = el.lm_fit(y, factors.design).coefficients
    alpha = factors.confounding.loc["groupB", ["alpha1", "alpha2"]].to_numpy()
    assert_allclose(adjusted["groupB"], naive - factors.loadings.to_numpy() @ alpha, rtol=0, atol=FITS)
    assert_allclose(adjusted[["F1", "F2"]], factors.loadings, rtol=0, atol=FITS)


def test_factors_have_unit_variance_beside_the_design(factors):
    x = el.model_matrix("~ group", TABLE).matrix
    rest = factors.values - x @ np.linalg.lstsq(x, factors.values, rcond=None)[0]
    assert_allclose(rest.T @ rest / 18, np.eye(2), atol=FITS)


def test_tests_leave_the_factors_out(data, factors):
    assert factors.design.nuisance == ("F1", "F2")
    table = el.lm_fit(data[0], factors.design).ebayes().top_table(number=3)
    assert list(table.columns) == ["logFC", "AveExpr", "t", "P.Value", "adj.P.Val", "B"]


def test_the_table_of_confounding(factors):
    line = factors.confounding.loc["groupB"]
    assert list(factors.confounding.columns) == [
        "statistic", "df", "p_value", "share", "added_variance", "alpha1", "alpha2", "se1", "se2",
    ]  # fmt: skip
    assert line["df"] == 2
    assert line["p_value"] < 0.01
    assert 0.3 < line["share"] < 0.9
    assert 0 < line["added_variance"] < 0.01


def test_what_it_says(factors):
    said = repr(factors)
    assert said.startswith("2 factors (F1, F2) by robust factor adjustment, appended to ~ group\n")
    assert "bi-cross-validation" in said
    assert "groupB: " in said


@pytest.mark.parametrize("method", ["robust", "negative-controls"])
def test_unaffected_features_are_significant_as_often_as_they_should_be(method):
    """Without errors of loadings allowed for, 0.06 and more; without factors, 0.3."""
    levels, false = [], []
    for seed in range(8):
        y, _, affected = drawn(seed, share=0.3)
        controls = y.index[:150] if method == "negative-controls" else None
        p = el.lm_fit(y, found(y, method=method, controls=controls).design).ebayes().p_value["groupB"]
        levels.append(float((p[~affected] < 0.05).mean()))
        called = el.adjust_p(p, "BH") < 0.05
        false.append(float((called & ~affected).sum() / max(1, called.sum())))
    assert np.mean(levels) < LIBERAL
    assert np.mean(false) < 0.12


def test_no_factor_where_there_is_none():
    y, _, _ = drawn(k=0)
    nothing = found(y)
    assert nothing.n_factors == 0
    assert nothing.design.names == ["(Intercept)", "groupB"]
    assert repr(nothing).startswith("no factor by robust factor adjustment")
    assert len(nothing.confounding) == 0
    assert found(y, k=0).n_factors == 0


def test_groups_without_an_intercept_are_the_same(data, factors):
    other = found(data[0], "~ 0 + group")
    assert list(other.confounding.index) == ["groupB"]
    assert_allclose(other.confounding, factors.confounding, rtol=AT_REST, atol=AT_REST)
    array = np.column_stack([np.ones(20), TABLE["group"] == "B"])
    assert_allclose(found(data[0].to_numpy(), array, samples=None).values, factors.values, atol=AT_REST)


def test_terms_of_interest_may_be_associated_and_others_are_known(data):
    design = el.model_matrix("~ sex + group", TABLE, of_interest="group")
    assert list(found(data[0], design).confounding.index) == ["groupB"]
    assert list(found(data[0], "~ sex + group").confounding.index) == ["sexm", "groupB"]
    assert found(data[0], "~ 1", k=1).confounding.empty


def test_factors_on_top_of_factors(data):
    first = found(data[0], k=1)
    second = el.latent_factors(data[0], first.design, 1)
    assert second.design.names == ["(Intercept)", "groupB", "F1", "F2"]
    assert list(second.confounding.index) == ["groupB"]


def test_kinds_threads_blocks_and_units_do_not_matter(data, factors):
    y = data[0]
    for options in ({"threads": 1}, {"threads": 2, "chunk_size": 100}, {"chunk_size": 7}):
        assert_allclose(found(y, **options).values, factors.values, atol=AT_REST)
    assert found(y, threads=1).values.equals(found(y, threads=2).values)
    assert_allclose(found(y * 1e-300).values, factors.values, atol=AT_REST)
    assert_allclose(found(y * 1e150).loadings, factors.loadings * 1e150, atol=AT_REST * 1e150)
    assert_allclose(found(el.EList(y)).values, factors.values, atol=AT_REST)
    backwards = found(y.iloc[::-1, ::-1])
    assert_allclose(backwards.values.loc[y.columns].abs(), factors.values.abs(), atol=AT_REST)


def test_controls_by_label_mask_and_column(data):
    y = data[0]
    mask = np.arange(len(y)) < 150
    expected = found(y, k=2, method="negative-controls", controls=y.index[:150])
    assert "with 150 controls" in expected.method
    for controls in (mask, pd.Series(mask, index=y.index)[::-1]):
        assert_allclose(found(y, k=2, method="negative-controls", controls=controls).values, expected.values)
    elist = el.EList(y, genes=pd.DataFrame({"spike": mask}, index=y.index))
    assert_allclose(found(elist, k=2, method="negative-controls", controls="spike").values, expected.values)


@pytest.mark.filterwarnings("ignore:factor adjustment by controls and robust factor adjustment disagree")
def test_few_controls_draw_a_warning(data):
    with pytest.warns(HiddenFactorWarning, match="8 controls tell the association of 2 factors with 'groupB' badly"):
        few = found(data[0], k=2, method="negative-controls", controls=data[0].index[:8])
    assert few.confounding.loc["groupB", "added_variance"] > 0.05


@pytest.mark.filterwarnings("ignore:factor adjustment by controls and robust factor adjustment disagree")
def test_controls_that_are_none_are_remarked_on():
    y, _, affected = drawn(share=0.9, n_controls=0)
    y.loc[:, TABLE["group"] == "B"] += 3.0 * affected[:, None] * np.random.default_rng(3).choice([-1, 1], (len(y), 1))
    factors = found(y, k=1, method="negative-controls", controls=y.index[affected][:200])
    assert any("Controls scatter" in remark for remark in factors.remarks)


def test_a_column_that_the_factors_take_draws_a_warning():
    y, _, _ = drawn(shift=12.0)
    with pytest.warns(HiddenFactorWarning, match="of 'groupB' beside the rest of the design"):
        found(y, k=1)


def test_loadings_that_are_alike_are_remarked_on():
    rng = np.random.default_rng(1)
    hidden = rng.normal(size=20) + (TABLE["group"] == "B").to_numpy()
    loadings = 1 + 0.05 * rng.normal(size=400)
    y = pd.DataFrame(rng.normal(size=(400, 20)) + np.outer(loadings, hidden), columns=TABLE.index)
    assert any("Loadings are so alike" in remark for remark in found(y, k=1).remarks)


def test_effects_of_most_features_are_remarked_on():
    y, _, _ = drawn(share=1.0, n_controls=0)
    with pytest.warns(HiddenFactorWarning, match="many features have one"):
        assert any("as widely as noise" in remark for remark in found(y).remarks)
    assert not any("as widely as noise" in remark for remark in found(drawn()[0]).remarks)


@pytest.fixture(scope="module")
def gappy(data):
    y = data[0].mask(np.random.default_rng(8).random(data[0].shape) < 0.03)
    y.iloc[5] = np.nan
    y.iloc[6, 1:] = np.nan
    return y


@pytest.mark.parametrize("missing", ["omit", "impute"])
def test_gaps(gappy, factors, missing):
    other = found(gappy, k=2, missing=missing)
    angles = np.linalg.svd(np.linalg.qr(other.values)[0].T @ np.linalg.qr(factors.values)[0])[1]
    assert angles.min() > 0.99
    assert_allclose(other.confounding["share"], factors.confounding["share"], atol=0.05)
    assert other.loadings.iloc[[5, 6]].isna().all(axis=None)
    incomplete = gappy.isna().any(axis=1)
    if missing == "omit":
        assert f"{incomplete.sum()} features with missing values took no part." in other.remarks
        assert_allclose(other.values, found(gappy[~incomplete], k=2).values, atol=AT_REST)
    else:
        assert any(f"{incomplete.sum() - 2} features" in r and "2 with too few values" in r for r in other.remarks)
        assert other.loadings.drop(["g5", "g6"]).notna().all(axis=None)


def test_imputation_changes_nothing_where_nothing_is_missing(data, factors):
    assert_allclose(found(data[0], missing="impute").values, factors.values)


def test_constant_features_take_no_part(data, factors):
    y = data[0]
    flat = pd.DataFrame(5.0, index=["flat", "level"], columns=y.columns)
    flat.loc["level", TABLE["group"] == "B"] = 7.0
    other = found(pd.concat([y, flat]), k=2)
    assert_allclose(other.values, factors.values, atol=AT_REST)
    assert (other.loadings.loc[["flat", "level"]] == 0).all(axis=None)


def test_weights_are_spoken_of(data, factors):
    y = data[0]
    weighted = found(el.EList(y, weights=np.full(y.shape, 2.0)))
    assert_allclose(weighted.values, factors.values, atol=AT_REST)
    assert "Weights that came with the data took no part in finding them." in weighted.remarks


def test_what_has_not_converged_is_said(data, monkeypatch):
    from ebayes_lm.core import factor_analysis

    monkeypatch.setattr(factor_analysis, "_MOST_STEPS", 1)
    with pytest.warns(ConvergenceWarning, match="had not converged"):
        found(data[0], k=2)


def test_nothing_is_changed(data):
    y = data[0].copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found(y)
    pd.testing.assert_frame_equal(y, data[0])


def test_many_effects_beside_factors_that_take_much_draw_a_warning():
    """More than half of the probe sets differ between cancer and normal tissue."""
    data = el.datasets.bladder()
    with pytest.warns(HiddenFactorWarning, match="40 % of 'cancerCancer' goes along with the factors, and the effects"):
        el.latent_factors(data, "~ cancer", 2)
