from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebayes_lm.core.component_counts import permutation_count, shares, threshold_count


def test_shares_are_squared_singular_values() -> None:
    x = np.random.default_rng(1).normal(size=(30, 6))
    squares = np.linalg.svd(x, compute_uv=False) ** 2
    assert_allclose(shares(x.T @ x, 4), squares[:4] / squares[:4].sum())
    assert_allclose(shares(np.zeros((6, 6)), 4), 0.0)


@pytest.mark.parametrize(
    ("reached", "count"), [([0, 0, 0], 3), ([0, 2, 0], 3), ([0, 3, 0], 1), ([5, 0, 0], 0), ([2, 2, 20], 2)]
)
def test_components_are_counted_up_to_the_first_that_is_noise(reached: list[int], count: int) -> None:
    """``reached`` of 20 permutations come to what was observed."""
    permuted = np.array([[1.0 if draw < times else 0.0 for times in reached] for draw in range(20)])
    assert permutation_count(np.full(3, 0.5), permuted) == count


def nested_sets(directions: list[float], n: int = 20, rows: int = 100, noise: float = 1.0) -> np.ndarray:
    """Eigenvalues of ten nested sets in which noise evens out as more features come in."""
    rng = np.random.default_rng(7)
    size = rows * np.arange(1.0, 11.0)
    values = noise * (1.0 + rng.normal(size=(10, n)) * np.sqrt(n / size)[:, None] / 4)
    values[:, : len(directions)] += directions
    return np.sort(values, axis=1)[:, ::-1]


@pytest.mark.parametrize("directions", [[], [60.0], [80.0, 40.0, 20.0]])
def test_thresholds_count_directions(directions: list[float]) -> None:
    residual = nested_sets(directions, rows=1000)
    assert threshold_count(residual, residual[:, -1], 1000, 2) == len(directions)


def test_thresholds_do_not_know_the_unit_of_the_machine() -> None:
    """What rounding does to eigenvalues that are zero in truth does not move the answer."""
    residual = nested_sets([60.0])
    usual = threshold_count(residual, residual[:, -1], 100, 1)
    for seed in range(5):
        moved = residual * (1.0 + 1e-14 * np.random.default_rng(seed).normal(size=residual.shape))
        assert threshold_count(moved, moved[:, -1], 100, 1) == usual
