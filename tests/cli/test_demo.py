"""The demo: what it says and what it writes."""

from __future__ import annotations

import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.cli import main
from ebayes_lm.data.readers.number_blocks import EXACT


class Shown(NamedTuple):
    out: str
    folder: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What one run says, and where it writes."""
    at, out, err = tmp_path_factory.mktemp("demo"), StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        patched.chdir(at)
        code = main(["demo"])
    assert (code, err.getvalue()) == (0, "")
    return Shown(out.getvalue(), at / "ebayes_lm_demo")


def test_it_says_which_samples_inform_the_comparison(demo):
    text = " ".join(demo.out.split())
    assert (
        "18 of 57 samples in batch 2, the only batch that holds both Cancer and Normal: 14 Cancer and 4 Normal" in text
    )
    assert "No batch holds both Biopsy and Normal, so the comparison is indirect, by way of Cancer" in text
    assert "22,283 features on 57 samples" in text
    assert "d0 = 3.27" in text
    assert "s0 = 0.3017" in text


def test_lines_fit_a_terminal_and_nothing_is_left_out(demo):
    lines = demo.out.splitlines()
    assert max(len(line) for line in lines) <= 100
    assert "..." not in demo.out
    assert "200873_s_at" in demo.out


def test_tables_read_back_are_those_of_the_package(demo):
    read = pd.read_csv(demo.folder / "cancerCancer.tsv", sep="\t", index_col=0, **EXACT)
    expected = el.lm_fit(el.datasets.bladder(), "~ cancer + batch").ebayes().top_table("cancerCancer", number=None)
    assert read.index.name == "feature"
    pd.testing.assert_frame_equal(read, expected.rename_axis("feature"), check_exact=True, check_dtype=False)


def test_files_are_those_that_it_names(demo):
    folder = demo.folder
    files = {path.name for path in folder.iterdir()}
    record = json.loads((folder / "run.json").read_text())
    assert files == set(record["files"])
    assert all(f"  {name} " in demo.out for name in files)
    assert (folder / "summary.txt").read_text() == demo.out
    design = pd.read_csv(folder / "design.tsv", sep="\t", index_col=0)
    assert design.shape == (57, 7)
    decisions = pd.read_csv(folder / "decisions.tsv", sep="\t", index_col=0)
    assert decisions.sum(axis=1).tolist() == [22283, 22283]
    weights = pd.read_csv(folder / "informing_samples.tsv", sep="\t", index_col=0)
    assert (weights["cancerCancer"] != 0).sum() == 18


def test_methods_cite_what_was_used(demo):
    methods = (demo.folder / "methods.md").read_text()
    flat = " ".join(methods.split())
    for cited in (
        "`~ cancer + batch`",
        "Smyth GK (2004)",
        "Benjamini Y, Hochberg Y (1995)",
        "Dyrskjøt",
        "`cancerCancer`",
    ):
        assert cited in flat
    assert f"ebayes_lm {el.__version__}" in flat


def test_json_is_one_object(command):
    ran = command("demo", "--json", "--out", "elsewhere")
    facts = json.loads(ran.out)
    cancer = facts["comparisons"][0]
    assert (cancer["name"], cancer["title"]) == ("cancerCancer", "Cancer against Normal")
    assert cancer["informing"]["samples"] == 18
    assert {"levels": {"cancer": "Cancer", "batch": "2"}, "samples": 14} in cancer["informing"]["groups"]
    assert cancer["up"] + cancer["down"] + cancer["not_significant"] == 22283
    assert facts["out"] == "elsewhere"


def test_a_second_run_replaces_its_own_files_only(command, demo, tmp_path):
    shutil.copytree(demo.folder, tmp_path / "ebayes_lm_demo")
    notes = tmp_path / "ebayes_lm_demo" / "notes.txt"
    notes.write_text("mine")
    assert command("demo").code == 0
    assert notes.read_text() == "mine"


def test_a_file_of_the_user_is_not_overwritten(command, tmp_path):
    (tmp_path / "mine").mkdir()
    design = tmp_path / "mine" / "design.tsv"
    design.write_text("mine")
    ran = command("demo", "--out", "mine")
    assert ran.code == 3
    assert "'design.tsv', which no earlier run wrote" in ran.err
    assert design.read_text() == "mine"
    assert [p.name for p in design.parent.iterdir()] == ["design.tsv"]
