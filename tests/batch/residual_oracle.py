"""The structure of residuals, slowly: one feature and one model at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats


class Structure(NamedTuple):
    """Shares and scores of components, associations by annotation and component, studentised residuals."""

    shares: np.ndarray
    scores: np.ndarray
    associations: dict[tuple[str, int], tuple[float, float]]
    studentised: np.ndarray


def structure_of_rows(y: np.ndarray, x: np.ndarray, weights: np.ndarray, table: pd.DataFrame) -> Structure:
    """Singular vectors of standardised residuals of rows y (G, n), and each against each column of a sample table."""
    standardised, studentised = np.zeros(y.shape), np.zeros(y.shape)
    for i, row in enumerate(y):
        used = np.isfinite(row)
        root = np.sqrt(weights[i][used])
        turned = x[used] * root[:, None]
        hat = turned @ np.linalg.inv(turned.T @ turned) @ turned.T
        rest = root * row[used] - hat @ (root * row[used])
        df = used.sum() - x.shape[1]
        sigma = np.sqrt(rest @ rest / df)
        standardised[i, used] = rest / sigma
        inner = rest / sigma / np.sqrt(1.0 - np.diag(hat))
        studentised[i, used] = inner * np.sqrt((df - 1) / (df - inner**2))
    _, values, vectors = np.linalg.svd(standardised, full_matrices=False)
    d = y.shape[1] - x.shape[1]
    shares = values[:d] ** 2 / np.sum(values**2)
    root = np.sqrt(weights[0])
    associations = {
        (name, at): _association(vectors[at], x, table[name], root) for name in table for at in range(min(d, 10))
    }
    return Structure(shares, vectors[:d].T * values[:d] / np.sqrt(len(y)), associations, studentised)


def _association(u: np.ndarray, x: np.ndarray, column: pd.Series, root: np.ndarray) -> tuple[float, float]:
    a = column.to_numpy(dtype=float)[:, None] if column.dtype.kind in "fi" else pd.get_dummies(column).to_numpy(float)
    small, large = x * root[:, None], np.hstack([x, a]) * root[:, None]
    rss = [float(np.sum((u - m @ np.linalg.lstsq(m, u, rcond=None)[0]) ** 2)) for m in (small, large)]
    added = np.linalg.matrix_rank(large) - np.linalg.matrix_rank(small)
    if not added:
        return np.nan, np.nan
    df = len(u) - np.linalg.matrix_rank(large)
    f = (rss[0] - rss[1]) / added / (rss[1] / df)
    return 1 - rss[1] / rss[0], float(stats.f.sf(f, added, df))
