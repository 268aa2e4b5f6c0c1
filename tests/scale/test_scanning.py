from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import ebayes_lm as el
from ebayes_lm import scan
from ebayes_lm.core.adjust import adjust_p
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.errors import DesignWarning
from ebayes_lm.scale import scanned, scanning
from tests.scale.ordinary_fits import regressions

N = 60
RNG = np.random.default_rng(8)
PEOPLE = pd.DataFrame(
    {
        "age": RNG.uniform(20, 70, N), "sex": RNG.permutation(list("FM") * (N // 2)),
        "site": RNG.permutation(list("ABC") * (N // 3)), "bmi": RNG.normal(25, 4, N), "case": RNG.integers(0, 2, N),
    },
    index=[f"p{k}" for k in range(N)],
)  # fmt: skip
COVARIATES = np.column_stack([PEOPLE["age"], PEOPLE["sex"] == "M", PEOPLE["site"] == "B", PEOPLE["site"] == "C"])
COVARIATES = COVARIATES.astype(np.float64)
SITES = pd.DataFrame(
    RNG.normal(size=(1000, N)) + 0.02 * RNG.normal(size=(1000, 1)) * PEOPLE["age"].to_numpy(),
    index=[f"cg{k}" for k in range(1000)], columns=PEOPLE.index,
)  # fmt: skip
PEOPLE["lung"] = SITES.loc["cg5"] + 0.5 * SITES.loc["cg9"] + 0.01 * PEOPLE["age"] + RNG.normal(size=N)
GAPPED = SITES.mask(RNG.random(SITES.shape) < RNG.choice([0, 0.05, 0.5], (1000, 1)))
FORMULA = "~ age + sex + site"
# Two factorisations of well-conditioned designs; t of a small effect carries the rounding of the outcome.
ORACLE, FLOOR = 1e-10, 1e-12
# Sums in another order.
ORDER = 1e-12
NUMBERS = ["beta", "SE", "t", "df", "n", "P.Value"]


def assert_same(table, expected, rtol=ORACLE):
    for name in expected.columns:
        assert_allclose(table[name].to_numpy(), expected[name].to_numpy(), rtol=rtol, atol=FLOOR, err_msg=name)


@pytest.mark.parametrize("features", [SITES, GAPPED], ids=["complete", "gaps"])
@pytest.mark.parametrize(("outcome", "some"), [("lung", 1000), ("case", 100)])
def test_every_feature_has_the_regression_of_its_own(features, outcome, some):
    features = features[:some]
    table = scan(features, outcome, samples=PEOPLE, covariates=FORMULA)
    assert list(table.columns) == [
        "beta", "SE", "t", "df", "n", "P.Value", "adj.P.Val", "neg_log10_p", "status",
    ]  # fmt: skip
    assert_same(table, regressions(PEOPLE[outcome].to_numpy(dtype=float), features, COVARIATES))
    assert_allclose(table["neg_log10_p"], -np.log10(table["P.Value"]), rtol=ORDER)
    assert_array_equal(table["adj.P.Val"], adjust_p(table["P.Value"].to_numpy()))
    assert table.index.equals(features.index)
    assert table.attrs["tests"] == some
    assert set(table["status"]) == {"ok"}


@pytest.mark.parametrize("features", [SITES[:200], GAPPED[:200]], ids=["complete", "gaps"])
@pytest.mark.parametrize(
    ("interaction", "factor"),
    [
        ("sex", (PEOPLE["sex"] == "M").to_numpy(dtype=float)[:, None]),
        ("bmi", PEOPLE["bmi"].to_numpy()[:, None]),
        ("site", COVARIATES[:, 2:]),
    ],
)
def test_an_interaction_is_tested_beside_what_it_is_made_of(features, interaction, factor):
    table = scan(features, "lung", samples=PEOPLE, covariates="~ age + sex", interaction=interaction)
    covariates = COVARIATES[:, : 1 if interaction == "sex" else 2]
    assert_same(table, regressions(PEOPLE["lung"].to_numpy(), features, covariates, factor))
    kept = scan(features, "lung", samples=PEOPLE, covariates="~ age + sex", interaction=interaction, keep_p=0.05)
    pd.testing.assert_frame_equal(
        kept.drop(columns="adj.P.Val"), table[table["P.Value"] <= 0.05].drop(columns="adj.P.Val"), rtol=ORDER
    )


@pytest.mark.parametrize("features", [SITES[:60], GAPPED[:60]], ids=["complete", "gaps"])
def test_many_outcomes_with_gaps_of_their_own(features):
    outcomes = pd.DataFrame(RNG.normal(size=(N, 5)), index=PEOPLE.index, columns=list("abcde"))
    outcomes.iloc[:7, 1:3] = np.nan
    outcomes.iloc[20:25, 4] = np.nan
    table = scan(features, outcomes.sample(frac=1, random_state=1), samples=PEOPLE, covariates=FORMULA)
    assert list(table.columns[:3]) == ["feature", "outcome", "beta"]
    assert table["feature"].tolist() == [f for f in features.index for _ in range(5)]
    assert table["outcome"].tolist() == list("abcde") * 60
    for name in outcomes:
        one = table[table["outcome"] == name]
        assert_same(one, regressions(outcomes[name].to_numpy(), features, COVARIATES))
    assert_array_equal(table["adj.P.Val"], adjust_p(table["P.Value"].to_numpy()))
    assert table.attrs["tests"] == 300


def test_people_without_an_outcome_need_no_covariates():
    gone = PEOPLE.index.isin(["p3", "p40"])
    people = PEOPLE.assign(lung=PEOPLE["lung"].mask(gone), age=PEOPLE["age"].mask(gone), sex=PEOPLE["sex"].mask(gone))
    options = {"covariates": FORMULA, "interaction": "bmi"}
    table = scan(GAPPED[:50], "lung", samples=people, **options)
    few = scan(GAPPED[:50].loc[:, ~gone], "lung", samples=PEOPLE[~gone], **options)
    pd.testing.assert_frame_equal(table, few, rtol=ORACLE)
    with pytest.raises(el.errors.DesignError, match=r"covariates are missing: 'age' for 2 of 60 .*'sex' for 2"):
        scan(GAPPED[:50], "case", samples=people, **options)


@pytest.mark.parametrize("features", [SITES, GAPPED], ids=["complete", "gaps"])
def test_large_matrices_have_the_same_numbers(features, monkeypatch):
    spoiled = np.array(features)
    spoiled[:4] = [np.zeros(N), COVARIATES[:, 0], PEOPLE["lung"], PEOPLE["lung"] + 1e-5 * PEOPLE["bmi"]]
    spoiled[4] += 1e8
    for keep_p in (None, 0.01):
        small = scan(spoiled, PEOPLE["lung"].to_numpy(), covariates=COVARIATES, keep_p=keep_p)
        with monkeypatch.context() as patch:
            patch.setattr(scanning, "KERNEL_CELLS", 1)
            large = scan(spoiled, PEOPLE["lung"].to_numpy(), covariates=COVARIATES, keep_p=keep_p)
        assert large.attrs == pytest.approx(small.attrs)
        pd.testing.assert_frame_equal(large, small, rtol=1e-9, atol=FLOOR)  # 1e-5 of noise has 11 digits


def test_inflation_is_told_also_of_tests_that_are_not_kept(tmp_path, monkeypatch):
    rising = PEOPLE["lung"] + 0.1 * SITES[:500].sum()
    for outcome in (rising, PEOPLE[["lung", "bmi", "age"]]):
        every = scan(GAPPED, outcome)
        expected = np.median(stats.chi2.isf(every["P.Value"], 1)) / stats.chi2.ppf(0.5, 1)
        assert every.attrs["inflation"] == pytest.approx(expected)
        kept = scan(GAPPED, outcome, keep_p=1e-3, chunk_size=37)
        assert len(kept) < len(every) / 3
        assert kept.attrs == pytest.approx(every.attrs)
        written = scan(GAPPED, outcome, out=tmp_path / "every.csv", chunk_size=37)
        assert written.attrs["inflation"] == pytest.approx(expected)
    monkeypatch.setattr(scanned, "_TOLD", 200)
    monkeypatch.setattr(scanned, "_TOLD_OUTCOMES", 2)
    some = np.concatenate([every[every["outcome"] == name]["P.Value"][::10] for name in ("lung", "age")])
    expected = np.median(stats.chi2.isf(some, 1)) / stats.chi2.ppf(0.5, 1)
    for chunk_size in (7, 400):
        kept = scan(GAPPED, outcome, keep_p=1e-3, chunk_size=chunk_size)
        assert kept.attrs["inflation"] == pytest.approx(expected)


def test_what_is_kept_is_what_would_be_there_anyway():
    outcomes = pd.DataFrame(SITES[:40].T @ RNG.normal(size=(40, 30)) + RNG.normal(size=(N, 30)))
    every = scan(GAPPED, outcomes, covariates=COVARIATES)
    kept = scan(GAPPED, outcomes, covariates=COVARIATES, keep_p=1e-3)
    expected = every[every["P.Value"] <= 1e-3]
    assert 50 < len(kept) < 2000
    shown = ["feature", "outcome", *NUMBERS, "status"]
    pd.testing.assert_frame_equal(kept[shown], expected[shown].reset_index(drop=True), rtol=ORDER)
    assert kept.attrs["tests"] == every.attrs["tests"] == 30_000
    assert (kept["adj.P.Val"] >= expected["adj.P.Val"].to_numpy() * (1 - ORDER)).all()
    best = kept["P.Value"].to_numpy().argmin()
    assert_allclose(kept["adj.P.Val"].iloc[best], expected["adj.P.Val"].iloc[best], rtol=ORDER)


def test_blocks_and_threads_change_nothing():
    whole = scan(GAPPED, "lung", samples=PEOPLE, covariates=FORMULA)
    for options in ({"chunk_size": 1}, {"chunk_size": 37, "threads": 3}, {"max_memory": "100 KB"}):
        table = scan(GAPPED, "lung", samples=PEOPLE, covariates=FORMULA, **options)
        pd.testing.assert_frame_equal(table, whole, rtol=1e-13, atol=FLOOR)
    for threads in (1, 4):
        table = scan(GAPPED, "lung", samples=PEOPLE, covariates=FORMULA, threads=threads)
        pd.testing.assert_frame_equal(table, whole, check_exact=True)


def test_samples_and_features_in_another_order():
    whole = scan(GAPPED, "lung", samples=PEOPLE, covariates=FORMULA)
    turned = GAPPED.sample(frac=1, axis=1, random_state=1).sample(frac=1, random_state=2)
    table = scan(turned, PEOPLE["lung"], samples=PEOPLE, covariates=["age", "sex", "site"])
    pd.testing.assert_frame_equal(table.loc[whole.index], whole, rtol=ORACLE, atol=FLOOR)


def test_units_of_features_and_what_covariates_hold_twice():
    whole = scan(GAPPED, "lung", samples=PEOPLE, covariates=FORMULA)
    for factor in (1e-300, 1e160, -4.0):
        table = scan(GAPPED * factor, "lung", samples=PEOPLE, covariates=FORMULA)
        assert_allclose(table["t"], whole["t"] * np.sign(factor), rtol=ORACLE, atol=FLOOR)
        assert_allclose(table["beta"] * factor, whole["beta"], rtol=ORACLE, atol=FLOOR)
    more = np.column_stack([COVARIATES, COVARIATES @ [1, 2, 3, 4], np.ones(N), 1e9 + COVARIATES[:, 0]])
    table = scan(GAPPED, PEOPLE["lung"], covariates=pd.DataFrame(more, index=PEOPLE.index))
    assert_allclose(table["t"], whole["t"], rtol=1e-6)  # a covariate in 1e9 has 7 digits
    assert_array_equal(table["df"], whole["df"])
    for factor in (1e-250, 1e250):
        table = scan(GAPPED, PEOPLE["lung"] * factor, samples=PEOPLE, covariates=FORMULA)
        assert_allclose(table["t"], whole["t"], rtol=ORACLE, atol=FLOOR)
        assert_allclose(table["SE"] / factor, whole["SE"], rtol=ORACLE)


def test_features_far_from_zero():
    dosages = RNG.integers(0, 3, size=(200, N)).astype(float)
    near, far = (scan(dosages + shift, PEOPLE["lung"].to_numpy(), covariates=COVARIATES) for shift in (0, 1e8))
    pd.testing.assert_frame_equal(near, far, rtol=ORACLE, atol=FLOOR)


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.uint8, np.int64, bool])
def test_numbers_of_any_type(dtype):
    dosages = RNG.integers(0, 3, size=(100, N)).astype(dtype)
    table = scan(dosages, PEOPLE["lung"].to_numpy(), covariates=COVARIATES)
    pd.testing.assert_frame_equal(
        table, scan(dosages.astype(float), PEOPLE["lung"].to_numpy(), covariates=COVARIATES), check_exact=True
    )


def test_dosages_with_gaps_in_single_precision():
    dosages = RNG.integers(0, 3, size=(100, N)).astype(np.float32)
    dosages[RNG.random(dosages.shape) < 0.1] = np.nan
    table = scan(dosages, PEOPLE["lung"].to_numpy(), covariates=COVARIATES)
    assert_same(table, regressions(PEOPLE["lung"].to_numpy(), dosages, COVARIATES))


def test_strong_effects_keep_their_digits():
    noise = RNG.normal(size=(6, N))
    y = PEOPLE["lung"].to_numpy()
    features = y + np.array([1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-10])[:, None] * noise
    for x in (features, np.where(np.arange(N) == 4, np.nan, features)):
        table = scan(x, y, covariates=COVARIATES)
        expected = regressions(y, x, COVARIATES)
        # what is left of a feature that equals the outcome up to 1e-k has k digits less
        assert_allclose(table["t"][:4], expected["t"][:4], rtol=1e-8)
        assert_allclose(table["t"], expected["t"], rtol=1e-4)
        assert np.isfinite(table["neg_log10_p"]).all()
        assert table["neg_log10_p"].is_monotonic_increasing


def test_tails_go_on_where_numbers_end():
    n = 2000
    y = RNG.normal(size=n)
    table = scan((y + 0.01 * RNG.normal(size=n))[None], y)
    assert table["P.Value"][0] == 0
    assert 3500 < table["neg_log10_p"][0] < 4500


def test_what_cannot_be_tested_says_why():
    features = np.array(SITES[:8])
    features[0] = 3.7  # constant
    features[1] = COVARIATES @ [0.1, 2, 0.5, 1]  # determined by covariates
    features[2] = np.nan
    features[3, 4:] = np.nan  # fewer samples than covariates
    features[4] = PEOPLE["lung"]  # a perfect fit
    features[5, PEOPLE["site"] == "B"] = np.nan  # one covariate less
    features[6] = 0.0
    features[7, 1:] = features[7, 0]
    table = scan(features, PEOPLE["lung"].to_numpy(), covariates=COVARIATES)
    assert table["status"].tolist() == [
        "zero_variance", "not_estimable", "all_missing", "no_df", "zero_variance", "ok", "zero_variance",
        "zero_variance",
    ]  # fmt: skip
    assert table["t"].isna().tolist() == [True, True, True, True, False, False, True, True]
    assert (table["t"][4], table["P.Value"][4], table["neg_log10_p"][4], table["SE"][4]) == (np.inf, 0, np.inf, 0)
    assert_allclose(table["beta"][4], 1)
    assert_same(table[5:6], regressions(PEOPLE["lung"].to_numpy(), features[5:6], COVARIATES[:, [0, 1, 3]]))
    assert table["df"][5] == 40 - 5
    assert table["n"].tolist() == [N, N, 0, 4, N, 40, N, N]
    assert table.attrs["tests"] == 2
    assert len(scan(features, PEOPLE["lung"].to_numpy(), covariates=COVARIATES, keep_p=1.0)) == 2


def test_samples_that_hold_all_there_is_of_an_outcome():
    """Without them nothing is left to explain, or so little that rounding would show."""
    y = PEOPLE["lung"].to_numpy().copy()
    y[3] = 1e9
    features = np.array(SITES[:3])
    features[0, 3] = np.nan
    table = scan(features, y, covariates=COVARIATES)
    expected = regressions(y, features, COVARIATES)
    assert_allclose(table["t"][0], expected["t"][0], rtol=1e-6)  # freed of the value at 1e9, y has 7 digits less
    single = (np.arange(N) == 3).astype(float)
    assert scan(features, single, covariates=COVARIATES)["status"].tolist() == ["zero_variance", "ok", "ok"]


def test_an_outcome_without_variance_is_named():
    outcomes = PEOPLE[["lung", "age"]].assign(flat=1.5)
    with pytest.warns(DesignWarning, match="2 outcomes.*'age', 'flat'"):
        table = scan(SITES[:10], outcomes, samples=PEOPLE, covariates="~ age")
    still = table[table["outcome"] != "lung"]
    assert set(still["status"]) == {"zero_variance"}
    assert still["t"].isna().all()
    assert table.attrs["tests"] == 10


def test_annotation_comes_along():
    frame = SITES[:20].assign(chromosome=np.arange(20) % 3, n=1)
    table = scan(frame, PEOPLE["lung"], feature_columns=["chromosome", "n"], keep_p=0.5)
    assert list(table.columns[:3]) == ["chromosome", "n.annotation", "beta"]
    assert_array_equal(table["chromosome"], frame.loc[table.index, "chromosome"])
    long = scan(frame, PEOPLE[["lung", "bmi"]], feature_columns=["chromosome", "n"])
    assert list(long.columns[:5]) == ["feature", "outcome", "chromosome", "n.annotation", "beta"]


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_annotation_goes_to_the_file_too(tmp_path, ending):
    described = {
        "position": np.arange(60),
        "outcome": 2.5,
        "gene": [None] * 50 + ["MYC", 1, ("a", 2), None, "TP53"] * 2,
    }
    frame = SITES[:60].assign(**described)
    for outcome, labels in (("lung", ["feature"]), (["lung", "bmi"], ["feature", "outcome"])):
        options = {"samples": PEOPLE, "feature_columns": list(described), "chunk_size": 7}
        path = tmp_path / f"{labels[-1]}{ending}"
        scan(frame, outcome, out=path, **options)
        read = pd.read_parquet(path) if ending == ".parquet" else pd.read_csv(path)
        table = scan(frame, outcome, **options)
        assert table.columns.is_unique
        own = labels if len(labels) == 2 else []
        clash = "outcome.annotation" if own else "outcome"
        assert list(table.columns[: len(own) + 3]) == [*own, "position", clash, "gene"]
        assert list(read.columns) == [*labels, *table.columns[len(own) :].drop("adj.P.Val")]
        each = len(read) // 60
        assert read["position"].tolist() == [k for k in range(60) for _ in range(each)]
        assert read["gene"][50 * each :: each].fillna("").tolist() == ["MYC", "1", "('a', 2)", "", "TP53"] * 2


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".tsv.gz"])
@pytest.mark.parametrize("keep_p", [None, 1e-2])
def test_a_file_has_what_a_table_would(tmp_path, ending, keep_p):
    outcomes = PEOPLE[["lung", "bmi"]]
    path = tmp_path / f"hits{ending}"
    path.write_text("an earlier file")
    counts = scan(GAPPED, outcomes, covariates=COVARIATES, keep_p=keep_p, out=path, chunk_size=300)
    table = scan(GAPPED, outcomes, covariates=COVARIATES, keep_p=keep_p)
    read = pd.read_parquet(path) if ending == ".parquet" else pd.read_csv(path, sep=None, engine="python")
    pd.testing.assert_frame_equal(read, table.drop(columns="adj.P.Val"), rtol=ORDER, check_dtype=False)
    assert counts.to_dict("list") == {"tests": [1000, 1000], "kept": table["outcome"].value_counts(sort=False).tolist()}
    assert counts.index.tolist() == ["lung", "bmi"]
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_run_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "hits.csv"
    path.write_text("an earlier file")
    spoiled = SITES.copy()
    spoiled.iloc[900, 1] = np.inf
    with pytest.raises(el.errors.DataError, match="infinite: 1 value in 1 feature \\('cg900'\\)"):
        scan(spoiled, PEOPLE["lung"], out=path, chunk_size=100)
    assert path.read_text() == "an earlier file"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("keep_p", [None, 0.05])
def test_a_scan_goes_on_where_it_ended(tmp_path, monkeypatch, keep_p):
    outcomes = PEOPLE[["lung", "bmi"]]
    options = {"covariates": COVARIATES, "keep_p": keep_p, "chunk_size": 100, "checkpoint": tmp_path / "run"}
    read, from_memory, ends = [], ArraySource.read, 7

    def interrupted(source, start, stop):
        read.append(stop - start)
        if len(read) == ends:
            raise KeyboardInterrupt
        return from_memory(source, start, stop)

    monkeypatch.setattr(ArraySource, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        scan(GAPPED, outcomes, threads=1, **options)
    assert len(list((tmp_path / "run").glob("block-*"))) >= 3
    (tmp_path / "run" / "block-000000000100").unlink()
    done, ends = len(list((tmp_path / "run").glob("block-*"))), -1
    with pytest.raises(el.errors.ArgumentError, match="the input changed"):
        scan(SITES, outcomes, **options)
    for changed in ({"keep_p": 0.5}, {"covariates": None}, {"interaction": COVARIATES[:, 0]}):
        with pytest.raises(el.errors.ArgumentError, match="holds blocks of another run"):
            scan(GAPPED, outcomes, **options | changed)
    read.clear()
    table = scan(GAPPED, outcomes, **options | {"chunk_size": 500, "threads": 2})
    assert read == [100] * (10 - done)
    whole = scan(GAPPED, outcomes, **options | {"checkpoint": None})
    pd.testing.assert_frame_equal(table, whole, check_exact=True)
    assert table.attrs == whole.attrs


def test_nothing_kept_keeps_columns():
    table = scan(SITES, PEOPLE["bmi"], keep_p=1e-30)
    every = scan(SITES, PEOPLE["bmi"])
    assert table.empty
    assert table.dtypes.to_dict() == every.dtypes.to_dict()
    assert table.attrs["tests"] == 1000


def test_stores_and_mapped_values(tmp_path):
    np.save(tmp_path / "y.npy", GAPPED.to_numpy())
    store = el.open_matrix(tmp_path / "y.npy").map(lambda x: 2 * x)
    table = scan(store, "lung", samples=PEOPLE, covariates=FORMULA)
    whole = scan(GAPPED, "lung", samples=PEOPLE, covariates=FORMULA)
    assert_allclose(table["beta"] * 2, whole["beta"], rtol=ORDER)


def test_every_kind_of_matrix_gives_the_same():
    dosages = RNG.binomial(2, 0.2, size=(50, N)).astype(float)
    y = PEOPLE["lung"].to_numpy()
    table = scan(dosages, y, covariates=COVARIATES)
    for kind in (scipy.sparse.csr_array(dosages), np.asfortranarray(dosages), el.EList(pd.DataFrame(dosages)),
                 as_feature_matrix(dosages)):  # fmt: skip
        pd.testing.assert_frame_equal(scan(kind, y, covariates=COVARIATES), table, rtol=ORDER)


def test_annotated_data_bring_their_table():
    anndata = pytest.importorskip("anndata")
    adata = anndata.AnnData(SITES[:30].T.copy(), obs=PEOPLE)
    table = scan(adata, "lung", covariates=FORMULA)
    pd.testing.assert_frame_equal(table, scan(SITES[:30], "lung", samples=PEOPLE, covariates=FORMULA), rtol=ORDER)


def test_more_outcomes_than_are_worked_on_at_once():
    outcomes = RNG.normal(size=(N, 2100))
    outcomes[0, ::3] = np.nan
    table = scan(GAPPED[:100], outcomes, covariates=COVARIATES, keep_p=1e-3)
    assert table.attrs["tests"] == 210_000
    for name, some in table[table["outcome"].isin(["y1", "y2", "y1500", "y2100"])].groupby("outcome"):
        one = scan(GAPPED[:100], outcomes[:, int(name[1:]) - 1], covariates=COVARIATES)
        assert_allclose(some["t"], one.loc[some["feature"], "t"], rtol=ORACLE)
    assert len(table) > 100


def test_workers_of_a_cluster_give_the_same_table(client, tmp_path):
    np.save(tmp_path / "y.npy", GAPPED.to_numpy())
    y, outcomes = el.open_matrix(tmp_path / "y.npy"), PEOPLE[["lung", "bmi"]].to_numpy()
    options = {"covariates": COVARIATES, "keep_p": 0.1, "chunk_size": 64}
    here = scan(y, outcomes, **options)
    pd.testing.assert_frame_equal(scan(y, outcomes, scheduler=client, **options), here, check_exact=True)


def test_a_store_of_samples_is_read_by_features(tmp_path):
    np.save(tmp_path / "y.npy", np.asfortranarray(SITES.to_numpy()))
    table = scan(el.open_matrix(tmp_path / "y.npy"), PEOPLE["lung"].to_numpy(), covariates=COVARIATES)
    whole = scan(SITES.to_numpy(), PEOPLE["lung"].to_numpy(), covariates=COVARIATES)
    pd.testing.assert_frame_equal(table, whole, check_exact=True)
