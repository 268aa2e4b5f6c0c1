from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import ebayes_lm as el
from ebayes_lm.errors import AlignmentError, ContrastError, DesignWarning

# Two solvers of one least squares problem of condition below 10.
SAME = 1e-10


def test_components_are_labelled(fit, y):
    assert fit.shape == (80, 4)
    assert fit.coef_names == ["(Intercept)", "groupB", "groupC", "batchY"]
    assert fit.coefficients.index.equals(y.index)
    assert list(fit.stdev_unscaled.columns) == fit.coef_names
    for name in ("sigma", "df_residual", "amean", "n_observed", "status"):
        assert getattr(fit, name).index.equals(y.index)
        assert getattr(fit, name).name == name
    assert fit.rank == 4
    assert set(fit.df_residual) == {5.0}
    assert set(fit.n_observed) == {9}
    assert set(fit.status) == {"ok"}
    pd.testing.assert_series_equal(fit.amean, y.mean(axis=1).rename("amean"))


def test_estimates_are_those_of_statsmodels(fit, y):
    for feature in ("g0", "g41"):
        other = sm.OLS(y.loc[feature].to_numpy(), fit.design.matrix).fit()
        np.testing.assert_allclose(fit.coefficients.loc[feature], other.params, rtol=SAME)
        assert fit.sigma[feature] == pytest.approx(np.sqrt(other.scale), rel=SAME)
        np.testing.assert_allclose(fit.stdev_unscaled.loc[feature] * fit.sigma[feature], other.bse, rtol=SAME)
        np.testing.assert_allclose(fit.cov_coefficients, other.normalized_cov_params, rtol=SAME, atol=SAME)


def test_weighted_estimates_are_those_of_statsmodels(y, samples):
    weights = np.array([1.0, 2, 0.5, 1, 3, 1, 0, 1, 1])
    fit = el.lm_fit(y, "~ group", samples=samples, weights=weights)
    used = weights > 0
    other = sm.WLS(y.loc["g5"].to_numpy()[used], fit.design.matrix[used], weights[used]).fit()
    np.testing.assert_allclose(fit.coefficients.loc["g5"], other.params, rtol=SAME)
    assert fit.sigma["g5"] == pytest.approx(np.sqrt(other.scale), rel=SAME)
    assert set(fit.n_observed) == {8}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (3, ["g3"]),
        (-1, ["g79"]),
        (slice(0, 4, 2), ["g0", "g2"]),
        ([5, -80, 5], ["g5", "g0", "g5"]),
        (np.array([False] * 78 + [True] * 2), ["g78", "g79"]),
        (pd.Series([True] + [False] * 79), ["g0"]),
        ([], []),
    ],
    ids=str,
)
def test_rows_are_taken_by_position(fit, rows, expected):
    part = fit[rows]
    assert list(part.coefficients.index) == expected
    pd.testing.assert_frame_equal(part.coefficients, fit.coefficients.loc[expected])
    assert list(part.sigma.index) == expected
    assert part.cov_coefficients.equals(fit.cov_coefficients)


@pytest.mark.parametrize("names", [None, [f"n{i}" for i in range(80)]], ids=["numbered", "named"])
def test_a_labelled_mask_is_matched_by_name(y, samples, names):
    values = y.to_numpy() if names is None else y.set_axis(names)
    mod = el.lm_fit(values, "~ group", samples=samples).ebayes()
    table = mod.top_table("groupB", number=None)
    mask = table["P.Value"] < 0.01
    assert set(mod.fit[mask].sigma.index) == set(mod[mask].sigma.index) == set(table.index[mask])
    assert list(mod[mask.astype("boolean")].sigma.index) == list(mod[mask].sigma.index)


def test_a_mask_of_other_features_is_refused(fit):
    with pytest.raises(AlignmentError, match=r"the mask .* missing: 'g3'"):
        _ = fit[(fit.sigma > 0).drop("g3")]


def test_integer_labels_are_not_positions(samples):
    y = pd.DataFrame(np.arange(27.0).reshape(3, 9) ** 2, index=[10, 20, 0], columns=samples.index)
    fit = el.lm_fit(y)
    assert list(fit[0].sigma.index) == [10]
    assert list(fit.select(features=0).sigma.index) == [0]
    assert list(fit.select(features=[0, 10]).sigma.index) == [0, 10]


def test_coefficients_are_taken_by_position_or_name(fit):
    for key in (1, [1], ["groupB"], "groupB", slice(1, 2), np.array([False, True, False, False])):
        part = fit[:, key]
        assert part.coef_names == ["groupB"]
        assert part.contrasts["groupB"].tolist() == [0, 1, 0, 0]
    assert fit[:, [3, -4]].coef_names == ["batchY", "(Intercept)"]
    assert fit.select(coefs=["groupC", "groupB"]).coef_names == ["groupC", "groupB"]
    assert el.contrasts_fit(fit, coefficients=["groupC"]).coef_names == ["groupC"]


def test_a_label_that_stands_twice_gives_both(y, samples):
    fit = el.lm_fit(y.rename(index={"g1": "g0"}), "~ group", samples=samples)
    assert fit.select(features="g0").shape == (2, 3)
    assert list(fit[[1]].coefficients.index) == ["g0"]


def test_annotation_follows_its_features(y, samples):
    annotated = y.assign(symbol=[f"S{i}" for i in range(80)])
    fit = el.lm_fit(annotated, "~ group", samples=samples, feature_columns="symbol")
    assert fit[[7, 3]].features["symbol"].tolist() == ["S7", "S3"]
    assert el.lm_fit(y).features.shape == (80, 0)


def test_contrasts_are_combinations_with_exact_errors(fit, y):
    part = fit.contrast("C_B = groupC - groupB")
    assert part.coef_names == ["C_B"]
    assert part.contrasts["C_B"].tolist() == [0, -1, 1, 0]
    other = sm.OLS(y.loc["g3"].to_numpy(), fit.design.matrix).fit().t_test([0, -1, 1, 0])
    assert part.coefficients.loc["g3", "C_B"] == pytest.approx(other.effect[0], rel=SAME)
    error = part.stdev_unscaled.loc["g3", "C_B"] * part.sigma["g3"]
    assert error == pytest.approx(other.sd.item(), rel=SAME)


def test_contrasts_of_contrasts(fit):
    first = fit.contrast(["B = groupB", "C = groupC"])
    second = first.contrast("C - B")
    direct = fit.contrast("groupC - groupB")
    np.testing.assert_allclose(second.coefficients, direct.coefficients, rtol=SAME)
    np.testing.assert_allclose(second.stdev_unscaled, direct.stdev_unscaled, rtol=SAME)
    np.testing.assert_array_equal(second.contrasts, direct.contrasts)


@pytest.mark.parametrize(
    "contrast",
    [
        "B = groupB - groupC",
        ["B = groupB - groupC"],
        {"B": "groupB - groupC"},
        pd.DataFrame({"B": [0, 0, 1, -1]}, index=["(Intercept)", "batchY", "groupB", "groupC"]),
        pd.Series([0, 1, -1, 0], index=["(Intercept)", "groupB", "groupC", "batchY"], name="B"),
    ],
    ids=lambda c: type(c).__name__,
)
def test_contrasts_in_every_form(fit, contrast):
    pd.testing.assert_frame_equal(fit.contrast(contrast).contrasts, fit.contrast(B="groupB - groupC").contrasts)


def test_a_contrast_may_bear_the_name_of_a_coefficient(y, samples):
    fit = el.lm_fit(y, "~ 0 + group", samples=samples)
    swapped = fit.contrast({"groupA": "groupB", "groupB": "groupA", "groupC": "groupC"})
    assert swapped.is_contrasted
    assert not fit.is_contrasted
    np.testing.assert_array_equal(swapped.coefficients["groupA"], fit.coefficients["groupB"])


def test_a_fit_with_its_coefficients_in_another_order_is_contrasted(fit):
    assert fit[:, ["groupB"]].is_contrasted
    assert not fit[:5].is_contrasted


def test_confounding_is_named_and_the_rest_is_tested(y, samples):
    with pytest.warns(DesignWarning, match=r"'batchq'.*batchq = groupB \+ groupC"):
        fit = el.lm_fit(y, "~ group + batch", samples=samples.assign(batch=list("pppqqqqqq")))
    assert fit.coefficients["batchq"].isna().all()
    assert fit.stdev_unscaled["batchq"].isna().all()
    assert fit.rank == 3
    assert list(fit.cov_coefficients) == ["(Intercept)", "groupB", "groupC"]
    assert fit.contrast("groupB - groupC").ebayes().t.notna().all(axis=None)
    with pytest.raises(ContrastError, match=r"batchq = groupB \+ groupC"):
        fit.contrast("groupB")
    mod = fit.ebayes()
    assert mod.t["batchq"].isna().all()
    assert mod.F.notna().all()


def test_rows_without_values_are_kept(y, samples):
    holes = y.copy()
    holes.loc[["g4", "g9"]] = np.nan
    fit = el.lm_fit(holes, "~ group", samples=samples)
    lost = fit.status[fit.status != "ok"]
    assert lost.to_dict() == {"g4": "all_missing", "g9": "all_missing"}
    assert fit.coefficients.loc["g4"].isna().all()
    assert fit.n_observed["g4"] == 0
    assert fit.df_residual["g4"] == 0
    pd.testing.assert_frame_equal(
        fit.coefficients.drop(["g4", "g9"]), el.lm_fit(y.drop(["g4", "g9"]), "~ group", samples=samples).coefficients
    )


def test_constant_rows_say_so(y, samples):
    constant = y.copy()
    constant.loc["g3"] = 5.0
    assert el.lm_fit(constant, "~ group", samples=samples).status["g3"] == "zero_variance"


def test_arrays_are_read_only(fit, contrasted):
    for part in (fit, contrasted, fit[2:5], pickle.loads(pickle.dumps(fit)), copy.deepcopy(fit)):
        for array in (part.record.coefficients, part.record.sigma, part.contrast_matrix, part.design.matrix):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1.0


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda fit: pickle.loads(pickle.dumps(fit))])
def test_copies_are_whole(fit, clone):
    twin = clone(fit)
    pd.testing.assert_frame_equal(twin.to_frame(), fit.to_frame())
    pd.testing.assert_frame_equal(
        twin.contrast("groupB").ebayes().top_table(), fit.contrast("groupB").ebayes().top_table()
    )


def test_to_frame_holds_every_component(fit):
    frame = fit.to_frame()
    assert list(frame.columns) == [
        *(f"coefficients.{c}" for c in fit.coef_names),
        *(f"stdev_unscaled.{c}" for c in fit.coef_names),
        "sigma", "df_residual", "amean", "n_observed",
    ]  # fmt: skip
    assert frame["sigma"].equals(fit.sigma)


def test_repr_says_what_comes_next(fit, contrasted):
    assert repr(fit) == (
        "LinearFit of 80 features x 4 coefficients ('(Intercept)', 'groupB', 'groupC', 'batchY')\n"
        "on 9 samples, rank 4, 5 residual df. Next: .contrast(...), .ebayes(), .treat()"
    )
    assert "80 features x 2 contrasts ('groupB - groupA', 'CvsA')" in repr(contrasted)
    assert "1 feature x 1 contrast" in repr(contrasted[0, 0])


def test_names_are_escaped_in_notebooks(y, samples):
    hostile = "<script>alert('x')</script>"
    named = y.rename(index={"g0": hostile})
    fit = el.lm_fit(named, el.Design(pd.DataFrame({hostile: np.ones(9), "b": np.arange(9.0)}, index=samples.index)))
    shown = fit._repr_html_()
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") >= 3
    assert "First of the coefficients" in shown
    assert "<script" not in fit.ebayes()._repr_html_()
    assert "<script" not in fit.ebayes()[:, 1:].decide_tests()._repr_html_()


def test_wide_fits_show_some_coefficients():
    fit = el.lm_fit(np.random.default_rng(3).normal(size=(40, 30)), np.eye(30)[:, :20])
    shown = fit._repr_html_()
    assert "x10" in shown
    assert "x11<" not in shown
    assert "'x5' and 15 more" in repr(fit)


def test_a_column_added_to_the_annotation_stays_outside():
    y = pd.DataFrame({"symbol": ["a", "b"], "s1": [1.0, 2.0], "s2": [3.0, 5.0], "s3": [2.0, 2.5]})
    fit = el.lm_fit(y, feature_columns="symbol")
    annotation = fit.features
    annotation["mine"] = 1
    assert list(fit.features.columns) == ["symbol"]
