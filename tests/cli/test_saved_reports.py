"""The command ``report``: the page of a fit that was saved."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.cli import main


@pytest.fixture
def folder(tmp_path):
    samples = pd.DataFrame({"group": list("AAABBB")}, index=pd.Index(list("abcdef"), name="sample"))
    y = pd.DataFrame(np.random.default_rng(1).normal(size=(40, 6)), columns=samples.index).add_prefix("g", axis=0)
    fit = el.lm_fit(y, "~ group", samples=samples)
    fit.save(tmp_path / "plain")
    fit.ebayes().save(tmp_path / "tested")
    y.to_csv(tmp_path / "y.csv")
    samples.to_csv(tmp_path / "s.csv")
    return tmp_path


def test_a_saved_fit_has_its_page_with_data_and_without(folder, capsys):
    fit, out = str(folder / "tested"), folder / "r.html"
    assert main(["report", fit, "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "Left out without --data" in told
    assert "Left out without --samples" in told
    files = ["--data", str(folder / "y.csv"), "--samples", str(folder / "s.csv")]
    assert main(["report", fit, *files, "--out", str(folder / "whole.html"), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["features"], facts["left_out"]) == (40, [])
    page = (folder / "whole.html").read_text()
    assert "B against A" in page
    assert "ebayes-lm report" in page
    assert len(page) > len(out.read_text())


@pytest.mark.parametrize(
    ("fit", "options", "code", "words"),
    [
        ("nothere", ["--out", "r.html"], 3, "nothere"),
        ("plain", ["--out", "r.html"], 3, "plain holds a LinearFit, which has no tests"),
        ("s.csv", ["--out", "r.html"], 3, "s.csv"),
        ("tested", ["--out", "r.txt"], 2, "ends in .html"),
        ("tested", ["--out", "there.html"], 3, "there already"),
        ("tested", ["--out", "no/r.html"], 3, "there is no folder no"),
        ("tested", ["--out", "r.html", "--data", "no.csv"], 3, "there is no file no.csv"),
        ("tested", ["--out", "r.html", "--samples", "other.csv"], 3, "is a sample of the fit ('a', 'b', 'c')"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(folder, monkeypatch, capsys, fit, options, code, words):
    monkeypatch.chdir(folder)
    (folder / "there.html").write_text("mine")
    (folder / "other.csv").write_text("sample,group\nx,A\n")
    assert main(["report", fit, *options]) == code
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
    assert not (folder / "r.html").exists()
    assert (folder / "there.html").read_text() == "mine"
