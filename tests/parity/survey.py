"""Whole real data sets against live R: ``python -m tests.parity.survey [SET ...] [--keep FOLDER]``.

R is the command in the environment variable RSCRIPT (default ``Rscript``). It needs limma and edgeR, and for each set
the package that holds it (see r/survey_sets.R); sets without their package are passed over. With ``--keep``, what R
answers stays in a folder, and is not asked for again. Exit code 0: everything agrees; 1: a number differs; 2: R fails.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ebayes_lm.errors import EbayesLMError
from tests.parity import survey_answers
from tests.parity.exchange import R_SCRIPTS
from tests.parity.live import RUnavailableError, run_r

Array = np.ndarray

#: The same sums, quantiles and logarithms.
NORMALISED = 1e-10
#: A trend by local regression, and what rests on it; tests of residual df that differ find their prior by search.
WEIGHED = 1e-7
#: Iterations that limma ends at 1e-5 of their size.
SAMPLES_WEIGHED = 1e-6
#: A mean of correlations that R finds by iterations ended at 1e-6.
CORRELATED = 1e-6

TOLERANCES = {
    "filter": 0.0,
    "TMM": NORMALISED,
    "TMMwsp": NORMALISED,
    "RLE": NORMALISED,
    "upperquartile": NORMALISED,
    "cpm": NORMALISED,
    "ave_log_cpm": NORMALISED,
    "ave_log_cpm_all": NORMALISED,
    "voom": WEIGHED,
    "voom_lm_fit": WEIGHED,
    "vooma": WEIGHED,
    "vooma_lm_fit": WEIGHED,
    "quality": SAMPLES_WEIGHED,
    "voom_lm_fit_quality": SAMPLES_WEIGHED,
    "genebygene": SAMPLES_WEIGHED,
    "reml": SAMPLES_WEIGHED,
    "by_group": SAMPLES_WEIGHED,
    "quick": SAMPLES_WEIGHED,
    "consensus": CORRELATED,
    "consensus_voom": CORRELATED,
    "blocked": CORRELATED,
    "voom_lm_fit_block": CORRELATED,
    "vooma_lm_fit_block": CORRELATED,
}
# What R holds of a set, and not what it answers.
_GIVEN = {"x", "design", "block", "kept"}
# Of all others, such as t and logarithms, the difference counts where they are below one, and not the ratio.
_POSITIVE = {"kept", "factors", "plain", "weights", "sample_weights", "sigma", "df"}


@dataclass(frozen=True)
class Answered:
    """What R holds of a set and answers about it, by question and part; what it refuses to answer, and why."""

    kind: str
    version: str
    matrices: dict[str, Array]
    refused: dict[str, str]

    @property
    def questions(self) -> list[str]:
        return list(dict.fromkeys(name.split(".")[0] for name in self.matrices if name not in _GIVEN))


@dataclass(frozen=True)
class Difference:
    """How far one quantity is from R's, or why it cannot be told."""

    quantity: str
    worst: float
    tolerance: float
    detail: str = ""

    @property
    def ok(self) -> bool:
        return self.worst <= self.tolerance

    def __str__(self) -> str:
        state = "" if self.ok else f"  BEYOND {self.tolerance:.0e}"
        return f"  {self.quantity:36s} {self.worst:8.1e}{state}{'  ' + self.detail if self.detail else ''}"


def sets() -> list[str]:
    """Names of the sets, as r/survey_sets.R has them."""
    return re.findall(r"^  (\w+) = function\(\)", (R_SCRIPTS / "survey_sets.R").read_text(), re.MULTILINE)


def ask_r(name: str, keep: Path | None) -> Answered | None:
    """R's answers about a set; None where there is no package with it."""
    if keep is not None and (keep / name / "index.tsv").exists():
        return read(keep / name)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        (folder / "wanted.txt").write_text(name + "\n")
        run_r("survey.R", folder)
        if keep is not None:
            shutil.copytree(folder, keep / name, dirs_exist_ok=True)
        return read(folder)


def read(folder: Path) -> Answered | None:
    """What survey.R wrote into a folder."""
    refused = [line.split("\t", 1) for line in (folder / "failed.tsv").read_text().splitlines()]
    if ["absent"] in refused:
        return None
    rows = [line.split("\t") for line in (folder / "index.tsv").read_text().splitlines()]
    facts = {row[0]: row[1] for row in rows if len(row) == 2}
    matrices = {
        name: np.fromfile(folder / f"{name}.f64", dtype="<f8").reshape((int(n), int(p)), order="F")
        for name, n, p in (row for row in rows if len(row) == 3)
    }
    why = {row[0]: row[1] for row in refused if len(row) == 2}
    return Answered(facts["kind"], facts["version"], matrices, why)


def differences(answered: Answered) -> Iterator[Difference]:
    """Every quantity that R answered, next to the package's."""
    problem = survey_answers.Problem(answered.matrices, answered.kind)
    for question in answered.questions:
        within = TOLERANCES[question]
        theirs = {name: value for name, value in answered.matrices.items() if name.split(".")[0] == question}
        try:
            ours = survey_answers.answer(question, problem)
        except (EbayesLMError, AttributeError) as error:
            # Where R has no number either, a refusal is what is meant.
            known = any(np.isfinite(value).any() for value in theirs.values())
            yield Difference(question, np.inf if known else 0.0, within, f"{type(error).__name__}: {error}")
            continue
        for name, expected in theirs.items():
            part = name.partition(".")[2]
            yield Difference(name, largest_difference(ours[part], expected, positive=part in _POSITIVE), within)


def largest_difference(ours: Array, theirs: Array, *, positive: bool) -> float:
    """The largest relative difference; infinite where one side alone has a value."""
    mine = np.asarray(ours, dtype=np.float64).reshape(theirs.shape)
    missing = np.isnan(theirs)
    if (np.isnan(mine) != missing).any():
        return np.inf
    scale = np.maximum(np.abs(theirs), np.finfo(float).tiny if positive else 1.0)
    differ = ~missing & (mine != theirs)
    return float((np.abs(mine[differ] - theirs[differ]) / scale[differ]).max(initial=0.0))


def survey(name: str, keep: Path | None) -> int:
    """Ask, compare and print one set; how many quantities differ."""
    answered = ask_r(name, keep)
    if answered is None:
        _print(f"{name}: no package with it")
        return 0
    x = answered.matrices["x"]
    groups = answered.matrices["design"].shape[1]
    _print(f"{name}: {answered.kind}, {x.shape[0]:,} x {x.shape[1]}, {groups} groups; {answered.version}")
    found = []
    for difference in differences(answered):
        found.append(difference)
        _print(str(difference))
    for question, why in answered.refused.items():
        _print(f"  {question:36s} R refuses: {why}")
    return sum(not difference.ok for difference in found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Go through the sets; the exit code."""
    parser = argparse.ArgumentParser(description="Compare ebayes_lm with live R limma and edgeR on real data.")
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"one of {', '.join(sets())}; by default all")
    parser.add_argument("--keep", type=Path, default=None, help="folder for R's answers")
    asked = parser.parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            beyond = {name: survey(name, asked.keep) for name in asked.sets or sets()}
    except RUnavailableError as error:
        _print(f"R fails: {error}" if error.asked_for else f"R with limma not found; nothing compared ({error})")
        return 2 if error.asked_for else 0
    _print(f"{len(beyond)} sets, {sum(beyond.values())} quantities beyond tolerance")
    return 1 if any(beyond.values()) else 0


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
