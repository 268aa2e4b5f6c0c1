"""Fits in other processes: the tables of threads, and what goes together."""

from __future__ import annotations

import json

import pytest

FIT = ("--samples", "samples.csv", "--formula", "~ group + batch", "--coef", "groupB")


def test_workers_of_this_machine_write_the_same_tables(study, command):
    pytest.importorskip("distributed")
    for out, options in (("threads", ()), ("workers", ("--workers", "1"))):
        ran = command("fit", "data.csv", *FIT, "--out", out, *options)
        assert (ran.code, ran.err) == (0, "")
    for name in ("groupB.tsv", "methods.md"):
        assert (study.folder / "threads" / name).read_bytes() == (study.folder / "workers" / name).read_bytes()
    facts = json.loads((study.folder / "workers" / "run.json").read_text())
    assert facts["cluster"] == {"scheduler": None, "workers": 1}


def test_a_plan_says_where_the_fit_would_run(study, command):
    said = " ".join(command("fit", "data.csv", *FIT, "--dry-run", "--workers", "3").out.split())
    assert "takes 3 workers of this machine" in said
    said = " ".join(command("fit", "data.csv", *FIT, "--dry-run", "--scheduler", "tcp://10.0.0.1:8786").out.split())
    assert "goes to the cluster of tcp://10.0.0.1:8786" in said


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--workers", "2", "--scheduler", "tcp://10.0.0.1:8786"), 2, "not allowed with"),
        (("--workers", "0"), 2, "--workers"),
        (("--workers", "2", "--method", "voom-lm-fit"), 2, "leave out --workers"),
        (("--scheduler", "tcp://10.0.0.1:8786", "--method", "voom-lm-fit"), 2, "leave out --scheduler"),
        (("--scheduler", "nowhere"), 3, "no Dask scheduler answers at 'nowhere'"),
    ],
)
def test_what_does_not_go_together_is_told(study, command, options, code, said):
    pytest.importorskip("distributed")
    ran = command("fit", "data.csv", *FIT, "--out", "out", *options)
    assert ran.code == code
    assert said in ran.err
