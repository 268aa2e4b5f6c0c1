"""From counts or values to a fit by every method: the numbers are those of the package, and all is told."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from tests.cli.quiet import quiet

FORMULA = "~ group + batch"
#: Files and tables of pandas lie in memory in different order, and sums with them.
SAME = 1e-10


@pytest.fixture
def study(study):
    """The study with counts in place of values, libraries of different size, and pairs of samples of one patient."""
    rng = np.random.default_rng(8)
    n, mean = 120, np.exp(rng.normal(4, 1.5, size=(120, 1)))
    size = np.array([1, 2, 1, 0.5, 1, 3, 1, 1])
    counts = rng.negative_binomial(8, 8 / (8 + mean * size), size=(n, 8))
    counts[:4, [2, 3, 6, 7]] *= 9
    counts[-10:] = rng.poisson(0.2, size=(10, 8))
    study.matrix = pd.DataFrame(counts, index=[f"g{i}" for i in range(n)], columns=study.samples["sample"])
    study.matrix.to_csv(study.data)
    study.samples["patient"] = list("pqpqrsrs")
    study.samples.to_csv(study.table, index=False)
    return study


@pytest.fixture
def counts(study):
    return el.DGEList(study.matrix, samples=study.targets.rename_axis(None))


def _same(study, fit, **prior) -> None:
    """But for the order of features whose p is 1 up to rounding."""
    expected = quiet(fit.ebayes, **prior).top_table("groupB", number=None).sort_index()
    pd.testing.assert_frame_equal(
        study.written().sort_index(), expected, rtol=SAME, atol=SAME, check_dtype=False, check_names=False
    )


def test_trend(fit, study, counts):
    assert fit("--coef", "groupB", "--method", "trend").code == 0
    _same(study, el.lm_fit(el.cpm(counts, log=True), FORMULA, samples=counts.samples), trend=True)
    summary, methods, facts = study.told()
    assert "Library sizes are taken as they are. Fitted are log2 counts per million, with a prior" in summary
    assert "limma-trend" in methods or "follows average expression" in methods
    assert facts["model"]["counts"]["method"] == "trend"


def test_voom(fit, study, counts):
    assert fit("--coef", "groupB", "--method", "voom").code == 0
    _same(study, el.lm_fit(el.voom(counts, FORMULA)))
    summary, methods, _ = study.told()
    assert "each with a weight that follows from the expected count (voom)" in summary
    assert "precision weights by voom [" in methods


def test_filter_and_normalize(fit, study, counts):
    assert fit("--coef", "groupB", "--method", "voom", "--filter", "--normalize").code == 0
    kept = counts.subset(el.filter_by_expr(counts, FORMULA).to_numpy())
    _same(study, el.lm_fit(el.voom(el.norm_lib_sizes(kept), FORMULA)))
    summary, methods, facts = study.told()
    left = counts.shape[0] - kept.shape[0]
    assert left > 0
    assert f"{left} of 120 features are left out" in summary
    assert "Library sizes are scaled by TMM" in summary
    assert "normalised by TMM [" in methods
    assert facts["model"]["counts"] == {
        "method": "voom", "normalization": "TMM", "n_read": 120, "n_kept": kept.shape[0], "filtered": True,
    }  # fmt: skip


def test_another_normalization(fit, study, counts):
    assert fit("--coef", "groupB", "--method", "voom", "--normalize", "RLE").code == 0
    _same(study, el.lm_fit(el.voom(el.norm_lib_sizes(counts, method="RLE"), FORMULA)))
    assert "Anders S, Huber W (2010)" in study.told()[1]


@pytest.mark.parametrize("how", [("--method", "voom-qw"), ("--method", "voom", "--sample-weights")])
def test_voom_with_weights_of_samples(fit, study, counts, how):
    assert fit("--coef", "groupB", *how).code == 0
    values = el.voom_with_quality_weights(counts, FORMULA)
    _same(study, el.lm_fit(values))
    written = study.written("sample_weights", dtype={0: str})
    np.testing.assert_allclose(written["weight"], values.targets["sample_weights"], rtol=1e-12)
    summary, methods, facts = study.told()
    assert "Samples have weights by how reliable they are, estimated at" in summary
    assert "sample weights estimated from the data [" in methods
    assert list(facts["model"]["sample_weights"]) == list(study.samples["sample"])


def test_voom_lm_fit(fit, study, counts):
    arguments = ("--method", "voom-lm-fit", "--block", "patient", "--sample-weights")
    assert fit("--coef", "groupB", *arguments, formula="~ group").code == 0
    made = quiet(el.voom_lm_fit, counts, "~ group", block="patient", sample_weights=True)
    _same(study, made)
    summary, methods, facts = study.told()
    assert facts["model"]["correlation"] == pytest.approx(made.correlation)
    assert "as estimated from all features" in summary
    assert "exact zeros" in methods


def test_voom_with_blocks(fit, study, counts):
    assert fit("--coef", "groupB", "--method", "voom", "--block", "patient", formula="~ group").code == 0
    first = el.duplicate_correlation(el.voom(counts, "~ group"), block=counts.samples["patient"])
    values = el.voom(counts, "~ group", block="patient", correlation=first)
    found = el.duplicate_correlation(values, block=counts.samples["patient"])
    _same(study, el.lm_fit(values, block=counts.samples["patient"], correlation=found))
    summary, methods, facts = study.told()
    assert facts["model"]["correlation"] == pytest.approx(found.consensus)
    assert f"correlated by {found.consensus:.3g}, as estimated from all features, in 4 blocks" in summary
    assert "estimated from all features" in methods


def test_values_with_blocks_and_weights_of_samples(fit, study):
    values = np.log2(study.matrix + 1)
    values.to_csv(study.data)
    assert fit("--coef", "groupB", "--block", "patient", "--sample-weights", formula="~ group").code == 0
    table = study.targets
    weights = el.array_weights(values, "~ group", samples=table)
    found = el.duplicate_correlation(values, "~ group", samples=table, block="patient", weights=weights)
    _same(study, el.lm_fit(values, "~ group", samples=table, weights=weights, block="patient", correlation=found))


def test_a_correlation_for_each_feature(fit, study):
    values = np.log2(study.matrix + 1)
    values.to_csv(study.data)
    arguments = ("--coef", "groupB", "--block", "patient", "--correlation", "feature")
    assert fit(*arguments, formula="~ group").code == 0
    table = study.targets
    made = quiet(el.lm_fit, values, "~ group", samples=table, block="patient", correlation="feature")
    _same(study, made)
    summary, methods, facts = study.told()
    assert "in each feature by its own measure, in 4 blocks; half of them lie between" in summary
    assert "Satterthwaite" in methods
    assert facts["model"]["correlation"] == "feature"


def test_groups_that_differ_in_variance(command, tmp_path):
    samples = pd.DataFrame({"sample": [f"s{i}" for i in range(16)], "group": ["A"] * 4 + ["B"] * 12})
    values = np.random.default_rng(1).normal(8, 1, size=(600, 16)) * ([2.0] * 4 + [1.0] * 12)
    pd.DataFrame(values, columns=samples["sample"]).to_csv(tmp_path / "y.csv")
    samples.to_csv(tmp_path / "s.csv", index=False)
    run = ("fit", "y.csv", "--samples", "s.csv", "--formula", "~ group", "--coef", "groupB", "--out", "out")
    ran = command(*run)
    assert ran.code == 0
    assert "samples of group 'A' vary" in ran.err
    assert "--var-group with the column of these groups puts that right" in ran.err
    ran = command(*run, "--var-group", "group")
    assert ran.code == 0
    assert ran.err == ""
    assert "one for each group" in ran.out
    weights = pd.read_csv(tmp_path / "out" / "sample_weights.tsv", sep="\t", index_col=0)["weight"]
    assert weights.nunique() == 2


def test_a_dry_run_of_counts(fit, study):
    ran = fit("--coef", "groupB", "--method", "voom", "--filter", "--block", "patient", "--dry-run", formula="~ group")
    assert ran.code == 0
    text = " ".join(ran.out.split())
    assert "features are left out for want of counts" in text
    assert "Samples of one patient are correlated, by how much is estimated, in 4 blocks." in text


def test_values_that_look_like_counts(fit, study):
    assert "the data look like counts" in fit("--coef", "groupB").err


def test_values_that_are_no_counts(fit, study):
    np.log2(study.matrix * 0.01 + 0.01).to_csv(study.data)
    ran = fit("--coef", "groupB", "--method", "voom")
    assert ran.code == 3
    assert "negative" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--filter",), "--filter is about counts"),
        (("--normalize",), "--normalize is about counts"),
        (("--correlation", "0.3"), "needs --block"),
        (("--correlation", "high"), "neither a number between -1 and 1"),
        (("--method", "voom", "--weights", "w.tsv"), "makes the weights itself"),
        (("--weights", "w.tsv", "--sample-weights"), "leave out one of them"),
        (("--weights", "w.tsv", "--var-group", "batch"), "leave out one of them"),
        (("--method", "voom-lm-fit", "--robust-fit"), "fits by least squares"),
        (("--method", "voom-lm-fit", "--compat", "limma"), "edgeR's numbers"),
        (("--method", "voom-lm-fit", "--block", "patient", "--correlation", "0.3"), "estimates the correlation itself"),
        (("--block", "patient", "--correlation", "feature", "--compat", "limma"), "goes beyond limma"),
        (("--block", "patient", "--correlation", "feature", "--prior", "moments"), "--prior moments cannot weigh"),
        (("--block", "patient", "--robust-fit"), "--robust-fit takes samples as independent"),
        (("--method", "boom"), "invalid choice: 'boom'"),
        (("--normalize", "quantile", "--method", "voom"), "invalid choice: 'quantile'"),
    ],
)
def test_what_does_not_go_together(fit, study, arguments, said):
    ran = fit("--coef", "groupB", *arguments)
    assert ran.code == 2
    assert said in ran.err


def test_samples_inform_by_the_weights_and_the_correlation_that_were_estimated(fit, study):
    assert fit("--coef", "groupB", "--method", "trend", "--sample-weights", "--block", "patient").code == 0
    facts = study.told()[2]["model"]
    weights = pd.Series(facts["sample_weights"]).to_numpy()
    x = el.model_matrix(FORMULA, study.samples).matrix
    same = np.equal.outer(study.samples["patient"].to_numpy(), study.samples["patient"].to_numpy())
    v = np.where(np.eye(8), 1.0, facts["correlation"] * same) / np.sqrt(np.outer(weights, weights))
    expected = np.linalg.solve(x.T @ np.linalg.solve(v, x), x.T @ np.linalg.inv(v))[1]
    written = study.written("informing_samples")
    np.testing.assert_allclose(written["groupB"], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("method", "verbs"),
    [
        ("trend", {"array_weights", "duplicate_correlation", "lm_fit"}),
        ("voom", {"voom_with_quality_weights", "duplicate_correlation", "lm_fit"}),
        ("voom-lm-fit", {"voom_lm_fit"}),
    ],
)
def test_threads_reach_every_verb(fit, study, monkeypatch, method, verbs):
    seen = {}

    def watched(name, verb):
        def call(*arguments, **options):
            seen.setdefault(name, set()).add(options.get("threads"))
            return verb(*arguments, **options)

        return call

    for name in verbs:
        monkeypatch.setattr(el, name, watched(name, getattr(el, name)))
    arguments = ("--method", method, "--sample-weights", "--block", "patient", "--threads", "1")
    ran = fit("--coef", "groupB", *arguments, formula="~ group")
    assert ran.code == 0, ran.err
    assert seen == {name: {1} for name in verbs}


@pytest.mark.parametrize("values", [False, True])
def test_weights_of_features_that_the_filter_leaves_out_are_left_out(fit, study, counts, values):
    n = len(study.matrix)
    given = pd.DataFrame(np.linspace(0.5, 2.0, 8 * n).reshape(n, 8), study.matrix.index, list(study.matrix.columns))
    weights = given if values else given.iloc[:, :1].set_axis(["weight"], axis=1)
    weights.to_csv(study.folder / "weights.csv")
    assert fit("--coef", "groupB", "--method", "trend", "--filter", "--weights", "weights.csv").code == 0
    kept = counts.subset(el.filter_by_expr(counts, FORMULA).to_numpy())
    used = weights.loc[kept.counts.index]
    y = el.cpm(kept, log=True)
    _same(study, el.lm_fit(y, FORMULA, samples=counts.samples, weights=used if values else used["weight"]), trend=True)


@pytest.mark.parametrize("options", [("--inf", "missing"), ("--min-observed", "3")])
def test_counts_are_neither_infinite_nor_missing(fit, options):
    ran = fit("--coef", "groupB", "--method", "voom-lm-fit", *options)
    assert ran.code == 2
    assert re.search(f"{options[0]}( missing)? is about values on a log scale.*--method ls", ran.err)


def test_nothing_to_filter(fit, study):
    study.matrix.iloc[:60].clip(lower=20).to_csv(study.data)
    assert fit("--coef", "groupB", "--method", "trend", "--filter").code == 0
    summary, methods, _ = study.told()
    assert "All 60 features have counts enough, and none is left out." in summary
    assert "All 60 features had enough counts to be tested [1]." in methods


def test_a_group_that_shares_a_weight_is_told(fit, study):
    assert fit("--coef", "groupB", "--method", "voom", "--var-group", "batch").code == 0
    _, methods, facts = study.told()
    assert "sample weights, one for each `batch`, estimated from the data [" in methods
    assert facts["model"]["sample_weights_by"] == "batch"


def test_a_correlation_of_each_feature_is_told(fit, study):
    arguments = ("--method", "voom", "--block", "patient", "--correlation", "feature")
    assert fit("--coef", "groupB", *arguments, formula="~ group").code == 0
    _, methods, facts = study.told()
    low, middle, high = facts["model"]["correlation_quartiles"]
    assert -1 < low <= middle <= high < 1
    assert "which reproduces the statistics of limma [" not in methods


@pytest.mark.parametrize("option", ["--block", "--var-group"])
def test_samples_without_block_or_group(fit, study, option):
    study.samples.assign(patient=[None, *"qpqrsrs"]).to_csv(study.table, index=False)
    ran = fit("--coef", "groupB", "--method", "voom", option, "patient")
    assert ran.code == 3
    assert f"column 'patient', which {option} names, is empty for '001'" in ran.err


def test_what_is_no_count_is_noted(fit, study):
    np.log2(study.matrix + 1).to_csv(study.data)
    assert "look like values on a log scale" in fit("--coef", "groupB", "--method", "voom").err
    (study.matrix / study.matrix.sum() * 1e6).to_csv(study.data)
    assert "every sample adds up to 1,000,000" in fit("--coef", "groupB", "--method", "voom").err


def test_a_consensus_that_nothing_tells(fit):
    arguments = ("--coef", "groupB", "--method", "voom", "--block", "patient", "--exclude", "batch=y")
    ran = fit(*arguments, formula="~ group")
    assert ran.code == 3
    assert "=" not in ran.err.splitlines()[-1]
    assert "--correlation" in ran.err.splitlines()[-1]
