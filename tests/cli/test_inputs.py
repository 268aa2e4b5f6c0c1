"""Every bad file and argument as one message and exit code 3, with nothing written."""

from __future__ import annotations

import gzip

import pandas as pd
import pytest

from ebayes_lm.cli import main


def _twice(study) -> None:
    pd.concat([study.samples, study.samples.head(1)]).to_csv(study.table, index=False)


def _one_more(study) -> None:
    pd.concat([study.samples, study.samples.tail(1).assign(sample="9")]).to_csv(study.table, index=False)


def _text(study, text: str | bytes) -> None:
    study.data.write_bytes(text.encode() if isinstance(text, str) else text)


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


@pytest.mark.parametrize(("name", "package", "extra"), [("x.parquet", "pyarrow", "scale"), ("x.h5ad", "h5py", "scale")])
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


def _refused(ran, message: str, study) -> None:
    assert ran.code == 3, ran.err
    (line,) = [line for line in ran.err.splitlines() if not line.startswith("note: ")]
    assert line.startswith("ebayes-lm: ")
    assert message in line
    assert ran.out == ""
    assert not (study.folder / "out").exists()


def test_a_line_above_the_header_is_skipped(fit, study):
    """As featureCounts writes it."""
    expected = fit("--coef", "groupB").out
    line = '# Program:featureCounts v2.0.6; Command:"featureCounts" "-a" "x, y.gtf" "-o" "counts.txt";\n'
    study.data.write_text(line + study.data.read_text())
    ran = fit("--coef", "groupB")
    assert (ran.code, ran.out) == (0, expected)
    study.data.write_text(study.data.read_text() + "g40,1\n")
    assert "line 43: 2 cells where the header has 9" in fit("--coef", "groupB").err


def test_a_header_may_begin_with_a_hash(fit, study):
    study.data.write_text("#gene" + study.data.read_text())
    assert fit("--coef", "groupB").code == 0


def test_columns_of_featurecounts_are_recognised(fit, study):
    study.matrix.insert(0, "Length", 1000)
    study.matrix.to_csv(study.data)
    assert "--feature-columns if they describe features" in fit("--coef", "groupB").err


@pytest.mark.parametrize("name", ["nothere.tsv", "."])
def test_data_that_are_not_there_are_told_before_a_missing_sample_table(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["fit", name, "--formula", "~ group", "--out", "results"]) == 3
    told = capsys.readouterr().err
    assert name in told
    assert "--samples" not in told


def test_names_that_a_spreadsheet_made_and_names_twice_are_noted(tmp_path, capsys):
    rows = [
        "gene,a,b,c,d",
        "MARCHF1,1,2,4,7",
        "1-Mar,1,3,4,9",
        "Sep-02,2,1,7,8",
        "2.31E+13,1,3,9,5",
        "x,1,2,4,3",
        "x,4,2,3,2",
    ]
    (tmp_path / "y.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "s.csv").write_text("sample,group\na,A\nb,A\nc,B\nd,B\n")
    given = [str(tmp_path / "y.csv"), "--samples", str(tmp_path / "s.csv"), "--formula", "~ group"]
    assert main(["fit", *given, "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().err
    assert "1 name of features stands in more than one row of y.csv: 'x'" in told
    assert "3 feature names of y.csv look like dates or numbers" in told
    assert "'1-Mar', 'Sep-02', '2.31E+13'" in told
