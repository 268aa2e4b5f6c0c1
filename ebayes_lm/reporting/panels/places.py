"""Samples by what differs between them: a map of leading changes."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.errors import agreeing, counted
from ebayes_lm.plot.leading_changes import mds_data
from ebayes_lm.reporting.panels.covariates import covariates
from ebayes_lm.reporting.panels.panel import Axis, Chart, Panel, Points, Text
from ebayes_lm.reporting.panels.reading import Reading
from ebayes_lm.reporting.panels.samples_apart import MOST_VARIABLE, samples_standing_apart
from ebayes_lm.reporting.panels.wording import share, some

_FEWEST = 3
#: Each pair of samples chooses its own features up to so many values to go through; beyond, all share the same.
_MOST_COMPARED = 60_000_000
#: A covariate that tells so much of a direction is said to go along with it.
_CLOSELY = 0.5
_ADVICE = (
    "See whether these samples belong to the data. el.array_weights, on the command line --sample-weights, lets "
    "samples count by how well they fit; leave one out only for a reason outside the numbers."
)


def place_panel(data: Reading) -> Panel | None:
    """A map of the samples; none of fewer than three, or without a complete feature."""
    n = len(data.names)
    if n < _FEWEST or not np.isfinite(data.values).all(axis=1).any():
        return None
    pairwise = len(data.values) * n * (n - 1) // 2 <= _MOST_COMPARED
    found = mds_data(data.part(), selection="pairwise" if pairwise else "common")
    first, second = found.positions.to_numpy()[:, :2].T
    shares = found.explained.to_numpy()[:2]
    if not np.isfinite(shares).all():
        return None
    apart = samples_standing_apart(data)
    along = _goes_along(data, first)
    return Panel(
        id="places",
        title="Samples by what differs between them",
        words=_words(data, apart, along, pairwise),
        charts=(_chart(data, first, second, shares),),
        light="amber" if apart else "green" if n > _FEWEST else None,
        advice=_ADVICE if apart else None,
    )


def _words(data: Reading, apart: list[str], along: str, pairwise: bool) -> tuple[str, ...]:
    whose = "each pair differs most in" if pairwise else "vary most"
    over = f"the {MOST_VARIABLE} features that {whose}" if len(data.values) > MOST_VARIABLE else "all features"
    what = f"Samples that are close to each other are alike over {over}."
    said = [f"{what}{along}{data.drawn}"]
    if apart:
        verb = agreeing(len(apart), "stands", "stand")
        said.insert(0, f"{some(apart)} {verb} apart from all other samples.")
    return tuple(said)


def _goes_along(data: Reading, positions: FloatArray) -> str:
    """The covariate that tells most of the first direction, where that is much."""
    told = []
    for each in covariates(data):
        r2 = _explained(positions, each.values, bool(each.levels))
        if r2 >= _CLOSELY:
            told.append((r2, each.name))
    if not told:
        return ""
    r2, name = max(told)
    return f" The first direction goes along with {name}, which explains {share(r2)} of it."


def _explained(y: FloatArray, values: FloatArray, is_factor: bool) -> float:
    """Adjusted R2 of a factor or a number; 0 where there is too little to tell."""
    known = values >= 0 if is_factor else np.isfinite(values)
    y, values = y[known], values[known]
    x = (values[:, None] == np.unique(values)).astype(np.float64) if is_factor else np.c_[np.ones(len(y)), values]
    free = len(y) - x.shape[1]
    total = float(((y - y.mean()) ** 2).sum()) if len(y) else 0.0
    if free < 1 or total == 0.0:
        return 0.0
    rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float(1.0 - (rest @ rest) / free / (total / (len(y) - 1)))


def _chart(data: Reading, first: FloatArray, second: FloatArray, shares: FloatArray) -> Chart:
    return Chart(
        id="places",
        title="Samples by leading changes",
        x=Axis(f"leading change 1 ({shares[0]:.0%})"),
        y=Axis(f"leading change 2 ({shares[1]:.0%})"),
        layers=(Points(first, second, Text.of(data.names), colour_by=covariates(data) or None, size=4.0),),
        alt=f"Map of {counted(len(data.names), 'sample')}; the first direction holds {share(shares[0])} and the second "
        f"{share(shares[1])} of what differs.",
        square=True,
    )
