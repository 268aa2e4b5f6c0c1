"""The situations of the study: samples, hidden factors, and true effects."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple


class Cell(NamedTuple):
    """One situation.

    Attributes
    ----------
    n : int
        Samples, half of them in either group.
    factors : int
        Hidden factors.
    reach : str
        Whether "half" or "all" of the features depend on them.
    shift : float
        By how many standard deviations the factors differ between the groups.
    share : float
        Share of the features with a true effect.
    shape : str
        Effects of both signs ("both") or upwards only ("up").
    """

    n: int
    factors: int
    reach: str
    shift: float
    share: float
    shape: str

    def __str__(self) -> str:
        return f"n={self.n} k={self.factors} {self.reach} shift={self.shift:g} effects={self.share:g} {self.shape}"


SIZES = (24, 40)
NUMBERS = (0, 1, 3)
REACHES = ("half", "all")
SHIFTS = (0.0, 1.0, 2.0)
EFFECTS = ((0.0, "none"), (0.1, "both"), (0.1, "up"), (0.3, "both"), (0.3, "up"))


def grid() -> list[Cell]:
    """Every situation of the study; without a factor, reach and shift say nothing and are given once."""
    cells = []
    for n, factors, reach, shift, (share, shape) in product(SIZES, NUMBERS, REACHES, SHIFTS, EFFECTS):
        if factors or (reach == "half" and shift == 0.0):
            cells.append(Cell(n, factors, reach if factors else "no", shift, share, shape))
    return cells
