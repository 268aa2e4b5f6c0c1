"""How far samples are from one another, and which of them stand apart."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.reporting.panels.deviations import far_off
from ebayes_lm.reporting.panels.reading import Reading

#: So many features that vary most are compared, as in plots of samples.
MOST_VARIABLE = 500
#: Fewer samples than this have no usual distance, and fewer features tell nothing of samples.
_FEWEST, _FEWEST_FEATURES = 6, 50
#: A sample stands apart where its nearest neighbour is far away, and so many times as far as is usual.
_TIMES = 1.5


def most_variable(values: FloatArray, most: int = MOST_VARIABLE) -> FloatArray:
    """The rows (complete ones) whose values vary most, less their means."""
    complete = values[np.isfinite(values).all(axis=1)]
    spread = complete.var(axis=1) if len(complete) else np.empty(0)
    chosen = np.sort(np.argsort(-spread, kind="stable")[:most])
    chosen = chosen[spread[chosen] > 0.0]
    centred: FloatArray = complete[chosen] - complete[chosen].mean(axis=1, keepdims=True)
    return centred


def distances(centred: FloatArray) -> FloatArray:
    """Root mean squared difference of each pair of samples, (n, n)."""
    cross = centred.T @ centred
    own = np.diag(cross)
    squared = np.maximum(own[:, None] + own - 2.0 * cross, 0.0)
    apart: FloatArray = np.sqrt(squared / max(len(centred), 1))
    return apart


def standing_apart(apart: FloatArray) -> IntArray:
    """Samples that are far from every other one, the farthest first.

    By their nearest neighbour, so that a small group of its own does not count as outlying.
    """
    n = len(apart)
    if n < _FEWEST:
        return np.empty(0, dtype=np.intp)
    nearest = np.where(np.eye(n, dtype=bool), np.inf, apart).min(axis=1)
    usual = float(np.median(nearest))
    far = np.flatnonzero((nearest > _TIMES * usual) & (nearest - usual > far_off(nearest - usual)))
    return far[np.argsort(-nearest[far], kind="stable")]


def samples_standing_apart(data: Reading) -> list[str]:
    """Their names; none where features are too few to tell."""
    centred = most_variable(data.values)
    if len(centred) < _FEWEST_FEATURES:
        return []
    return [data.names[at] for at in standing_apart(distances(centred))]
