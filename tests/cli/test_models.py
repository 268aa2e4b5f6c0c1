"""``fit --contrasts``: the models that contrasts need, and their numbers."""

from __future__ import annotations

import gc
import json
import weakref

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.cli import analysis

HEADER = "id,variable,reference,target,blocking,exclude_samples_col,exclude_samples_values,formula,make_contrasts_str\n"


@pytest.fixture
def contrasts(fit, study):
    """``fit`` with the contrasts of a file, and tables of what it wrote."""

    def run(rows, *arguments, formula=None, out="out"):
        path = study.folder / "contrasts.csv"
        path.write_text(HEADER + rows, encoding="utf-8")
        formulas = [] if formula is None else ["--formula", formula]
        return fit("--contrasts", path, *arguments, *formulas, out=out, formula=None)

    return run


def table(study, name):
    return study.written(name).rename_axis(None)


def expected(study, formula, contrast, keep=slice(None)):
    targets = study.targets[keep]
    fit = el.lm_fit(study.matrix[targets.index], formula, samples=targets)
    return fit.contrast(c=contrast).ebayes().top_table("c", number=None)


def test_contrasts_have_the_numbers_of_their_models(contrasts, study):
    ran = contrasts(
        "plain,group,A,B,,,,,\nback,group,B,A,,,,,\nblocked,group,A,B,batch,,,,\nfew,group,A,B,,sample,001;008,,\n"
        "own,,,,,,,~ group * batch,groupB.batchy\nalso,group,A,B,,,,~ group * batch,\n"
    )
    assert (ran.code, ran.err) == (0, "")
    plain = expected(study, "~ 0 + group", "groupB - groupA")
    pd.testing.assert_frame_equal(table(study, "plain"), plain, check_exact=True)
    blocked = expected(study, "~ 0 + group + batch", "groupB - groupA")
    pd.testing.assert_frame_equal(table(study, "blocked"), blocked, check_exact=True)
    few = expected(study, "~ 0 + group", "groupB - groupA", slice(1, 7))
    pd.testing.assert_frame_equal(table(study, "few"), few, check_exact=True)
    own = expected(study, "~ group * batch", "groupB:batchy")
    pd.testing.assert_frame_equal(table(study, "own"), own, check_exact=True)
    also = expected(study, "~ group * batch", "groupB")
    pd.testing.assert_frame_equal(table(study, "also"), also, check_exact=True)
    np.testing.assert_array_equal(table(study, "back")["logFC"], -table(study, "plain")["logFC"])


def test_contrasts_of_one_model_are_fitted_together(contrasts, study):
    assert contrasts("up,group,A,B,,,,,\ndown,group,B,A,,,,,\nless,group,A,B,,batch,x,,\n").code == 0
    record = json.loads((study.folder / "out" / "run.json").read_text())
    assert [[c["name"] for c in model["comparisons"]] for model in record["models"]] == [["up", "down"], ["less"]]
    assert record["models"][1]["data"]["excluded"] == ["001", "002", "003", "004"]
    assert set(record["files"]) == {path.name for path in (study.folder / "out").iterdir()}
    assert {"design_1.tsv", "design_2.tsv", "informing_samples_2.tsv"} <= set(record["files"])
    decisions = study.written("decisions")
    assert list(decisions.index) == ["up", "down", "less"]
    assert "# Model 2: ~ 0 + group" in (study.folder / "out" / "methods.md").read_text()


def test_one_model_is_told_as_ever(contrasts, study):
    assert contrasts("a,group,A,B,,,,,\n").code == 0
    record = json.loads((study.folder / "out" / "run.json").read_text())
    assert record["design"]["formula"] == "~ 0 + group"
    assert "design.tsv" in record["files"]


def test_numbers_are_groups_where_levels_are_compared(contrasts, study):
    study.samples["dose"] = [0, 0, 10, 10, 2.5, 2.5, 2.5, 10]
    study.samples.to_csv(study.table, index=False)
    ran = contrasts("high,dose,0,10.0,,,,,\n")
    assert ran.code == 0
    assert "takes each value of 'dose' as a group of its own, 3 in all" in ran.err
    study.samples["dose"] = study.samples["dose"].astype(str)
    pd.testing.assert_frame_equal(
        table(study, "high"), expected(study, "~ 0 + dose", "dose10.0 - dose0.0"), check_exact=True
    )


def test_a_formula_for_rows_without_one(contrasts, study):
    assert contrasts("a,group,A,B,batch,,,,\n", formula="~ group + batch").code == 0
    pd.testing.assert_frame_equal(table(study, "a"), expected(study, "~ group + batch", "groupB"), check_exact=True)


def test_hard_names_of_columns_and_contrasts(contrasts, study):
    study.samples = study.samples.rename(columns={"group": "my group"})
    study.samples.to_csv(study.table, index=False)
    assert contrasts("../a/b: 'c',my group,A,B,,,,,\n").code == 0
    assert (study.folder / "out" / "a_b_c.tsv").exists()


def test_dry_run_shows_every_contrast(contrasts):
    ran = contrasts("one,group,A,B,,,,,\ntwo,group,A,B,batch,,,,\n", "--dry-run", out=None)
    assert ran.code == 0
    assert "Model 2 of 2" in ran.out
    assert "B against A (two = groupB - groupA)" in ran.out
    facts = json.loads(contrasts("one,group,A,B,,,,,\ntwo,group,A,B,batch,,,,\n", "--dry-run", "--json", out=None).out)
    assert [m["comparisons"][0]["name"] for m in facts["models"]] == ["one", "two"]
    assert facts["dry_run"]


def test_checkpoints_of_models_stay_apart(contrasts, study):
    assert contrasts("a,group,A,B,,,,,\nb,group,A,B,batch,,,,\n", "--checkpoint", "kept").code == 0
    assert sorted(path.name for path in (study.folder / "kept").iterdir()) == ["model_1", "model_2"]


@pytest.mark.parametrize(
    ("rows", "arguments", "code", "what"),
    [
        ("a,grup,A,B,,,,,\n", [], 3, "variable names 'grup', which is not a column of the sample table. Did you mean"),
        ("a,group,A,b2,,,,,\n", [], 3, "target 'b2' is not a value of 'group'. Did you mean 'B'"),
        ("a,group,A,B,btch,,,,\n", [], 3, "blocking names 'btch'"),
        ("a,group,A,B,,btch,x,,\n", [], 3, "exclude_samples_col names 'btch'"),
        ("a,group,A,B,,batch,z,,\n", [], 3, "exclude_samples_values 'z' matches no sample"),
        ("a,group,A,B,,batch,x;y,,\n", [], 3, "leaves no sample"),
        ("a,group,A,B,,group,A,,\n", [], 3, "reference 'A' is not a value of 'group' once its samples are left out"),
        ("a,group,A,B,batch,,,~ group,\n", [], 3, "blocking names 'batch', which ~ group does not have"),
        ("a,group,A,B,,,,~ batch,\n", [], 3, "'group', which is not a factor of ~ batch"),
        ("a,,,,,,,~ group,groupZ\n", [], 3, "contrast 'a', make_contrasts_str: "),
        ("a,,,,,,,,groupB\n", [], 2, "neither a formula nor a variable"),
        ("a,group,A,B,,,,,\n", ["--coef", "groupB"], 2, "--contrasts names all comparisons; leave out --coef"),
        ("a,group,A,B,,,,,\n", ["--ref", "batch=y"], 3, "--ref names 'batch', which is not a factor of any model"),
        ("a,group,A,B,,,,,\na,group,A,B,batch,,,,\n", [], 3, "id more than once: 'a'"),
    ],
)
def test_what_is_refused(contrasts, rows, arguments, code, what):
    ran = contrasts(rows, *arguments)
    assert ran.code == code
    assert what in ran.err


def test_a_formula_is_needed_otherwise(fit):
    ran = fit(formula=None)
    assert ran.code == 2
    assert "--formula F is needed" in ran.err


def test_pairs_and_rests(fit, study):
    study.samples["three"] = list("KLMKLMKL")
    study.samples.to_csv(study.table, index=False)
    ran = fit("--all-pairwise", "three", "--one-vs-rest", "three", "--coef", "threeL", formula="~ three")
    assert (ran.code, ran.err) == (0, "")
    linear = el.lm_fit(study.matrix, "~ three", samples=study.targets)
    for name in ("L - K", "M - K", "M - L"):
        whole = linear.all_pairwise("three").ebayes().top_table(name, number=None)
        pd.testing.assert_series_equal(table(study, name.replace(" ", ""))["logFC"], whole["logFC"], check_exact=True)
    rest = linear.one_vs_rest("three").ebayes().top_table("K - rest", number=None)
    pd.testing.assert_series_equal(table(study, "K-rest")["t"], rest["t"], rtol=1e-13)
    assert (study.folder / "out" / "threeL.tsv").exists()


def test_pairs_of_what_is_no_factor(fit):
    ran = fit("--all-pairwise", "grup", formula="~ group")
    assert ran.code == 3
    assert "'grup' is not a factor of the design" in ran.err


def test_counts_of_one_model_at_a_time_are_in_memory(contrasts, study, monkeypatch):
    counts = np.random.default_rng(4).negative_binomial(5, 0.05, size=(60, 8))
    pd.DataFrame(counts, columns=study.samples["sample"], index=[f"g{k}" for k in range(60)]).to_csv(study.data)
    held = []

    def watched(job):
        gc.collect()
        assert all(earlier() is None for earlier in held)
        held.append(weakref.ref(job.inputs.counts))
        return analysis.analyse(job)

    monkeypatch.setattr(analysis, "map", lambda _, jobs: map(watched, jobs), raising=False)
    ran = contrasts("a,group,A,B,,,,,\nb,group,A,B,batch,,,,\nc,batch,x,y,,,,,\n", "--method", "voom")
    assert (ran.code, len(held)) == (0, 3)
