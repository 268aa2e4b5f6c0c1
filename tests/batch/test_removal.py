from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

import ebayes_lm as el
from ebayes_lm import remove_batch_effect
from ebayes_lm.errors import AdjustedDataWarning, DesignWarning
from tests.batch.answers.reader import answers

#: Two factorizations of designs of moderate condition, on values of about 10.
AGREES = 1e-11
#: The same numbers in other blocks, orders or units.
SAME = 1e-12

RNG = np.random.default_rng(7)
SAMPLES = [f"s{j}" for j in range(12)]
FEATURES = [f"g{i}" for i in range(30)]
TABLE = pd.DataFrame(
    {
        "group": ["A", "B"] * 6,
        "run": pd.Categorical(list("yyyyzzzzxxxx"), categories=["z", "y", "x", "w"]),
        "day": [1, 1, 2, 2, 3, 3] * 2,
        "age": RNG.normal(50, 9, 12),
        "rin": RNG.uniform(5, 9, 12),
    },
    index=SAMPLES,
)
Y = pd.DataFrame(RNG.normal(8, 1, (30, 12)), index=FEATURES, columns=SAMPLES)


@answers("remove_batch_effect", "removal")
@pytest.mark.filterwarnings("ignore::ebayes_lm.errors.DesignWarning")
def test_as_in_limma(args, expected):
    y = args.pop("x")
    assert_allclose(remove_batch_effect(y, **args), expected["value"], rtol=AGREES, atol=AGREES)


def removed(y=Y, samples=TABLE, **changed):
    return remove_batch_effect(y, **({"batch": "run", "group": "group"} | changed), samples=samples)


def test_effects_that_leave_nothing_are_spoken_of():
    """A number of every sample taken for a batch, such as an age or a name."""
    with pytest.warns(DesignWarning, match="'age' explains all 12 samples in full"):
        found = remove_batch_effect(Y, "age", samples=TABLE)
    assert_allclose(found, np.repeat(Y.mean(axis=1).to_numpy()[:, None], 12, axis=1), rtol=SAME)
    many = np.random.default_rng(1).normal(size=(12, 11))
    with pytest.warns(DesignWarning, match="'covariate1', .* 6 more explain all 12 samples .*; give fewer covariates"):
        remove_batch_effect(Y, covariates=many)


def reference():
    """The same by one regression of everything, feature by feature."""
    runs = pd.get_dummies(TABLE["run"]).to_numpy(float)[:, :3]
    day = pd.get_dummies(TABLE["day"]).to_numpy(float)
    runs, day = (x[:, :-1] - x[:, -1:] for x in (runs, day))
    age = TABLE[["age", "rin"]].to_numpy() - TABLE[["age", "rin"]].to_numpy().mean(axis=0)
    group = (TABLE["group"] == "B").to_numpy(float)
    nuisance = np.column_stack([runs, day, age])
    x = np.column_stack([np.ones(12), group, nuisance])
    return Y - (nuisance @ np.linalg.lstsq(x, Y.to_numpy().T, rcond=None)[0][2:]).T


def test_columns_by_name():
    found = removed(batch2="day", covariates=["age", "rin"])
    assert_allclose(found, reference(), rtol=SAME)
    assert found.attrs["adjusted"] == "remove_batch_effect: run, day, age, rin"


@pytest.mark.parametrize(
    "given",
    [
        {"batch": TABLE["run"][::-1], "batch2": TABLE["day"].to_numpy(), "covariates": TABLE[["age", "rin"]][::-1]},
        {"batch": list(TABLE["run"]), "covariates": TABLE[["age", "rin"]].to_numpy(), "group": TABLE["group"]},
        {"design": "~ group", "group": None},
        {"design": pd.DataFrame({"A": TABLE["group"] == "A", "B": TABLE["group"] == "B"}, dtype=float), "group": None},
        {"samples": TABLE[::-1]},
        {"chunk_size": 7, "threads": 2},
    ],
)
def test_other_ways_to_say_the_same(given):
    whole = {"batch2": "day", "covariates": ["age", "rin"]} | given
    assert_allclose(removed(**whole), reference(), rtol=SAME)


def test_a_single_covariate():
    by_name = removed(batch=None, covariates="age")
    assert by_name.attrs["adjusted"] == "remove_batch_effect: age"
    for covariate in (TABLE["age"][::-1], TABLE["age"].to_numpy(), TABLE["age"].to_numpy()[:, None]):
        assert_allclose(removed(batch=None, covariates=covariate), by_name, rtol=SAME)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array, np.float32])
def test_what_has_no_place_for_a_mark_is_an_array(kind):
    found = removed(kind(Y.to_numpy()))
    assert type(found) is np.ndarray
    assert found.dtype == np.float64
    # single precision holds values of 10 to 5e-7
    assert_allclose(found, removed().to_numpy(), rtol=1e-6 if kind is np.float32 else SAME)


def test_an_elist_brings_its_sample_table():
    given = el.EList(Y, targets=TABLE, weights=RNG.uniform(size=(30, 12)))
    found = remove_batch_effect(given, "run", group="group")
    assert_allclose(found.E, removed(), rtol=SAME)
    assert found.weights is given.weights
    with pytest.warns(AdjustedDataWarning, match="remove_batch_effect: run"):
        el.lm_fit(found, "~ group")
    assert_array_equal(given.E, Y)


def test_weights_count_where_they_are_given():
    weights = RNG.uniform(0.2, 2, (30, 12))
    given = el.EList(Y, targets=TABLE, weights=weights)
    weighted = remove_batch_effect(given, "run", weights=weights)
    assert not np.allclose(weighted.E, remove_batch_effect(given, "run").E)
    assert_allclose(weighted.E, remove_batch_effect(Y, "run", samples=TABLE, weights=weights), rtol=SAME)


def test_weights_of_features_matter_where_they_are_zero():
    weights = np.ones((30, 1))
    weights[3] = 0
    found = removed(weights=weights)
    assert_array_equal(found.iloc[3], Y.iloc[3])
    assert_allclose(found.drop(index="g3"), removed().drop(index="g3"), rtol=SAME)


@pytest.mark.parametrize("given", [{}, {"batch": ["a"] * 12}, {"covariates": np.full(12, 0.1)}])
def test_where_there_is_nothing_to_remove_values_stay(given):
    found = remove_batch_effect(Y, **given)
    pd.testing.assert_frame_equal(found, Y)
    assert found.attrs == {}
    assert not np.shares_memory(found.to_numpy(), Y.to_numpy())


def test_features_with_gaps_are_taken_by_themselves():
    gaps = Y.copy()
    gaps.iloc[2, [0, 5]] = np.nan
    found = removed(gaps)
    part = TABLE.drop(index=["s0", "s5"])
    assert_allclose(found.loc["g2", part.index], removed(Y.loc[["g2"], part.index], part).loc["g2"], rtol=SAME)
    assert found.loc["g2"].isna().sum() == 2
    assert_allclose(found.drop(index="g2"), removed().drop(index="g2"), rtol=SAME)


def test_infinite_values_can_be_left_out():
    odd, gaps = Y.copy(), Y.copy()
    odd.iloc[2, 0], gaps.iloc[2, 0] = -np.inf, np.nan
    found = removed(odd, inf="missing")
    assert found.iloc[2, 0] == -np.inf
    assert_allclose(found.iloc[2, 1:], removed(gaps).iloc[2, 1:], rtol=SAME)


def test_removing_twice_is_removing_once():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        once = removed()
        assert_allclose(removed(once), once, rtol=SAME)


NESTED = pd.DataFrame({"arm": list("AAAAAABBBBBB"), "day": [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]}, index=SAMPLES)


def test_what_the_design_holds_is_named_and_the_rest_removed():
    with pytest.warns(DesignWarning, match=r"differences of day between '1', '2' and '3', '4'\. The later"):
        found = removed(samples=NESTED, batch="day", group="arm")
    means = found.T.groupby(NESTED["day"]).mean().T
    assert_allclose(means[1], means[2], rtol=SAME)
    assert_allclose(means[3], means[4], rtol=SAME)


def test_a_covariate_that_the_design_holds():
    with pytest.warns(DesignWarning, match="the covariate 'age'. The later"):
        removed(design="~ age", group=None, covariates=["age", "rin"])


def test_what_only_all_together_is_held_by_the_design():
    first = np.array([0, 0, 1, 1] * 3)
    second = np.array([0, 1, 0, 1] * 3)
    kept = np.column_stack([np.ones(12), first + second])
    with pytest.warns(DesignWarning, match="batch and batch2 taken together"):
        remove_batch_effect(Y, first, batch2=second, design=kept)


def test_the_design_of_the_data_does_not_count():
    given = el.EList(Y, targets=TABLE, design="~ group")
    with pytest.warns(DesignWarning, match="not used, as in limma"):
        found = remove_batch_effect(given, "run")
    assert_allclose(found.E, removed(group=None), rtol=SAME)


def test_levels_without_samples_do_not_matter():
    used = TABLE.assign(run=TABLE["run"].cat.remove_unused_categories())
    assert_allclose(removed(), removed(samples=used), rtol=SAME)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_anndata():
    anndata = pytest.importorskip("anndata")
    adata = anndata.AnnData(Y.T.copy(), obs=TABLE.copy())
    found = remove_batch_effect(adata, "run", group="group")
    assert_allclose(found.X, removed().T, rtol=SAME)
    assert found.uns["adjusted"] == "remove_batch_effect: run"
    assert_array_equal(adata.X, Y.T)


def test_covariates_without_labels_are_in_the_order_of_the_matrix():
    found = removed(covariates=TABLE[["age", "rin"]].to_numpy())
    assert_allclose(found, removed(covariates=["age", "rin"]), rtol=SAME)
    assert found.attrs["adjusted"] == "remove_batch_effect: run, covariate1, covariate2"


def test_a_fit_to_adjusted_values_rejects_too_often():
    """No feature differs between groups; batches do, and groups are spread over them unevenly."""
    rng = np.random.default_rng(1)
    table = {"group": list("AAABBBBABBBA"), "batch": list("xxxxyyyyzzzz")}
    y = pd.DataFrame(rng.normal(size=(4000, 12)) + np.repeat(rng.normal(size=(4000, 3)), 4, axis=1))
    adjusted = remove_batch_effect(y, "batch", group="group", samples=table)
    with pytest.warns(AdjustedDataWarning):
        of_adjusted = el.lm_fit(adjusted, "~ group", samples=table).ebayes()
    in_design = el.lm_fit(y, "~ group + batch", samples=table).ebayes()
    shares = [float((mod.p_value["groupB"] < 0.05).mean()) for mod in (of_adjusted, in_design)]
    # the standard error of a share of 4,000 is 0.0034 at 0.05
    assert shares[0] > 0.1
    assert abs(shares[1] - 0.05) < 0.012
