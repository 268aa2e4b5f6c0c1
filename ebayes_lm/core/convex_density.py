"""A convex decreasing density of p-values, and with it the share of true null hypotheses."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray

#: Triangular densities end at the hundredths, and the estimate is kept there.
_CELLS = 100
_ROUNDS = 100
#: The share of each round is found by halving the unit interval this often: to 1e-6, as in limma.
_HALVINGS = 20


def convex_decreasing(p: FloatArray) -> float:
    """Height at 1 of a convex decreasing density fitted to p-values (n,): the share of true nulls.

    Such densities are mixtures of the uniform and of triangles ``2 (theta - x)+ / theta^2`` (Langaas, Lindqvist and
    Ferkingstad 2005). The likelihood climbs by mixing in, round by round, the one whose direction is steepest.
    """
    cell = np.floor(_CELLS * p).astype(np.intp)
    density, height = np.ones_like(p), 1.0
    for k in range(_ROUNDS):
        slopes = _slopes(p, cell, density)
        best = int(np.argmax(slopes))
        uniform = k > 0 and float(np.sum(1.0 / density)) > slopes[best]
        theta = (best + 1) / _CELLS
        direction = np.ones_like(p) if uniform else _triangle(p, theta)
        share = _share(density, direction)
        density = (1.0 - share) * density + share * (direction if uniform else _interpolated(p, cell, theta))
        height = (1.0 - share) * height + share * uniform
    return height


def _slopes(p: FloatArray, cell: IntArray, density: FloatArray) -> FloatArray:
    """Sum of triangle over density for every triangle, by sums over the cells on its left."""
    ends = np.arange(1, _CELLS + 1) / _CELLS
    within = np.minimum(cell, _CELLS - 1)
    number = np.cumsum(np.bincount(within, 1.0 / density, _CELLS))
    total = np.cumsum(np.bincount(within, p / density, _CELLS))
    slopes: FloatArray = 2.0 * (ends * number - total) / ends**2
    return slopes


def _triangle(x: FloatArray, theta: float) -> FloatArray:
    values: FloatArray = 2.0 * np.maximum(theta - x, 0.0) / theta**2
    return values


def _interpolated(p: FloatArray, cell: IntArray, theta: float) -> FloatArray:
    """A triangle at p, between its values at the hundredths.

    Linear pieces lose nothing by this, but limma's answer shows that the hundredths 0.29, 0.57 and 0.58, whose products
    with 100 are rounded below 29, 57 and 58, have the value of the hundredth before; it is the same here.
    """
    hundredths = np.arange(_CELLS + 1) / _CELLS
    nodes = _triangle(np.floor(_CELLS * hundredths) / _CELLS, theta)
    weight = _CELLS * p - cell
    values: FloatArray = (1.0 - weight) * nodes[cell] + weight * nodes[np.minimum(cell + 1, _CELLS)]
    return values


def _share(density: FloatArray, direction: FloatArray) -> float:
    """How much of a direction raises the likelihood most, by halving; the last middle counts."""
    gain = direction - density
    low, high, middle = 0.0, 1.0, 0.0
    if np.sum(gain / density) < 0.0:
        return 0.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if np.sum(gain / (density + middle * gain)) > 0.0:
            low = middle
        else:
            high = middle
    return middle
