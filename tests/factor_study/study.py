"""One cell of the study after the other."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm.errors import HiddenFactorWarning
from tests.factor_study.approaches import APPROACHES
from tests.factor_study.cells import Cell
from tests.factor_study.drawing import Drawn, draw

LEVEL = 0.05
#: What is asked of an approach that does not warn.
MOST_FALSE, MOST_NULL = 0.06, 0.055


class Outcome(NamedTuple):
    """What an approach made of one data set."""

    null_rejected: float
    false_discoveries: float
    power: float
    warned: bool


def outcome(name: str, drawn: Drawn, cell: Cell) -> Outcome:
    """Tests of the group under the design that an approach gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        design = APPROACHES[name](drawn, cell)
        p = el.lm_fit(drawn.y, design, threads=1).ebayes().p_value["groupB"].to_numpy()
    found = el.adjust_p(p, "BH") < LEVEL
    null = drawn.is_null
    power = float(found[~null].mean()) if not null.all() else np.nan
    warned = any(issubclass(w.category, HiddenFactorWarning) for w in caught)
    return Outcome(float((p[null] < LEVEL).mean()), found[null].sum() / max(1, found.sum()), power, warned)


def study(cell: Cell, replicates: int, names: list[str] | None = None) -> pd.DataFrame:
    """A row for each approach: means over all replicates, and over those without a warning."""
    every: dict[str, list[Outcome]] = {name: [] for name in names or APPROACHES}
    for seed in range(replicates):
        drawn = draw(cell, seed)
        for name, outcomes in every.items():
            outcomes.append(outcome(name, drawn, cell))
    return pd.DataFrame([summary(name, outcomes, cell) for name, outcomes in every.items()])


def summary(name: str, outcomes: list[Outcome], cell: Cell) -> dict[str, object]:
    """The outcomes of one approach in one cell: means over all data sets and over those without a warning, errors."""
    table = pd.DataFrame(outcomes, columns=Outcome._fields)
    quiet = table[~table["warned"]]
    row: dict[str, object] = {**cell._asdict(), "approach": name, "replicates": len(table)}
    row |= {"warned": round(float(table["warned"].mean()), 3), "power": round(float(table["power"].mean()), 4)}
    for prefix, part in (("", table), ("quiet_", quiet)):
        for measure in ("null_rejected", "false_discoveries"):
            row[prefix + measure] = round(float(part[measure].mean()), 4)
            row[f"{prefix}{measure}_error"] = round(float(part[measure].sem()), 4)
    return row
