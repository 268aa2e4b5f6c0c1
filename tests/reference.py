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
