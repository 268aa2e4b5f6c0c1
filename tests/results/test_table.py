from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import DesignWarning

ONE = ["logFC", "AveExpr", "t", "P.Value", "adj.P.Val", "B"]
BOTH = [0, 1]


def whole(mod, coef=0, **options):
    return mod.top_table(coef, number=None, sort_by="none", **options)


def test_columns_of_one_coefficient(mod):
    table = whole(mod)
    assert list(table.columns) == ONE
    name = mod.coef_names[0]
    expected = pd.DataFrame(
        {
            "logFC": mod.coefficients[name], "AveExpr": mod.amean, "t": mod.t[name], "P.Value": mod.p_value[name],
            "adj.P.Val": el.adjust_p(mod.p_value[name].to_numpy(), "BH"), "B": mod.lods[name],
        }
    )  # fmt: skip
    pd.testing.assert_frame_equal(table, expected)


def test_columns_of_several_coefficients(mod):
    table = whole(mod, BOTH)
    assert list(table.columns) == ["groupB - groupA", "CvsA", "AveExpr", "F", "P.Value", "adj.P.Val"]
    np.testing.assert_array_equal(table["F"], mod.F)
    np.testing.assert_array_equal(table["P.Value"], mod.F_p_value)
    pd.testing.assert_frame_equal(el.top_table_f(mod), mod.top_table())
    pd.testing.assert_frame_equal(
        el.top_table_f(mod, coef=1, number=3)[["CvsA"]],
        mod.coefficients[["CvsA"]].loc[mod.top_table("CvsA", number=3, sort_by="P").index],
    )


def test_coefficients_by_name_position_and_list(mod):
    for coef in ("CvsA", 1, -1, np.int64(1), ["CvsA"], [1, "CvsA"]):
        pd.testing.assert_frame_equal(whole(mod, coef), whole(mod, 1))
    assert list(mod.top_table([1, 0]).columns[:2]) == ["groupB - groupA", "CvsA"]


def test_a_proper_subset_keeps_the_order_asked_for(fit):
    mod = fit.ebayes()
    assert list(mod.top_table(["batchY", "groupB"]).columns[:2]) == ["batchY", "groupB"]


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ({"number": 0}, 0),
        ({"p_value": 0.0}, 0),
        ({"lfc": 1e6}, 0),
        ({"number": 7}, 7),
        ({"number": np.int32(7)}, 7),
        ({"number": None}, 80),
        ({"number": np.inf}, 80),
        ({"number": 1000}, 80),
        ({}, 10),
    ],
    ids=str,
)
@pytest.mark.parametrize("coef", [0, BOTH], ids=str)
def test_the_column_set_never_depends_on_the_data(mod, options, rows, coef):
    table = mod.top_table(coef, **options)
    assert len(table) == rows
    pd.testing.assert_series_equal(table.dtypes, mod.top_table(coef).dtypes)


def test_empty_selections_keep_annotation_and_extra_columns(y, samples):
    annotated = y.assign(symbol=[f"S{i}" for i in range(80)], length=range(80))
    mod = el.lm_fit(annotated, "~ group", samples=samples, feature_columns=["symbol", "length"]).ebayes()
    options = {"confint": True, "columns": ["SE", "df", "neg_log10_p", "n", "status"]}
    full, empty = mod.top_table(1, **options), mod.top_table(1, number=0, **options)
    assert list(full.columns) == [
        "symbol", "length", "logFC", "CI.L", "CI.R", *ONE[1:], "SE", "df", "neg_log10_p", "n", "status",
    ]  # fmt: skip
    pd.testing.assert_series_equal(full.dtypes, empty.dtypes)
    assert empty.shape[0] == 0


@pytest.mark.parametrize(
    ("order", "column", "key"),
    [
        ("B", "B", lambda v: -v), ("P", "P.Value", lambda v: v), ("p", "P.Value", lambda v: v),
        ("t", "t", lambda v: -np.abs(v)), ("T", "t", lambda v: -np.abs(v)), ("logFC", "logFC", lambda v: -np.abs(v)),
        ("M", "logFC", lambda v: -np.abs(v)), ("AveExpr", "AveExpr", lambda v: -v), ("A", "AveExpr", lambda v: -v),
        ("Amean", "AveExpr", lambda v: -v),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)  # fmt: skip
def test_orders(mod, order, column, key):
    expected = whole(mod).sort_values(column, key=key, kind="stable")
    pd.testing.assert_frame_equal(mod.top_table(0, number=None, sort_by=order), expected)


def test_second_order_is_of_what_is_shown_and_signed(mod):
    first = mod.top_table(0, number=12, sort_by="P")
    for order, column in (("logFC", "logFC"), ("t", "t"), ("AveExpr", "AveExpr"), ("B", "B")):
        again = mod.top_table(0, number=12, sort_by="P", resort_by=order)
        assert set(again.index) == set(first.index)
        assert again[column].is_monotonic_decreasing
    assert mod.top_table(0, number=12, sort_by="logFC", resort_by="P")["P.Value"].is_monotonic_increasing


def test_ties_keep_the_order_of_the_features(y, samples):
    twins = pd.DataFrame(np.repeat(y.to_numpy()[:20], 4, axis=0), columns=y.columns)
    table = el.lm_fit(twins, "~ group", samples=samples).ebayes().top_table("groupB", number=None)
    blocks = table.index.to_numpy().reshape(20, 4)
    np.testing.assert_array_equal(blocks, blocks[:, :1] + np.arange(4))


def test_missing_tests_come_last(y, samples):
    holes = y.copy()
    holes.iloc[[0, 40]] = np.nan
    mod = el.lm_fit(holes, "~ group", samples=samples).ebayes()
    for order in ("B", "P", "t", "logFC", "AveExpr"):
        assert mod.top_table(1, number=None, sort_by=order).index[-2:].tolist() == ["g0", "g40"]
    assert mod.top_table([1, 2], number=None).index[-2:].tolist() == ["g0", "g40"]
    bounded = mod.top_table(1, number=None, p_value=0.999999)
    assert not {"g0", "g40"} & set(bounded.index)


def test_bounds_come_after_adjustment(mod):
    table = whole(mod)
    kept = table[(table["adj.P.Val"] <= 0.1) & (table["logFC"].abs() >= 2.5)]
    assert 0 < len(kept) < 10
    pd.testing.assert_frame_equal(whole(mod, p_value=0.1, lfc=2.5), kept)
    pd.testing.assert_frame_equal(whole(mod, p_value=0.1, fc=2**2.5), kept)
    edge = table["logFC"].abs().max()
    assert len(whole(mod, lfc=edge)) == 1
    several = whole(mod, BOTH)
    large = (several.iloc[:, :2].abs() > edge).any(axis=1)
    pd.testing.assert_frame_equal(whole(mod, BOTH, lfc=edge), several[large])


def test_adjustment_by_name(mod):
    p = mod.p_value.iloc[:, 0].to_numpy()
    for method in ("holm", "BY", "none"):
        np.testing.assert_array_equal(whole(mod, adjust_method=method)["adj.P.Val"], el.adjust_p(p, method))
    pd.testing.assert_frame_equal(whole(mod, adjust_method=None), whole(mod))


def test_limits_belong_to_their_rows(mod):
    for confint, level in ((True, 0.95), (0.8, 0.8)):
        table = mod.top_table("CvsA", number=5, confint=confint, lfc=0.5)
        limits = mod.conf_int(level)["CvsA"].loc[table.index]
        pd.testing.assert_frame_equal(table[["CI.L", "CI.R"]], limits)
    assert "CI.L" not in whole(mod, confint=np.bool_(False))


def test_extra_columns(mod):
    table = whole(mod, columns=["SE", "df", "neg_log10_p", "n", "status"])
    np.testing.assert_array_equal(table["SE"], mod.standard_error.iloc[:, 0])
    np.testing.assert_array_equal(table["df"], mod.df_total)
    np.testing.assert_allclose(table["neg_log10_p"], -np.log10(table["P.Value"]), rtol=1e-12)
    assert set(table["n"]) == {9}
    assert set(table["status"]) == {"ok"}
    assert list(whole(mod, columns="SE").columns) == [*ONE, "SE"]


def test_annotation_of_the_fit_and_in_its_place(y, samples):
    named = y.assign(symbol=[f"S{i}" for i in range(80)])
    mod = el.lm_fit(named, "~ group", samples=samples, feature_columns="symbol").ebayes()
    table = mod.top_table(1)
    assert list(table.columns) == ["symbol", *ONE]
    assert [f"S{i[1:]}" for i in table.index] == table["symbol"].tolist()
    other = pd.DataFrame({"length": range(80)}, index=y.index).sample(frac=1, random_state=1)
    replaced = mod.top_table(1, features=other)
    assert list(replaced.columns) == ["length", *ONE]
    assert [int(i[1:]) for i in replaced.index] == replaced["length"].tolist()
    listed = mod.top_table(1, features=list(range(80)))
    assert list(listed.columns) == ["ID", *ONE]
    assert list(mod.top_table([1, 2], features=np.arange(80)).columns[:2]) == ["ProbeID", "groupB"]


def test_annotation_whose_names_clash_is_renamed(y, samples):
    clashing = y.assign(t="x", logFC="y")
    mod = el.lm_fit(clashing, "~ group", samples=samples, feature_columns=["t", "logFC"]).ebayes()
    table = mod.top_table(1)
    assert list(table.columns) == ["t.annotation", "logFC.annotation", *ONE]
    assert table["t"].dtype == np.float64


def test_features_that_repeat_keep_their_rows(y, samples):
    twice = y.rename(index={"g5": "g0"}).assign(symbol=[f"S{i}" for i in range(80)])
    mod = el.lm_fit(twice, "~ group", samples=samples, feature_columns="symbol").ebayes()
    table = mod.top_table(1, number=None, sort_by="none")
    assert table.loc["g0", "symbol"].tolist() == ["S0", "S5"]
    assert table.index.equals(twice.index)


def test_names_of_the_index_stay(y, samples):
    mod = el.lm_fit(y.rename_axis("probe"), "~ group", samples=samples).ebayes()
    assert mod.top_table(1).index.name == "probe"
    assert whole(mod, 1).index.name == "probe"


def test_without_a_coefficient_contrasts_are_tested_together(mod):
    pd.testing.assert_frame_equal(mod.top_table(), mod.top_table(BOTH))


def test_without_a_coefficient_a_single_term_is_tested(y, samples):
    mod = el.lm_fit(y, "~ group", samples=samples).ebayes()
    pd.testing.assert_frame_equal(mod.top_table(), mod.top_table(["groupB", "groupC"]))


def test_without_a_coefficient_adjustment_is_mentioned(fit):
    with pytest.warns(DesignWarning, match="terms group, batch; name what is of interest with coef="):
        table = fit.ebayes().top_table()
    assert list(table.columns[:3]) == ["groupB", "groupC", "batchY"]


def test_without_a_coefficient_the_interest_is_tested(y, samples):
    design = el.model_matrix("~ group + batch", samples, of_interest="group")
    mod = el.lm_fit(y, design).ebayes()
    pd.testing.assert_frame_equal(mod.top_table(), mod.top_table(["groupB", "groupC"]))
    design = el.model_matrix("~ group + batch", samples, of_interest="batch")
    mod = el.lm_fit(y, design).ebayes()
    pd.testing.assert_frame_equal(mod.top_table(), mod.top_table("batchY"))


def test_without_a_coefficient_the_intercept_alone_is_tested(y):
    mod = el.lm_fit(y).ebayes()
    pd.testing.assert_frame_equal(mod.top_table(), mod.top_table("(Intercept)"))


def test_without_a_coefficient_a_subset_forgets_the_intercept(y, samples):
    mod = el.lm_fit(y, "~ group", samples=samples).ebayes()
    pd.testing.assert_frame_equal(mod[:, ["(Intercept)", "groupC"]].top_table(), mod.top_table("groupC"))


def test_ordinary_tests_are_sorted_by_p(contrasted):
    table = contrasted.ordinary().top_table(0, number=None)
    assert list(table.columns) == ONE
    assert table["P.Value"].is_monotonic_increasing
    assert table["B"].isna().all()


def test_a_table_belongs_to_its_caller(mod):
    table = mod.top_table(0, number=None, sort_by="none")
    table.loc[:, "logFC"] = 0.0
    assert whole(mod)["logFC"].all()


def test_sound_tables_do_not_warn(mod):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mod.top_table(0)
        mod.top_table()
        mod.decide_tests()
