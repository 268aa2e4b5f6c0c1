from __future__ import annotations

import io
import sys

import numpy as np
import pytest

import ebayes_lm as el
from ebayes_lm.data.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def quick(monkeypatch):
    """No waiting before the first line, nor between lines."""
    monkeypatch.setattr(Progress, "delay", 0.0)
    monkeypatch.setattr(Progress, "interval", 0.0)


@pytest.fixture
def unwatched(monkeypatch):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)


def fit(**options):
    return el.lm_fit(np.random.default_rng(0).normal(size=(40, 4)), chunk_size=10, **options)


@pytest.mark.usefixtures("quick")
def test_one_line_on_stderr_where_wanted(capsys):
    fit(progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert shown.err.endswith("\n")
    last = shown.err.strip().split("\r")[-1]
    assert last.startswith("40 of 40 features, ")
    assert last.rstrip().endswith("/s, 0 s left")


@pytest.mark.usefixtures("quick", "unwatched")
@pytest.mark.parametrize("choice", [False, None])
def test_silent_where_nobody_watches(capsys, choice):
    fit(progress=choice)
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("quick", "unwatched")
def test_shown_on_a_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    fit()
    assert "40 of 40 features" in terminal.getvalue()


@pytest.mark.usefixtures("quick", "unwatched")
def test_never_means_never(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    fit(progress=False)
    assert terminal.getvalue() == ""


@pytest.mark.usefixtures("quick")
def test_shown_in_a_notebook(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ipykernel", object())
    fit()
    assert "features" in capsys.readouterr().err


def test_work_that_is_soon_done_says_nothing(capsys):
    fit(progress=True)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("quick", "unwatched")
def test_without_any_stderr(monkeypatch):
    """As under pythonw, where there is no stderr at all."""
    monkeypatch.setattr(sys, "stderr", None)
    assert fit().shape == (40, 1)
    assert fit(progress=True).shape == (40, 1)


@pytest.mark.usefixtures("quick")
def test_the_line_ends_after_an_error(capsys):
    def broken():
        with Progress(10, True) as progress:
            progress.advance(5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert capsys.readouterr().err.endswith("s left   \n")
