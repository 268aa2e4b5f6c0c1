"""Removal of nuisance columns against a regression of one row at a time."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.removal import removal

#: QR against normal equations of small, well-conditioned problems.
AGREES = 1e-10

RNG = np.random.default_rng(4)
KEPT = np.column_stack([np.ones(12), np.tile([0.0, 1], 6)])
NUISANCE = np.column_stack([np.repeat([1.0, 0, -1], 4), np.repeat([0.0, 1, -1], 4), RNG.normal(size=12)])
Y = RNG.normal(5, 1, (40, 12))
SAMPLES = RNG.uniform(0.3, 3, 12)
CELLS = RNG.uniform(0.3, 3, Y.shape)
BLOCKS = BlockCorrelation(np.arange(12) % 5, 0.4)


def slowly(y, weights, correlation):
    """Each row by generalised least squares on what it has."""
    left = np.array(y, dtype=float)
    x = np.column_stack([KEPT, NUISANCE])
    for row, w in zip(left, np.broadcast_to(weights, y.shape), strict=True):
        there = np.isfinite(row) & (w > 0)
        c = np.eye(12) if correlation is None else correlation.matrix()
        scale = np.sqrt(w[there])
        inverse = np.linalg.inv(c[np.ix_(there, there)]) * scale[:, None] * scale
        b = np.linalg.solve(x[there].T @ inverse @ x[there], x[there].T @ inverse @ row[there])
        row -= NUISANCE @ b[2:]
    return left


def without(y, cells=None, **given):
    left = np.empty(y.shape)
    infinite = removal(KEPT, NUISANCE, **given).rows(y, left, cells)
    return left, infinite


@pytest.mark.parametrize("correlation", [None, BLOCKS])
@pytest.mark.parametrize("weights", [None, SAMPLES, np.where(np.arange(12) == 3, 0, SAMPLES), CELLS])
@pytest.mark.parametrize("gaps", [False, True])
def test_as_by_hand(correlation, weights, gaps):
    y = Y.copy()
    if gaps:
        y[::3, 2] = y[::5, 7] = np.nan
    by_cell = weights is CELLS
    left, infinite = without(
        y, weights if by_cell else None, sample_weights=None if by_cell else weights, correlation=correlation
    )
    assert_allclose(left, slowly(y, 1.0 if weights is None else weights, correlation), rtol=AGREES)
    assert not infinite.any()


def test_infinite_values_are_counted_and_left_out():
    y = Y.copy()
    y[3, [1, 5]], y[7, 0] = np.inf, -np.inf
    left, infinite = without(y)
    assert_array_equal(np.flatnonzero(infinite), [3, 7])
    assert_array_equal(infinite[[3, 7]], [2, 1])
    assert_array_equal(np.isinf(left), np.isinf(y))
    known = np.where(np.isinf(y), np.nan, y)
    assert_allclose(np.where(np.isinf(left), np.nan, left), slowly(known, 1.0, None), rtol=AGREES)


def test_units_of_values_do_not_matter():
    for unit in (2.0**-900, 2.0**900):
        assert_array_equal(without(Y * unit)[0], without(Y)[0] * unit)


def test_what_is_kept_holds_nothing_back_that_others_tell():
    left = np.empty(Y.shape)
    removal(np.column_stack([KEPT, NUISANCE]), NUISANCE).rows(Y, left)
    assert_array_equal(left, Y)
