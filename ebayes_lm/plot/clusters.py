"""Putting side by side what is alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.errors import ArgumentError

#: Distances between more rows than these take gigabytes and minutes.
MOST_CLUSTERED = 10_000


def clustered(distances: FloatArray, wanted: bool = True) -> tuple[Any, IntArray]:
    """The tree of complete linkage as ``scipy`` has it, and the order of its leaves; None and the order as it is."""
    number = len(distances)
    if not wanted or number < 2:
        return None, np.arange(number)
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    tree = linkage(squareform(distances, checks=False), method="complete")
    return tree, np.asarray(leaves_list(tree), dtype=np.intp)


def row_distances(values: FloatArray) -> FloatArray:
    """Euclidean distances (g, g) of rows; what is missing in one of two counts as their mean squared difference.

    Rows without a value in common are as far apart as any two are.
    """
    if len(values) > MOST_CLUSTERED:
        raise ArgumentError(
            f"{len(values):,} rows are too many to compare each two of them; show {MOST_CLUSTERED:,} at most, "
            "or leave them in their order with cluster=False"
        )
    there = np.isfinite(values)
    if there.all():
        from scipy.spatial.distance import pdist, squareform

        return np.asarray(squareform(pdist(values)))
    shares = there.astype(np.float64)
    filled = np.where(there, values, 0.0)
    squares = np.square(filled)
    total = squares @ shares.T
    total += total.T
    total -= 2.0 * (filled @ filled.T)
    common = shares @ shares.T
    with np.errstate(invalid="ignore", divide="ignore"):
        distances = np.sqrt(np.maximum(total, 0.0) * (values.shape[1] / common))
    distances[common == 0.0] = distances[common > 0.0].max(initial=0.0)
    np.fill_diagonal(distances, 0.0)
    return np.asarray(distances)
