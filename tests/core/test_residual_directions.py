from __future__ import annotations

import numpy as np
import pytest

from ebayes_lm.core.residual_directions import correlations, directions, effective_rows

# Eigenvectors of cross products against singular vectors: the squares cost half of the digits of small ones.
SPECTRUM = 1e-8

RNG = np.random.default_rng(2)


def test_directions_are_singular_vectors() -> None:
    rows = RNG.normal(size=(30, 8)) * np.arange(1, 9)
    found = directions(rows.T @ rows, 8, 30)
    _, values, vectors = np.linalg.svd(rows, full_matrices=False)
    np.testing.assert_allclose(found.variances, values**2, rtol=SPECTRUM)
    np.testing.assert_allclose(np.abs(np.sum(found.vectors * vectors.T, axis=0)), 1, rtol=SPECTRUM)
    assert found.shares.sum() == pytest.approx(1)
    largest = np.abs(found.vectors).argmax(axis=0)
    assert (found.vectors[largest, np.arange(8)] > 0).all()


@pytest.mark.parametrize(("rows", "copies"), [(2000, 1), (100, 20), (20, 100)])
def test_rows_that_repeat_count_once(rows: int, copies: int) -> None:
    d = 40
    found = [np.repeat(RNG.normal(size=(rows, d)), copies, axis=0) for _ in range(10)]
    shares = [np.linalg.eigvalsh(r.T @ r) / np.trace(r.T @ r) for r in found]
    told = np.mean([1 / effective_rows(s, rows * copies) for s in shares])
    assert 1 / told == pytest.approx(rows, rel=0.1)


def test_correlations_are_those_of_rows_and_directions() -> None:
    rows = RNG.normal(size=(5, 10))
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.sqrt((rows**2).sum(axis=1, keepdims=True) / 9)
    u = RNG.normal(size=(10, 2))
    u -= u.mean(axis=0)
    u /= np.linalg.norm(u, axis=0)
    found = correlations(rows, np.array([9.0, 9, 9, 9, 0]), u)
    expected = [[np.corrcoef(row, column)[0, 1] for column in u.T] for row in rows[:4]]
    np.testing.assert_allclose(found[:4], expected, rtol=1e-10)
    assert np.isnan(found[4]).all()
