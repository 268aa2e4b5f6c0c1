"""Data of one situation, and what is true of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import ebayes_lm as el
from tests.factor_study.cells import Cell

FEATURES = 2000
CONTROLS = 200
#: Prior df of the variances of features: as different as genes are.
VARIANCE_DF = 4.0


class Drawn(NamedTuple):
    """One data set.

    Attributes
    ----------
    y : DataFrame, features x samples
    samples : DataFrame
        With ``group``.
    hidden : (n, factors) array
        The factors.
    is_null : (features,) bool array
        Features without an effect of the group.
    controls : Index
        Features that are known to have none.
    """

    y: pd.DataFrame
    samples: pd.DataFrame
    hidden: NDArray[np.float64]
    is_null: NDArray[np.bool_]
    controls: pd.Index

    @property
    def design(self) -> el.Design:
        """What the analyst knows."""
        return el.model_matrix("~ group", self.samples)


def draw(cell: Cell, seed: int) -> Drawn:
    """Variances from a scaled inverse chi-square; effects and loadings in units of each feature's noise.

    Every factor differs between the groups by ``shift``; loadings are standard normal, effects normal with variance 1
    and of one sign where they go up.
    """
    rng = np.random.default_rng([seed, *(int(100 * value) for value in (cell.n, cell.factors, cell.shift, cell.share))])
    group = np.arange(cell.n) % 2
    sd = np.sqrt(VARIANCE_DF / rng.chisquare(VARIANCE_DF, FEATURES))
    hidden = rng.normal(size=(cell.n, cell.factors)) + cell.shift * group[:, None]
    loadings = rng.normal(size=(FEATURES, cell.factors))
    if cell.reach == "half":
        loadings[rng.random(FEATURES) < 0.5] = 0.0
    effects = np.zeros(FEATURES)
    affected = int(cell.share * FEATURES)
    effects[:affected] = rng.normal(size=affected)
    if cell.shape == "up":
        effects = np.abs(effects)
    values = rng.normal(size=(FEATURES, cell.n)) + loadings @ hidden.T + effects[:, None] * group
    names = pd.Index([f"g{k}" for k in range(FEATURES)])
    samples = pd.DataFrame({"group": np.where(group, "B", "A")}, index=[f"s{k}" for k in range(cell.n)])
    level = rng.uniform(4.0, 12.0, FEATURES)
    y = pd.DataFrame(level[:, None] + sd[:, None] * values, index=names, columns=samples.index)
    return Drawn(y, samples, hidden, np.arange(FEATURES) >= affected, names[-CONTROLS:])
