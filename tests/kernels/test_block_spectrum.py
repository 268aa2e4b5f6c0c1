from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.block_spectrum import row_spectra
from tests.core.residual_spectra import by_value, spectrum_of_row
from tests.reference import generalised_least_squares_of_row

#: Two routes to the same eigenvectors; directions are hard to tell apart where eigenvalues are close.
AGREEMENT = 1e-9

RNG = np.random.default_rng(3)
N = 16
BLOCKS = {
    "pairs": np.repeat(np.arange(8), 2),
    "uneven": np.array([0, 1, 2, 0, 0, 1, 3, 3, 3, 3, 4, 1, 2, 0, 5, 5]),
    "large": np.repeat([0, 1], 8),
}
X = np.column_stack([np.ones(N), np.tile([0.0, 1], 8), RNG.normal(size=N), np.tile([1.0, 0], 8)])


def rows_with(share, spread, g=40):
    y, w = RNG.normal(5, 2, size=(g, N)), np.exp(spread * RNG.normal(size=(g, N)))
    w[RNG.random((g, N)) < share] = 0
    return y, w


def spectra(y, w, x, blocks):
    return row_spectra(y, w, np.ascontiguousarray(x.T), blocks)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("share", [0, 0.3, 0.7])
@pytest.mark.parametrize("spread", [0, 1])
@pytest.mark.parametrize("p", [1, 3, 4])
def test_each_row_against_dense_matrices(block, share, spread, p):
    y, w = rows_with(share, spread)
    blocks, x = BLOCKS[block], X[:, :p]
    found = spectra(y, w, x, blocks)
    for i, (row, weights) in enumerate(zip(y, w, strict=True)):
        if not weights.any():
            continue
        oracle = spectrum_of_row(row, x, blocks, weights)
        assert found.rank[i] == oracle.rank
        assert found.n_observed[i] == (weights > 0).sum()
        assert found.n_blocks[i] == len(np.unique(blocks[weights > 0]))
        k = found.counts[i]
        assert k + found.df_rest[i] == len(oracle.values)
        assert_array_equal(found.values[i, k:], 0)
        assert_array_equal(found.sums[i, k:], 0)
        if not len(oracle.values):
            continue
        rest = slice(0, int(found.df_rest[i] > 0))
        values = np.r_[np.zeros(1)[rest], found.values[i, :k]]
        squares = np.r_[found.rest[i : i + 1][rest], found.sums[i, :k]]
        df = np.r_[found.df_rest[i : i + 1][rest], np.ones(k)]
        got, wanted = by_value(values, squares, df), by_value(oracle.values, oracle.squares)
        assert_allclose(got, wanted, rtol=AGREEMENT, atol=AGREEMENT * wanted[2].sum())


@pytest.mark.parametrize("rho", [-0.1, 0.3, 0.9])
def test_generalised_least_squares_of_any_correlation_follow(rho):
    """The residual sum of squares at a correlation needs nothing but the spectrum."""
    y, w = rows_with(0.2, 0.7)
    blocks, x = BLOCKS["uneven"], X[:, :3]
    found = spectra(y, w, x, blocks)
    correlation = np.where(blocks[:, None] == blocks, rho, 0.0) + (1 - rho) * np.eye(N)
    for i, (row, weights) in enumerate(zip(y, w, strict=True)):
        fit = generalised_least_squares_of_row(row, x, weights, correlation)
        rest = found.rest[i] / (1 - rho) + (found.sums[i] / (1 - rho + rho * found.values[i])).sum()
        assert_allclose(rest, fit.df * fit.sigma**2, rtol=AGREEMENT)


def test_nothing_observed():
    found = spectra(np.ones((1, N)), np.zeros((1, N)), X, BLOCKS["pairs"])
    assert (found.counts[0], found.rest[0], found.df_rest[0], found.rank[0], found.n_blocks[0]) == (0, 0, 0, 0, 0)


def test_a_small_spread_within_blocks_keeps_its_digits():
    """Deviations from block means are taken before squares, not as a difference of squares."""
    blocks = BLOCKS["pairs"]
    y = RNG.normal(size=(5, 8))[:, blocks] + 1e-7 * RNG.normal(size=(5, N))
    found = spectra(y, np.ones_like(y), X[:, :1], blocks)
    assert_allclose(found.rest, ((y[:, ::2] - y[:, 1::2]) ** 2).sum(axis=1) / 2, rtol=1e-8)


def test_a_column_that_is_constant_within_blocks_up_to_rounding():
    blocks = BLOCKS["pairs"]
    x = np.column_stack([np.ones(N), np.repeat(RNG.normal(size=8), 2) * (1 + 1e-15 * RNG.normal(size=N))])
    found = spectra(RNG.normal(size=(3, N)), np.ones((3, N)), x, blocks)
    assert_array_equal(found.df_rest, 8)
    assert_array_equal(found.counts, 6)
    assert_allclose(found.values[:, :6], 2.0)


def test_many_blocks():
    n, b = 200, 90
    blocks = np.r_[np.arange(b), RNG.integers(0, b, n - b)]
    x, y = np.column_stack([np.ones(n), RNG.normal(size=n)]), RNG.normal(size=(2, n))
    w = RNG.uniform(0.5, 2, (2, n))
    found = spectra(y, w, x, blocks)
    for i in range(2):
        oracle = spectrum_of_row(y[i], x, blocks, w[i])
        k = found.counts[i]
        assert_allclose(np.sort(found.values[i, :k]), oracle.values[-k:], rtol=1e-9, atol=1e-9)
        for rho in (0.2, 0.7):
            weight = 1 / (1 - rho + rho * oracle.values)
            rest = found.rest[i] / (1 - rho) + (found.sums[i] / (1 - rho + rho * found.values[i])).sum()
            assert_allclose(rest, (oracle.squares * weight).sum(), rtol=AGREEMENT)
