from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm import combat
from ebayes_lm.errors import AdjustedDataWarning, ArgumentError, DesignWarning, EbayesLMWarning

#: As near as rounding lets sums of squares come; iterations end by the same rule.
AS_SVA = 1e-12
#: What is said in another way has the same rounding but for the order of sums.
SAME = 1e-12


@cache
def _stored(name="empirical"):
    return json.loads((Path(__file__).parent / "answers" / f"{name}.json").read_text())


def _array(values, rows):
    return np.array([float.fromhex(value) for value in values]).reshape(-1, rows).T


@pytest.mark.parametrize("case", _stored()["cases"], ids=lambda case: case["name"])
@pytest.mark.filterwarnings("ignore:only means are adjusted", "ignore:[123] features? left as given")
def test_as_in_sva(case):
    args = case["args"]
    problem = _stored()["matrices"][args["matrix"]]
    y, batch = _array(problem["y"], problem["features"]), problem["batch"]
    design = None if args["design"] is None else _array(problem[args["design"]], len(batch))
    options = {name: args[name] for name in ("parametric", "mean_only", "reference_batch")}
    expected = _array(case["value"], problem["features"])
    assert_allclose(combat(y, batch, design, **options), expected, rtol=AS_SVA)


@pytest.mark.parametrize(
    ("name", "design", "options"),
    [
        ("plain", None, {}),
        ("cancer", "~ cancer", {}),
        ("means", "~ cancer", {"mean_only": True}),
        ("reference", "~ cancer", {"reference_batch": "2"}),
    ],
)
def test_all_bladder_arrays_as_in_sva(name, design, options):
    expected = _stored("empirical_bladder")["cases"][name]
    found = combat(el.datasets.bladder(), "batch", design, **options).E.to_numpy()
    assert_allclose(found[::1000], _array(expected["rows"], 57).T, rtol=AS_SVA)
    assert_allclose(found.mean(axis=0), _array(expected["means"], 57)[:, 0], rtol=AS_SVA)


def drawn(features=60, sizes=(5, 6, 7), seed=1):
    rng = np.random.default_rng(seed)
    batch = np.repeat(np.arange(len(sizes)), sizes)
    spread = np.exp(rng.normal(0.0, 0.3, (features, len(sizes))))
    shift = rng.normal(rng.normal(size=len(sizes)), 0.5, (features, len(sizes)))
    values = (
        rng.normal(size=(features, len(batch))) * spread[:, batch] + shift[:, batch] + rng.normal(8, 2, (features, 1))
    )
    return values, batch


SAMPLES = pd.DataFrame(
    {"group": list("AABBABABABABAABBAB"), "run": np.repeat(["x", "y", "z"], [5, 6, 7])},
    index=[f"s{j}" for j in range(18)],
)


@pytest.fixture
def y():
    return pd.DataFrame(drawn()[0], index=[f"g{i}" for i in range(60)], columns=SAMPLES.index)


WAYS = pytest.mark.parametrize(
    "options",
    [
        {},
        {"parametric": False},
        {"mean_only": True},
        {"mean_only": True, "parametric": False},
        {"reference_batch": "y"},
    ],
    ids=["parametric", "non-parametric", "means", "non-parametric means", "reference"],
)


@WAYS
def test_order_of_features_and_samples_does_not_matter(y, options):
    whole = combat(y, "run", "~ group", samples=SAMPLES, **options)
    rng = np.random.default_rng(2)
    turned = y.iloc[rng.permutation(60), rng.permutation(18)]
    found = combat(turned, "run", "~ group", samples=SAMPLES.iloc[::-1], **options)
    pd.testing.assert_frame_equal(found.loc[y.index, y.columns], whole, rtol=SAME)


@WAYS
def test_names_of_batches_and_forms_of_them_do_not_matter(y, options):
    whole = combat(y, "run", samples=SAMPLES, **options)
    numbers = SAMPLES["run"].map({"x": 30, "y": 10, "z": 20})
    if "reference_batch" in options:
        options = options | {"reference_batch": 10}
    assert_allclose(combat(y, numbers.sample(frac=1, random_state=1), **options), whole, rtol=SAME)
    assert_allclose(combat(y.to_numpy(), list(numbers), **options), whole, rtol=SAME)
    assert_allclose(combat(y, pd.Categorical(numbers), threads=2, chunk_size=7, **options), whole, rtol=SAME)


@WAYS
def test_each_feature_has_a_unit_and_a_zero_of_its_own(y, options):
    rng = np.random.default_rng(3)
    unit, zero = np.exp(rng.normal(0, 3, (60, 1))), rng.normal(0, 5, (60, 1))
    found = combat(y * unit + zero, "run", "~ group", samples=SAMPLES, **options)
    expected = combat(y, "run", "~ group", samples=SAMPLES, **options) * unit + zero
    # a feature far from zero has the digits of what it lies at
    assert_allclose(found, expected, rtol=SAME, atol=SAME * np.abs(zero).max())


@WAYS
def test_a_shift_of_a_whole_batch_goes_away(y, options):
    """Where features scatter alike, so that it is one shift in their units, too."""
    model = np.column_stack([SAMPLES["run"] == run for run in "xyz"]).astype(float)
    residuals = y - y.to_numpy() @ np.linalg.pinv(model).T @ model.T
    pooled = residuals[SAMPLES.index[SAMPLES["run"] == "y"]] if "reference_batch" in options else residuals
    y = y.div(np.sqrt((pooled**2).mean(axis=1)), axis=0)
    late = (SAMPLES["run"] == "z").to_numpy()
    found, before = (combat(values, "run", samples=SAMPLES, **options) for values in (y + 4.0 * late, y))
    centre = 0.0 if "reference_batch" in options else 4.0 * late.mean()
    # posterior modes stop where a step is below 1e-4 of what they are, and that has changed
    by_steps = options in ({}, {"reference_batch": "y"})
    assert_allclose(found, before + centre, rtol=1e-4 if by_steps else SAME)


def test_the_reference_keeps_its_values(y):
    found = combat(y, "run", "~ group", samples=SAMPLES, reference_batch="y")
    assert_array_equal(found.loc[:, SAMPLES["run"] == "y"], y.loc[:, SAMPLES["run"] == "y"])
    assert (found.loc[:, SAMPLES["run"] != "y"] != y.loc[:, SAMPLES["run"] != "y"]).all(axis=None)


def test_the_reference_may_be_named_in_text(y):
    """Batches 1, 2, 3 of a table are text in R, and in tables that AnnData has read."""
    batch = np.repeat([1, 2, 3], [5, 6, 7])
    assert_array_equal(combat(y, batch, reference_batch="2"), combat(y, batch, reference_batch=2))
    assert_array_equal(combat(y, batch.astype(str), reference_batch=2), combat(y, batch, reference_batch=2))
    with pytest.raises(ArgumentError, match=r"reference_batch='4' is none of the batches; they are 1, 2, 3"):
        combat(y, batch, reference_batch="4")


def test_what_the_design_holds_is_kept():
    """Groups of which each batch has another share differ as much as before."""
    values, batch = drawn(2000, (10, 10))
    group = np.array([0] * 8 + [1] * 2 + [0] * 2 + [1] * 8)
    values = values + 3.0 * group
    kept, lost = (combat(values, batch, design) for design in (np.column_stack([np.ones(20), group]), None))

    def difference(values):
        return np.median(values[:, group == 1].mean(axis=1) - values[:, group == 0].mean(axis=1))

    assert abs(difference(kept) - 3.0) < 0.1
    assert difference(lost) < 2.5


@pytest.mark.parametrize("design", ["~ 0 + group", "~ group", SAMPLES[["group"]].assign(two=2.0, b=1.0, a=0.0)])
def test_constant_columns_and_intercepts_do_not_matter(y, design):
    if not isinstance(design, str):
        design = design.assign(b=(design["group"] == "B") * 1.0, a=(design["group"] == "A") * 5.0).drop(columns="group")
    expected = combat(y, "run", (SAMPLES["group"] == "B").to_numpy(float)[:, None], samples=SAMPLES)
    assert_allclose(combat(y, "run", design, samples=SAMPLES), expected, rtol=SAME)


def test_where_a_covariate_begins_does_not_matter(y):
    """Seconds since 1970 lie far from zero and close together."""
    seconds = np.arange(18.0) % 7
    found = combat(y, "run", np.column_stack([np.ones(18), 1.7e9 + seconds]), samples=SAMPLES)
    assert_allclose(found, combat(y, "run", seconds[:, None], samples=SAMPLES), rtol=SAME)


def test_constant_features_stay_and_do_not_count(y):
    y.iloc[3, 5:11] = 7.0
    y.iloc[9] = 2.5
    with pytest.warns(EbayesLMWarning, match=r"2 features left as given, being constant in a batch.*'g3', 'g9'"):
        found = combat(y, "run", "~ group", samples=SAMPLES)
    pd.testing.assert_frame_equal(found.loc[["g3", "g9"]], y.loc[["g3", "g9"]])
    rest = y.drop(index=["g3", "g9"])
    assert_allclose(found.loc[rest.index], combat(rest, "run", "~ group", samples=SAMPLES), rtol=SAME)


def test_one_sample_in_a_batch_means_means_alone(y):
    batch = ["x"] + ["y"] * 17
    with pytest.warns(EbayesLMWarning, match=r"only means are adjusted, because a batch of one sample \('x'\)"):
        found = combat(y, batch)
    assert_array_equal(found, combat(y, batch, mean_only=True))


@pytest.fixture
def pair():
    """Batch "x" has two samples, and the design has a column for one of them."""
    return pd.DataFrame(
        {"batch": ["x", "x"] + ["y"] * 16, "treated": [1] + [0] * 17, "group": list("AB") * 9}, index=SAMPLES.index
    )


def test_a_batch_that_the_design_explains_in_full_has_no_variance(y, pair):
    """Ratios of rounding would decide; R gives such numbers."""
    with pytest.warns(EbayesLMWarning, match=r"only means are adjusted, because the design explains .* of 'x' in full"):
        found = combat(y, "batch", "~ treated + group", samples=pair)
    pd.testing.assert_frame_equal(
        found, combat(y, "batch", "~ treated + group", samples=pair, mean_only=True), check_exact=True
    )
    with pytest.raises(ArgumentError, match="explained in full by the design"):
        combat(y, "batch", "~ treated", samples=pair, reference_batch="x")


@pytest.mark.parametrize("parametric", [True, False])
def test_a_feature_without_values_in_a_batch_is_adjusted_in_the_others(parametric):
    """As if its missing batch lay about the others as it does in other features."""
    values, batch = drawn(300)
    values += np.array([0.0, 3.0, 12.0])[batch]
    gaps = values.copy()
    gaps[:20, batch == 2] = np.nan
    gaps[20, 0] = np.nan
    found = combat(gaps, batch, parametric=parametric)
    whole = combat(values, batch, parametric=parametric)
    assert_array_equal(np.isnan(found), np.isnan(gaps))
    level = np.column_stack([found[:20, batch == k].mean(axis=1) for k in (0, 1)])
    assert abs(np.median(level[:, 0] - level[:, 1])) < 0.3
    # the mean of two batches in place of three would be off by 4
    assert abs(np.nanmedian(found[:20, batch < 2] - whole[:20, batch < 2])) < 1.0


def test_few_values_in_a_batch(y):
    """One value has no variance of its own; R stops."""
    y.iloc[2, 1:5] = np.nan
    found = combat(y, "run", samples=SAMPLES)
    assert_array_equal(np.isnan(found), np.isnan(y))
    assert found.iloc[2, 0] != y.iloc[2, 0]


def test_features_that_cannot_tell_batches_from_the_design_stay(y):
    y.iloc[2, (SAMPLES["group"] == "A").to_numpy()] = np.nan
    y.iloc[5, 5:] = np.nan
    y.iloc[6] = np.nan
    with pytest.warns(EbayesLMWarning, match=r"3 features left as given, being without the values.*'g2', 'g5', 'g6'"):
        found = combat(y, "run", "~ group", samples=SAMPLES)
    pd.testing.assert_frame_equal(found.iloc[[2, 5, 6]], y.iloc[[2, 5, 6]])


@pytest.mark.parametrize("mean_only", [False, True])
def test_many_samples_do_not_underflow(mean_only):
    """The likelihood of a feature with 900 values is below the smallest number; R answers NaN throughout."""
    values, batch = drawn(12, (900, 900))
    found = combat(values, batch, parametric=False, mean_only=mean_only)
    assert np.isfinite(found).all()
    # a thousand values say all there is to say: the nearest of the other features takes all the weight
    assert not np.array_equal(found, combat(values, batch, mean_only=mean_only))


def test_the_result_is_marked(y):
    found = combat(y, "run", samples=SAMPLES)
    assert found.attrs["adjusted"] == "combat: 3 batches"
    with pytest.warns(AdjustedDataWarning, match="combat: 3 batches"):
        el.lm_fit(found, "~ group", samples=SAMPLES)


def test_an_elist_brings_its_sample_table(y):
    given = el.EList(y, targets=SAMPLES.iloc[::-1].loc[y.columns])
    found = combat(given, "run", "~ group")
    assert isinstance(found, el.EList)
    assert_array_equal(found.E, combat(y, "run", "~ group", samples=SAMPLES))
    with pytest.warns(DesignWarning, match="the design that the data carry is not used"):
        combat(el.EList(y, targets=SAMPLES, design=np.ones((18, 1))), "run")


def test_anndata(y):
    anndata = pytest.importorskip("anndata")
    adata = anndata.AnnData(y.T.to_numpy(), obs=SAMPLES)
    found = combat(adata, "run", "~ group")
    assert_array_equal(found.X.T, combat(y, "run", "~ group", samples=SAMPLES))
    assert_array_equal(adata.X.T, y)
