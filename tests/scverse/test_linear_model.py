"""The model with pertpy's methods answers what the package's own verbs answer."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DesignError, DesignWarning, StageError

anndata = pytest.importorskip("anndata")

RNG = np.random.default_rng(5)
OBS = pd.DataFrame(
    {"group": list("AABBCCAB"), "age": RNG.uniform(20, 60, 8), "my donor": [1, 2, 1, 2, 1, 2, 3, 3]},
    index=[f"s{k}" for k in range(8)],
)
VAR = pd.DataFrame({"used": np.arange(30) % 3 > 0, "length": 1.0}, index=[f"g{k}" for k in range(30)])
LOGS = RNG.normal(size=(8, 30))
COUNTS = RNG.poisson(np.exp(RNG.uniform(3, 6, 30)), (8, 30))
RENAMED = {"logFC": "log_fc", "t": "t_value", "P.Value": "p_value", "adj.P.Val": "adj_p_value"}


@pytest.fixture
def adata():
    return anndata.AnnData(LOGS.copy(), obs=OBS.copy(), var=VAR.copy(), layers={"counts": COUNTS.copy()})


def expected(mod):
    return mod.top_table(0, number=None, sort_by="P").rename(columns=RENAMED)


def assert_same(table, mod):
    wanted = expected(mod)
    assert list(table["variable"]) == list(wanted.index)
    for name in ("log_fc", "t_value", "p_value", "adj_p_value", "AveExpr"):
        assert_array_equal(table[name], wanted[name])


def test_log_values_by_least_squares(adata):
    model = el.scverse.LinearModel(adata, "~ group + age")
    assert model.fit() is model
    table = model.test_contrasts(model.contrast("group", "A", "C"), trend=True)
    assert_same(table, el.lm_fit(adata, "~ group + age").contrast("groupC").ebayes(trend=True))
    assert list(table.columns) == [
        "variable", "log_fc", "t_value", "p_value", "adj_p_value", "AveExpr", "B", "contrast"
    ]  # fmt: skip
    assert table["p_value"].is_monotonic_increasing
    assert table["contrast"].isna().all()


def test_counts_by_voom(adata):
    model = el.scverse.LinearModel(adata, "group", layer="counts").fit(method="voom", sample_weights=True)
    mod = el.voom_lm_fit(adata, "~ group", layer="counts", sample_weights=True).contrast("groupB").ebayes()
    assert_same(model.test_contrasts("groupB"), mod)


def test_groups_are_compared_with_a_baseline_in_pairs(adata):
    table = el.scverse.LinearModel.compare_groups(
        adata, "group", "B", ["A", "C"], paired_by="my donor", mask="used", test_kwargs={"robust": True}
    )
    obs = OBS.assign(donor=OBS["my donor"].astype("category"))
    fit = el.lm_fit(adata[:, VAR["used"]], "~ group + donor", samples=obs)
    assert list(table["contrast"].unique()) == ["A", "C"]
    assert len(table) == 2 * VAR["used"].sum()
    assert_same(table[table["contrast"] == "A"], fit.contrast("-groupB").ebayes(robust=True))
    assert_same(table[table["contrast"] == "C"], fit.contrast("groupC - groupB").ebayes(robust=True))


def test_blocks_weights_and_thresholds_reach_the_verbs(adata):
    model = el.scverse.LinearModel(adata, "~ group").fit(block="my donor", correlation=0.2)
    fit = el.lm_fit(adata, "~ group", block="my donor", correlation=0.2)
    assert_same(model.test_contrasts([0, 1, 0], lfc=0.2), fit.contrast("groupB").treat(lfc=0.2))
    assert "B" not in model.test_contrasts([0, 1, 0], lfc=0.2)


def test_conditions_are_those_of_cond(adata):
    model = el.scverse.LinearModel(adata, "~ group * age")
    assert model.variables == {"group", "age"}
    assert list(model.design.columns) == el.model_matrix("~ group * age", OBS).names
    assert model.cond(group="B", age=30).equals(el.cond(el.model_matrix("~ group * age", OBS), group="B", age=30))
    assert model.contrast("group", "A", "B")["groupB:age"] == pytest.approx(OBS["age"].mean())


def test_a_design_of_numbers(adata):
    design = pd.DataFrame({"one": 1.0, "age": OBS["age"]})
    model = el.scverse.LinearModel(adata, design).fit()
    assert_same(model.test_contrasts({"age": [0, 1]}), el.lm_fit(adata, design).contrast("age").ebayes())
    with pytest.raises(DesignError):
        model.cond(age=3)
    with pytest.raises(DesignError):
        _ = model.variables


def test_what_was_given_is_as_it_was(adata):
    el.scverse.LinearModel.compare_groups(
        adata, "group", "A", "B", mask=VAR["used"], layer="counts", fit_kwargs={"method": "voom"}
    )
    assert_array_equal(adata.X, LOGS)
    pd.testing.assert_frame_equal(adata.obs, OBS)
    assert not adata.uns


@pytest.mark.parametrize(
    ("make", "error", "reason"),
    [
        (lambda a: el.scverse.LinearModel(LOGS, "~ group"), ArgumentTypeError, "not of ndarray"),
        (lambda a: el.scverse.LinearModel(a, "~ group", layer="count"), ArgumentError, "no layer 'count'.*counts"),
        (lambda a: el.scverse.LinearModel(a, "~ group", mask="use"), ArgumentError, "no column 'use'.*used"),
        (lambda a: el.scverse.LinearModel(a, "~ group", mask="length"), ArgumentError, "one truth value"),
        (lambda a: el.scverse.LinearModel(a, "~ group", mask=[True]), ArgumentError, "one truth value"),
        (lambda a: el.scverse.LinearModel(a, "~ group", mask=VAR["used"][::-1]), ArgumentError, "another order"),
        (lambda a: el.scverse.LinearModel(a, "~ grup"), DesignError, "grup"),
        (lambda a: el.scverse.LinearModel(a, "~ group").test_contrasts([0, 1, 0]), StageError, "call fit"),
        (lambda a: el.scverse.LinearModel(a, "~ group").fit().test_contrasts({}), ArgumentError, "one at least"),
        (lambda a: el.scverse.LinearModel(a, "~ group").contrast("group", "A", "D"), DesignError, "'D'"),
        (lambda a: el.scverse.LinearModel.compare_groups(a, "grp", "A", "B"), ArgumentError, "column 'grp'.*group"),
        (lambda a: el.scverse.LinearModel.compare_groups(a, "group", "A", "D"), DesignError, "'D'"),
    ],
)
def test_what_cannot_be_done_is_said(adata, make, error, reason):
    with pytest.raises(error, match=reason):
        make(adata)


def test_methods_take_what_pertpy_gives():
    """The parameters of pertpy's LinearModelBase, in their order."""
    wanted = {
        "compare_groups": [
            "adata", "column", "baseline", "groups_to_compare", "paired_by", "mask", "layer", "fit_kwargs",
            "test_kwargs",
        ],
        "contrast": ["self", "column", "baseline", "group_to_compare"],
        "__init__": ["self", "adata", "design", "mask", "layer"],
    }  # fmt: skip
    for method, parameters in wanted.items():
        assert list(inspect.signature(getattr(el.scverse.LinearModel, method)).parameters) == parameters


def test_counts_that_are_taken_for_logarithms_are_told(adata):
    with pytest.warns(DesignWarning, match='look like counts, and are taken for logarithms; fit\\(method="voom"'):
        el.scverse.LinearModel(adata, "~ group", layer="counts").fit()


def test_a_model_says_what_it_is(adata):
    model = el.scverse.LinearModel(adata, "~ group")
    told = "LinearModel of 30 features x 3 coefficients ('(Intercept)', 'groupB', 'groupC'). "
    assert repr(model) == told + "Next: .fit()"
    assert repr(model.fit()) == told + "Fitted. Next: .test_contrasts(...)"
