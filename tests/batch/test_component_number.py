from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm import datasets, num_sv
from ebayes_lm.batch.row_permutations import RowPermutations

ANSWERS = json.loads((Path(__file__).parent / "answers" / "surrogates.json").read_text())
RNG = np.random.default_rng(5)
GROUP = np.column_stack([np.ones(16), np.arange(16) % 2])


def with_hidden(number: int, features: int = 400) -> np.ndarray:
    return RNG.normal(8, 1, (features, 16)) + RNG.normal(size=(features, number)) @ RNG.normal(size=(number, 16))


@pytest.mark.parametrize("number", [0, 1, 3])
def test_permutations_find_as_many_as_there_are(number: int) -> None:
    assert num_sv(with_hidden(number, 2000), GROUP, seed=1) == number


def test_thresholds_find_what_sets_of_features_agree_on() -> None:
    rng = np.random.default_rng(3)
    y = rng.normal(size=(20_000, 30)) + rng.normal(size=(20_000, 3)) @ rng.normal(size=(3, 30))
    assert num_sv(y, np.ones((30, 1)), method="leek") == 3


def test_thresholds_on_real_arrays_as_in_r() -> None:
    assert num_sv(datasets.bladder(), "~ cancer", method="leek") == ANSWERS["bladder"]["leek"]


def test_thresholds_on_real_counts_as_in_r() -> None:
    people = datasets.sex_rnaseq()
    y = np.log(people.counts + 1)
    assert num_sv(y, "~ group", samples=people.samples, method="leek") == ANSWERS["people"]["leek"]


def by_hand(y: np.ndarray, design: np.ndarray, n_perm: int, rng: np.random.Generator) -> int:
    """Buja and Eyuboglu's steps."""

    def left(values: np.ndarray) -> np.ndarray:
        return values - (design @ np.linalg.lstsq(design, values.T, rcond=None)[0]).T

    def shares(values: np.ndarray) -> np.ndarray:
        residuals = left(values)
        squares = np.linalg.svd(residuals, compute_uv=False)[: values.shape[1] - design.shape[1]] ** 2
        return squares / squares.sum()

    residuals, observed = left(y), shares(y)
    null = np.array([shares(rng.permuted(residuals, axis=1)) for _ in range(n_perm)])
    count = 0
    for component in range(len(observed)):
        if np.mean(null[:, component] >= observed[component]) > 0.1:
            break
        count += 1
    return count


def test_permutations_answer_as_often_as_by_hand() -> None:
    """On a set at the border between two answers."""
    rng = np.random.default_rng(9)
    y = rng.normal(size=(60, 10)) + 0.3 * np.outer(rng.normal(size=60), rng.normal(size=10))
    design = np.column_stack([np.ones(10), np.arange(10) % 2])
    ours = np.array([num_sv(y, design, seed=seed) for seed in range(150)])
    theirs = np.array([by_hand(y, design, 20, np.random.default_rng(seed)) for seed in range(150)])
    levels = np.arange(4)
    shares = [np.mean(counts[:, None] == levels, axis=0) for counts in (ours, theirs)]
    assert 0.1 < shares[1].max() < 0.95, "a border"
    # two standard errors of a difference of shares of 150 are 0.115 at most
    assert np.abs(shares[0] - shares[1]).max() < 0.15


def test_a_seed_repeats_in_other_blocks() -> None:
    y = with_hidden(2)
    usual = [num_sv(y, GROUP, seed=seed, n_perm=5) for seed in range(5)]
    assert [num_sv(y, GROUP, seed=seed, n_perm=5, chunk_size=7, threads=3) for seed in range(5)] == usual


def test_draws_do_not_depend_on_blocks() -> None:
    rows = np.arange(60.0).reshape(12, 5)
    permutations = RowPermutations(3, 2, 5)
    whole = permutations.drawn(rows, 0, 1)
    assert_array_equal(np.vstack([permutations.drawn(rows[:7], 0, 1), permutations.drawn(rows[7:], 7, 1)]), whole)
    assert_array_equal(np.sort(whole, axis=1), rows)
    assert not np.array_equal(whole, permutations.drawn(rows, 0, 0))


def test_all_orders_are_as_likely() -> None:
    rows = np.tile([0.0, 1.0, 2.0], (30_000, 1))
    orders = RowPermutations(1, 1, 3).drawn(rows, 0, 0) @ [9.0, 3.0, 1.0]
    _, times = np.unique(orders, return_counts=True)
    assert len(times) == 6
    assert np.abs(times - 5000).max() < 4 * np.sqrt(5000)


def test_most_variable_features() -> None:
    y = with_hidden(1, 300)
    y[:100] *= 5
    order = RNG.permutation(300)
    chosen = np.sort(np.argsort(-y.var(axis=1))[:100])
    for method in ("be", "leek"):
        assert num_sv(y, GROUP, method=method, n_features=100, seed=1) == num_sv(
            y[chosen], GROUP, method=method, seed=1
        )
    assert num_sv(y[order], GROUP, n_features=100, seed=2) == num_sv(y, GROUP, n_features=100, seed=2)


def test_constant_features_and_few_features() -> None:
    assert num_sv(np.full((40, 16), 3.0), GROUP, seed=1) == 0
    assert num_sv(with_hidden(0, 5), GROUP, seed=1) == 0


def test_designs_and_tables() -> None:
    y = with_hidden(1)
    frame = pd.DataFrame(y, columns=[f"s{j}" for j in range(16)])
    table = pd.DataFrame({"group": list("AB") * 8}, index=frame.columns)
    assert num_sv(frame, "~ group", samples=table[::-1], seed=1) == num_sv(y, GROUP, seed=1) == 1
