from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.data.blocks import BLOCK_CELLS
from ebayes_lm.errors import DataError, StorageWarning
from ebayes_lm.results import sample_rows
from tests.data.sample_stores import SHORT, sampled

#: Sums over samples in another order, of well-scaled data.
ACROSS_BLOCKS = 1e-13
G, N = 700, 60


def problem(seed=0, p=4):
    rng = np.random.default_rng(seed)
    y = rng.normal(8, 1, size=(G, N))
    return y, np.column_stack([np.ones(N), rng.normal(size=(N, p - 1))])


def gapped(y):
    """With gaps, constants, zeros and values near the ends of the range of numbers."""
    y = y.copy()
    y[3, 5], y[17, ::2], y[44] = np.nan, np.nan, np.nan
    y[100], y[101] = 5.25, 0.0
    y[102] *= 1e-170
    y[103] *= 1e200
    y[699, 0] = np.nan
    return y


def arrays_of(fit):
    return {name: getattr(fit.record, name) for name in fit.record.declared_axes()}


def assert_same(fit, other, rtol=ACROSS_BLOCKS):
    for (name, a), b in zip(arrays_of(fit).items(), arrays_of(other).values(), strict=True):
        assert_allclose(a, b, rtol=rtol, atol=rtol * 10, err_msg=name)


@pytest.mark.parametrize("together", [1, 7])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16])
def test_two_passes_give_what_rows_give(together, dtype):
    y, x = problem()
    y = (y * (1 if dtype != np.int16 else 100)).astype(dtype)
    matrix = sampled(y, together)
    fit = el.lm_fit(matrix, x, max_memory=SHORT)
    assert_same(fit, el.lm_fit(y, x))
    reads = matrix.source.reads
    assert sum(stop - start for start, stop in reads) == 2 * N
    assert len(reads) > (3 if y.itemsize > 2 else 1)
    assert matrix.source.rows_read == []


@pytest.mark.parametrize("weights", ["positive", "zeros", "of features"])
def test_weights(weights):
    y, x = problem()
    w = np.random.default_rng(5).uniform(0.3, 3, size=G if weights == "of features" else N)
    if weights == "zeros":
        w[[0, 31]] = 0.0
    assert_same(el.lm_fit(sampled(y), x, weights=w, max_memory=SHORT), el.lm_fit(y, x, weights=w))


@pytest.mark.parametrize("weights", [None, "zeros"])
def test_features_that_are_fitted_on_their_own(weights):
    y, x = problem()
    y, w = gapped(y), None
    if weights:
        w = np.ones(N)
        w[[0, 31]] = 0.0
    matrix = sampled(y)
    fit, rows = el.lm_fit(matrix, x, weights=w, max_memory=SHORT), el.lm_fit(y, x, weights=w)
    assert_same(fit, rows)
    assert_array_equal(fit.status, rows.status)
    assert set(fit.status) >= {"zero_variance", "all_missing"}
    contrast = np.array([0.0, 1.0, -1.0, 0.0])
    a, b = (f.contrast(contrast).record.stdev_unscaled for f in (fit, rows))
    assert_allclose(a, b, rtol=ACROSS_BLOCKS)
    passes = sum(stop - start for start, stop in matrix.source.reads) / N
    assert passes == 3  # the third for constant features


def test_infinite_values_are_found_and_counted():
    y, x = problem()
    y[5, 3], y[600, :2] = np.inf, (-np.inf, np.inf)
    with pytest.raises(DataError, match="3 values in 2 features"):
        el.lm_fit(sampled(y), x, max_memory=SHORT)
    fit = el.lm_fit(sampled(y), x, max_memory=SHORT, inf="missing")
    assert_same(fit, el.lm_fit(y, x, inf="missing"))


def test_an_aliased_design_and_one_without_residual_df():
    y, x = problem()
    x = np.column_stack([x, x[:, 1] + x[:, 2]])
    with pytest.warns(el.EbayesLMWarning):
        rows = el.lm_fit(y, x)
    with pytest.warns(el.EbayesLMWarning):
        fit = el.lm_fit(sampled(y), x, max_memory=SHORT)
    assert_same(fit, rows)


@pytest.mark.parametrize("options", [{"max_memory": SHORT}, {"max_memory": SHORT, "chunk_size": 20}])
def test_the_same_bits_whatever_the_threads(options):
    y, x = problem()
    one, *others = (el.lm_fit(sampled(gapped(y)), x, threads=k, **options) for k in (1, 2, 5))
    for other in others:
        for a, b in zip(arrays_of(one).values(), arrays_of(other).values(), strict=True):
            assert_array_equal(a, b)


def test_values_may_be_mapped_as_they_are_read():
    y, x = problem()
    matrix = sampled(np.exp2(y)).map(np.log2)
    assert_same(el.lm_fit(matrix, x, max_memory=SHORT), el.lm_fit(np.log2(np.exp2(y)), x))


def test_small_matrices_are_turned_round_in_memory_once():
    y, x = problem()
    matrix = sampled(y)
    fit = el.lm_fit(matrix, x)
    el.lm_fit(matrix, x[:, :2])
    for a, b in zip(arrays_of(fit).values(), arrays_of(el.lm_fit(y, x)).values(), strict=True):
        assert_array_equal(a, b)
    assert matrix.source.reads == [(0, N)]


def test_where_many_features_lack_values_the_store_is_rewritten(monkeypatch):
    y, x = problem()
    y[::2, 0] = np.nan
    most = 300
    monkeypatch.setattr(sample_rows, "_APART_SHARE", 1_000_000 / (8 * N * most))
    with pytest.warns(StorageWarning, match="scratch file"):
        fit = el.lm_fit(sampled(y), x, max_memory=SHORT)
    assert_same(fit, el.lm_fit(y, x))


@pytest.mark.parametrize("kind", ["robust", "cells", "block"])
def test_what_needs_whole_features_rewrites_the_store_once(kind):
    y, x = problem()
    matrix = sampled(gapped(y) if kind != "block" else y)
    options = {
        "robust": {"method": "robust"},
        "cells": {"weights": np.random.default_rng(3).uniform(0.5, 2, size=y.shape)},
        "block": {"block": np.arange(N) // 2, "correlation": 0.4},
    }[kind]
    with pytest.warns(StorageWarning, match="later steps with the same y share"):
        fit = el.lm_fit(matrix, x, max_memory=SHORT, **options)
    again = el.lm_fit(matrix, x, max_memory=SHORT, **options)
    rows = el.lm_fit(matrix.source.values, x, **options)
    assert_same(fit, rows)
    assert_same(again, rows)
    assert sum(stop - start for start, stop in matrix.source.reads) == N


def test_a_large_matrix_goes_by_samples_without_being_asked():
    rng = np.random.default_rng(8)
    y = rng.normal(size=(BLOCK_CELLS // 40 + 5000, 40)).astype(np.float32)
    x = np.column_stack([np.ones(40), np.arange(40) % 2])
    matrix = sampled(y)
    assert_same(el.lm_fit(matrix, x), el.lm_fit(y, x))
    assert sum(stop - start for start, stop in matrix.source.reads) == 80


def test_numbers_may_go_to_disk_as_they_come(tmp_path):
    y, x = problem()
    y = gapped(y)
    fit = el.lm_fit(sampled(y), x, max_memory=SHORT, out=tmp_path / "fit")
    assert_same(fit, el.lm_fit(y, x))
    assert_same(el.load(tmp_path / "fit"), el.lm_fit(y, x))


def test_a_run_that_can_be_resumed_works_by_features(tmp_path):
    y, x = problem()
    matrix = sampled(y)
    with pytest.warns(StorageWarning, match="scratch file"):
        fit = el.lm_fit(matrix, x, max_memory=SHORT, checkpoint=tmp_path / "blocks")
    assert_same(fit, el.lm_fit(y, x))
    again = el.lm_fit(matrix, x, max_memory=SHORT, checkpoint=tmp_path / "blocks")
    for a, b in zip(arrays_of(fit).values(), arrays_of(again).values(), strict=True):
        assert_array_equal(a, b)
