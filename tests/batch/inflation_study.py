"""How well bias and inflation are found; ``python -m tests.batch.inflation_study`` makes a table of calibration.md."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm.batch.estimate_inflation import inflation_row
from ebayes_lm.results.moderated import ModeratedFit

REPEATS = 10


class Study(NamedTuple):
    """Something whose inflation is known, drawn from a seed."""

    name: str
    inflation: float
    bias: float
    draw: Callable[[int], pd.Series]


def moderated(samples: int, share: float, seed: int) -> pd.Series:
    """The row of moderated tests of two groups."""
    groups = {"A": samples // 2, "B": samples // 2}
    simulation = el.datasets.simulate(n_features=20_000, groups=groups, proportion=share, seed=seed)
    mod: ModeratedFit = el.lm_fit(simulation.data, "~ group", samples=simulation.samples).ebayes()
    return el.estimate_structure(mod).inflation.iloc[0]


def normal(features: int, inflation: float, bias: float, share: float, effect: float, seed: int) -> pd.Series:
    """The row of z that are drawn, a share of them with normal effects."""
    rng = np.random.default_rng(seed)
    z = rng.normal(bias, inflation, features)
    k = round(share * features)
    z[:k] += rng.normal(0, effect, k)
    return pd.Series(inflation_row(z, None, np.random.default_rng(0)))


STUDIES = [
    Study("moderated t, 3 and 3 samples", 1, 0, lambda s: moderated(6, 0.0, s)),
    Study("moderated t, 10 and 10 samples, 5 % affected", 1, 0, lambda s: moderated(20, 0.05, s)),
    Study("2,000 z", 1, 0, lambda s: normal(2_000, 1, 0, 0, 0, s)),
    Study("20,000 z", 1, 0, lambda s: normal(20_000, 1, 0, 0, 0, s)),
    Study("500,000 z", 1, 0, lambda s: normal(500_000, 1, 0, 0, 0, s)),
    Study("2,000 z, 5 % affected (sd 3)", 1.2, 0.15, lambda s: normal(2_000, 1.2, 0.15, 0.05, 3, s)),
    Study("20,000 z, 5 % affected (sd 3)", 1.2, 0.15, lambda s: normal(20_000, 1.2, 0.15, 0.05, 3, s)),
    Study("500,000 z, 5 % affected (sd 3)", 1.2, 0.15, lambda s: normal(500_000, 1.2, 0.15, 0.05, 3, s)),
    Study("20,000 z, 10 % affected (sd 4)", 1.1, 0, lambda s: normal(20_000, 1.1, 0, 0.1, 4, s)),
    Study("20,000 z, 20 % affected (sd 1.5)", 1, 0, lambda s: normal(20_000, 1, 0, 0.2, 1.5, s)),
    Study("20,000 z, 15 % affected (sd 3)", 1, 0, lambda s: normal(20_000, 1, 0, 0.15, 3, s)),
    Study("20,000 z, 40 % affected (sd 3)", 1, 0, lambda s: normal(20_000, 1, 0, 0.4, 3, s)),
]


def line(study: Study) -> str:
    """A row of the table: means over repeats, and the range of inflation."""
    rows = pd.DataFrame([study.draw(seed) for seed in range(REPEATS)])
    found = rows[rows["method"] == "most features"].astype({"inflation": float, "bias": float})
    truth = f"| {study.name} | {study.inflation} | {study.bias} "
    root = float(np.sqrt(rows["lambda"].astype(float)).mean())
    if not len(found):
        return f"{truth}| cannot tell | | {root:.2f} |"
    inflation = found["inflation"]
    span = f"{inflation.mean():.3f} ({inflation.min():.3f} to {inflation.max():.3f})"
    return f"{truth}| {span} | {found['bias'].mean():+.3f} | {root:.2f} |"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line(study)}\n" for study in STUDIES)
