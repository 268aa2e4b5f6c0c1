"""What a run says of itself: the log, the versions, what is shown and how it is written."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import sys
from datetime import UTC, datetime

import pandas as pd
import pytest
import yaml

import ebayes_lm as el
from ebayes_lm.cli.invocation import Invocation, checksum, run_log, versions_yaml
from ebayes_lm.reporting.versions import versions


def test_versions_under_any_name_of_a_process():
    for process in ("FIT", "NFCORE:LIMMA 'x' \"y\": #1", "- a\nb", "täg"):
        assert yaml.safe_load(versions_yaml(process)) == {process: versions()}
    assert versions()["ebayes-lm"] == el.__version__
    assert versions()["pandas"] == pd.__version__


def test_numbers_of_versions_stay_text(monkeypatch):
    monkeypatch.setattr("importlib.metadata.version", lambda name: "1.10")
    assert yaml.safe_load(versions_yaml("p"))["p"]["numpy"] == "1.10"


def test_a_log_holds_the_command_and_every_note():
    typed = ["fit", "my data.csv", "--formula", "~ a"]
    notes = ["a note that goes on\nover two lines", "another"]
    text = run_log(Invocation.now(typed), notes, {"my data.csv": None, "s.csv": "abc"}, {"out": ["a.tsv"]})
    assert shlex.split(text.splitlines()[1]) == ["ebayes-lm", *typed]
    assert "\n  a note that goes on over two lines\n  another\n" in text
    assert "\n  my data.csv  (no checksum)\n  s.csv  sha256 abc\n" in text
    assert "\n  out/a.tsv\n" in text


def test_the_times_are_those_of_the_run():
    before = datetime.now(UTC)
    began = Invocation.now([]).started
    assert before <= began <= datetime.now(UTC)


def test_folders_and_what_is_not_there_have_no_checksum(tmp_path):
    assert checksum(tmp_path) is None
    assert checksum(tmp_path / "nothing") is None


def test_a_run_leaves_its_log(fit, study):
    ran = fit("--block", "sample", "--coef", "groupB", "--correlation", "0.2")
    assert ran.code == 0
    record = json.loads((study.folder / "out" / "run.json").read_text())
    digest = hashlib.sha256(study.data.read_bytes()).hexdigest()
    assert record["read"] == {str(study.data): digest, str(study.table): checksum(study.table)}
    log = (study.folder / "out" / "run.log").read_text()
    assert digest in log
    assert f"  {record['command']}\n" in log
    assert record["warnings"]
    assert all(" ".join(note.split()) in log for note in record["warnings"])
    assert {f"  out/{name}" for name in record["files"]} <= set(log.splitlines())
    versions_read = yaml.safe_load((study.folder / "out" / "versions.yml").read_text())
    assert versions_read == {"ebayes-lm fit": versions()}


def test_what_an_earlier_run_left_is_in_the_log(fit, study):
    fit("--coef", "groupB")
    ran = fit("--coef", "batchy")
    assert "out still holds 'groupB.tsv' of an earlier run" in ran.err
    assert "out still holds 'groupB.tsv' of an earlier run" in (study.folder / "out" / "run.log").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="names of files that are no text")
def test_names_that_are_no_text(command, study):
    odd = study.folder / os.fsdecode(b"d\xff.csv")
    odd.write_bytes(study.data.read_bytes())
    ran = command("fit", odd, "--samples", study.table, "--formula", "~ group", "--out", "out", "--report", "r.html")
    assert ran.code == 0
    assert r"d\udcff.csv" in (study.folder / "out" / "run.log").read_text(encoding="utf-8")
    assert r"d\udcff.csv" in (study.folder / "r.html").read_text(encoding="utf-8")


def test_rows_shown_and_digits_written(fit, study):
    ran = fit("--coef", "groupB", "--test-term", "batch", "--top", 3, "--digits", 4)
    assert ran.code == 0
    rows = [line for line in ran.out.splitlines() if line.startswith("  g") and line.split()[0][1:].isdigit()]
    assert len(rows) == 6
    table = study.written(dtype=str)
    for text in table.to_numpy().ravel():
        assert text == f"{float(text):.4g}"
    exact = el.lm_fit(study.matrix, "~ group + batch", samples=study.targets).ebayes()
    expected = exact.top_table("groupB", number=None)
    pd.testing.assert_frame_equal(table.astype(float).rename_axis(None), expected, rtol=5e-4, check_names=False)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--digits", "0"), "above zero"),
        (("--digits", "18"), "more than the 17 digits"),
        (("--top", "x"), "above zero"),
        (("--digits", "3", "--format", "parquet"), "--digits is about text"),
    ],
)
def test_what_is_refused(fit, arguments, what):
    ran = fit("--coef", "groupB", *arguments)
    assert ran.code == 2
    assert what in ran.err
