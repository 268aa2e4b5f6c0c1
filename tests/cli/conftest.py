"""A small study in files, and a way to run commands on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.cli import main
from ebayes_lm.data.readers.number_blocks import EXACT


@dataclass
class Ran:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


@dataclass
class Study:
    """Files of 40 features x 8 samples in two groups and two batches."""

    folder: Path
    matrix: pd.DataFrame
    samples: pd.DataFrame

    @property
    def data(self) -> Path:
        return self.folder / "data.csv"

    @property
    def table(self) -> Path:
        return self.folder / "samples.csv"

    @property
    def targets(self) -> pd.DataFrame:
        """The sample table by name."""
        return self.samples.set_index("sample")

    def written(self, name: str = "groupB", out: str = "out", **options: Any) -> pd.DataFrame:
        """A table that a run has left, number for number."""
        return pd.read_csv(self.folder / out / f"{name}.tsv", sep="\t", index_col=0, **EXACT, **options)

    def told(self) -> tuple[str, str, dict[str, Any]]:
        """Summary and methods as one line each, and the facts."""
        folder = self.folder / "out"
        summary, methods = (" ".join((folder / n).read_text().split()) for n in ("summary.txt", "methods.md"))
        return summary, methods, json.loads((folder / "run.json").read_text())


@pytest.fixture
def study(tmp_path: Path) -> Study:
    rng = np.random.default_rng(20)
    samples = pd.DataFrame(
        {"sample": [f"00{i}" for i in range(1, 9)], "group": list("AABBAABB"), "batch": list("xxxxyyyy")}
    )
    values = pd.DataFrame(
        rng.normal(8, 0.5, size=(40, 8)), index=[f"g{i}" for i in range(40)], columns=samples["sample"]
    )
    values.iloc[:3, [2, 3, 6, 7]] += 4
    made = Study(tmp_path, values, samples)
    values.to_csv(made.data)
    samples.sample(frac=1, random_state=1).to_csv(made.table, index=False)
    return made


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run a command in the temporary folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ran:
        code = main([str(a) for a in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def fit(study: Study, command: Callable[..., Ran]) -> Callable[..., Ran]:
    """``fit`` of the small study, with other arguments added."""

    def run(*arguments: object, formula: str | None = "~ group + batch", out: str | None = "out") -> Ran:
        where = [] if out is None else ["--out", out]
        model = [] if formula is None else ["--formula", formula]
        return command("fit", study.data, "--samples", study.table, *model, *where, *arguments)

    return run
