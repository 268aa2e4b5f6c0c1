from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.reml_profile import LEAST_BETWEEN, Spectrum, fit_correlations

#: A minimum is as low as those of a fine grid, but for rounding of deviances near ten.
ROUNDING = 1e-12
#: Second differences of the deviance over a thousandth of the range, extrapolated once.
DIFFERENCES = 1e-5


def wild(n_rows, n_directions, seed):
    """Spectra of no design in particular, whose profiles often have two valleys."""
    rng = np.random.default_rng(seed)
    largest = rng.integers(2, 9, n_rows).astype(np.float64)
    values = largest[:, None] * rng.beta(0.4, 0.4, (n_rows, n_directions))
    within = rng.integers(1, 4, n_rows)
    squares = rng.chisquare(1, (n_rows, n_directions)) * np.exp(rng.normal(0, 1.5, (n_rows, n_directions)))
    spectrum = Spectrum(
        np.column_stack([np.zeros(n_rows), values]),
        np.column_stack([within, np.ones_like(values)]),
        np.column_stack([rng.chisquare(within), squares]),
    )
    return spectrum, largest


def deviance(spectrum, rho, variance):
    spread = variance[:, None] * (1 + rho[:, None] * (spectrum.values - 1))
    return (spectrum.counts * np.log(spread) + spectrum.squares / spread).sum(axis=1)


def profile(spectrum, rho):
    spread = 1 + rho[:, None] * (spectrum.values - 1)
    variance = (spectrum.squares / spread).sum(axis=1) / spectrum.counts.sum(axis=1)
    return deviance(spectrum, rho, variance)


@pytest.mark.parametrize("n_directions", [2, 5, 20])
def test_no_correlation_has_a_higher_likelihood(n_directions):
    spectrum, largest = wild(400, n_directions, 1)
    fits = fit_correlations(spectrum, largest)
    found = deviance(spectrum, fits.rho, fits.variance)
    lowest = -(1 - LEAST_BETWEEN) / (largest - 1)
    for share in np.linspace(0, 1, 2001)[1:-1]:
        assert (found <= profile(spectrum, lowest + share * (1 - lowest)) + ROUNDING).all()


def test_derivatives_vanish_and_bend_as_the_information_says():
    spectrum, largest = wild(300, 6, 2)
    fits = fit_correlations(spectrum, largest)
    between = 1 + fits.rho * (largest - 1)
    inside = (between > 2 * LEAST_BETWEEN) & (fits.rho < 0.99)
    assert inside.sum() > 100
    room = np.minimum(1 - fits.rho, between / (largest - 1))
    at, step = (np.log(fits.variance), fits.rho), 1e-3 * room

    def moved(a, b):
        return deviance(spectrum, at[1] + b * step, np.exp(at[0] + a * 1e-3))

    def second(scale):
        a, c = ((moved(p, q) - 2 * moved(0, 0) + moved(-p, -q)) / scale**2 for p, q in ((scale, 0), (0, scale)))
        b = sum(s * t * moved(s * scale, t * scale) for s in (1, -1) for t in (1, -1)) / (4 * scale**2)
        return np.stack([a / 1e-6, b / (1e-3 * step), c / step**2])

    a, b, c = 0.5 * (4 * second(1.0) - second(2.0)) / 3
    inverse = np.stack([c, -b, a], axis=1) / (a * c - b * b)[:, None]
    scale = np.abs(inverse).max(axis=1, keepdims=True)
    regular = inside & (a * c - b * b > 1e-2 * a * c)
    assert_allclose((fits.covariance / scale)[regular], (inverse / scale)[regular], atol=DIFFERENCES * 10)


def test_rows_do_not_know_of_each_other():
    spectrum, largest = wild(50, 4, 3)
    whole = fit_correlations(spectrum, largest)
    for i in (0, 17, 49):
        one = np.arange(50) == i
        alone = fit_correlations(spectrum.take(one), largest[one])
        for a, b in zip(whole, alone, strict=True):
            assert_allclose(a[i], b[0], rtol=1e-10)


def test_one_spectrum_for_all_rows():
    rng = np.random.default_rng(4)
    values, counts = np.array([[0.0, 1.5, 3.0]]), np.array([[8.0, 2, 4]])
    squares = rng.chisquare(counts, (30, 3))
    largest = np.full(30, 3.0)
    together = fit_correlations(Spectrum(values, counts, squares), largest)
    singly = fit_correlations(Spectrum(values.repeat(30, 0), counts.repeat(30, 0), squares), largest)
    for a, b in zip(together, singly, strict=True):
        assert_allclose(a, b, rtol=1e-10)


def test_two_mean_squares():
    """Directions within and between blocks of four: both mean squares are matched."""
    within, between = np.array([1.0, 1.0, 2.0, 1.0]), np.array([3.0, 0.2, 2.0, 1e6])
    spectrum = Spectrum(np.array([[0.0, 4.0]]), np.array([[12.0, 5.0]]), np.column_stack([12 * within, 5 * between]))
    fits = fit_correlations(spectrum, np.full(4, 4.0))
    assert_allclose(fits.variance * (1 - fits.rho), within, rtol=1e-9)
    assert_allclose(fits.variance * (1 + 3 * fits.rho), between, rtol=1e-9)


@pytest.mark.parametrize("squares", [[0.0, 1.0], [1.0, 0.0], [1e-14, 1.0], [1.0, 1e-14]])
def test_no_maximum(squares):
    spectrum = Spectrum(np.array([[0.0, 4.0]]), np.array([[12.0, 5.0]]), np.array([squares]))
    fits = fit_correlations(spectrum, np.array([4.0]))
    for values in fits:
        assert_array_equal(values, np.nan)


def test_the_end_of_what_blocks_allow():
    """Blocks of four are the largest, but no residual is a mean of one."""
    spectrum = Spectrum(np.array([[0.0, 2.0]]), np.array([[12.0, 5.0]]), np.array([[12.0, 0.5]]))
    fits = fit_correlations(spectrum, np.array([4.0]))
    assert_allclose(1 + 3 * fits.rho, LEAST_BETWEEN, rtol=1e-9)
    assert (fits.covariance[:, [0, 2]] > 0).all()


def test_no_row():
    fits = fit_correlations(Spectrum(np.array([[0.0, 2.0]]), np.array([[2.0, 2.0]]), np.empty((0, 2))), np.empty(0))
    assert fits.covariance.shape == (0, 3)
