from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm import vooma, vooma_by_group
from ebayes_lm.errors import DataError, DesignError, VarianceWarning
from tests.weights.answers.reader import answers

#: The trend is R's bit for bit where fits are; a weight is its fourth power at values that differ by rounding.
TREND = 1e-12
#: Moderated tests of these: the prior is a difference of small numbers.
TESTED = 1e-9


@answers("vooma", "log_precision")
def test_as_in_limma(args, expected):
    v = vooma(**args)
    assert_allclose(v.weights, expected["weights"], rtol=TREND)
    assert_allclose(v.span, expected["span"], rtol=TREND)
    assert_allclose(v.voom_line["x"], expected["line_x"], rtol=TREND, atol=TREND)
    assert_allclose(v.voom_line["y"], expected["line_y"], rtol=TREND)
    mod = el.lm_fit(v).ebayes()
    assert_allclose(mod.t.iloc[:, -1], expected["t"], rtol=TESTED, atol=TESTED)
    assert_allclose(mod.p_value.iloc[:, -1], expected["p"], rtol=TESTED)


@answers("vooma_by_group", "log_precision")
def test_groups_as_in_limma(args, expected):
    v = vooma_by_group(**args)
    assert_allclose(v.weights, expected["weights"], rtol=TREND)


@pytest.fixture
def y():
    rng = np.random.default_rng(6)
    mean = rng.uniform(4.0, 14.0, (80, 1))
    values = rng.normal(mean, np.exp(-mean / 8.0), (80, 6))
    return pd.DataFrame(values, [f"g{i}" for i in range(80)], [f"s{j}" for j in range(6)])


@pytest.fixture
def samples():
    return pd.DataFrame(
        {"group": list("AAABBC"), "pair": [1, 2, 3, 1, 2, 3], "half": list("xxxyyy")}, index=[f"s{j}" for j in range(6)]
    )


def test_missing_values_take_no_part(y, samples):
    """limma's vooma refuses them."""
    y.iloc[3, 1] = y.iloc[4, 2] = np.nan
    v = vooma(y, "~ half", samples=samples)
    fit = el.lm_fit(y, "~ half", samples=samples)
    assert_array_equal(v.voom_xy["x"], fit.amean)
    assert_array_equal(v.voom_xy["y"], np.sqrt(fit.sigma))
    assert np.isfinite(v.weights).all(axis=None)
    assert el.lm_fit(v).df_residual.tolist()[3:6] == [3.0, 3.0, 4.0]


def test_features_without_residual_df_are_no_points_and_have_weights(y, samples):
    y.iloc[3, [0, 1, 3, 4]] = np.nan
    v = vooma(y, "~ half", samples=samples)
    assert "g3" not in v.voom_xy.index
    assert np.isfinite(v.weights).all(axis=None)


def test_a_predictor_may_lack_what_the_matrix_lacks(y):
    predictor = np.random.default_rng(1).normal(size=y.shape)
    y.iloc[3, 1], predictor[3, 1] = np.nan, np.nan
    v = vooma(y, predictor=predictor)
    assert v.weights.iloc[3, 1] == 0.0
    assert (v.weights.drop(index="g3") > 0).all(axis=None)
    predictor[5, 2] = np.nan
    with pytest.raises(DataError, match=r"predictor is NaN or infinite where there are values in 1 feature \('g5'\)"):
        vooma(y, predictor=predictor)


def test_a_predictor_goes_by_name(y):
    table = pd.DataFrame(np.random.default_rng(1).normal(size=y.shape), y.index, y.columns)
    expected = vooma(y, predictor=table.to_numpy()).weights
    assert_array_equal(vooma(y, predictor=table.iloc[::-1, ::-1]).weights, expected)
    one = vooma(y, predictor=table.iloc[:, [0]])
    assert_array_equal(vooma(y, predictor=table["s0"][::-1]).weights, one.weights)
    assert_array_equal(vooma(y, predictor=table["s0"].tolist()).weights, one.weights)


def test_a_predictor_that_tells_nothing_changes_nothing(y):
    plain = vooma(y).weights
    assert_allclose(vooma(y, predictor=np.ones(80)).weights, plain, rtol=1e-3)


def test_weights_of_a_container_are_not_used_and_its_design_is(y, samples):
    design = el.model_matrix("~ half", samples)
    given = el.EList(y, weights=np.arange(1.0, 481.0).reshape(80, 6), design=design, targets=samples)
    assert_array_equal(vooma(given).weights, vooma(y, "~ half", samples=samples).weights)
    assert list(vooma(given).targets.columns) == ["group", "pair", "half"]


def test_blocks_by_name(y, samples):
    one = vooma(y, "~ half", samples=samples, block="pair", correlation=0.3)
    assert_array_equal(
        one.weights, vooma(y, "~ half", samples=samples, block=[1, 2, 3, 1, 2, 3], correlation=0.3).weights
    )


def test_groups_have_trends_of_their_own(y, samples):
    v = vooma_by_group(y, "half", samples=samples)
    assert v.design.names == ["groupx", "groupy"]
    assert_allclose(v.weights.iloc[:, :3], vooma(y.iloc[:, :3]).weights, rtol=TREND)
    assert set(v.voom_line["group"]) == {"x", "y"}
    assert v.voom_xy.groupby("group").size().tolist() == [80, 80]
    by_list = vooma_by_group(y.to_numpy(), samples["half"].tolist())
    assert_array_equal(by_list.weights, v.weights)


def test_a_sample_alone_in_its_group_has_the_weights_of_all(y, samples):
    v = vooma_by_group(y, "group", samples=samples)
    overall = vooma(y, "~ 0 + group", samples=samples)
    assert_allclose(v.weights["s5"], overall.weights["s5"], rtol=TREND)
    assert set(v.voom_xy["group"]) == {"A", "B"}


def test_the_sample_table_may_be_a_dict_of_columns(y, samples):
    columns = samples.to_dict("list")
    for verb, given in ((vooma, ()), (vooma_by_group, ("group",)), (el.vooma_lm_fit, ())):
        design = () if verb is vooma_by_group else ("~ group",)
        one, other = (verb(y, *given, *design, samples=table) for table in (columns, samples))
        one, other = (getattr(made, "elist", made) for made in (one, other))
        pd.testing.assert_frame_equal(one.weights, other.weights)


def test_without_replicates_all_weights_are_one(y):
    with pytest.warns(VarianceWarning, match="all weights are 1"):
        v = vooma(y.iloc[:, :2], np.eye(2))
    assert (v.weights == 1.0).all(axis=None)


def test_features_that_are_all_constant_have_no_trend():
    with pytest.raises(DataError, match="the trend of the residual standard deviations is zero at a mean of 1,"):
        vooma(np.repeat(np.arange(1.0, 9.0)[:, None], 4, axis=1))


def test_too_few_features_and_features_without_values(y):
    with pytest.raises(DataError, match="1 feature tells no trend"):
        vooma(y[:1])
    y.iloc[2] = np.nan
    with pytest.raises(DataError, match=r"1 feature \('g2'\) cannot be fitted"):
        vooma(y)


def test_a_group_of_which_the_design_says_nothing_is_named():
    y = np.random.default_rng(1).normal(size=(30, 5))
    with pytest.raises(DesignError, match="nothing of group 'b'"):
        vooma_by_group(y, list("aaabb"), np.array([[1.0], [1.0], [1.0], [0.0], [0.0]]))
