from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ebayes_lm.core.sample_spread import level_variances, p_of_squares, sample_spread, square_of_p

# Sums in another order.
SUMS = 1e-12

RNG = np.random.default_rng(11)
G, N = 4000, 12
GROUPS = np.repeat(np.eye(2), 6, axis=0)
FREE = np.full(N, 5 / 6)


def standardised(sd: np.ndarray) -> np.ndarray:
    rows = RNG.normal(size=(G, N)) * sd
    rows -= rows @ GROUPS @ GROUPS.T / 6
    return rows / np.sqrt((rows**2).sum(axis=1, keepdims=True) / 10)


def test_a_sample_that_scatters_is_outlying() -> None:
    sd = np.ones(N)
    sd[3] = 3
    rows = standardised(sd)
    found = sample_spread((rows**2).sum(axis=0), FREE * G, rows, FREE[None, :])
    assert np.flatnonzero(found.outlying).tolist() == [3]
    assert found.robust[3] > 2
    assert np.median(found.robust) == pytest.approx(1)


def test_equal_samples_are_not() -> None:
    rows = standardised(np.ones(N))
    found = sample_spread((rows**2).sum(axis=0), FREE * G, rows, FREE[None, :])
    assert not found.outlying.any()
    assert np.abs(found.z).max() < 3.5
    np.testing.assert_allclose(found.robust, 1, atol=0.06)


def test_a_sample_with_a_coefficient_of_its_own_has_no_spread() -> None:
    rows, free = standardised(np.ones(N)), FREE.copy()
    rows[:, 0], free[0] = 0, 0
    found = sample_spread((rows**2).sum(axis=0), free * G, rows, free[None, :])
    assert np.isnan([found.robust[0], found.rms[0], found.z[0]]).all()
    assert np.isfinite(found.robust[1:]).all()


def test_levels_have_the_variances_of_their_samples() -> None:
    codes = np.repeat([0, 1], 6)
    squares = np.where(codes == 0, 4.0, 1.0) * FREE
    found = level_variances(squares, FREE, codes, rows=10.0)
    assert found.sd.tolist() == pytest.approx([2, 1])
    assert found.df.tolist() == pytest.approx([5, 5])
    assert found.p == pytest.approx(2 * stats.f.sf(4, 50, 50))
    alone = level_variances(squares, FREE, np.array([0] * 12), rows=10.0)
    assert np.isnan(alone.p)
    missing = level_variances(squares, FREE, np.where(np.arange(N) < 3, -1, codes), rows=10.0)
    assert missing.n.tolist() == [3, 6]


def test_the_largest_residual_has_the_p_of_its_t() -> None:
    rows = standardised(np.ones(N))
    squares = rows**2 / FREE
    p = p_of_squares(squares.max(axis=1), np.full(G, 10.0), float(N), most=1.0)
    at = int(squares.max(axis=1).argmax())
    t = np.sqrt(squares[at].max() * 9 / (10 - squares[at].max()))
    assert p[at] == pytest.approx(N * 2 * stats.t.sf(t, 9))
    assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=4 * np.sqrt(0.05 / G))
    few = p_of_squares(squares.max(axis=1), np.full(G, 10.0), float(N), most=0.01)
    assert np.array_equal(few[few < 1], p[few < 1])
    assert (p[few == 1] > 0.01).all()
    assert np.isnan(p_of_squares(np.ones(1), np.ones(1), 5.0, 1.0)).all()


def test_medians_do_without_gaps() -> None:
    rows = standardised(np.ones(N))
    rows[:50] = 0.0
    whole = sample_spread((rows**2).sum(axis=0), FREE * (G - 50), rows, FREE[None, :])
    by_row = np.broadcast_to(FREE, rows.shape).copy()
    same = sample_spread((rows**2).sum(axis=0), FREE * (G - 50), rows, by_row)
    by_row[60, 2] = 0.0
    gap = sample_spread((rows**2).sum(axis=0), FREE * (G - 50), rows, by_row)
    expected = np.median(np.abs(rows[50:]) / np.sqrt(FREE), axis=0)
    np.testing.assert_allclose(whole.robust, expected / np.median(expected), rtol=SUMS)
    np.testing.assert_array_equal(same.robust, whole.robust)
    expected[2] = np.median(np.delete(np.abs(rows[50:, 2]) / np.sqrt(FREE[2]), 10))
    np.testing.assert_allclose(gap.robust, expected / np.median(expected), rtol=SUMS)


def test_the_p_of_a_square_goes_back_to_it() -> None:
    square = square_of_p(0.03, 10.0, 7.0)
    assert p_of_squares(np.array([square]), np.array([10.0]), 7.0, 0.03)[0] == pytest.approx(0.03)
    assert square_of_p(0.05, 1.0, 7.0) == 0.0
