"""Designs, blocks, rows and weights as problems have them that are awkward on purpose."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray
Rng = np.random.Generator


def draw_design(rng: Rng, n: int, *, plain: bool = False) -> tuple[Array, Array]:
    """A design (n, p) that leaves two residual df or more, and the groups (n,) in it.

    A ``plain`` one has full rank and no covariate in odd units.
    """
    groups = rng.permutation(np.arange(n) % int(rng.integers(2, 4)))
    columns = [np.ones(n), *(groups == k for k in range(1, groups.max() + 1))]
    if rng.random() < 0.25:
        columns = [groups == k for k in range(groups.max() + 1)]
    if rng.random() < 0.35:
        second = rng.permutation(np.arange(n) % 2)
        columns.append(second)
        if rng.random() < 0.5:
            columns += [second * (groups == k) for k in range(1, groups.max() + 1)]
    if rng.random() < 0.35:
        unit = 1.0 if plain else rng.choice([1e-6, 1.0, 1e6])
        columns.append(unit * rng.normal(rng.choice([0.0, 40.0]), 10, n).round(1))
    if not plain and rng.random() < 0.15:
        columns.insert(int(rng.integers(1, len(columns) + 1)), columns[0] + 2.0 * columns[1])
    x = np.column_stack(columns).astype(float)
    if rng.random() < 0.1:
        x = np.ones((n, 1))
    kept = independent_columns(x)
    if n - len(kept) < 2:
        return np.ones((n, 1)), groups
    return x[:, kept] if plain else x, groups


def draw_blocks(rng: Rng, n: int) -> Array:
    """Blocks of equal or of any size, in a row or scattered."""
    if rng.random() < 0.5:
        block = np.arange(n) // int(rng.integers(2, 4))
    else:
        block = rng.integers(0, max(2, int(rng.integers(2, n))), n)
    block = np.unique(block, return_inverse=True)[1].ravel()
    if block.max() == 0:
        block[: n // 2] = 1
    return rng.permutation(block) if rng.random() < 0.4 else block


def draw_values(
    rng: Rng, n: int, groups: Array, *, gaps: bool, flat: bool = True, effects: Array | None = None
) -> Array:
    """Rows (g, n) of log values, some of them constant (``flat``), twice there, or with gaps of any kind."""
    g = int(rng.choice([2, 3, rng.integers(4, 12), rng.integers(12, 80)]))
    sigma = np.sqrt(rng.choice([2.0, 6.0]) / rng.chisquare(4, (g, 1))) * rng.choice([1.0, 1.0, 3.0], n)
    y = rng.normal(8, 2, (g, 1)) + sigma * rng.standard_normal((g, n))
    if effects is not None:
        y = y + effects[rng.integers(0, len(effects), g)] * rng.normal(size=(g, 1))
    if g > 5 and rng.random() < 0.3:
        y[int(rng.integers(g))] = y[int(rng.integers(g))]
    if flat and g > 5 and rng.random() < 0.2:
        y[int(rng.integers(g))] = float(rng.choice([0.0, 5.0]))
    y *= rng.choice([1.0, 1.0, 2.0**-12, 2.0**12])
    return _gapped(rng, y, groups) if gaps and rng.random() < 0.6 else y


def _gapped(rng: Rng, y: Array, groups: Array) -> Array:
    y = np.where(rng.random(y.shape) < rng.choice([0.02, 0.15, 0.4]), np.nan, y)
    g, n = y.shape
    for _ in range(int(rng.integers(0, max(1, g // 4) + 1))):
        y[int(rng.integers(g)), groups == rng.integers(groups.max() + 1)] = np.nan
    for _ in range(int(rng.integers(0, 3))):
        if g > 5:
            row = int(rng.integers(g))
            few = rng.choice(n, int(rng.integers(0, 4)), replace=False)
            y[row, np.setdiff1d(np.arange(n), few)] = np.nan
    return y


def with_mild_gaps(rng: Rng, y: Array, x: Array) -> Array:
    """Gaps that leave each row its rank and two residual df."""
    gapped = np.where(rng.random(y.shape) < rng.choice([0.05, 0.2]), np.nan, y)
    rank = len(independent_columns(x))
    for row, whole in zip(gapped, y, strict=True):
        there = np.isfinite(row)
        if there.sum() < rank + 2 or len(independent_columns(x[there])) < rank:
            row[:] = whole
    return gapped


def draw_weights(rng: Rng, shape: tuple[int, int]) -> Array:
    spread = rng.choice([0.3, 1.0, 6.0])
    weights = 10.0 ** rng.uniform(-spread, spread, shape)
    return np.where(rng.random(shape) < 0.1, 0.0, weights) if rng.random() < 0.3 else weights


def draw_variance_model(rng: Rng, n: int, groups: Array) -> dict[str, Any]:
    chance = rng.random()
    if chance < 0.2:
        return {"var_group": groups + 1.0}
    if chance < 0.35:
        return {"var_design": rng.normal(size=(n, 1)).round(2) * rng.choice([1e-3, 1.0, 1e3])}
    return {}


def independent_columns(x: Array) -> list[int]:
    kept: list[int] = []
    unit = x / np.sqrt(np.square(x).sum(axis=0)).clip(1e-300)
    for k in range(x.shape[1]):
        if np.linalg.matrix_rank(unit[:, [*kept, k]], tol=1e-7) > len(kept):
            kept.append(k)
    return kept
