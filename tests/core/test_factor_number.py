from __future__ import annotations

import numpy as np
import pytest

from ebayes_lm.core.factor_number import number_of_factors


def drawn(seed, g=500, m=10, k=0, half=False, spread=4.0):
    rng = np.random.default_rng(seed)
    loadings = rng.normal(size=(g, k)) * (rng.random((g, k)) < 0.5 if half else 1.0)
    noise = np.sqrt(spread / rng.chisquare(spread, g))[:, None] if spread else 1.0
    return loadings @ rng.normal(size=(k, m)) + noise * rng.normal(size=(g, m))


@pytest.mark.parametrize("spread", [None, 4.0, 2.2])
@pytest.mark.parametrize("m", [10, 22])
def test_noise_has_no_factor_however_variances_differ(m, spread):
    assert [number_of_factors(drawn(seed, m=m, spread=spread), None) for seed in range(10)] == [0] * 10


@pytest.mark.parametrize(
    ("m", "k", "half"), [(10, 1, True), (22, 1, True), (22, 3, True), (22, 3, False), (90, 5, True)]
)
def test_clear_factors_are_found(m, k, half):
    found = [number_of_factors(drawn(seed, m=m, k=k, half=half), None) for seed in range(10)]
    assert found.count(k) >= 9


def test_a_row_of_its_own_is_no_factor():
    rows = drawn(1)
    rows[3] *= 100.0
    assert number_of_factors(rows, None) == 0


def test_a_seed_gives_the_same_again():
    rows = drawn(4, k=2)
    assert len({number_of_factors(rows, 11) for _ in range(3)}) == 1
    assert number_of_factors(rows, None) == number_of_factors(rows, 0)


def test_at_most_half_of_the_directions():
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(200, 5)) @ rng.normal(size=(5, 8)) + 1e-3 * rng.normal(size=(200, 8))
    assert number_of_factors(rows, None) == 4


def test_where_there_is_nothing_to_learn_from():
    assert number_of_factors(np.zeros((100, 6)), None) == 0
    assert number_of_factors(np.random.default_rng(1).normal(size=(10, 6)), None) == 0
    assert number_of_factors(np.random.default_rng(1).normal(size=(100, 2)), None) == 0
