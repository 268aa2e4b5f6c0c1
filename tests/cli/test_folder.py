"""Names of files, and what may be overwritten."""

from __future__ import annotations

import json
import os

import pytest

from ebayes_lm.cli.folder import RECORD, Folder, file_names
from ebayes_lm.errors import DataError


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("groupB", "groupB.tsv"),
        ("groupB - groupA", "groupB-groupA.tsv"),
        ("(B + C)/2 - A", "(B+C)_2-A.tsv"),
        ("../../etc/passwd", "etc_passwd.tsv"),
        ("a\\b:c*d?e", "a_b_c_d_e.tsv"),
        ("line\nbreak\x00", "line_break.tsv"),
        ("-rf", "rf.tsv"),
        ("con", "_con.tsv"),
        ("LPT1.x", "_LPT1.x.tsv"),
        ("...", "table.tsv"),
        ("größe", "größe.tsv"),
    ],
)
def test_names_are_safe(name, expected):
    assert file_names([name]) == [expected]


@pytest.mark.parametrize("option", ["--out", "--plots", "--report"])
def test_what_lies_in_a_file_is_refused_before_the_fit(fit, study, monkeypatch, option):
    monkeypatch.setattr("ebayes_lm.cli.analysis.fitted", lambda *_: pytest.fail("the fit has begun"))
    (study.folder / "file").write_text("mine")
    where = "file/r.html" if option == "--report" else "file/sub"
    ran = fit("--coef", "groupB", option, where)
    assert (ran.code, ran.err) == (
        3,
        f"ebayes-lm: file is a file, and holds nothing; name another place with {option}\n",
    )


def test_a_folder_that_cannot_be_written_is_refused_before_the_fit(fit, study, monkeypatch):
    monkeypatch.setattr("ebayes_lm.cli.folder.os.access", lambda path, mode: False)
    ran = fit("--coef", "groupB", out="new/out")
    assert (ran.code, ran.err) == (3, "ebayes-lm: . cannot be written to; name another place with --out\n")


def test_long_names_are_cut_between_characters():
    (name,) = file_names(["ä" * 300])
    assert name == "ä" * 40 + ".tsv"


def test_names_differ_whatever_the_letter_case():
    assert file_names(["a/b", "A b", "a_b", "design"], taken=["design.tsv"]) == [
        "a_b.tsv",
        "A_b_2.tsv",
        "a_b_3.tsv",
        "design_2.tsv",
    ]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    folder = Folder(str(tmp_path), ["a.tsv"])
    folder.write("a.tsv", "old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        folder.write("a.tsv", "new")
    assert (tmp_path / "a.tsv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.tsv"]


def test_files_follow_the_usual_permissions(tmp_path):
    Folder(str(tmp_path), ["a.tsv"]).write("a.tsv", "x")
    (tmp_path / "b").write_text("x")
    assert (tmp_path / "a.tsv").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.parametrize(
    "record", ["", "[]", '{"files": ["a.tsv"]}', '{"program": "ebayes-lm", "files": 3}', "{" * 5000]
)
def test_a_record_that_is_not_ours_protects_nothing_away(tmp_path, record):
    (tmp_path / RECORD).write_text(record)
    (tmp_path / "a.tsv").write_text("mine")
    with pytest.raises(DataError, match=r"a\.tsv.*no earlier run wrote"):
        Folder(str(tmp_path), ["a.tsv"])


def test_what_an_earlier_run_left_is_told(tmp_path):
    first = Folder(str(tmp_path), ["a.tsv"])
    first.write("a.tsv", "x")
    first.write_record({"program": "ebayes-lm"})
    assert json.loads((tmp_path / RECORD).read_text())["files"] == ["a.tsv", RECORD]
    second = Folder(str(tmp_path), ["b.tsv"])
    second.write("b.tsv", "x")
    assert second.left_over == ["a.tsv", RECORD]


def test_what_any_earlier_run_left_may_be_replaced(tmp_path):
    for name in ("a.tsv", "b.tsv", "a.tsv", "c.tsv", "b.tsv"):
        folder = Folder(str(tmp_path), [name])
        folder.write(name, "x")
        folder.write_record({"program": "ebayes-lm"})
    assert json.loads((tmp_path / RECORD).read_text())["files"] == ["b.tsv", RECORD]
