from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

from ebayes_lm import datasets
from ebayes_lm.data.containers import EList
from ebayes_lm.errors import ArgumentError, ArgumentTypeError

# Seeds are fixed, so these tests never flicker; a tolerance is about four standard errors of the quantity at the
# number of features used.
MANY = 20_000


def values(sim):
    return (sim.data if sim.parameters.counts else sim.data.E).to_numpy()


def test_what_comes_back_by_default():
    sim = datasets.simulate(seed=1)
    assert isinstance(sim.data, EList)
    assert sim.data.shape == (1000, 12)
    assert sim.data.E.to_numpy().dtype == np.float64
    assert sim.data.E.index[[0, -1]].tolist() == ["gene1", "gene1000"]
    assert sim.data.E.columns[[0, -1]].tolist() == ["sample1", "sample12"]
    assert sim.truth.index.equals(sim.data.E.index)
    assert sim.data.targets["group"].tolist() == ["A"] * 6 + ["B"] * 6
    assert sim.truth["is_differential"].sum() == 100
    assert ((sim.truth["groupB"] != 0) == sim.truth["is_differential"]).all()
    assert sim.hidden.shape == (12, 0)
    assert sim.formula == "~ group"


@pytest.mark.parametrize("extra", [{}, {"counts": True}, {"hidden": 2, "batch": 3, "missing": 0.1, "covariate": True}])
def test_a_seed_fixes_everything(extra):
    first, second = (datasets.simulate(n_features=50, seed=7, **extra) for _ in range(2))
    other = datasets.simulate(n_features=50, seed=8, **extra)
    np.testing.assert_array_equal(values(first), values(second))
    pd.testing.assert_frame_equal(first.truth, second.truth)
    pd.testing.assert_frame_equal(first.samples, second.samples)
    pd.testing.assert_frame_equal(first.hidden, second.hidden)
    assert not np.array_equal(values(first), values(other), equal_nan=True)


def test_without_a_seed_every_call_differs():
    first, second = (datasets.simulate(n_features=5) for _ in range(2))
    assert not np.array_equal(values(first), values(second))


def test_a_generator_serves_as_seed_and_moves_on():
    rng = np.random.default_rng(3)
    first, second = (values(datasets.simulate(n_features=5, seed=rng)) for _ in range(2))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, values(datasets.simulate(n_features=5, seed=np.random.default_rng(3))))


def test_an_ingredient_leaves_the_others_as_they_were():
    plain = datasets.simulate(n_features=50, seed=2)
    rich = datasets.simulate(n_features=50, seed=2, batch=2, covariate=True, hidden=1)
    shared = list(plain.truth.columns.drop("affected_by_hidden"))
    pd.testing.assert_frame_equal(plain.truth[shared], rich.truth[shared])
    gaps = datasets.simulate(n_features=50, seed=2, missing=0.2)
    seen = ~np.isnan(values(gaps))
    np.testing.assert_array_equal(values(gaps)[seen], values(plain)[seen])


@pytest.mark.parametrize(("counts", "narrow"), [(False, "float32"), (True, "int32")])
def test_dtype_only_rounds(counts, narrow):
    wide = datasets.simulate(n_features=50, seed=4, counts=counts)
    slim = datasets.simulate(n_features=50, seed=4, counts=counts, dtype=narrow)
    assert values(slim).dtype == narrow
    np.testing.assert_array_equal(values(slim), values(wide).astype(narrow))


def test_blocks_do_not_show(monkeypatch):
    from ebayes_lm.datasets import measurement

    whole = datasets.simulate(n_features=50, seed=4, batch=2, missing=0.1)
    monkeypatch.setattr(measurement, "_BLOCK_CELLS", 100)
    # Rounding of a matrix product may depend on how many rows it has.
    np.testing.assert_allclose(
        values(datasets.simulate(n_features=50, seed=4, batch=2, missing=0.1)), values(whole), rtol=1e-14
    )


def test_variances_follow_the_scaled_inverse_chi_square():
    sim = datasets.simulate(n_features=MANY, d0=10.0, s0=0.7, seed=5)
    from scipy import stats

    scaled = 10.0 * 0.7**2 / sim.truth["sigma2"]
    assert stats.kstest(scaled, stats.chi2(10.0).cdf).pvalue > 1e-3
    assert sim.truth["sigma2"].mean() == pytest.approx(0.49 * 10.0 / 8.0, rel=0.02)


def test_residual_variances_follow_the_scaled_f():
    from scipy import stats

    sim = datasets.simulate(n_features=MANY, groups=2, n_samples=8, d0=6.0, s0=0.5, seed=6)
    y = values(sim).reshape(MANY, 2, 4)
    s2 = y.var(axis=2, ddof=1).mean(axis=1)
    assert stats.kstest(s2 / 0.25, stats.f(6, 6).cdf).pvalue > 1e-3


def test_infinite_prior_df_gives_one_variance():
    sim = datasets.simulate(d0=np.inf, s0=0.3, seed=1)
    assert (sim.truth["sigma2"] == 0.3**2).all()


def test_effects_are_scaled_by_sigma():
    sim = datasets.simulate(n_features=MANY, proportion=1.0, v0=3.0, groups=3, seed=8)
    for name in ("groupB", "groupC"):
        standard = sim.truth[name] / np.sqrt(sim.truth["sigma2"])
        assert standard.var() == pytest.approx(3.0, rel=0.04)
        assert standard.mean() == pytest.approx(0.0, abs=0.05)


def test_least_squares_finds_the_truth():
    sim = datasets.simulate(n_features=30, n_samples=24, s0=1e-6, d0=np.inf, v0=1e12, batch=3, covariate=True, seed=9)
    s = sim.samples
    x = np.column_stack([np.ones(24), s["group"] == "B", s["batch"] == "2", s["batch"] == "3", s["age"] - 50.0])
    found = np.linalg.lstsq(x.astype(float), values(sim).T, rcond=None)[0].T
    # Noise of 1e-6 leaves coefficients of this design within some 1e-6 of the truth.
    names = ["mean", "groupB", "batch2", "batch3", "age"]
    np.testing.assert_allclose(found, sim.truth[names], atol=1e-5)
    assert sim.formula == "~ group + batch + age"


def test_trend_moves_the_prior_variance_with_abundance():
    sim = datasets.simulate(trend=-0.4, mean=7.0, s0=0.5, seed=1)
    np.testing.assert_allclose(sim.truth["s2_prior"], 0.25 * np.exp(-0.4 * (sim.truth["mean"] - 7.0)), rtol=1e-12)


def test_batches_are_balanced_over_groups():
    sim = datasets.simulate(groups={"x": 5, "y": 7}, batch=2, seed=1)
    table = pd.crosstab(sim.samples["batch"], sim.samples["group"]).to_numpy()
    assert table.sum() == 12
    assert (np.ptp(table, axis=0) <= 1).all()
    assert table.sum(axis=1).tolist() == [6, 6]


def test_missing_share():
    share = np.isnan(values(datasets.simulate(n_features=MANY, missing=0.15, seed=1))).mean()
    assert share == pytest.approx(0.15, abs=0.003)


def test_hidden_factor_goes_along_with_the_group():
    sim = datasets.simulate(n_features=10, n_samples=4000, hidden=2, hidden_confounding=1.5, seed=1)
    group = sim.samples["group"] == "B"
    for name in sim.hidden:
        factor = sim.hidden[name]
        assert factor[group].mean() - factor[~group].mean() == pytest.approx(1.5, abs=0.13)
        assert factor[group].std() == pytest.approx(1.0, abs=0.07)
        # A difference of 1.5 sd between equal groups: r = 0.75 / sqrt(0.75^2 + 1).
        assert np.corrcoef(group, factor)[0, 1] == pytest.approx(0.6, abs=0.05)


def test_hidden_factor_touches_its_share_of_features():
    sim = datasets.simulate(hidden=1, hidden_share=0.3, seed=1)
    assert sim.truth["affected_by_hidden"].sum() == 300
    assert ((sim.truth["hidden1"] != 0) == sim.truth["affected_by_hidden"]).all()
    assert "hidden1" not in sim.samples
    assert sim.formula == "~ group"


def test_counts_are_counts():
    sim = datasets.simulate(n_features=2000, counts=True, groups=3, batch=2, lib_size=2e6, seed=1)
    counts = values(sim)
    assert isinstance(sim.data, pd.DataFrame)
    assert counts.dtype == np.int64
    assert counts.min() >= 0
    assert sim.samples.index.equals(sim.data.columns)
    assert np.median(counts.sum(axis=0)) == pytest.approx(2e6, rel=0.5)


def test_count_variance_is_that_of_the_negative_binomial():
    sim = datasets.simulate(
        n_features=4, n_samples=40_000, groups=1, counts=True, d0=np.inf, s0=0.5, mean_sd=0.5, proportion=0.0, seed=1
    )
    counts = values(sim) / sim.samples["depth"].to_numpy() * sim.samples["depth"].mean()
    mean, spread = counts.mean(axis=1), counts.std(axis=1, ddof=1)
    # Poisson noise adds about 1/500 to a squared coefficient of variation of 0.12.
    np.testing.assert_allclose((spread / mean) ** 2, sim.truth["dispersion"] + 1.0 / mean, rtol=0.06)
    np.testing.assert_allclose(sim.truth["dispersion"], (0.5 * np.log(2)) ** 2)


def test_counts_survive_wild_variances():
    sim = datasets.simulate(n_features=3000, counts=True, d0=0.5, dtype="int32", seed=1)
    assert values(sim).min() >= 0
    near_poisson = datasets.simulate(counts=True, d0=np.inf, s0=1e-9, seed=1)
    assert values(near_poisson).min() >= 0


def test_a_sample_table_is_taken_as_it_is():
    table = pd.DataFrame(
        {"group": ["ko", "wt", "ko", "wt"], "batch": [1, 1, 2, 2], "age": [40, 50, 60, 55], "site": list("abcd")},
        index=list("pqrs"),
    )
    before = table.copy()
    sim = datasets.simulate(samples=table, n_features=10, seed=1)
    pd.testing.assert_frame_equal(table, before)
    assert sim.data.E.columns.tolist() == list("pqrs")
    assert sim.formula == "~ group + batch + age"
    assert {"groupwt", "batch2", "age"} <= set(sim.truth.columns)
    assert sim.samples["site"].tolist() == list("abcd")


def test_a_numbered_sample_table_gets_names():
    sim = datasets.simulate(samples=pd.DataFrame({"group": ["a", "b"]}), n_features=3, seed=1)
    assert sim.samples.index.tolist() == ["sample1", "sample2"]


def test_one_group_has_no_effects():
    sim = datasets.simulate(groups=1, n_features=10, seed=1)
    assert sim.formula == "~ 1"
    assert not any(name.startswith("group") for name in sim.truth)


def test_repr_and_round_trip():
    sim = datasets.simulate(n_features=10, counts=True, seed=1)
    assert repr(sim) == "Simulation of counts: 10 features x 12 samples, 1 differential, formula '~ group'"
    for twin in (copy.deepcopy(sim), pickle.loads(pickle.dumps(sim))):
        pd.testing.assert_frame_equal(twin.data, sim.data)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"n_features": 0}, "n_features=0"),
        ({"n_samples": 1}, "every group"),
        ({"groups": {}}, "groups"),
        ({"groups": {"a": 0}}, r"groups\['a'\]=0"),
        ({"groups": {"a": 2, "b": 3}, "n_samples": 6}, "leave n_samples out"),
        ({"d0": 0.1}, "d0=0.1"),
        ({"d0": np.nan}, "d0=nan"),
        ({"s0": 0.0}, "s0"),
        ({"s0": np.inf}, "s0=inf"),
        ({"v0": -1.0}, "v0=-1"),
        ({"proportion": 1.5}, "at most 1"),
        ({"hidden_share": -0.1}, "hidden_share"),
        ({"missing": 1.0}, "missing=1"),
        ({"missing": 0.1, "counts": True}, "never missing"),
        ({"batch": 1}, "batch=1"),
        ({"batch": 13}, "batch=13"),
        ({"hidden": -1}, "hidden=-1"),
        ({"lib_size": 0.0, "counts": True}, "lib_size"),
        ({"dtype": "int8"}, "float32"),
        ({"dtype": "nonsense"}, "nonsense"),
        ({"dtype": "float32", "counts": True}, "int32"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": "one"}, "seed='one'"),
        ({"samples": pd.DataFrame({"x": [1]})}, "column 'group'"),
        ({"samples": pd.DataFrame({"group": ["a", None]})}, "missing"),
        ({"samples": pd.DataFrame({"group": ["a", "b"]}), "batch": 2}, "'batch'"),
    ],
)
def test_bad_values(arguments, says):
    with pytest.raises(ArgumentError, match=says):
        datasets.simulate(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"n_features": 2.5},
        {"n_features": True},
        {"groups": "ab"},
        {"s0": "big"},
        {"counts": 1},
        {"samples": [1, 2]},
        {"samples": pd.DataFrame({"group": ["a", "b"], "age": ["x", "y"]})},
    ],
)
def test_bad_types(arguments):
    with pytest.raises((ArgumentTypeError, ArgumentError)):
        datasets.simulate(**arguments)
