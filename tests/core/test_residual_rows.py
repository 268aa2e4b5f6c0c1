from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.ols import least_squares
from ebayes_lm.core.residual_rows import ResidualRows
from ebayes_lm.core.wls import row_designs

# Two ways through the same sums.
SUMS = 1e-11

G, N = 40, 14
RNG = np.random.default_rng(5)
X = np.column_stack([np.ones(N), RNG.normal(size=N), np.arange(N) % 2])
Y = RNG.normal(size=(G, N)) * RNG.uniform(0.5, 4, size=(G, 1)) + 7
BLOCKS = np.arange(N) // 3


def of_row(y: Any, x: Any, weights: Any, correlation: Any = None) -> tuple[np.ndarray, float, np.ndarray]:
    """Whitened residuals of a row by the textbook, standardised; its sigma; what is left of samples."""
    used = weights > 0
    root = np.diag(np.sqrt(weights[used]))
    if correlation is not None:
        root = np.linalg.inv(np.linalg.cholesky(correlation[np.ix_(used, used)])) @ root
    turned = root @ x[used]
    hat = turned @ np.linalg.pinv(turned)
    rest = (np.eye(len(hat)) - hat) @ root @ y[used]
    df = used.sum() - np.linalg.matrix_rank(turned)
    sigma = np.sqrt(rest @ rest / df)
    residuals, free = np.zeros(len(y)), np.zeros(len(y))
    residuals[used], free[used] = rest / sigma, 1.0 - np.diag(hat)
    return residuals, sigma, free


@pytest.mark.parametrize("use_kernel", [False, True])
@pytest.mark.parametrize("kind", ["plain", "weights", "a weight of zero", "correlation"])
def test_complete_rows_are_those_of_the_textbook(kind: str, use_kernel: bool) -> None:
    weights = np.ones(N) if kind in ("plain", "correlation") else RNG.uniform(0.3, 3, size=N)
    if kind == "a weight of zero":
        weights[4] = 0
    correlation = BlockCorrelation(BLOCKS, 0.4) if kind == "correlation" else None
    rows = ResidualRows(least_squares(X, None if kind == "plain" else weights, correlation=correlation))
    found = rows.complete(Y, use_kernel=use_kernel)
    used = weights > 0
    for i in range(G):
        residuals, sigma, free = of_row(Y[i], X, weights, None if correlation is None else correlation.matrix())
        np.testing.assert_allclose(found.residuals[i], residuals[used], atol=SUMS)
        np.testing.assert_allclose(found.sigma[i], sigma, rtol=SUMS)
        squares = residuals[used] ** 2 / free[used]
        assert found.sample[i] == squares.argmax()
        np.testing.assert_allclose(found.largest[i], squares.max(), rtol=SUMS)
    np.testing.assert_allclose((found.residuals**2).sum(axis=1), found.df, rtol=SUMS)


@pytest.mark.parametrize("rho", [0.0, 0.4])
def test_rows_with_gaps_and_weights_are_those_of_the_textbook(rho: float) -> None:
    weights = RNG.uniform(0.3, 3, size=(G, N))
    weights[RNG.random(size=(G, N)) < 0.15] = 0
    correlation = BlockCorrelation(BLOCKS, rho)
    rows = ResidualRows(least_squares(X, correlation=correlation), row_designs(X, correlation))
    found, free = rows.single(np.where(weights > 0, Y, np.nan), weights, None)
    for i in range(G):
        residuals, sigma, left = of_row(Y[i], X, weights[i], correlation.matrix())
        np.testing.assert_allclose(found.residuals[i], residuals, atol=SUMS)
        np.testing.assert_allclose(found.sigma[i], sigma, rtol=SUMS)
        if rho == 0.0:
            np.testing.assert_allclose(free[i], left, atol=SUMS)


@pytest.mark.parametrize("rho", [0.0, -0.2, 0.4])
def test_what_is_projected_singly_is_orthogonal_to_the_design_of_the_row(rho: float) -> None:
    weights = RNG.uniform(0.3, 3, size=(G, N))
    weights[RNG.random(size=(G, N)) < 0.15] = 0
    correlation = BlockCorrelation(BLOCKS, rho)
    rows = ResidualRows(least_squares(X, correlation=correlation), row_designs(X, correlation))
    values = np.where(weights > 0, RNG.normal(size=(G, N)), 0.0)
    projected = rows.projected_singly(values, weights, None)
    for i in range(G):
        used = weights[i] > 0
        whitener = np.linalg.inv(np.linalg.cholesky(correlation.matrix()[np.ix_(used, used)]))
        turned = whitener @ np.diag(np.sqrt(weights[i][used])) @ X[used]
        rest = values[i][used] - turned @ np.linalg.pinv(turned) @ values[i][used]
        np.testing.assert_allclose(projected[i][used], rest, atol=SUMS)
    assert not projected[weights == 0].any()


@pytest.mark.parametrize("use_kernel", [False, True])
@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e160, 1e300])
def test_the_scale_of_a_row_does_not_matter(size: float, use_kernel: bool) -> None:
    rows = ResidualRows(least_squares(X))
    plain, scaled = (rows.complete(y, use_kernel=use_kernel) for y in (Y, Y * size))
    np.testing.assert_allclose(scaled.residuals, plain.residuals, atol=SUMS)
    np.testing.assert_allclose(scaled.sigma, plain.sigma * size, rtol=SUMS)
    np.testing.assert_allclose(scaled.largest, plain.largest, rtol=SUMS)


@pytest.mark.parametrize("use_kernel", [False, True])
def test_rows_without_variance_or_values_are_left_out(use_kernel: bool) -> None:
    y = Y.copy()
    y[0], y[1], y[2, 3], y[3, 3] = 5.0, X @ [1.0, 2.0, 3.0], np.nan, np.inf
    found = ResidualRows(least_squares(X)).complete(y, use_kernel=use_kernel)
    assert not found.residuals[:4].any()
    assert found.df[:5].tolist() == [0, 0, 0, 0, N - 3]
    assert not found.largest[:4].any()
    assert np.isnan(found.sigma[:4]).tolist() == [False, False, True, True]


@pytest.mark.parametrize("use_kernel", [False, True])
def test_squares_below_the_least_that_matters_are_passed_over(use_kernel: bool) -> None:
    rows = ResidualRows(least_squares(X))
    whole = rows.complete(Y, use_kernel=use_kernel)
    least = float(np.sort(whole.largest)[G // 2])
    some = rows.complete(Y, use_kernel=use_kernel, least=least)
    matter = whole.largest >= least
    assert matter.sum() == G - G // 2
    np.testing.assert_array_equal(some.largest, np.where(matter, whole.largest, 0.0))
    np.testing.assert_array_equal(some.sample, np.where(matter, whole.sample, 0))
    np.testing.assert_array_equal(some.residuals, whole.residuals)


def test_float32_is_multiplied_as_it_is() -> None:
    y = Y.astype(np.float32)
    rows = ResidualRows(least_squares(X))
    wide = rows.complete(y.astype(np.float64), use_kernel=False)
    for use_kernel in (False, True):
        np.testing.assert_allclose(rows.complete(y, use_kernel=use_kernel).residuals, wide.residuals, atol=SUMS)
