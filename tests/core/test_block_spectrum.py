from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.block_spectrum import block_spectrum, row_spectra
from tests.core.residual_spectra import by_value, spectrum_of_row

#: Two routes to the same eigenvectors, each of a handful of rounded steps.
AGREEMENT = 1e-11

RNG = np.random.default_rng(1)
N = 14
DESIGNS = {
    "mean": np.ones((N, 1)),
    "group": np.column_stack([np.ones(N), np.tile([0.0, 1], 7)]),
    "slope": np.column_stack([np.ones(N), np.tile([0.0, 1], 7), RNG.normal(size=N)]),
    "aliased": np.column_stack([np.ones(N), np.tile([0.0, 1], 7), np.tile([1.0, 0], 7)]),
    "no intercept": np.column_stack([np.tile([0.0, 1], 7), RNG.normal(size=N)]),
}
BLOCKS = {
    "pairs": np.repeat(np.arange(7), 2),
    "uneven": np.array([0, 1, 2, 0, 0, 1, 3, 3, 3, 3, 4, 1, 2, 0]),
    "one": np.zeros(N, dtype=int),
    "single": np.arange(N),
}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("block", BLOCKS)
def test_complete_rows(design, block):
    x, blocks = DESIGNS[design], BLOCKS[block]
    y = RNG.normal(size=(5, N))
    spectrum = block_spectrum(x, blocks)
    sums = spectrum.sums(y)
    for row, found in zip(y, sums, strict=True):
        oracle = spectrum_of_row(row, x, blocks, np.ones(N))
        values, df, squares = by_value(oracle.values, oracle.squares)
        assert spectrum.rank == oracle.rank
        assert_array_equal(spectrum.df, df)
        assert_allclose(spectrum.values, values, rtol=AGREEMENT, atol=AGREEMENT)
        assert_allclose(found, squares, rtol=AGREEMENT, atol=AGREEMENT)


def test_balanced_blocks_have_two_variances():
    spectrum = block_spectrum(DESIGNS["group"], BLOCKS["pairs"])
    assert_allclose(spectrum.values, [0, 2])
    assert spectrum.values[0] == 0
    assert_array_equal(spectrum.df, [6, 6])


def test_weights_of_samples_and_samples_left_out():
    x, blocks, y = DESIGNS["slope"], BLOCKS["uneven"], RNG.normal(size=(3, N))
    w = RNG.uniform(0.2, 3, N)
    w[[2, 9]] = 0
    spectrum = block_spectrum(x, blocks, w)
    for row, found in zip(y, spectrum.sums(y), strict=True):
        oracle = spectrum_of_row(row, x, blocks, w)
        values, _, squares = by_value(oracle.values, oracle.squares)
        assert_allclose(spectrum.values, values, rtol=AGREEMENT, atol=AGREEMENT)
        assert_allclose(found, squares, rtol=AGREEMENT)


def test_without_residuals_there_is_no_direction():
    spectrum = block_spectrum(np.eye(4), np.array([0, 0, 1, 1]))
    assert spectrum.sums(np.ones((2, 4))).shape == (2, 0)
    assert spectrum.values.shape == spectrum.df.shape == (0,)


def test_sums_of_squares_make_up_the_residual():
    y = RNG.normal(size=(4, N)).astype(np.float32)
    x = DESIGNS["slope"]
    rest = np.linalg.lstsq(x, y.T.astype(float), rcond=None)[1]
    assert_allclose(block_spectrum(x, BLOCKS["uneven"]).sums(y).sum(axis=1), rest, rtol=AGREEMENT)


def test_rows_on_their_own_agree_with_rows_together():
    x, blocks, y = DESIGNS["slope"], BLOCKS["uneven"], RNG.normal(size=(6, N))
    spectrum = block_spectrum(x, blocks)
    rows = row_spectra(y, np.ones_like(y), np.ascontiguousarray(x.T), blocks)
    assert_array_equal(rows.n_observed, N)
    assert_array_equal(rows.n_blocks, 5)
    assert_array_equal(rows.rank, 3)
    for i, sums in enumerate(spectrum.sums(y)):
        there = np.arange(rows.values.shape[1]) < rows.counts[i]
        values = np.r_[0.0, rows.values[i, there]]
        squares = np.r_[rows.rest[i], rows.sums[i, there]]
        found = by_value(values, squares, np.r_[rows.df_rest[i], np.ones(there.sum())])
        assert_allclose(found, [spectrum.values, spectrum.df, sums], rtol=AGREEMENT, atol=AGREEMENT)


def test_weights_of_any_size_leave_no_more_directions_than_there_are():
    """Deviations from block means have three directions here, whatever rounding leaves of the fourth column."""
    blocks = np.array([0, 1, 1, 2, 2, 3, 4, 5, 5])
    treated, other = np.array([[0, 0, 0, 1, 1, 1, 0, 1, 0], [0, 1, 1, 0, 0, 0, 1, 0, 1]], dtype=float)
    slope = np.array([0.1, -0.06, 0.7, 0.23, -0.7, -0.23, 0.35, -0.05, -0.6])
    x = np.column_stack([np.ones(9), treated, other, slope])
    rng = np.random.default_rng(0)
    weights = 10.0 ** rng.uniform(-6, 6, (4000, 9))
    y = rng.normal(size=weights.shape) / np.sqrt(weights)
    rows = row_spectra(y, weights, np.ascontiguousarray(x.T), blocks)
    assert_array_equal(rows.df_rest + rows.counts, 9 - rows.rank)
    assert (rows.df_rest >= 0).all()
