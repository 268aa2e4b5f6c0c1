"""Slow, obvious oracles of variance components: one row at a time, by dense matrices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Spectrum(NamedTuple):
    """Eigenvalues of one row, rising, and its squared residual along each."""

    values: np.ndarray
    squares: np.ndarray
    rank: int


def spectrum_of_row(y, x, blocks, weights):
    """Eigenvectors of ``Q'ZZ'Q`` for a basis Q of the residual space of the weighted design."""
    used = np.isfinite(y) & (weights > 0)
    root = np.sqrt(weights[used])
    u, s, _ = np.linalg.svd(x[used] * root[:, None], full_matrices=True)
    rank = int((s > 1e-7 * s.max()).sum())
    q = u[:, rank:]
    same = (blocks[used, None] == blocks[None, used]).astype(float)
    values, vectors = np.linalg.eigh(q.T @ same @ q)
    return Spectrum(values, (vectors.T @ q.T @ (y[used] * root)) ** 2, rank)


def by_value(values, squares, df=None, near=1e-8):
    """Distinct eigenvalues, their df, and sums of squares."""
    df = np.ones(len(values)) if df is None else df
    order = np.argsort(values)
    groups = np.split(order, np.flatnonzero(np.diff(values[order]) > near) + 1)
    return np.array([[values[at].mean(), df[at].sum(), squares[at].sum()] for at in groups]).T


def gamma_regression(d, squares, steps=21):
    """Damped scoring of squares of one df each on (1, d), as the trace of statmod's glmgam.fit shows it."""
    x = np.column_stack([np.ones(len(d)), d])
    beta = np.linalg.lstsq(x, squares, rcond=None)[0]
    if (x @ beta < 0).any():
        beta = np.array([squares.mean(), 0.0])

    def deviance(mu):
        return 2 * np.sum((squares - mu) / mu - np.log(squares / mu)) if (mu > 0).all() else np.inf

    damping, eased = None, True
    for _ in range(steps):
        mu = x @ beta
        v = np.maximum(mu**2, (mu**2).max() / 1000)
        information, score = x.T @ (x / v[:, None]), x.T @ ((squares - mu) / v)
        if damping is None:
            damping = np.trace(information) / 4
        elif eased:
            damping /= 10
        eased = True
        step = np.linalg.solve(information + damping * np.eye(2), score)
        while deviance(x @ (beta + step)) > deviance(mu):
            damping, eased = 2 * damping, False
            step = np.linalg.solve(information + damping * np.eye(2), score)
            if np.abs(step).max() < 1e-12 * np.abs(beta).max():
                return beta
        beta = beta + step
        if step @ score < 1e-6:
            break
    return beta
