from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import ebayes_lm as el
from ebayes_lm.weights.quality import array_weights
from ebayes_lm.weights.variances import unequal_variances

FEATURES, PRIOR_DF = 4000, 6.0
#: Four standard errors of a share of 0.05 of the features, and of one of 0.16.
NEAR_LEVEL, NEAR_SIZE = 4 * np.sqrt(0.05 * 0.95 / FEATURES), 4 * np.sqrt(0.16 * 0.84 / FEATURES)


def data(sizes, sds, seed=1, g=FEATURES):
    """Features without any difference between groups A, B ..., with variances of their own."""
    rng = np.random.default_rng(seed)
    names = [f"s{i}" for i in range(sum(sizes))]
    table = pd.DataFrame({"group": np.repeat(list("ABCDEF")[: len(sizes)], sizes)}, index=names)
    scale = np.sqrt(PRIOR_DF / rng.chisquare(PRIOR_DF, (g, 1))) * np.repeat(sds, sizes)
    return pd.DataFrame(8 + rng.normal(size=(g, len(names))) * scale, columns=names), table


def rejected(y, table, weights=None):
    mod = el.lm_fit(y, "~ group", samples=table, weights=weights).ebayes()
    return float((mod.p_value["groupB"] <= 0.05).mean())


def test_a_small_group_that_varies_more():
    y, table = data((4, 12), (2, 1))
    found = unequal_variances(y, "~ group", samples=table)
    assert_allclose(found.ratio, 2.0, rtol=0.05)
    assert abs(found.size - rejected(y, table)) < NEAR_SIZE
    assert "'(Intercept)' vary 2 times" in found.advice
    assert "more false positives" in found.advice
    assert "var_group" in found.advice
    weights = array_weights(y, "~ group", samples=table, var_group="group")
    assert abs(rejected(y, table, weights) - 0.05) < NEAR_LEVEL


def test_a_small_group_that_varies_less():
    y, table = data((4, 12), (1, 2))
    found = unequal_variances(y, "~ group", samples=table, group="group")
    assert found.size < 0.03
    assert abs(found.size - rejected(y, table)) < NEAR_LEVEL
    assert "'B' vary 2 times" in found.advice
    assert "less power" in found.advice


@pytest.mark.parametrize("sizes", [(4, 12), (3, 3), (2, 10), (3, 3, 3, 3, 3, 3)])
@pytest.mark.parametrize("g", [100, 1000])
def test_equal_variances_are_not_mentioned(sizes, g):
    for seed in range(8):
        y, table = data(sizes, np.ones(len(sizes)), seed, g)
        assert unequal_variances(y, "~ group", samples=table).advice == ""


def test_groups_of_one_size_need_no_word():
    y, table = data((8, 8), (2, 1))
    found = unequal_variances(y, "~ group", samples=table)
    assert found.ratio > 1.9
    assert_allclose(found.size, 0.05, rtol=0.01)
    assert found.advice == ""


def test_table():
    y, table = data((4, 6, 2), (1, 3, 1))
    found = unequal_variances(y, "~ group", samples=table, group="group")
    assert list(found.table.index) == ["A", "B", "C"]
    assert found.table.index.name == "group"
    assert list(found.table.columns) == ["n", "df_residual", "relative_sd"]
    assert found.table["n"].tolist() == [4, 6, 2]
    assert_allclose(found.table["df_residual"], [3, 5, 1])
    assert_allclose(found.table["relative_sd"], [1, 3, 1], rtol=0.1)
    assert found.table["relative_sd"].min() == 1.0
    assert "VarianceComparison of 3 groups" in repr(found)


def test_cells_of_the_design_are_named_by_its_columns():
    y, table = data((4, 4), (1, 1), g=200)
    table["batch"] = list("XYXYXYXY")
    found = unequal_variances(y, "~ group + batch", samples=table)
    assert list(found.table.index) == ["(Intercept)", "batchY", "groupB", "groupB + batchY"]
    assert found.table["n"].tolist() == [2, 2, 2, 2]


def test_designs_with_covariates_compare_the_groups_that_are_named():
    y, table = data((4, 12), (2, 1))
    table["age"] = np.random.default_rng(1).normal(50, 9, 16)
    found = unequal_variances(y, "~ group + age", samples=table, group="group")
    assert_allclose(found.ratio, 2.0, rtol=0.1)
    assert found.advice


def test_gaps_and_the_design_of_the_container():
    y, table = data((4, 12), (2, 1))
    gaps = y.mask(np.random.default_rng(2).random(y.shape) < 0.1)
    found = unequal_variances(el.EList(gaps, targets=table, design="~ group"))
    assert_allclose(found.ratio, 2.0, rtol=0.1)
    assert found.advice


def test_weights_of_the_container_count():
    y, table = data((4, 12), (2, 1))
    weights = np.broadcast_to(np.where(table["group"] == "A", 0.25, 1.0), y.shape)
    found = unequal_variances(el.EList(y, weights=weights, targets=table, design="~ group"))
    assert_allclose(found.ratio, 1.0, atol=0.05)
    assert found.advice == ""
