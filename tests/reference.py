"""Slow, obvious oracles: one feature at a time, by the textbook."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np


class Row(NamedTuple):
    """Ordinary least squares of one feature."""

    coefficients: np.ndarray
    sigma: float
    df: int
    mean: float


def least_squares_of_row(y: Any, x: Any, weights: Any = None) -> Row:
    """Least squares of one complete row (n,) on a design (n, p) of full rank, samples of weight zero left out."""
    y, x = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    used = w > 0
    root = np.sqrt(w[used])
    beta, _, rank, _ = np.linalg.lstsq(x[used] * root[:, None], y[used] * root, rcond=None)
    df = int(used.sum() - rank)
    rss = 0.0
    for value, row, weight in zip(y[used], x[used], w[used], strict=True):
        rss += weight * (value - row @ beta) ** 2
    return Row(beta, float(np.sqrt(rss / df)) if df else np.nan, df, float(y.mean()))


def least_squares_of_rows(y: Any, x: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients, sigma and mean of every row, one after the other."""
    rows = [least_squares_of_row(row, x, weights) for row in np.asarray(y)]
    return np.array([r.coefficients for r in rows]), np.array([r.sigma for r in rows]), np.array([r.mean for r in rows])


def unscaled_covariance(x: Any, weights: Any = None) -> np.ndarray:
    """``(X'WX)^-1`` by the inverse of the normal equations, in exact arithmetic."""
    rows = [[Fraction(float(v)) for v in row] for row in np.asarray(x)]
    w = [Fraction(float(v)) for v in (np.ones(len(rows)) if weights is None else weights)]
    p = len(rows[0])
    gram = [[sum(c * row[i] * row[j] for c, row in zip(w, rows, strict=True)) for j in range(p)] for i in range(p)]
    return np.array([[float(v) for v in row] for row in exact_inverse(gram)])


def exact_inverse(a: list[list[Fraction]]) -> list[list[Fraction]]:
    """Gauss-Jordan elimination of fractions."""
    p = len(a)
    rows = [list(row) + [Fraction(i == j) for j in range(p)] for i, row in enumerate(a)]
    for k in range(p):
        best = next(i for i in range(k, p) if rows[i][k] != 0)
        rows[k], rows[best] = rows[best], rows[k]
        rows[k] = [v / rows[k][k] for v in rows[k]]
        for i in range(p):
            if i != k:
                rows[i] = [v - rows[i][k] * u for v, u in zip(rows[i], rows[k], strict=True)]
    return [row[p:] for row in rows]


def moderated_t(effect: Any, unscaled: Any, sigma: Any, df: Any, s2_prior: float, df_prior: float) -> np.ndarray:
    """Moderated t of one coefficient, feature by feature (Smyth 2004, section 3)."""
    t = []
    for b, u, s, d in zip(effect, unscaled, sigma, df, strict=True):
        if np.isinf(df_prior) or d == 0 or np.isnan(s):
            s2 = s2_prior
        else:
            s2 = (df_prior * s2_prior + d * s**2) / (df_prior + d)
        t.append(b / (u * np.sqrt(s2)))
    return np.array(t)


def f_by_quadratic_form(beta: Any, covariance: Any, s2: Any) -> np.ndarray:
    """F of all coefficients of every feature: ``b' V^-1 b / (r s2)``, V of full rank."""
    covariance = np.asarray(covariance)
    return np.array(
        [b @ np.linalg.solve(covariance, b) / (len(b) * v) for b, v in zip(np.asarray(beta), s2, strict=True)]
    )


class WeightedRow(NamedTuple):
    """Generalised least squares of the observed samples of one feature."""

    coefficients: np.ndarray
    covariance: np.ndarray
    sigma: float
    df: int


def generalised_least_squares_of_row(y: Any, x: Any, weights: Any, correlation: Any = None) -> WeightedRow:
    """Fit of what one row has, ``V = W^-1/2 C W^-1/2``, on a design that these samples can estimate."""
    y, x, w = (np.asarray(a, dtype=np.float64) for a in (y, x, weights))
    used = np.isfinite(y) & (w > 0)
    c = np.eye(len(y)) if correlation is None else np.asarray(correlation)
    root = np.sqrt(w[used])
    inverse = np.linalg.inv(np.linalg.cholesky(c[np.ix_(used, used)]))
    xs, ys = inverse @ (x[used] * root[:, None]), inverse @ (y[used] * root)
    beta = np.linalg.lstsq(xs, ys, rcond=None)[0]
    rest = ys - xs @ beta
    df = int(used.sum() - x.shape[1])
    r = np.linalg.qr(xs, mode="r")
    factor = np.linalg.inv(r)
    return WeightedRow(beta, factor @ factor.T, float(np.sqrt(rest @ rest / df)) if df else np.nan, df)


class MixedRow(NamedTuple):
    """Mixed model of one feature at some correlation within blocks; sigma is that of REML."""

    deviance: float
    coefficients: np.ndarray
    covariance: np.ndarray
    sigma: float


def mixed_row(y: Any, x: Any, weights: Any, blocks: Any, rho: float, log_variance: float | None = None) -> MixedRow:
    """Generalised least squares by dense matrices, and -2 times the residual log likelihood, up to a constant.

    The unscaled covariance is beside the variance that is given, or else the best one.
    """
    used = np.asarray(weights) > 0
    root, blocks = np.sqrt(weights[used]), blocks[used]
    y, x = y[used] * root, x[used] * root[:, None]
    v = np.where(blocks[:, None] == blocks, rho, 0.0) + np.diag(np.full(len(y), 1.0 - rho))
    information = x.T @ np.linalg.solve(v, x)
    beta = np.linalg.solve(information, x.T @ np.linalg.solve(v, y))
    rest, df = y - x @ beta, len(y) - x.shape[1]
    square = rest @ np.linalg.solve(v, rest)
    variance = square / df if log_variance is None else np.exp(log_variance)
    determinants = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    deviance = df * np.log(variance) + determinants + square / variance
    return MixedRow(deviance, beta, np.linalg.inv(information), float(np.sqrt(variance)))


def best_correlation(y: Any, x: Any, weights: Any, blocks: Any) -> float:
    """Where the residual likelihood is largest, by a fine grid and golden sections; not nearer the end than 1 %."""
    from scipy.optimize import minimize_scalar

    lowest = -0.99 / (np.bincount(blocks[np.asarray(weights) > 0]).max() - 1)
    grid = np.linspace(lowest, 0.999, 150)
    deviances = [mixed_row(y, x, weights, blocks, rho).deviance for rho in grid]
    at = int(np.argmin(deviances))
    ends = grid[max(at - 1, 0)], grid[min(at + 1, len(grid) - 1)]
    best = minimize_scalar(
        lambda rho: mixed_row(y, x, weights, blocks, rho).deviance, bounds=ends, method="bounded",
        options={"xatol": 1e-11},
    )  # fmt: skip
    return float(best.x)


def satterthwaite_df(y: Any, x: Any, weights: Any, blocks: Any, rho: float, contrasts: Any) -> np.ndarray:
    """``2 f^2 / Var(f)`` of contrasts (p, k) by differences of the deviance at its minimum, extrapolated once."""
    at = np.array([2.0 * np.log(mixed_row(y, x, weights, blocks, rho).sigma), rho])
    room = min(1.0 - rho, rho + 1.0 / (np.bincount(blocks[np.asarray(weights) > 0]).max() - 1))
    steps = np.diag([2e-3, 2e-3 * room])

    def mixed_difference(a: Any, b: Any) -> float:
        signs = ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
        points = [(at + p * a + q * b, sign) for p, q, sign in signs]
        return sum(s * mixed_row(y, x, weights, blocks, r, t).deviance for (t, r), s in points) / 4.0

    def hessian(scale: float) -> np.ndarray:
        own = steps * scale
        return np.array([[mixed_difference(a, b) / (a.sum() * b.sum()) for b in own] for a in own])

    covariance = 2.0 * np.linalg.inv((4.0 * hessian(0.5) - hessian(1.0)) / 3.0)

    def variances(r: float) -> np.ndarray:
        return np.diag(contrasts.T @ mixed_row(y, x, weights, blocks, r).covariance @ contrasts)

    step = 1e-4 * room
    v, slope = variances(rho), (variances(rho + step) - variances(rho - step)) / (2.0 * step)
    spread = [g @ covariance @ g for g in np.stack([v, slope], axis=1)]
    return 2.0 * v**2 / np.array(spread)
