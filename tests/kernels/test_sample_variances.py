from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.kernels.sample_variances import learn_row_by_row, pool_rows

#: A hundred steps, each with systems solved in two ways.
AGREEMENT = 1e-11
TOL, SMALLEST = 1e-7, 1e-15


def example(g=40, n=8, seed=1):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), np.arange(n) % 2, rng.normal(size=n)])
    y = 5 + rng.normal(size=(g, n)) * np.exp(rng.normal(0, 0.4, n))
    return y, x, rng.uniform(0.2, 3, (g, n))


def centred_basis(n):
    return np.linalg.qr(np.eye(n)[:, 1:] - 1 / n)[0].T


def weighted_row(y, x, w):
    """Leverages, weighted squared residuals and residual df of one row, by the pseudoinverse."""
    there = np.isfinite(y) & (w > 0)
    root = np.sqrt(w[there])
    hat = (x[there] * root[:, None]) @ np.linalg.pinv(x[there] * root[:, None], rcond=1e-9)
    residual = y[there] * root - hat @ (y[there] * root)
    return there, np.diag(hat), residual**2, there.sum() - np.linalg.matrix_rank(x[there]), hat


def slow_learning(y, x, z, prior, cells=None):
    """Ritchie et al (2006), written out."""
    information, coefficients = prior * z @ z.T, np.zeros(len(z))
    for i in range(len(y)):
        w = np.exp(-coefficients @ z) * (1.0 if cells is None else cells[i])
        there, h, squares, df, _ = weighted_row(y[i], x, w)
        if there.sum() <= 2 or df < 2 or squares.sum() / df < SMALLEST:
            continue
        ones = np.vstack([np.ones(there.sum()), z[:, there]])
        full = (ones * (1 - h)) @ ones.T
        information = information + full[1:, 1:] - np.outer(full[1:, 0], full[0, 1:]) / full[0, 0]
        score = z[:, there] @ (squares / (squares.sum() / df) - (1 - h))
        coefficients = coefficients + np.linalg.solve(information, score)
    return np.exp(-coefficients @ z)


def learn(y, x, z=None, prior=10.0, cells=None, start=None):
    n = y.shape[1]
    columns = np.ascontiguousarray(np.linalg.qr(x)[0].T)
    directions = np.empty((0, n)) if z is None else np.ascontiguousarray(z)
    information = prior * np.eye(n) + 1.0 / n if z is None else prior * z @ z.T
    log_weights = np.zeros(n)
    given = np.empty((0, n)) if cells is None else cells
    assert learn_row_by_row(y, given, columns, directions, TOL, SMALLEST, information, log_weights)
    return np.exp(log_weights)


def with_gaps(y):
    y = y.copy()
    y[2, 1], y[3, :6], y[4], y[5, 1::2], y[6, 0] = np.nan, np.nan, np.nan, np.nan, np.inf
    y[7] = 3.0
    return y


@pytest.mark.parametrize("prior", [10.0, 0.5])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("gaps", [False, True])
def test_all_directions(prior, weighted, gaps):
    y, x, cells = example()
    y, cells = with_gaps(y) if gaps else y, cells if weighted else None
    if weighted and gaps:
        cells[9, 3] = 0.0
    assert_allclose(
        learn(y, x, prior=prior, cells=cells), slow_learning(y, x, centred_basis(8), prior, cells), rtol=AGREEMENT
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_few_directions(weighted):
    y, x, cells = example()
    cells = cells if weighted else None
    z = np.array([[1, 1, 1, 1, -1, -1, -1, -1], [0, 0, 0, 0, 1, 1, -1, -1]]) / np.sqrt([[8], [4]])
    for values in (y, with_gaps(y)):
        assert_allclose(learn(values, x, z, cells=cells), slow_learning(values, x, z, 10.0, cells), rtol=AGREEMENT)


def test_all_directions_are_as_many():
    y, x, _ = example()
    assert_allclose(learn(y, x), learn(y, x, centred_basis(8)), rtol=AGREEMENT)


def test_gradients_that_take_long_give_way_to_elimination():
    rng = np.random.default_rng(4)
    x = np.ones((40, 1))
    y = rng.normal(size=(60, 40))
    y[rng.random(y.shape) < 0.6] = np.nan
    prior = 1e-3
    assert_allclose(learn(y, x, prior=prior), slow_learning(y, x, centred_basis(40), prior), rtol=1e-8)


def test_what_is_not_determined_is_told():
    y, x, _ = example()
    y[0, :2] = np.nan
    z = np.array([[1.0, -1, 0, 0, 0, 0, 0, 0]]) / np.sqrt(2)
    columns = np.ascontiguousarray(np.linalg.qr(x)[0].T)
    log_weights = np.zeros(8)
    assert not learn_row_by_row(y, np.empty((0, 8)), columns, z, TOL, SMALLEST, np.zeros((1, 1)), log_weights)
    assert_array_equal(log_weights, 0.0)


def test_a_sample_that_is_not_there_keeps_its_weight_relative_to_the_others():
    y, x, _ = example()
    y[:, 0] = np.nan
    weights = learn(y, x, prior=0.0)
    assert_allclose(np.log(weights).sum(), 0.0, atol=AGREEMENT)
    assert_allclose(weights[1:] / weights[1], learn(y[:, 1:], x[1:], prior=0.0) / learn(y[:, 1:], x[1:], prior=0.0)[0])


def test_rows_in_parts_go_on_from_one_another():
    y, x, _ = example()
    columns, information, log_weights = np.ascontiguousarray(np.linalg.qr(x)[0].T), 10 * np.eye(8) + 1 / 8, np.zeros(8)
    for part in (y[:15], y[15:16], y[16:]):
        learn_row_by_row(part, np.empty((0, 8)), columns, np.empty((0, 8)), TOL, SMALLEST, information, log_weights)
    assert_array_equal(np.exp(log_weights), learn(y, x))


def test_rows_of_single_precision_are_accumulated_in_double():
    y, x, _ = example()
    y = y.astype(np.float32)
    assert_array_equal(learn(y, x), learn(y.astype(np.float64), x))


def test_pooled_rows():
    y, x, cells = example()
    y[7] = 3.0
    n, w = 8, np.linspace(0.5, 2, 8)
    information, score = np.zeros((n, n)), np.zeros(n)
    pool_rows(y, cells, np.ascontiguousarray(np.linalg.qr(x)[0].T), w, TOL, SMALLEST, information, score)
    expected, expected_score = np.zeros((n, n)), np.zeros(n)
    for row, own in zip(y, cells, strict=True):
        _, h, squares, df, hat = weighted_row(row, x, w * own)
        v = np.diag(1 - 2 * h) + hat**2
        expected += v - np.outer(v.sum(axis=0), v.sum(axis=0)) / v.sum()
        if squares.sum() / df >= SMALLEST:
            expected_score += squares / (squares.sum() / df) - (1 - h)
    lower = np.tril_indices(n)
    assert_allclose(information[lower], expected[lower], atol=AGREEMENT)
    assert_allclose(score, expected_score, atol=AGREEMENT)
