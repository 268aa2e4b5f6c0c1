from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.kernels.least_squares import SAFE_HIGH, SAFE_LOW, fit_rows
from tests.reference import least_squares_of_rows

#: Two orders of summation of well-conditioned least squares.
AGREEMENT = 1e-12


def run(y, x, weights=None, noise=1e-13):
    """The kernel on the plain QR of the weighted design."""
    w = np.ones(len(x)) if weights is None else weights
    root = np.sqrt(w)
    q, r = np.linalg.qr(x * root[:, None])
    g, p = len(y), x.shape[1]
    coefficients, sigma, mean = np.full((g, p), np.nan), np.full(g, np.nan), np.full(g, np.nan)
    suspect = np.zeros(g, dtype=bool)
    basis = np.zeros((p + -p % 6, len(x)))
    basis[:p] = q.T
    df = float(len(x) - p)
    fit_rows(
        y, basis * root, basis / root, w, r, np.ones(p), df, noise, np.empty(len(x)), np.empty(len(basis)),
        coefficients, sigma, mean, suspect,
    )  # fmt: skip
    return coefficients, sigma, mean, suspect


def example(p, n=30, g=25):
    rng = np.random.default_rng(p)
    x = rng.normal(size=(n, p))
    x[:, 0] = 1
    return rng.normal(3, 1, size=(g, n)), x


@pytest.mark.parametrize("p", range(1, 14))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_number_of_coefficients(p, dtype):
    y, x = example(p)
    y = y.astype(dtype)
    coefficients, sigma, mean, suspect = run(y, x)
    expected = least_squares_of_rows(y.astype(float), x)
    for got, want in zip((coefficients, sigma, mean), expected, strict=True):
        assert_allclose(got, want, rtol=AGREEMENT, atol=AGREEMENT)
    assert not suspect.any()


def test_weights():
    y, x = example(6)
    w = np.random.default_rng(0).uniform(0.1, 4, 30)
    coefficients, sigma, _, _ = run(y, x, w)
    beta, expected, _ = least_squares_of_rows(y, x, w)
    assert_allclose(coefficients, beta, rtol=AGREEMENT, atol=AGREEMENT)
    assert_allclose(sigma, expected, rtol=AGREEMENT)


def test_read_only_rows():
    y, x = example(3)
    y.flags.writeable = False
    assert_allclose(run(y, x)[0], least_squares_of_rows(y, x)[0], rtol=AGREEMENT, atol=AGREEMENT)


def test_units_of_coefficients():
    y, x = example(2)
    q, r = np.linalg.qr(x)
    basis, units = np.vstack([q.T, np.zeros((4, 30))]), np.array([1.0, 0.25])
    room = np.empty(30), np.empty(6)
    out = np.empty((25, 2)), np.empty(25), np.empty(25), np.empty(25, dtype=bool)
    fit_rows(y, basis, basis, np.ones(30), r, units, 28.0, 0.0, *room, *out)
    assert_allclose(out[0], run(y, x)[0] * [1.0, 0.25], rtol=AGREEMENT)


def test_suspects():
    y, x = example(4, g=8)
    y[0, 3], y[1, 29], y[2, 0] = np.nan, np.inf, -np.inf
    y[3] *= 1e200
    y[4] *= 1e-200
    y[5] = x @ [1.0, 2, 3, 4]
    y[6] = 0.0
    suspect = run(y, x)[3]
    assert_array_equal(suspect, [True] * 7 + [False])


def test_bounds_leave_room_for_squares():
    smallest, largest = np.finfo(np.float64).tiny, np.finfo(np.float64).max
    # a hundred thousand samples at the bound neither overflow nor lose digits to subnormal numbers
    assert largest > SAFE_HIGH * 1e5
    assert smallest < SAFE_LOW * 1e-16


def test_a_result_does_not_depend_on_its_neighbours():
    y, x = example(5)
    whole = run(y, x)
    for i in (0, 11, 24):
        alone = run(np.ascontiguousarray(y[[i]]), x)
        for a, b in zip(whole, alone, strict=True):
            assert_array_equal(a[i], b[0])
