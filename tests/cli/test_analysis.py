"""``fit`` on files: the same numbers as the package, and every bad input as one message."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.data.readers.matrix_text import EXACT


def read_table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t", index_col=0, keep_default_na=False, na_values={}, **EXACT)


def expected_fit(study, formula="~ group + batch"):
    targets = study.samples.set_index("sample")
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
    kept = study.samples.set_index("sample").drop(["004", "008"])
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


def _twice(study) -> None:
    pd.concat([study.samples, study.samples.head(1)]).to_csv(study.table, index=False)


def _one_more(study) -> None:
    pd.concat([study.samples, study.samples.tail(1).assign(sample="9")]).to_csv(study.table, index=False)


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
    adata = anndata.AnnData(study.matrix.T.to_numpy(), obs=study.samples.set_index("sample"))
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


def _cell(study, row: int, column: int, text: str) -> None:
    table = study.matrix.astype(object)
    table.iloc[row, column] = text
    table.to_csv(study.data)


def _samples(study, **columns) -> None:
    study.samples.assign(**columns).to_csv(study.table, index=False)


BAD_DATA = {
    "missing file": (lambda s: s.data.unlink(), "there is no file"),
    "folder": (lambda s: (s.data.unlink(), s.data.mkdir()), "is a folder"),
    "empty": (lambda s: _text(s, ""), "is empty"),
    "blank": (lambda s: _text(s, "\n\n"), "is empty"),
    "header only": (lambda s: _text(s, "id,001,002\n"), "has a header and no rows"),
    "one column": (lambda s: _text(s, "id\ng1\n"), "has no column of numbers"),
    "duplicated samples": (lambda s: _text(s, "id,001,001\ng,1,2\n"), "more than once: '001'"),
    "text cell": (lambda s: _cell(s, 4, 2, "high"), "line 6: column '003' of row 'g4' holds 'high'"),
    "number with a blank inside": (lambda s: _cell(s, 4, 2, "1 000"), "holds '1 000'"),
    "truth value": (lambda s: _cell(s, 4, 2, "TRUE"), "holds 'TRUE'"),
    "short row": (
        lambda s: _text(s, s.matrix.to_csv().replace("\ng5,", "\nbad,1\ng5,")),
        "line 7: 2 cells where the header has 9 (row 'bad')",
    ),
    "long row": (
        lambda s: _text(s, s.matrix.to_csv() + "bad" + ",1" * 9 + "\n"),
        "line 42: 10 cells where the header has 9",
    ),
    "separator at the end of rows": (
        lambda s: _text(s, "id,001,002\ng,1,2,\nh,2,3,\n"),
        "4 cells where the header has 3",
    ),
    "separator at the end of the header": (lambda s: _text(s, "id,001,002,\ng,1,2,\n"), "no name for column 4"),
    "open quote": (lambda s: _text(s, 'id,001,002\n"g,1,2\nh,1,2\n'), "quoted cell is never closed"),
    "damaged gzip": (
        lambda s: _text(s, gzip.compress(s.matrix.to_csv().encode())[:500]),
        "gzip-compressed and damaged",
    ),
    "zip": (lambda s: _text(s, b"PK\x03\x04rest"), "Excel workbook"),
    "UTF-16": (lambda s: _text(s, s.matrix.to_csv().encode("utf-16")), "UTF-16"),
    "Latin-1": (
        lambda s: _text(s, s.matrix.rename(index={"g1": "é"}).to_csv().encode("latin-1")),
        "not UTF-8 text (byte 0xe9)",
    ),
    "sample not in the table": (lambda s: s.matrix.assign(extra=1.0).to_csv(s.data), "only in the data: 'extra'"),
    "infinite": (lambda s: _cell(s, 4, 2, "Inf"), "infinite"),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_data(fit, study, case):
    spoil, message = BAD_DATA[case]
    spoil(study)
    _refused(fit("--coef", "groupB"), message, study)


BAD_SAMPLES = {
    "missing file": (lambda s: s.table.unlink(), [], "there is no file"),
    "sample not in the data": (_one_more, [], "only in samples.csv, column 'sample': '9'"),
    "sample twice": (_twice, [], "more than once: '001'"),
    "no sample matches": (lambda s: _samples(s, sample=list("abcdefgh")), [], "--sample-column"),
    "column twice": (lambda s: s.table.write_text("sample,a,a\n001,1,2\n"), [], "more than once: 'a'"),
    "ragged": (lambda s: s.table.write_text("sample,a\n001,1,2\n002,1\n"), [], "cells where the header has"),
    "missing covariate": (
        lambda s: _samples(s, group=["NA", "", *"BBAABB"]),
        [],
        "'group' for 2 of 8 samples ('001', '002')",
    ),
    "unknown sample column": (lambda s: None, ["--sample-column", "sampel"], "Did you mean 'sample'?"),
    "unknown exclusion": (lambda s: None, ["--exclude", "batch=z"], "--exclude batch=z matches no sample"),
    "unknown column to exclude by": (lambda s: None, ["--exclude", "bach=x"], "Did you mean 'batch'?"),
    "everything excluded": (lambda s: None, ["--exclude", "batch=x", "--exclude", "batch=y"], "leaves no sample"),
    "one level left": (lambda s: None, ["--exclude", "batch=x"], "batch"),
    "unknown reference": (lambda s: None, ["--ref", "group=C"], "not one of its levels"),
    "unknown coefficient": (lambda s: None, ["--coef", "groupb"], "Did you mean 'groupB'?"),
    "unknown term": (lambda s: None, ["--test-term", "grup"], "Did you mean 'group'?"),
    "unknown name in a contrast": (lambda s: None, ["--contrast", "groupC - groupB"], "groupC"),
    "not a contrast": (lambda s: None, ["--contrast", "groupB - "], "groupB"),
    "contrast twice": (lambda s: None, ["--contrast", "a = groupB", "--contrast", "a = batchy"], "'a'"),
    "contrast called as a coefficient": (lambda s: None, ["--contrast", "groupB = batchy"], "both called 'groupB'"),
    "unknown feature column": (lambda s: None, ["--feature-columns", "symbol"], "not a column of data.csv"),
    "out is a file": (lambda s: None, ["--out", "data.csv"], "is a file"),
}


@pytest.mark.parametrize("case", BAD_SAMPLES)
def test_bad_sample_tables_and_arguments(fit, study, case):
    spoil, arguments, message = BAD_SAMPLES[case]
    spoil(study)
    _refused(fit("--coef", "groupB", *arguments), message, study)


def test_what_cannot_be_estimated_is_refused(fit, study):
    _samples(study, again=study.samples["group"])
    _refused(fit("--coef", "againB", formula="~ group + again"), "'againB', because againB = groupB", study)


def test_gzip_by_name_only(command, study):
    study.matrix.to_csv(study.folder / "x.csv.gz", compression=None)
    ran = command("fit", "x.csv.gz", "--samples", study.table, "--formula", "~ group", "--out", "out")
    _refused(ran, "ends in .gz and is not gzip-compressed", study)


@pytest.mark.parametrize(
    ("name", "package", "extra"), [("x.parquet", "pyarrow", "scale"), ("x.h5ad", "anndata", "anndata")]
)
def test_a_missing_extra_is_named(command, study, monkeypatch, name, package, extra):
    (study.folder / name).write_bytes(b"PAR1")
    monkeypatch.setattr("ebayes_lm.data.readers.stored.find_spec", lambda _: None)
    ran = command("fit", name, "--samples", study.table, "--formula", "~ group", "--out", "out")
    _refused(ran, f'needs {package}: pip install "ebayes-lm[{extra}]"', study)


def test_a_broken_parquet_is_refused(command, study):
    pytest.importorskip("pyarrow")
    (study.folder / "x.parquet").write_bytes(b"PAR1 and no more")
    ran = command("fit", "x.parquet", "--samples", study.table, "--formula", "~ group", "--out", "out")
    _refused(ran, "cannot be read as parquet", study)


def test_missing_text_in_numbers_is_missing(fit, study):
    """A row of missing values only is kept and has no test; each way of writing it counts."""
    for text in ("", "NA", "NaN", "nan"):
        table = study.matrix.astype(object)
        table.iloc[7] = text
        table.to_csv(study.data)
        facts = json.loads(fit("--coef", "groupB", "--json").out)
        assert facts["comparisons"][0]["untested"] == 1


def _refused(ran, message: str, study) -> None:
    assert ran.code == 3, ran.err
    (line,) = [line for line in ran.err.splitlines() if not line.startswith("note: ")]
    assert line.startswith("ebayes-lm: ")
    assert message in line
    assert ran.out == ""
    assert not (study.folder / "out").exists()
