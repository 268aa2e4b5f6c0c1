from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.batch.controls import ruv
from ebayes_lm.errors import AlignmentError, ArgumentError, DataError, DesignError, HiddenFactorWarning

#: The same estimates by other sums: decompositions of moments, whose rounding enters squared.
AGREEMENT = 1e-8

METHODS = ["RUV4", "RUVinv", "RUV2"]
N, G = 16, 400
RNG = np.random.default_rng(11)
TABLE = pd.DataFrame({"group": list("AB") * 8, "age": RNG.normal(size=N)}, index=[f"s{i}" for i in range(N)])
HIDDEN = RNG.normal(size=N) + 1.5 * (TABLE["group"] == "B").to_numpy()
FEATURES = [f"g{i}" for i in range(G)]
CONTROLS = FEATURES[300:]


@pytest.fixture
def y() -> pd.DataFrame:
    rng = np.random.default_rng(12)
    values = 6 + rng.normal(size=(G, N)) + np.outer(rng.normal(size=G), HIDDEN)
    return pd.DataFrame(values, index=FEATURES, columns=TABLE.index)


def effects(y, factors, coef="groupB"):
    return el.lm_fit(y, factors.design).coefficients[coef].to_numpy()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("corrected", [True, False])
def test_factors_free_the_effects_of_what_is_hidden(y, method, corrected):
    factors = ruv(y, "~ group", CONTROLS, 1, method=method, samples=TABLE, corrected=corrected)
    plain = el.lm_fit(y, "~ group", samples=TABLE).coefficients["groupB"]
    loadings = el.lm_fit(y, np.column_stack([np.ones(N), TABLE["group"] == "B", HIDDEN])).coefficients["x3"]
    assert np.corrcoef(plain, loadings)[0, 1] > 0.8
    assert abs(np.corrcoef(effects(y, factors), loadings)[0, 1]) < 0.3
    assert factors.n_factors == 1 + (method == "RUVinv")
    assert factors.confounding.index.tolist() == ["groupB"]
    assert factors.confounding.loc["groupB", "p_value"] < 0.05
    assert factors.design.of_interest == ("group",)
    assert factors.design.names[2] == "W1"


@pytest.mark.parametrize("method", METHODS)
def test_what_is_given_may_take_any_form(y, method):
    def found(data=y, design="~ group", controls=CONTROLS, **options):
        return ruv(data, design, controls, 2, method=method, **{"samples": TABLE} | options).values

    expected = found()
    genes = pd.DataFrame({"spike": [name in CONTROLS for name in FEATURES]}, index=FEATURES)
    assert_allclose(found(el.EList(y, genes=genes), controls="spike"), expected, rtol=AGREEMENT, atol=AGREEMENT)
    assert_allclose(found(controls=genes["spike"][::-1]), expected, rtol=AGREEMENT, atol=AGREEMENT)
    carried = el.EList(y, design=el.model_matrix("~ group", TABLE))
    assert_allclose(found(carried, design=None), expected, rtol=AGREEMENT, atol=AGREEMENT)
    assert_allclose(found(y.to_numpy(), controls=range(300, G)), expected, rtol=AGREEMENT, atol=AGREEMENT)
    assert_allclose(found(chunk_size=37, threads=2), expected, rtol=AGREEMENT, atol=AGREEMENT)
    assert_allclose(found(samples=TABLE[::-1]), expected, rtol=AGREEMENT, atol=AGREEMENT)
    assert_allclose(found(y * 1e-200), expected, rtol=AGREEMENT, atol=AGREEMENT)
    assert_allclose(found(y * -1e160), expected, rtol=AGREEMENT, atol=AGREEMENT)
    assert expected.index.equals(y.columns)


@pytest.mark.parametrize("method", METHODS)
def test_data_stay_as_they_are(y, method):
    before = y.copy()
    ruv(y, "~ group", CONTROLS, 1, method=method, samples=TABLE)
    pd.testing.assert_frame_equal(y, before)


@pytest.mark.parametrize("method", METHODS)
def test_group_means_and_an_intercept_are_one_design(y, method):
    one = ruv(y, "~ group + age", CONTROLS, 1, method=method, samples=TABLE)
    two = ruv(y, "~ 0 + group + age", CONTROLS, 1, method=method, samples=TABLE)
    first = el.lm_fit(y, one.design).contrast("groupB").coefficients
    second = el.lm_fit(y, two.design).contrast("groupB - groupA").coefficients
    assert_allclose(first, second, rtol=1e-6, atol=AGREEMENT)


def test_terms_of_interest_alone_are_what_controls_are_free_of(y):
    shifted = y + np.outer(np.linspace(-3, 3, G), TABLE["age"])
    named = el.model_matrix("~ group + age", TABLE, of_interest="group")
    factors = ruv(shifted, named, CONTROLS, 1)
    assert_allclose(effects(shifted, factors), effects(y, ruv(y, named, CONTROLS, 1)), atol=AGREEMENT)
    assert factors.confounding.index.tolist() == ["groupB"]
    both = ruv(y, "~ group + age", CONTROLS, 1, samples=TABLE)
    assert both.confounding.index.tolist() == ["groupB", "age"]


def test_factors_of_an_earlier_step_are_known(y):
    first = ruv(y, "~ group", CONTROLS, 1, samples=TABLE)
    second = ruv(y, first.design, CONTROLS, 1)
    assert second.confounding.index.tolist() == ["groupB"]
    assert second.design.nuisance == ("W1", "W2")
    assert_allclose(first.values.T @ second.values, 0.0, atol=AGREEMENT)


def test_more_directions_leave_estimates_of_the_inverse_method(y):
    none, some = (ruv(y, "~ group", CONTROLS, k, method="RUVinv", samples=TABLE, corrected=False) for k in (None, 2))
    assert (none.n_factors, some.n_factors) == (1, 3)
    assert_allclose(effects(y, none), effects(y, some), rtol=1e-6, atol=AGREEMENT)
    assert "tests are conservative" in repr(none)
    (opinion,) = some.remarks
    assert "robust factor adjustment agrees" in opinion
    sigma = [el.lm_fit(y, factors.design).sigma.median() for factors in (none, some)]
    assert sigma[0] > 1.04 * sigma[1]


def test_confounding_is_what_least_squares_loses(y):
    for method in METHODS:
        factors = ruv(y, "~ group + age", CONTROLS, 1, method=method, samples=TABLE)
        known = np.column_stack([np.ones(N), factors.values])
        for name in ("groupB", "age"):
            column = factors.design.frame[name].to_numpy()
            left = [
                np.square(column - x @ np.linalg.lstsq(x, column, rcond=None)[0]).sum() for x in (known, known[:, :1])
            ]
            assert_allclose(factors.confounding.loc[name, "r_squared"], 1 - left[0] / left[1], rtol=1e-6)


class TestWhatIsSaid:
    def test_few_controls(self, y):
        with pytest.warns(HiddenFactorWarning, match="20 controls tell how 1 factor"):
            few = ruv(y, "~ group", CONTROLS[:20], 1, samples=TABLE)
        assert "20 controls tell how 1 factor" in repr(few)
        assert "about 5 % of the variance" in repr(few)
        (opinion,) = ruv(y, "~ group", CONTROLS[:20], 1, method="RUV2", samples=TABLE).remarks
        assert "robust factor adjustment agrees" in opinion
        with pytest.warns(HiddenFactorWarning, match="45 controls tell how 2 factors"):
            inverse = ruv(y, "~ group", CONTROLS[:45], 2, method="RUVinv", samples=TABLE)
        assert "45 controls tell how 2 factors" in repr(inverse)
        assert repr(ruv(y, "~ group", CONTROLS, 1, samples=TABLE)).splitlines() == [
            "1 factor (W1) by RUV-4 with 100 controls, appended to ~ group",
            "groupB: 41 % of it goes along with these factors; robust factor adjustment agrees (39 %).",
        ]

    @pytest.mark.filterwarnings("ignore:factors by RUV-. and robust factor adjustment disagree")
    @pytest.mark.parametrize("method", ["RUV4", "RUV2"])
    def test_controls_that_are_none(self, y, method):
        y.loc[CONTROLS[:30], TABLE["group"] == "B"] += 3 * np.random.default_rng(4).normal(size=(30, 1))
        with pytest.warns(HiddenFactorWarning, match="some may be no controls, or k is too small"):
            factors = ruv(y, "~ group", CONTROLS, 1, method=method, samples=TABLE)
        assert "as their residuals say" in factors.remarks[0]

    def test_a_factor_that_is_the_group(self, y):
        y += 8 * np.outer(np.linspace(-1, 1, G), TABLE["group"] == "B")
        with pytest.warns(HiddenFactorWarning, match=r"the factors explain 9\d\.\d % of 'groupB'.* fold"):
            ruv(y, "~ group", CONTROLS, 1, method="RUV2", samples=TABLE)


def test_constant_features_do_no_harm(y):
    y.iloc[[3, 350]] = [[4.25], [0.1]]
    for method in METHODS:
        factors = ruv(y, "~ group", CONTROLS, 1, method=method, samples=TABLE)
        assert np.isfinite(factors.values.to_numpy()).all()


def test_integers_and_float32_serve(y):
    whole = (y * 100).round().astype(np.int64)
    expected = ruv(whole.astype(float), "~ group", CONTROLS, 1, samples=TABLE).values
    assert_array_equal(ruv(whole, "~ group", CONTROLS, 1, samples=TABLE).values, expected)
    single = ruv(y.astype(np.float32), "~ group", CONTROLS, 1, samples=TABLE).values
    assert_allclose(single, ruv(y, "~ group", CONTROLS, 1, samples=TABLE).values, atol=1e-5)


class TestLimits:
    def test_the_most_factors_that_there_can_be(self, y):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", HiddenFactorWarning)
            assert ruv(y, "~ group", CONTROLS[:5], 4, samples=TABLE).n_factors == 4
            assert ruv(y, "~ group", CONTROLS, 13, samples=TABLE).n_factors == 13
            factors = ruv(y, "~ group", CONTROLS, 12, method="RUVinv", samples=TABLE)
        assert factors.n_factors == 13
        assert (el.lm_fit(y, factors.design).df_residual == 1).all()

    @pytest.mark.parametrize(
        ("options", "error", "says"),
        [
            ({"controls": CONTROLS[:5], "k": 5}, ArgumentError, "k=5 is too large: at most 4 with 5 controls and 14"),
            ({"k": 14}, ArgumentError, "at most 13 with 100 controls and 14 residual degrees"),
            ({"method": "RUVinv", "k": 13}, ArgumentError, "at most 12 with 14 residual degrees of freedom less 1"),
            ({"method": "RUVinv", "controls": CONTROLS[:14]}, ArgumentError, "needs 15 controls at least.*14"),
            ({"k": None}, ArgumentError, "needs k.*num_sv"),
            ({"controls": CONTROLS[:1]}, DesignError, "no factor to find.*1 control and"),
            ({"design": "~ 1"}, DesignError, r"no column of interest.*ruvg\(\)"),
            ({"controls": ["g1", "h1"]}, AlignmentError, "1 of 2 controls"),
        ],
    )
    def test_more_than_data_and_design_allow(self, y, options, error, says):
        given = {"design": "~ group", "controls": CONTROLS, "k": 1, "samples": TABLE} | options
        with pytest.raises(error, match=says) as caught:
            ruv(y, given.pop("design"), given.pop("controls"), given.pop("k"), **given)
        assert type(caught.value) is error

    def test_gaps_are_counted(self, y):
        y.iloc[[3, 8], [1, 2]] = np.nan
        y.iloc[8, 5] = np.inf
        with pytest.raises(DataError, match=r"5 values in 2 of 400 features \('g3', 'g8'\) missing or infinite"):
            ruv(y, "~ group", CONTROLS, 1, samples=TABLE)

    def test_controls_that_the_design_explains(self, y):
        y.loc[CONTROLS] = 5.0 + (TABLE["group"] == "B").to_numpy()
        with pytest.raises(DataError, match="controls do not vary beside the design"):
            ruv(y, "~ group", CONTROLS, 1, samples=TABLE)
