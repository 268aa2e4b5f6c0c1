"""Weights, correlations and counts of matrices on disk: the numbers of the same matrix in memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.data import memory
from ebayes_lm.errors import DataError

#: Blocks end elsewhere, and of samples one after another sums are taken in another order.
BLOCKS = 1e-13
#: A weight is the fourth power of a trend through roots of such sums.
TREND = 1e-12

G, N = 1800, 12
X = np.column_stack([np.ones(N), np.arange(N) % 2])
PAIRS, HALVES = np.arange(N) // 2, np.arange(N) % 2
RNG = np.random.default_rng(5)
MEAN = RNG.uniform(4.0, 12.0, (G, 1))
Y = (RNG.normal(MEAN, np.exp(-MEAN / 8.0), (G, N)) + RNG.normal(size=(G, N // 2))[:, PAIRS] / 4).astype(np.float32)
GAPS = Y.copy()
GAPS[::50, 3] = np.nan
COUNTS = RNG.poisson(RNG.gamma(0.5, 60.0, (G, 1)), (G, N)).astype(np.int32)
CELLS = RNG.uniform(0.5, 2.0, (G, N))
#: So little that stores of samples are not turned round in memory, and that there are several blocks.
SHORT = {"max_memory": "1MB", "threads": 2, "progress": False}

VALUES = {
    "reml": lambda y: el.array_weights(y, X, **SHORT),
    "gene by gene": lambda y: el.array_weights(y, X, method="genebygene", **SHORT),
    "groups of samples": lambda y: el.array_weights(y, X, var_group=HALVES, **SHORT),
    "variances": lambda y: el.array_weights(y, X, var_design=np.column_stack([np.ones(N), np.arange(N)]), **SHORT),
    "prior weights": lambda y: el.array_weights(y, X, weights=CELLS, **SHORT),
    "quick": lambda y: el.array_weights_quick(y, el.lm_fit(Y, X), **SHORT),
    "blocks": lambda y: el.duplicate_correlation(y, X, block=PAIRS, **SHORT).atanh_correlations,
    "rows": lambda y: el.duplicate_correlation(y, X, **SHORT).atanh_correlations,
    "distant rows": lambda y: el.duplicate_correlation(y, X, spacing=G // 2, **SHORT).atanh_correlations,
}
TRENDS = {
    "vooma": lambda y: el.vooma(y, X, **SHORT),
    "predictor": lambda y: el.vooma(y, X, predictor=np.sqrt(np.arange(G)), **SHORT),
    "by group": lambda y: el.vooma_by_group(y, HALVES, **SHORT),
    "alone in its group": lambda y: el.vooma_by_group(y, np.minimum(np.arange(N), 1), X, **SHORT),
    "blocks": lambda y: el.vooma(y, X, block=PAIRS, correlation=0.3, **SHORT),
    "fit": lambda y: el.vooma_lm_fit(y, X, sample_weights=True, **SHORT).elist,
    "prior": lambda y: el.vooma_lm_fit(y, X, prior_weights=CELLS, **SHORT).elist,
}
OF_COUNTS = {
    "voom": lambda y: el.voom(y, X, **SHORT).weights,
    "quality": lambda y: el.voom_with_quality_weights(y, X, **SHORT).weights,
    "fit": lambda y: el.voom_lm_fit(y, X, **SHORT).elist.weights,
    "norm": lambda y: el.norm_lib_sizes(y).samples["norm_factors"],
    "filter": lambda y: el.filter_by_expr(y, X),
    "cpm": lambda y: el.cpm(y, log=True),
    "abundance": lambda y: el.ave_log_cpm(y),
}

pytestmark = pytest.mark.filterwarnings("ignore:y holds samples one after another")


def by_features(values, folder):
    folder.mkdir(exist_ok=True)
    np.save(folder / "y.npy", values)
    return el.open_matrix(folder / "y.npy")


def by_samples(values, folder):
    folder.mkdir(exist_ok=True)
    np.save(folder / "s.npy", np.asfortranarray(values))
    return el.open_matrix(folder / "s.npy")


def in_chunks(values, folder):
    pytest.importorskip("zarr")
    return by_features(values, folder).write(folder / "y.zarr")


def of_dask(values, folder):
    return pytest.importorskip("dask.array").from_array(values, chunks=(700, 5))


def backed(values, folder):
    anndata, sparse = pytest.importorskip("anndata"), pytest.importorskip("scipy.sparse")
    anndata.AnnData(sparse.csr_matrix(values.T)).write_h5ad(folder / "y.h5ad")
    return anndata.read_h5ad(folder / "y.h5ad", backed="r")


def every(matrix):
    """All values, also of a matrix that holds samples one after another."""
    return matrix.map_blocks(lambda values, at: (values,))[0]


STORES = {"features": by_features, "samples": by_samples, "zarr": in_chunks, "dask": of_dask, "anndata": backed}
in_every_store = pytest.mark.parametrize("stored", STORES.values(), ids=STORES)


@pytest.fixture(scope="module")
def known():
    """What the verbs say of arrays in memory."""
    cases = (VALUES, Y), (TRENDS, Y), (OF_COUNTS, COUNTS)
    return [{name: verb(y) for name, verb in verbs.items()} for verbs, y in cases]


@in_every_store
def test_weights_of_samples_and_correlations(stored, known, tmp_path):
    y = stored(Y, tmp_path)
    for name, verb in VALUES.items():
        assert_allclose(verb(y), known[0][name], rtol=BLOCKS, atol=BLOCKS, err_msg=name)


def test_weights_of_samples_of_rows_with_gaps(tmp_path):
    expected = el.array_weights(GAPS, X, **SHORT)
    for stored in (by_features, by_samples):
        assert_allclose(el.array_weights(stored(GAPS, tmp_path), X, **SHORT), expected, rtol=BLOCKS)


@in_every_store
def test_weights_of_observations(stored, known, tmp_path):
    y = stored(Y, tmp_path)
    for name, verb in TRENDS.items():
        found = verb(y)
        assert isinstance(found, el.VoomMatrix)
        assert_allclose(every(found.weights), known[1][name].weights, rtol=TREND, err_msg=name)
        assert_allclose(found.voom_xy, known[1][name].voom_xy, rtol=TREND)
        fit, expected = (el.lm_fit(v, X, **SHORT).ebayes() for v in (found, known[1][name]))
        assert_allclose(fit.t, expected.t, rtol=TREND, atol=TREND)
    assert_array_equal(every(found.E), Y)


def test_fits_that_weigh_what_they_read(tmp_path):
    y = by_features(Y, tmp_path)
    options = {"block": PAIRS, "sample_weights": True, **SHORT}
    found, expected = (el.vooma_lm_fit(v, X, **options) for v in (y, Y))
    assert found.targets.equals(expected.targets)
    path = found.save(tmp_path / "fit")
    contrast = X[:1].T
    for fit in (found, el.load(path), found[:, [0, 1]]):
        assert_allclose(every(fit.elist.weights), expected.elist.weights, rtol=TREND)
        stdev = fit.contrast(contrast).stdev_unscaled
        assert_allclose(stdev, expected.contrast(contrast).stdev_unscaled, rtol=TREND)
    rows = np.array([7, 1500, 3, 8])
    some = found[rows]
    assert_array_equal(every(some.elist.E), Y[rows])
    assert_allclose(some.contrast(contrast).stdev_unscaled, stdev.iloc[rows], rtol=TREND)
    part, whole = found.elist[[5, 2], 1:], expected.elist[[5, 2], 1:]
    assert isinstance(part, el.VoomEList)
    assert_allclose(part.weights, whole.weights, rtol=TREND)
    pd.testing.assert_frame_equal(part.E, whole.E)
    limma = el.limma.lmFit(el.vooma(y, X, **SHORT))
    assert_allclose(limma.sigma, el.limma.lmFit(el.vooma(Y, X)).sigma, rtol=TREND)
    assert el.plot.voom_trend_data(found).points.equals(found.elist.voom_xy)


@pytest.mark.parametrize("stored", [by_features, by_samples])
def test_weights_in_stores(stored, tmp_path):
    y, weights = by_features(Y, tmp_path), stored(CELLS, tmp_path / "weights")
    assert_allclose(el.array_weights(Y, X, weights=weights, **SHORT), el.array_weights(Y, X, weights=CELLS))
    for options in ({}, {"ndups": 2, "correlation": 0.2}, {"block": PAIRS, "correlation": "feature"}):
        found, expected = (el.lm_fit(v, X, weights=w, **SHORT, **options) for v, w in ((y, weights), (Y, CELLS)))
        assert_allclose(found.sigma, expected.sigma, rtol=BLOCKS)
        assert_allclose(found.stdev_unscaled, expected.stdev_unscaled, rtol=BLOCKS)
    names = pd.Index([f"f{k}" for k in range(G)])
    turned = replace(weights, features=names[::-1])
    found = el.lm_fit(replace(y, features=names), X, weights=turned, **SHORT)
    assert_allclose(found.sigma, el.lm_fit(Y, X, weights=CELLS[::-1]).sigma, rtol=BLOCKS)


def test_weights_in_stores_that_cannot_be_used(tmp_path):
    y = by_features(Y, tmp_path)
    faulty = CELLS.copy()
    faulty[7, 3] = -1.0
    np.save(tmp_path / "w.npy", faulty)
    with pytest.raises(DataError, match=r"1 of those that are stored for the features 0 to .* are not"):
        el.lm_fit(y, X, weights=el.open_matrix(tmp_path / "w.npy"), **SHORT)
    with pytest.raises(DataError, match="each value needs one"):
        el.lm_fit(y, X, weights=by_features(CELLS[1:], tmp_path / "weights"), **SHORT)


@in_every_store
def test_counts(stored, known, tmp_path):
    y = stored(COUNTS.astype(np.float32), tmp_path)
    for name, verb in OF_COUNTS.items():
        assert_array_equal(verb(y), known[2][name], err_msg=name)
    assert_array_equal(el.DGEList(y).counts, COUNTS)


def test_a_predictor_may_lack_what_a_store_lacks(tmp_path):
    predictor = np.tile(np.arange(N) / N, (G, 1))
    predictor[::50, 3] = np.nan
    y = by_features(GAPS, tmp_path)
    expected = el.vooma(GAPS, X, predictor=predictor).weights
    assert_allclose(every(el.vooma(y, X, predictor=predictor, **SHORT).weights), expected, rtol=TREND)
    predictor[7, 0] = np.nan
    with pytest.raises(DataError, match=r"where there are values in 1 feature \(7\)"):
        el.vooma(y, X, predictor=predictor, **SHORT)


def test_what_does_not_fit_into_memory_is_refused_before_it_is_read(tmp_path, monkeypatch):
    counts = by_features(COUNTS, tmp_path)
    monkeypatch.setattr(memory, "available_memory", lambda: 50_000)
    monkeypatch.setattr(type(counts.source), "read", None)
    with pytest.raises(DataError, match=r"values and weights of 1,800 features on 12 samples takes about 345.6 kB"):
        el.vooma(Y, X)
    with pytest.raises(
        DataError, match=r"a DGEList of 1,800 features on 12 samples takes about 86.4 kB of memory, and"
    ):
        el.voom(counts, X)
    with pytest.raises(DataError, match=r"log-cpm and weights of 1,800 features on 12 samples takes about 345.6 kB"):
        el.voom(COUNTS, X)


def test_matrices_in_memory_are_not_copied():
    v = el.vooma(MEAN + RNG.normal(size=(G, N)), X)
    held = np.ascontiguousarray(v.E)
    assert np.shares_memory(el.vooma(held, X).E, held)
    assert np.shares_memory(el.voom(COUNTS, X).E, COUNTS) is False
    assert np.shares_memory(el.DGEList(COUNTS).counts, COUNTS)


def test_layers_of_counts():
    anndata = pytest.importorskip("anndata")
    adata = anndata.AnnData(np.zeros((N, G)), layers={"counts": COUNTS.T.copy()})
    d = pd.DataFrame(COUNTS, adata.var_names, adata.obs_names)
    assert_array_equal(el.norm_lib_sizes(adata, layer="counts").samples, el.norm_lib_sizes(d).samples)
    for verb in (el.cpm, el.ave_log_cpm, el.voom):
        found, expected = (verb(y, **options) for y, options in ((adata, {"layer": "counts"}), (d, {})))
        assert_array_equal(getattr(found, "weights", found), getattr(expected, "weights", expected))
    assert_array_equal(el.filter_by_expr(adata, X, layer="counts"), el.filter_by_expr(d, X))
    assert_array_equal(el.rpkm(adata, np.full(G, 500), layer="counts"), el.rpkm(d, np.full(G, 500)))
    assert_array_equal(el.sum_tech_reps(adata, PAIRS, layer="counts").counts, el.sum_tech_reps(d, PAIRS).counts)
    with pytest.raises(TypeError, match="layer='counts' names a layer of an AnnData"):
        el.cpm(el.DGEList(d), layer="counts")
