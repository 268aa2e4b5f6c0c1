from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.core.mean_variance import KERNEL_VALUES
from ebayes_lm.errors import ArgumentError, DataError, VarianceWarning
from tests.weights.answers.reader import answers

#: Logarithms of the same numbers.
LOGARITHMS = 1e-12
#: The trend is R's bit for bit where fits are; a weight is its fourth power at values that differ by rounding.
TREND = 1e-12
#: Moderated tests of these: the prior is a difference of small numbers.
TESTED = 1e-9
#: The same sums in another order.
ROUNDING = 1e-12


@answers("voom", "precision")
def test_as_in_limma(args, expected):
    v = el.voom(**args)
    if "E" in expected:
        assert_allclose(v.E, expected["E"], rtol=LOGARITHMS)
    assert_allclose(v.weights, expected["weights"], rtol=TREND)
    assert_allclose(v.targets["lib_size"], expected["lib_size"], rtol=LOGARITHMS)
    assert_allclose(np.interp(expected["line_x"], v.voom_line["x"], v.voom_line["y"]), expected["line_y"], rtol=TREND)
    assert_array_equal(np.unique(v.voom_xy["x"]), v.voom_line["x"])
    mod = el.lm_fit(v).ebayes()
    assert_allclose(mod.t.iloc[:, -1], expected["t"], rtol=TESTED, atol=TESTED)
    assert_allclose(mod.p_value.iloc[:, -1], expected["p"], rtol=TESTED)


@pytest.fixture
def counts():
    rng = np.random.default_rng(2)
    table = rng.poisson((2.0 + rng.gamma(0.5, 40.0, (60, 1))) * rng.gamma(4.0, 0.25, (60, 6)))
    table[:3] = 0
    return pd.DataFrame(table, [f"g{i}" for i in range(60)], [f"s{j}" for j in range(6)])


@pytest.fixture
def samples():
    table = {"group": list("AAABBB"), "pair": [1, 2, 3, 1, 2, 3], "age": [3.5, 4.0, 1.5, 2.5, 6.5, 5.0]}
    return pd.DataFrame(table, index=[f"s{j}" for j in range(6)])


def test_labels_and_tables_travel(counts, samples):
    v = el.voom(counts, "~ group", samples=samples[::-1])
    assert list(v.E.index) == list(v.weights.index) == list(counts.index)
    assert list(v.targets.columns) == ["group", "lib_size", "norm_factors", "pair", "age"]
    assert_array_equal(v.targets["lib_size"], counts.sum())
    assert v.design.names == ["(Intercept)", "groupB"]
    assert list(v.voom_xy.index) == list(counts.index[3:])
    assert repr(v).startswith("VoomEList of 60 features x 6 samples")
    fit = el.lm_fit(v)
    assert_array_equal(fit.coefficients, el.lm_fit(v.E, v.design, weights=v.weights).coefficients)


def test_positions_and_names_give_the_same(counts, samples):
    named = el.voom(counts, "~ group + age", samples=samples, block="pair", correlation=0.2)
    design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1], samples["age"]])
    plain = el.voom(counts.to_numpy(), design, block=[1, 2, 3, 1, 2, 3], correlation=0.2)
    assert_array_equal(named.weights, plain.weights)
    assert_array_equal(named.E, plain.E)


def test_a_subset_keeps_weights_and_trend(counts, samples):
    v = el.voom(counts, "~ group", samples=samples)
    part = v[[5, 4], 1:5]
    assert isinstance(part, el.VoomEList)
    assert_array_equal(part.weights, v.weights.iloc[[5, 4], 1:5])
    assert part.design.shape == (4, 2)
    assert part.voom_line is v.voom_line


def test_groups_of_a_dgelist_are_its_design(counts, samples):
    d = el.DGEList(counts, samples=samples, norm_factors=[0.8, 1.25, 1, 1, 1.25, 0.8])
    v = el.voom(d)
    assert v.design.names == ["(Intercept)", "groupB"]
    assert_allclose(v.targets["lib_size"], d.samples["lib_size"] * d.samples["norm_factors"])
    assert_array_equal(v.weights, el.voom(d, "~ group").weights)
    assert el.voom(counts).design.names == ["(Intercept)"]
    assert el.voom(el.DGEList(counts)).design.names == ["(Intercept)"]


def test_offsets_of_a_dgelist_serve_where_none_are_given(counts, samples):
    offset = np.random.default_rng(1).normal(8.0, 0.2, counts.shape)
    v = el.voom(el.DGEList(counts, samples=samples, offset=offset))
    assert_array_equal(v.weights, el.voom(counts, "~ group", samples=samples, offset=offset).weights)
    prior = offset - offset.mean(axis=1, keepdims=True)
    assert_allclose(v.other["offset_prior"], prior, rtol=ROUNDING)
    again = el.voom(counts, "~ group", samples=samples, offset_prior=prior)
    assert_allclose(again.weights, v.weights, rtol=ROUNDING)


def test_kernel_and_numpy_agree():
    rng = np.random.default_rng(3)
    x = np.repeat(rng.gamma(2.0, 3.0, 400), 2)
    trend = el.core.mean_variance.fit_trend(x, 1.0 + np.sin(x), 0.3)
    means = np.append(rng.normal(6.0, 9.0, KERNEL_VALUES), np.append(x, [np.nan, -np.inf, np.inf]))
    expected = np.interp(means, trend.x, trend.y) ** -4.0
    assert_allclose(trend.weights(means.copy(), use_kernel=False), expected, rtol=ROUNDING)
    assert_allclose(trend.weights(means.copy(), use_kernel=True), expected, rtol=ROUNDING)


def test_blocks_of_rows_do_not_matter(counts):
    one, other = el.voom(counts), el.voom(counts, chunk_size=7, threads=2)
    assert_allclose(one.weights, other.weights, rtol=ROUNDING)
    sparse = pytest.importorskip("scipy.sparse").csr_matrix(counts.to_numpy())
    assert_array_equal(el.voom(sparse).weights, one.weights)


def test_input_is_left_alone(counts):
    values = counts.to_numpy(copy=True)
    values.flags.writeable = False
    el.voom(values)
    assert_array_equal(values, counts)


def test_without_replicates_all_weights_are_one(counts):
    with pytest.warns(VarianceWarning, match="all weights are 1"):
        v = el.voom(counts.iloc[:, :2], np.eye(2))
    assert (v.weights == 1.0).all(axis=None)
    assert v.voom_line.empty


def test_without_counts_all_weights_are_one():
    with pytest.warns(VarianceWarning, match="all weights are 1"):
        v = el.voom(el.DGEList(np.zeros((5, 4)), lib_size=[1e6] * 4))
    assert (v.weights == 1.0).all(axis=None)


def test_order_of_features_and_samples_does_not_matter(counts, samples):
    rng = np.random.default_rng(8)
    rows, columns = rng.permutation(60), rng.permutation(6)
    one = el.voom(counts, "~ group", samples=samples).weights
    other = el.voom(counts.iloc[rows, columns], "~ group", samples=samples).weights
    assert_allclose(other.loc[one.index, one.columns], one, rtol=1e-9)


def test_a_sample_without_weight_takes_no_part_in_the_trend(counts, samples):
    some = el.voom(counts, "~ group", samples=samples, weights=[1, 1, 1, 1, 1, 0])
    part = el.lm_fit(some.E.iloc[:, :5], "~ group", samples=samples.iloc[:5])
    assert_allclose(some.voom_xy["y"], np.sqrt(part.sigma[3:]))
    assert np.isfinite(some.weights).all(axis=None)


def test_features_that_weights_leave_without_a_group_still_have_weights(counts, samples):
    weights = np.ones(counts.shape)
    weights[7, :3] = 0
    with pytest.warns(el.EbayesLMWarning, match="not estimable in 1 feature"):
        v = el.voom(counts, "~ group", samples=samples, weights=weights)
    assert np.isfinite(v.weights).all(axis=None)
    weights[8] = 0
    with (
        pytest.warns(el.EbayesLMWarning, match="not estimable"),
        pytest.raises(DataError, match=r"1 feature \('g8'\) cannot be fitted"),
    ):
        el.voom(counts, "~ group", samples=samples, weights=weights)


def test_medians_that_cannot_scale(counts):
    few = counts * 0
    few.iloc[50:] = 1_000_000
    with pytest.raises(DataError, match="the median of 6 samples is not positive"):
        el.voom(few, normalize_method="scale")


def test_both_offsets_are_one_too_many(counts):
    with pytest.raises(ArgumentError, match="offset= and offset_prior= are both given"):
        el.voom(counts, offset=np.ones(counts.shape), offset_prior=np.ones(counts.shape))
