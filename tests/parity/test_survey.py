"""The survey of real data: it needs R for its answers, but not for telling what differs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import ebayes_lm as el
from tests.parity import survey
from tests.parity.exchange import R_SCRIPTS
from tests.parity.survey_answers import _QUESTIONS


def test_every_question_to_r_is_put_to_the_package_within_a_tolerance() -> None:
    script = (R_SCRIPTS / "survey.R").read_text()
    looped = re.findall(r"for \(method in c\((.*?)\)\)", script)
    asked = set(re.findall(r'\b(?:ask|put)\("(\w+)"', script)) | set(re.findall(r'"(\w+)"', " ".join(looped)))
    assert asked - survey._GIVEN == set(_QUESTIONS) == set(survey.TOLERANCES)


def test_there_are_sets_of_counts_and_of_arrays() -> None:
    assert len(survey.sets()) >= 10
    assert {"sexes", "bladder"} <= set(survey.sets())


@pytest.mark.parametrize(
    ("ours", "theirs", "positive", "difference"),
    [
        ([1.0, 2.0], [1.0, 2.0], True, 0.0),
        ([1.0, 2.2], [1.0, 2.0], True, 0.1),
        ([1e-3], [2e-3], True, 0.5),
        ([1e-3], [2e-3], False, 1e-3),
        ([3.0], [2.0], False, 0.5),
        ([np.nan, 1.0], [np.nan, 1.0], False, 0.0),
        ([np.nan], [1.0], False, np.inf),
        ([1.0], [np.nan], False, np.inf),
        ([np.inf], [np.inf], False, 0.0),
    ],
)
def test_differences_are_relative(ours: list[float], theirs: list[float], positive: bool, difference: float) -> None:
    found = survey.largest_difference(np.array(ours), np.array(theirs)[:, None], positive=positive)
    assert found == pytest.approx(difference, rel=1e-12)


def write(folder: Path, matrices: dict[str, np.ndarray], failed: str = "") -> None:
    """A folder as survey.R leaves it."""
    rows = ["version\tlimma 3.68.5", "kind\tarrays"]
    for name, values in matrices.items():
        values.astype("<f8").ravel(order="F").tofile(folder / f"{name}.f64")
        rows.append(f"{name}\t{values.shape[0]}\t{values.shape[1]}")
    (folder / "index.tsv").write_text("\n".join(rows) + "\n")
    (folder / "failed.tsv").write_text(failed)


@pytest.mark.parametrize(("off", "ok"), [(0.0, True), (1e-4, False)])
def test_a_wrong_number_is_noticed(tmp_path: Path, off: float, ok: bool, capsys: pytest.CaptureFixture[str]) -> None:
    x = np.random.default_rng(5).normal(size=(30, 6))
    design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    weights = el.array_weights(x, design, method="genebygene").to_numpy()[:, None] + off
    fit = el.lm_fit(x, design, weights=weights.ravel() - off).ebayes()
    answers = {"x": x, "design": design, "genebygene.sample_weights": weights, "genebygene.t": fit.t.to_numpy()}
    (tmp_path / "mixtures").mkdir()
    write(tmp_path / "mixtures", answers, "vooma\tNA/NaN/Inf in 'y'\n")
    assert survey.main(["mixtures", "--keep", str(tmp_path)]) == (0 if ok else 1)
    printed = capsys.readouterr().out
    assert "30 x 6, 2 groups" in printed
    assert "R refuses: NA/NaN/Inf" in printed
    assert ("BEYOND" in printed) != ok


def test_a_set_without_its_package_is_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mice").mkdir()
    write(tmp_path / "mice", {}, "absent\n")
    assert survey.main(["mice", "--keep", str(tmp_path)]) == 0
    assert "no package with it" in capsys.readouterr().out
