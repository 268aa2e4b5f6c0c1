"""``fit`` on files: the same numbers as the package, and every bad input as one message."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.data.readers.number_blocks import EXACT


def read_table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t", index_col=0, keep_default_na=False, na_values={}, **EXACT)


def expected_fit(study, formula="~ group + batch"):
    targets = study.targets
    return el.lm_fit(study.matrix, formula, samples=targets)


def same(read: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(read, expected.rename_axis("feature"), check_exact=True, check_index_type=False)


def test_a_coefficient(fit, study):
    ran = fit("--coef", "groupB")
    assert (ran.code, ran.err) == (0, "")
    same(read_table(study.folder / "out" / "groupB.tsv"), expected_fit(study).ebayes().top_table("groupB", number=None))


def test_contrasts_terms_and_trend(fit, study):
    ran = fit(
        "--contrast",
        "change = groupB - groupA",
        "--test-term",
        "batch",
        "--trend",
        "--threads",
        1,
        formula="~ 0 + group + batch",
    )
    assert (ran.code, ran.err) == (0, "")
    base = expected_fit(study, "~ 0 + group + batch")
    table = base.contrast(change="groupB - groupA").ebayes(trend=True).top_table(0, number=None)
    same(read_table(study.folder / "out" / "change.tsv"), table)
    same(read_table(study.folder / "out" / "F_batch.tsv"), base.ebayes(trend=True).test("batch"))
    assert "B against A (change = groupB - groupA)" in ran.out
    assert "Sartor" in (study.folder / "out" / "methods.md").read_text()


def test_the_only_term_is_tested_where_none_is_named(fit):
    ran = fit(formula="~ group")
    assert ran.code == 0
    assert "B against A (groupB)" in ran.out


def test_several_terms_ask_for_a_choice(fit):
    ran = fit()
    assert ran.code == 2
    assert "--contrast" in ran.err
    assert "'groupB'" in ran.err


def test_a_reference_turns_the_comparison_round(fit, study):
    assert fit("--ref", "group=B", formula="~ group").code == 0
    turned = read_table(study.folder / "out" / "groupA.tsv")["logFC"]
    plain = expected_fit(study, "~ group").coefficients["groupB"]
    np.testing.assert_allclose(turned, -plain[turned.index], rtol=1e-12)


def test_excluded_samples_leave_data_and_table(fit, study):
    ran = fit("--exclude", "sample=008", "--exclude", "sample=004", "--coef", "groupB", "--json")
    facts = json.loads(ran.out)
    assert facts["data"]["samples"] == 6
    assert sorted(facts["data"]["excluded"]) == ["004", "008"]
    kept = study.targets.drop(["004", "008"])
    expected = el.lm_fit(study.matrix[list(kept.index)], "~ group + batch", samples=kept).ebayes()
    same(read_table(study.folder / "out" / "groupB.tsv"), expected.top_table("groupB", number=None))


def test_a_dry_run_writes_nothing(fit, study):
    before = sorted(study.folder.iterdir())
    ran = fit("--dry-run", "--contrast", "x = groupB - batchy/2", out=None)
    assert (ran.code, ran.err) == (0, "")
    assert sorted(study.folder.iterdir()) == before
    for part in (
        "3 coefficients, rank 3",
        "Every coefficient can be estimated",
        "x = groupB - 0.5 batchy",
        "About",
        "001",
    ):
        assert part in ran.out


def test_a_dry_run_says_what_cannot_be_estimated(fit, study):
    study.samples.assign(again=study.samples["group"] + "2").to_csv(study.table, index=False)
    ran = fit("--dry-run", formula="~ group + again")
    assert ran.code == 0
    assert "Not estimable: againB2, because againB2 = groupB." in ran.out
    facts = json.loads(fit("--dry-run", "--json", formula="~ group + again").out)
    assert facts["design"]["not_estimable"] == ["againB2"]
    assert facts["plan"]["memory_bytes"] > 40 * 8 * 8
    assert facts["files"] == []


def test_feature_columns_stay_with_the_table(fit, study):
    annotated = study.matrix.copy()
    annotated.insert(0, "symbol", ["NA", "=1+1", *(f"S{i}" for i in range(38))])
    annotated.to_csv(study.data)
    assert fit("--feature-columns", "symbol", "--coef", "groupB").code == 0
    read = read_table(study.folder / "out" / "groupB.tsv")
    assert read.columns[0] == "symbol"
    assert read.loc["g0", "symbol"] == "NA"


@pytest.mark.parametrize(
    "name", ["NA", "nan", "null", "None", "", "a b", 'quo"te', "tab\there", "line\nbreak", "cr\rhere", "=1+1", "1e5"]
)
def test_names_of_features_survive(fit, study, name):
    renamed = study.matrix.set_axis([name, "same", "same", *study.matrix.index[3:]])
    renamed.to_csv(study.data, quoting=1)
    assert fit("--coef", "groupB").code == 0
    read = read_table(study.folder / "out" / "groupB.tsv")
    assert sorted(map(str, read.index)) == sorted(renamed.index)


def test_names_that_look_like_formulas_are_noted(fit, study):
    study.matrix.rename(index={"g0": "=cmd()", "g1": "-1"}).to_csv(study.data)
    ran = fit("--coef", "groupB")
    assert "note: 2 feature names begin with =, +, - or @ ('=cmd()', '-1')" in ran.err


def test_warnings_are_notes_shown_once(fit, study):
    study.samples.assign(batch=[1, 1, 2, 2, 3, 3, 3, 1]).to_csv(study.table, index=False)
    ran = fit("--coef", "groupB")
    assert ran.code == 0
    assert ran.err.count("note: ") == 1
    assert "write C(batch)" in ran.err
    assert ".py" not in ran.err


def _text(study, text: str | bytes) -> None:
    study.data.write_bytes(text.encode() if isinstance(text, str) else text)


WAYS = {
    "windows line ends": lambda s: _text(s, s.matrix.to_csv(lineterminator="\r\n")),
    "byte order mark": lambda s: _text(s, b"\xef\xbb\xbf" + s.matrix.to_csv().encode()),
    "quoted": lambda s: _text(s, s.matrix.to_csv(quoting=1)),
    "semicolons": lambda s: _text(s, s.matrix.to_csv(sep=";")),
    "semicolons and decimal commas": lambda s: _text(s, s.matrix.to_csv(sep=";", decimal=",")),
    "tabs": lambda s: _text(s, s.matrix.to_csv(sep="\t")),
    "gzip under another name": lambda s: _text(s, gzip.compress(s.matrix.to_csv().encode())),
    "header without the first name": lambda s: _text(s, s.matrix.to_csv().removeprefix(",")),
    "blank lines": lambda s: _text(s, s.matrix.to_csv().replace("\ng3,", "\n\ng3,") + "\n\n"),
    "samples in another order": lambda s: _text(s, s.matrix.iloc[:, ::-1].to_csv()),
}


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_write_the_same_matrix(fit, study, way):
    WAYS[way](study)
    ran = fit("--coef", "groupB")
    assert ran.code == 0, ran.err
    read = read_table(study.folder / "out" / "groupB.tsv")
    expected = expected_fit(study).ebayes().top_table("groupB", number=None)
    # Another order of the samples adds up the same numbers in another order.
    np.testing.assert_allclose(read, expected, rtol=1e-10)
    assert list(read.index) == list(expected.index)
    assert ("semicolons" in ran.err) == ("semicolons" in way)


def test_gzip_and_parquet(command, study):
    pytest.importorskip("pyarrow")
    study.matrix.to_csv(study.folder / "data.tsv.gz", sep="\t")
    study.matrix.to_parquet(study.folder / "data.parquet")
    study.matrix.rename_axis("id").reset_index().to_parquet(study.folder / "flat.parquet")
    expected = expected_fit(study).ebayes().top_table("groupB", number=None)
    for name in ("data.tsv.gz", "data.parquet", "flat.parquet"):
        ran = command(
            "fit",
            name,
            "--samples",
            study.table,
            "--formula",
            "~ group + batch",
            "--coef",
            "groupB",
            "--out",
            name + ".out",
        )
        assert ran.code == 0, ran.err
        same(read_table(study.folder / f"{name}.out" / "groupB.tsv"), expected)


def test_h5ad(command, study):
    anndata = pytest.importorskip("anndata")
    adata = anndata.AnnData(study.matrix.T.to_numpy(), obs=study.targets)
    adata.var_names = study.matrix.index
    adata.layers["half"] = adata.X / 2
    adata.write_h5ad(study.folder / "data.h5ad")
    plain = ["fit", "data.h5ad", "--formula", "~ group + batch", "--coef", "groupB"]
    assert command(*plain, "--out", "one").code == 0
    assert command(*plain, "--out", "two", "--samples", study.table, "--layer", "half").code == 0
    one, two = (read_table(study.folder / name / "groupB.tsv")["logFC"] for name in ("one", "two"))
    np.testing.assert_allclose(one, expected_fit(study).coefficients["groupB"][one.index], rtol=1e-10)
    np.testing.assert_allclose(two[one.index], one / 2, rtol=1e-10)
    assert command(*plain, "--out", "three", "--layer", "none").code == 3


def test_missing_text_in_numbers_is_missing(fit, study):
    """A row of missing values only is kept and has no test; each way of writing it counts."""
    for text in ("", "NA", "NaN", "nan"):
        table = study.matrix.astype(object)
        table.iloc[7] = text
        table.to_csv(study.data)
        facts = json.loads(fit("--coef", "groupB", "--json").out)
        assert facts["comparisons"][0]["untested"] == 1
