"""Options of the model and of the tests: each gives the numbers of the package, and is told everywhere."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from tests.cli.quiet import quiet

FORMULA = "~ group + batch"


@pytest.fixture
def patients(study):
    """The study with pairs of samples of one patient."""
    study.samples["patient"] = list("pqpqrsrs")
    study.samples.to_csv(study.table, index=False)
    return study


def _gaps(study) -> None:
    """Values are missing here and there, and one feature lacks a whole group."""
    study.matrix.iloc[::3, 1] = np.nan
    study.matrix.iloc[5, [0, 1, 4, 5]] = np.nan
    study.matrix.to_csv(study.data)


def _same(study, tested, **options) -> None:
    expected = tested.top_table("groupB", number=None, **options).rename_axis("feature")
    pd.testing.assert_frame_equal(
        study.written(), expected, check_exact=True, check_dtype=False, check_index_type=False
    )


def _fitted(study, **options):
    return quiet(el.lm_fit, study.matrix, FORMULA, samples=study.targets, **options)


def test_robust_prior(fit, study):
    study.matrix.iloc[4] += [0, 9, 0, -9, 0, 9, 0, -9]
    study.matrix.to_csv(study.data)
    assert fit("--coef", "groupB", "--robust").code == 0
    _same(study, _fitted(study).ebayes(robust=True))
    summary, methods, facts = study.told()
    assert "winsorised moments" in summary
    assert "Phipson" in methods
    assert facts["prior"]["robust"] is True
    assert float(facts["prior"]["lowest_df"]) <= float(facts["prior"]["df"])


def test_threshold(fit, study):
    ran = fit("--coef", "groupB", "--test-term", "batch", "--treat", "0.5", "--trend")
    assert (ran.code, ran.err) == (0, "")
    _same(study, _fitted(study).treat(lfc=0.5, trend=True))
    assert list(study.written().columns) == ["logFC", "AveExpr", "t", "P.Value", "adj.P.Val"]
    expected = _fitted(study).ebayes(trend=True).test("batch")["F"]
    np.testing.assert_array_equal(study.written("F_batch")["F"], expected)
    summary, methods, facts = study.told()
    assert "higher in B by more than 0.5 (TREAT)" in summary
    assert "against a log fold change of 0.5 (TREAT [" in methods
    assert "765-771" in methods
    assert facts["model"]["treat"] == 0.5


def test_blocks(fit, patients):
    assert fit("--coef", "groupB", "--block", "patient", "--correlation", "0.4").code == 0
    _same(patients, _fitted(patients, block="patient", correlation=0.4).ebayes())
    summary, methods, facts = patients.told()
    assert "Samples of one patient are correlated by 0.4, in 4 blocks." in summary
    assert "within-block correlation of 0.4 [1]" in methods
    assert "2067-2075" in methods
    assert (facts["model"]["block"], facts["model"]["blocks"], facts["model"]["correlation"]) == ("patient", 4, 0.4)


def test_blocks_of_one_sample_change_nothing_and_are_noted(fit):
    ran = fit("--coef", "groupB", "--block", "sample", "--correlation", "0.4")
    assert ran.code == 0
    assert "every sample is a block of its own" in ran.err


def test_robust_fit(fit, study):
    assert fit("--coef", "groupB", "--robust-fit").code == 0
    _same(study, quiet(_fitted(study, method="robust").ebayes))
    assert "Huber PJ (1964)" in study.told()[1]


def test_columns(fit, study):
    assert fit("--coef", "groupB", "--columns", "SE,df,neg_log10_p,n,status").code == 0
    _same(study, _fitted(study).ebayes(), columns=("SE", "df", "neg_log10_p", "n", "status"))


def test_missing_values_are_fitted_and_told(fit, study):
    _gaps(study)
    ran = fit("--coef", "groupB")
    assert ran.code == 0
    assert ran.err.count("note: ") == 2
    assert ran.err.count("--prior likelihood says that this is meant") == 1
    _same(study, quiet(_fitted(study).ebayes))
    summary, methods, facts = study.told()
    assert "18 of 320 values (6%) are missing, in 15 of 40 features" in summary
    assert "In 1 of 40 features the observed samples cannot estimate it; these have no test." in summary
    assert "15 features had missing values (6% of all values)" in methods
    assert "profile likelihood" in methods
    assert "gkaf018" in methods
    assert facts["data"]["missing_values"] == 18
    assert facts["comparisons"][0]["not_estimable"] == 1


@pytest.mark.parametrize("prior", ["moments", "likelihood"])
def test_the_estimator_of_the_prior(fit, study, prior):
    _gaps(study)
    ran = fit("--coef", "groupB", "--prior", prior)
    assert "--prior" not in ran.err
    _same(study, _fitted(study).ebayes(legacy=prior == "moments"))
    assert study.told()[2]["prior"]["method"].startswith({"likelihood": "profile"}.get(prior, prior))


def test_span(fit, study):
    assert fit("--coef", "groupB", "--trend", "--span", "0.6").code == 0
    _same(study, _fitted(study).ebayes(trend=True, span=0.6))


def test_few_observations(fit, study):
    _gaps(study)
    assert fit("--coef", "groupB", "--min-observed", "5").code == 0
    _same(study, quiet(_fitted(study, min_observed=5).ebayes))
    summary, methods, facts = study.told()
    assert "1 feature with too few observations is not fitted." in summary
    assert "Features with fewer than 5 observations were not fitted (1 feature)." in methods
    assert facts["model"]["min_observed"] == 5


def test_infinite_values(fit, study):
    study.matrix.iloc[3, 2] = -np.inf
    study.matrix.to_csv(study.data)
    refused = fit("--coef", "groupB", out="not")
    assert refused.code == 3
    assert "--inf missing" in refused.err
    assert "1 value is infinite, which is an error unless --inf missing." in fit("--dry-run").out
    assert "1 of 320 values (under 1%) is missing" in fit("--dry-run", "--inf", "missing").out
    assert fit("--coef", "groupB", "--inf", "missing").code == 0
    assert "Infinite values were taken for missing." in study.told()[1]


def test_features_without_variance(fit, study):
    study.matrix.iloc[9] = 7.0
    study.matrix.to_csv(study.data)
    assert "--zero-variance exclude keeps them out" in fit("--coef", "groupB").err
    assert fit("--coef", "groupB", "--zero-variance", "exclude").err == ""
    _same(study, _fitted(study).ebayes(zero_variance="exclude"))
    assert "learnt without features that have no residual variance" in study.told()[1]


def test_limma(fit, study):
    _gaps(study)
    contrast = "x = groupB - batchy"
    assert fit("--contrast", contrast, "--compat", "limma", "--prior", "moments").code == 0
    expected = quiet(lambda: _fitted(study, compat="limma").contrast(contrast).ebayes(legacy=True).top_table(0))
    np.testing.assert_array_equal(study.written("x").head(10), expected)
    assert "approximations of standard errors included" in study.told()[1]


def test_the_plan_tells_it_all_and_fits_nothing(fit, patients):
    _gaps(patients)
    options = [
        "--block", "patient", "--correlation", "0.4", "--treat", "1", "--robust", "--trend", "--span", "0.5",
        "--min-observed", "5", "--zero-variance", "exclude", "--compat", "limma", "--inf", "missing",
        "--columns", "SE,n", "--format", "parquet",
    ]  # fmt: skip
    ran = fit("--dry-run", "--coef", "groupB", *options, out=None)
    text = " ".join(ran.out.split())
    assert ran.code == 0
    for part in (
        "18 of 320 values (6%) are missing",
        "Samples of one patient are correlated by 0.4",
        "fewer than 5 observations are not fitted",
        "Infinite values are missing values.",
        "follows average expression in windows of 0.5 of the features and is robust against outlying variances",
        "Features without residual variance take no part in it.",
        "tested against a log fold change of 1 (TREAT)",
        "One parquet file a test, also with SE, n.",
    ):
        assert part in text
    facts = json.loads(fit("--dry-run", "--json", "--coef", "groupB", *options, out=None).out)
    assert facts["model"]["compat"] == "limma"
    assert facts["tables"] == {"format": "parquet", "columns": ["SE", "n"]}
    assert facts["prior"] == {"trend": True, "robust": True, "zero_variance": "exclude", "legacy": None, "span": 0.5}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--correlation", "0.2"], "--correlation R needs --block COL"),
        (["--block", "batch", "--correlation", "0.2", "--robust-fit"], "--robust-fit takes samples as independent"),
        (["--span", "0.2"], "add --trend"),
        (["--span", "0.2", "--trend", "--prior", "moments"], "leave out one of them"),
        (["--correlation", "x"], "between -1 and 1"),
        (["--treat", "0"], "above zero"),
        (["--columns", "SEE"], "Did you mean 'SE'?"),
        (["--min-observed", "none"], "whole number"),
        (["--inf", "maybe"], "invalid choice"),
        (["--zero-variance", "maybe"], "invalid choice"),
        (["--compat", "voom"], "invalid choice"),
        (["--prior", "guess"], "invalid choice"),
        (["--format", "xlsx"], "invalid choice"),
    ],
)
def test_usage(fit, study, options, message):
    ran = fit("--coef", "groupB", *options)
    assert ran.code == 2
    assert message in ran.err
    assert not (study.folder / "out").exists()


@pytest.mark.parametrize("options", [["--treat", "1"], ["--columns", "SE"]])
def test_what_belongs_to_comparisons_needs_one(fit, options):
    ran = fit("--test-term", "group", *options)
    assert ran.code == 2
    assert "name what to compare with --contrast or --coef" in ran.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--block", "pateint", "--correlation", "0.1"], "Did you mean 'patient'?"),
        (["--block", "patient", "--correlation", "-0.9999"], None),
        (["--block", "group", "--correlation", "-0.5"], "not possible within blocks of 4 samples"),
        (["--min-observed", "9"], "--min-observed 9"),
    ],
)
def test_data(fit, patients, options, message):
    ran = fit("--coef", "groupB", *options)
    assert ran.code == (0 if message is None else 3)
    assert message is None or message in ran.err


def test_a_block_that_is_missing(fit, patients):
    patients.samples.assign(patient=["", *"qpqrsrs"]).to_csv(patients.table, index=False)
    ran = fit("--coef", "groupB", "--block", "patient", "--correlation", "0.1")
    assert ran.code == 3
    assert "'001'" in ran.err
