"""``--plots``: which pictures there are, in which files."""

from __future__ import annotations

import json
import warnings
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.cli.pictures import _figure, _save, letters_noted
from ebayes_lm.errors import DataError

_OF_COMPARISON = {"ma_groupB.svg", "pvalues_groupB.svg", "volcano_groupB.svg"}
_OF_RUN = {"densities.svg", "design.svg", "mds.svg", "sa.svg"}


class Blank:
    """A figure that is quickly drawn."""

    def savefig(self, stream, **_):
        stream.write(b"blank")


@pytest.fixture
def quickly(monkeypatch):
    """Draw nothing."""
    monkeypatch.setattr("ebayes_lm.cli.pictures._figure", lambda draw: Blank())


def test_pictures_in_a_folder_of_their_own(fit, study):
    ran = fit("--coef", "groupB", "--plots", "pictures", "--plot-format", "svg")
    assert (ran.code, ran.err) == (0, "")
    assert {path.name for path in (study.folder / "pictures").iterdir()} == _OF_COMPARISON | _OF_RUN | {"run.json"}
    assert "Pictures: 7 files in pictures" in ran.out
    record = json.loads((study.folder / "out" / "run.json").read_text())
    assert record["plots"]["folder"] == "pictures"
    assert set(record["plots"]["files"]) == _OF_COMPARISON | _OF_RUN
    assert "  pictures/sa.svg\n" in (study.folder / "out" / "run.log").read_text()
    before = (study.folder / "pictures" / "sa.svg").read_bytes()
    assert before.startswith(b"<?xml")
    assert b"<dc:date>" not in before


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_the_same_results_make_the_same_files(form):
    made = []
    for _ in range(2):
        figure = _figure(lambda ax: ax.plot([1, 2], [2, 1]))
        _save(figure, form, stream := BytesIO())
        made.append(stream.getvalue())
    assert made[0] == made[1]


def test_names_of_comparisons_are_safe_names_of_files(fit, study, quickly):
    assert fit("--coef", "batchy", "--contrast", "x/y = groupB - batchy", "--plots", "pictures").code == 0
    assert (study.folder / "pictures" / "volcano_x_y.png").exists()
    assert fit("--contrast", "../x = groupB", "--plots", "others").code == 0
    assert (study.folder / "others" / "volcano_x.png").exists()
    assert fit("--coef", "batchy", "--plots", "pictures").code == 0


def test_pictures_among_the_results(fit, study, quickly):
    assert fit("--test-term", "group", "--plots", "out", "--plot-format", "pdf").code == 0
    record = json.loads((study.folder / "out" / "run.json").read_text())
    assert {path.name for path in (study.folder / "out").iterdir()} == set(record["files"])
    assert "sa.pdf" in record["files"]
    assert "volcano_groupB.pdf" not in record["files"]


def test_a_picture_of_the_user_is_not_overwritten(fit, study):
    for folder in ("pictures", "out"):
        (study.folder / folder).mkdir()
        (study.folder / folder / "mds.png").write_text("mine")
        ran = fit("--coef", "groupB", "--plots", folder)
        assert ran.code == 3
        assert f"{folder} holds 'mds.png', which no earlier run wrote there" in ran.err
        assert [path.name for path in (study.folder / folder).iterdir()] == ["mds.png"]


def test_what_cannot_be_drawn_is_said(fit, study, monkeypatch):
    def refuse(draw):
        if draw.func.__name__ == "mds":
            raise DataError("too few")
        return Blank()

    monkeypatch.setattr("ebayes_lm.cli.pictures._figure", refuse)
    ran = fit("--coef", "groupB", "--plots", "pictures")
    assert ran.code == 0
    assert "mds.png is not drawn: too few" in ran.err
    assert not (study.folder / "pictures" / "mds.png").exists()


def test_values_of_large_data_are_not_read_again(fit, study, monkeypatch, quickly):
    monkeypatch.setattr("ebayes_lm.cli.pictures.is_quickly_read", lambda _: False)
    ran = fit("--coef", "groupB", "--plots", "pictures")
    assert "a picture of the kind mds would read all values once more" in ran.err
    assert (study.folder / "pictures" / "sa.png").exists()


def test_results_are_ours_when_a_picture_fails(fit, study, monkeypatch, quickly):
    def fail(draw):
        if draw.func.__name__ == "sa":
            raise RuntimeError("a fault")
        return Blank()

    with monkeypatch.context() as patched:
        patched.setattr("ebayes_lm.cli.pictures._figure", fail)
        assert fit("--coef", "groupB", "--plots", "pictures").code == 1
    ran = fit("--coef", "groupB", "--plots", "pictures")
    assert ran.code == 0


@pytest.mark.parametrize("method", ["voom", "voom-lm-fit"])
def test_the_trend_of_voom(command, tmp_path, method, monkeypatch):
    monkeypatch.setattr("ebayes_lm.cli.pictures._OF_COMPARISONS", ())
    monkeypatch.setattr("ebayes_lm.cli.pictures._OF_MODELS", ("voom_trend",))
    counts = np.random.default_rng(2).negative_binomial(5, 0.05, size=(60, 6))
    names = [f"s{k}" for k in range(6)]
    pd.DataFrame(counts, index=[f"g{k}" for k in range(60)], columns=names).to_csv(tmp_path / "c.csv")
    pd.DataFrame({"sample": names, "group": list("AAABBB")}).to_csv(tmp_path / "s.csv", index=False)
    arguments = ["--samples", "s.csv", "--formula", "~ group", "--method", method, "--out", "o", "--plots", "o"]
    assert command("fit", "c.csv", *arguments).code == 0
    assert (tmp_path / "o" / "voom_trend.png").read_bytes().startswith(b"\x89PNG")


def test_letters_that_no_font_has_are_one_note(fit, study):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        ran = fit("--contrast", "处理 = groupB", "--plots", "pictures")
    assert ran.code == 0
    assert ran.err.count("\n") == 1
    assert "note: the fonts that pictures are written in lack letters of some names" in ran.err


def test_other_warnings_of_drawing_are_passed_on():
    with pytest.warns(RuntimeWarning, match="other"), letters_noted():
        warnings.warn("other", RuntimeWarning, stacklevel=1)
