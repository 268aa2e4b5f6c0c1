from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import DesignWarning
from tests.counts.answers.reader import answers, count_list


def given(args, samples, wide):
    said = dict(args)
    if "design" in said:
        said["design"] = said["design"].reshape(-1, samples).T
    if "lib_size" in said:
        said["lib_size"] = wide
    return said


@pytest.mark.filterwarnings("ignore:neither groups nor a design")
@answers("filter_by_expr")
def test_features_are_those_of_edger(name, args, expected):
    d = count_list(name)
    wide = count_list(name, lib_size="wide").samples["lib_size"]
    keep = el.filter_by_expr(d, **given(args, d.shape[1], wide))
    assert keep.dtype == bool
    assert_array_equal(keep, expected)


@answers("threshold")
def test_rounding_at_the_threshold_is_that_of_edger(name, args, expected):
    counts = np.array([[10, 10, 10, 10, 10], [10, 10, 0, 0, 10]])
    assert_array_equal(el.filter_by_expr(counts, group=[1, 1, 1, 2, 2], lib_size=args["lib_size"]), expected)


@pytest.fixture
def counts():
    rng = np.random.default_rng(2)
    names = [f"s{i}" for i in range(6)]
    values = rng.negative_binomial(2, rng.uniform(0.05, 0.6, size=(200, 1)), size=(200, 6))
    return pd.DataFrame(values, index=[f"g{i}" for i in range(200)], columns=names)


@pytest.fixture
def table(counts):
    return pd.DataFrame({"group": list("aabbbb"), "batch": list("xyxyxy")}, index=counts.columns)


def test_groups_come_from_wherever_they_are(counts, table):
    d = el.DGEList(counts, samples=table)
    keep = el.filter_by_expr(d)
    assert 0 < keep.sum() < 200
    for same in (
        el.filter_by_expr(counts, group=list("aabbbb")),
        el.filter_by_expr(counts, group=table["group"].iloc[::-1]),
        el.filter_by_expr(d, "~ group"),
        el.filter_by_expr(d, el.model_matrix("~ 0 + group", table)),
        el.filter_by_expr(d, "~ batch", group="group"),
    ):
        pd.testing.assert_series_equal(same, keep)
    assert el.filter_by_expr(d, "~ batch").sum() < keep.sum()


def test_a_design_of_less_than_full_rank_has_leverages_too(counts, table):
    d = el.DGEList(counts, samples=table)
    x = pd.get_dummies(table["group"]).assign(one=1).astype(float)
    assert_array_equal(el.filter_by_expr(d, x), el.filter_by_expr(d))


def test_one_group_is_told_of(counts):
    with pytest.warns(DesignWarning, match="neither groups nor a design: all samples"):
        keep = el.filter_by_expr(counts)
    assert_array_equal(keep, el.filter_by_expr(counts, group=["a"] * 6))
    assert_array_equal(keep, el.filter_by_expr(counts, np.ones((6, 1))))


def test_what_is_kept_is_a_subset(counts, table):
    d = el.DGEList(counts, samples=table)
    keep = el.filter_by_expr(d)
    kept = d.subset(keep)
    assert list(kept.counts.index) == list(keep[keep].index)
    assert_array_equal(kept.samples["lib_size"], counts[keep].sum())
    pd.testing.assert_frame_equal(d.subset(keep[::-1]).counts, kept.counts)


def test_effective_library_sizes_decide(counts, table):
    d = el.DGEList(counts, samples=table).with_norm_factors([5.0, 0.2, 1, 1, 1, 1])
    assert_array_equal(el.filter_by_expr(d), el.filter_by_expr(d, lib_size=d.effective_lib_sizes))
    assert (el.filter_by_expr(d) != el.filter_by_expr(counts, group=table["group"])).any()


def test_offsets_do_not_count(counts, table):
    plain = el.DGEList(counts, samples=table)
    offset = np.log(counts.sum().to_numpy()) + np.array([0, 0, 3, 3, 3, 3])
    assert_array_equal(el.filter_by_expr(el.DGEList(counts, samples=table, offset=offset)), el.filter_by_expr(plain))
