"""What principal components of residuals share by chance: every row permuted on its own (Buja & Eyuboglu 1992)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.core.residual_rows import PIECE_CELLS, ResidualRows
from ebayes_lm.core.row_layout import squared_lengths

#: Quantile of the null distribution that is shown.
QUANTILE = 0.95


class DrawnRows(NamedTuple):
    """Standardised residuals of some rows, kept.

    Attributes
    ----------
    residuals, free : (r, m) array
        And what the design leaves of each sample; ``free`` may be one row for all.
    weights : (r, n) array or None
        Weights of rows with a design of their own, zero where a value is missing.
    rho : (r,) array or None
        Their correlations within blocks, where they have their own.
    single : (r,) bool array
        Which these are.
    """

    residuals: FloatArray
    free: FloatArray
    weights: FloatArray | None
    rho: FloatArray | None
    single: BoolArray


class ComponentNull(NamedTuple):
    """Shares of components by chance.

    Attributes
    ----------
    p : (k,) array
        Share of permutations in which as large a component comes about, the data counted among them; never falling.
    quantile : (k,) array
        What 95 % of the permutations stay below.
    """

    p: FloatArray
    quantile: FloatArray


def component_null(
    rows: ResidualRows, drawn: DrawnRows, k: int, n_perm: int, rng: np.random.Generator
) -> ComponentNull:
    """Compare the k largest components of the drawn rows with those of permutations.

    A row is permuted over the samples in which it has a value, projected on what the design leaves, and brought back
    to its length; components of any size then come about by chance alone.
    """
    observed = _shares(_cross(drawn.residuals), k)
    lengths = squared_lengths(drawn.residuals)
    null = np.empty((n_perm, k))
    for at in range(n_perm):
        null[at] = _shares(_permuted_cross(rows, drawn, lengths, rng), k)
    p = (1.0 + np.count_nonzero(null >= observed, axis=0)) / (n_perm + 1.0)
    return ComponentNull(np.maximum.accumulate(p), np.quantile(null, QUANTILE, axis=0))


def _cross(residuals: FloatArray) -> FloatArray:
    cross: FloatArray = residuals.T @ residuals
    return cross


def _shares(cross: FloatArray, k: int) -> FloatArray:
    values = np.asarray(np.linalg.eigvalsh(cross)[::-1], dtype=np.float64)
    shares: FloatArray = values[:k] / max(float(np.trace(cross)), float(np.finfo(np.float64).tiny))
    return shares


def _permuted_cross(rows: ResidualRows, drawn: DrawnRows, lengths: FloatArray, rng: np.random.Generator) -> FloatArray:
    m = drawn.residuals.shape[1]
    step = max(1, PIECE_CELLS // m)
    cross = np.zeros((m, m))
    for start in range(0, len(drawn.residuals), step):
        at = slice(start, start + step)
        permuted = _projected(rows, drawn, at, _permuted(drawn, at, rng))
        now = squared_lengths(permuted)
        scale = np.sqrt(np.divide(lengths[at], now, out=np.zeros_like(now), where=now > 0))
        permuted = np.asarray(permuted * scale[:, None], dtype=np.float64)
        cross += permuted.T @ permuted
    return cross


def _permuted(drawn: DrawnRows, at: slice, rng: np.random.Generator) -> FloatArray:
    """Rows in another order each; what is missing, or has a coefficient to itself, stays in its place."""
    residuals = drawn.residuals[at]
    free = drawn.free if len(drawn.free) == 1 else drawn.free[at]
    movable = free > 0
    if movable.all():
        return rng.permuted(residuals, axis=1)
    movable = np.broadcast_to(movable, residuals.shape)
    order = np.argsort(np.where(movable, rng.random(residuals.shape), 2.0), axis=1)
    places = np.argsort(~movable, axis=1, kind="stable")
    permuted = np.zeros_like(residuals)
    np.put_along_axis(permuted, places, np.take_along_axis(residuals, order, axis=1), axis=1)
    return permuted


def _projected(rows: ResidualRows, drawn: DrawnRows, at: slice, permuted: FloatArray) -> FloatArray:
    single = np.flatnonzero(drawn.single[at])
    if not len(single) or drawn.weights is None:
        return rows.projected(permuted)
    projected = rows.projected(permuted)
    rho = None if drawn.rho is None else drawn.rho[at][single]
    projected[single] = rows.projected_singly(permuted[single], drawn.weights[at][single], rho)
    return projected
