from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import DataError, EstimabilityWarning

#: What is fitted again is fitted in other blocks.
AGAIN = 1e-13

SAMPLES = pd.DataFrame({"group": list("AABBCC")}, index=[f"s{i}" for i in range(6)])
Y = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 6)), [f"g{i}" for i in range(50)], SAMPLES.index)


def test_infinite_values_point_to_the_way_out():
    y = Y.copy()
    y.iloc[3, 1] = np.inf
    with pytest.raises(DataError, match=r"1 value in 1 feature \('g3'\).*inf=\"missing\""):
        el.lm_fit(y, "~ group", samples=SAMPLES)


def test_what_is_not_estimable_is_told_once():
    y = Y.copy()
    y.iloc[[3, 7], :2] = np.nan
    with pytest.warns(EstimabilityWarning, match=r"2 features \('g3', 'g7'\); these are NaN") as caught:
        el.lm_fit(y, "~ group", samples=SAMPLES, chunk_size=5)
    assert len(caught) == 1
    with pytest.warns(EstimabilityWarning, match="as in limma, the other coefficients"):
        el.lm_fit(y, "~ group", samples=SAMPLES, compat="limma")


@pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EstimabilityWarning")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("method", ["ls", "robust"])
def test_blocks_and_threads_change_nothing(weighted, method):
    y = Y.mask(np.random.default_rng(1).random(Y.shape) < 0.05)
    weights = np.random.default_rng(2).uniform(0.5, 2, Y.shape) if weighted else None
    options = {"samples": SAMPLES, "weights": weights, "method": method, "max_iter": 99}
    whole = el.lm_fit(y, "~ group", **options)
    parts = el.lm_fit(y, "~ group", **options, chunk_size=7, threads=2)
    contrasts = {"BvA": "groupB", "CvB": "groupC - groupB"}
    a, b = whole.contrast(**contrasts), parts.contrast(**contrasts)
    np.testing.assert_array_equal(a.status, b.status)
    for name in ("coefficients", "stdev_unscaled", "sigma", "df_residual"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-13, atol=1e-13)


@pytest.mark.filterwarnings("ignore:.*had not converged:ebayes_lm.errors.ConvergenceWarning")
@pytest.mark.parametrize("weighted", [False, True])
def test_weights_of_robust_fits_of_a_store_are_found_again(weighted, tmp_path):
    y = Y.mask(np.random.default_rng(1).random(Y.shape) < 0.02).to_numpy()
    np.save(tmp_path / "y.npy", y)
    weights = np.random.default_rng(2).uniform(0.5, 2, Y.shape) if weighted else None
    expected, found = (
        el.lm_fit(values, np.column_stack([np.ones(6), np.arange(6)]), weights=weights, method="robust", chunk_size=7)
        for values in (y, el.open_matrix(tmp_path / "y.npy"))
    )
    path, contrast = found.save(tmp_path / "fit"), np.ones((2, 1))
    stdev = expected.contrast(contrast).stdev_unscaled
    for fit in (found, el.load(path), found[np.arange(50)]):
        np.testing.assert_allclose(fit.contrast(contrast).stdev_unscaled, stdev, rtol=AGAIN)
    moderated = [fit.ebayes(legacy=True).F for fit in (found, expected)]
    np.testing.assert_allclose(*moderated, rtol=AGAIN)


def test_a_large_matrix_with_gaps_needs_little_more_room_than_its_results():
    y = np.random.default_rng(3).normal(size=(100_000, 100))
    y[:, ::20] = np.where(np.random.default_rng(4).random((len(y), 5)) < 0.5, np.nan, y[:, ::20])
    design = np.column_stack([np.ones(100), np.arange(100) % 2])
    el.lm_fit(y[:100], design)  # compiles
    tracemalloc.start()
    el.lm_fit(y, design)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < y.nbytes
