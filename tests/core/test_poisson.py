from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebayes_lm.core.exact_zeros import zero_model
from ebayes_lm.core.poisson import poisson_rates

#: Steps stop where expected counts change by less than 1e-7, and the next would change them by its square.
SETTLED = 1e-6


@pytest.fixture
def problem():
    rng = np.random.default_rng(7)
    x = np.column_stack([np.ones(12), np.repeat([0.0, 1.0], 6), rng.normal(size=12)])
    sizes = rng.uniform(500.0, 2000.0, 12)
    return x, sizes, rng.poisson(sizes * np.exp(-6.0 + rng.normal(size=(40, 1)) + 0.5 * x[:, 2])).astype(float)


def test_scores_vanish_at_the_maximum(problem):
    x, sizes, counts = problem
    fitted = poisson_rates(counts, np.broadcast_to(sizes, counts.shape), x) * sizes
    assert_allclose((counts - fitted) @ x, 0.0, atol=SETTLED)


def test_as_in_statsmodels(problem):
    sm = pytest.importorskip("statsmodels.api")
    x, sizes, counts = problem
    fitted = poisson_rates(counts[:5], np.broadcast_to(sizes, (5, 12)), x) * sizes
    for y, expected in zip(counts, fitted, strict=False):
        glm = sm.GLM(y, x, family=sm.families.Poisson(), offset=np.log(sizes)).fit(tol=1e-12)
        assert_allclose(expected, glm.fittedvalues, rtol=SETTLED)


def test_counts_without_bounds(problem):
    """A feature whose counts leap between samples makes plain Newton steps overshoot."""
    x, sizes, counts = problem
    counts[0, :] = [0, 0, 0, 0, 0, 1e6, 0, 0, 0, 0, 0, 0]
    counts[1, :] = [1e9, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 1e8]
    fitted = poisson_rates(counts[:2], np.broadcast_to(sizes, (2, 12)), x) * sizes
    assert_allclose((counts[:2] - fitted) @ x / counts[:2].sum(axis=1, keepdims=True), 0.0, atol=SETTLED)


def test_zeros_are_exact_where_the_model_expects_none():
    groups = np.repeat(np.eye(2), 4, axis=0)
    counts = np.full((5, 8), 7.0)
    counts[0, :4] = 0  # a whole group
    counts[1, :3] = 0  # not all of it
    counts[2, [0, 4]] = 0
    counts[3] = 0
    model, sizes = zero_model(groups), np.linspace(100.0, 200.0, 8)
    assert model.candidates(counts).tolist() == [True, False, False, True, False]
    exact = model.exact_zeros(counts, sizes)
    assert exact.sum(axis=1).tolist() == [4, 0, 0, 8, 0]
    assert exact[0, :4].all()


@pytest.mark.parametrize("scale", [1.0, 1e6])
def test_exact_zeros_do_not_depend_on_coding_or_scale(scale):
    group, age = np.repeat([0.0, 1.0], 4), np.array([1.0, 2, 3, 4, 1, 2, 3, 4])
    counts = np.random.default_rng(3).poisson(20.0, (6, 8)) * scale
    counts[0, :4] = counts[1, 4:] = 0
    counts[2, [0, 4]] = counts[3, [0, 1, 4]] = 0
    plain = np.column_stack([np.ones(8), group, age])
    other = np.column_stack([1.0 - group, group, 1e4 + 1e3 * age, plain])  # aliased columns, too
    sizes = np.full(8, 1e6)
    one, two = (zero_model(x).exact_zeros(counts, sizes) for x in (plain, other))
    assert (one == two).all()
    assert one.sum(axis=1).tolist() == [4, 4, 0, 0, 0, 0]


def test_a_single_zero_never_counts():
    """A sample with a coefficient to itself has no residual to leave out."""
    assert zero_model(np.eye(4)).fewest == pytest.approx(2.0, abs=1e-3)
    assert zero_model(np.ones((5, 1))).fewest == pytest.approx(5.0, abs=1e-3)
