"""Dask arrays as matrices, by threads and by worker processes."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from ebayes_lm import lm_fit
from ebayes_lm.data.cluster import cluster_for
from ebayes_lm.data.dask_array import DaskSource, dask_source
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.errors import ArgumentTypeError, DataError

da = pytest.importorskip("dask.array")
pytest.importorskip("distributed")

RNG = np.random.default_rng(6)
Y = RNG.normal(size=(2000, 10)).astype(np.float32)
X = np.column_stack([np.ones(10), np.arange(10) % 2])


def chunked(rows=300, samples=10):
    return da.from_array(Y, chunks=(rows, samples))


def same_record(one, other):
    assert_array_equal(one.coefficients.to_numpy(), other.coefficients.to_numpy())
    assert_array_equal(one.sigma, other.sigma)
    assert_array_equal(one.amean, other.amean)


@pytest.mark.parametrize("chunks", [(300, 10), (2000, 10), (700, 3), (1, 10), ((5, 1900, 95), (4, 6))])
@pytest.mark.parametrize("bounds", [(0, 2000), (0, 300), (295, 305), (4, 1906), (1990, 2000), (600, 601)])
def test_rows_come_whatever_the_chunks(chunks, bounds):
    source = dask_source(da.from_array(Y, chunks=chunks))
    for _ in range(2):  # what a thread holds from before is the same
        rows = source.read(*bounds)
        assert_array_equal(rows, Y[slice(*bounds)])
        assert rows.flags.c_contiguous
        assert rows.dtype == Y.dtype
    assert source.grain == max(da.from_array(Y, chunks=chunks).chunks[0])


def test_a_chunk_is_computed_once_for_the_blocks_in_it():
    computed = []

    def seen(values):
        computed.append(len(values))
        return values

    source = dask_source(chunked(500).map_blocks(seen, dtype=Y.dtype, meta=np.empty((0, 0), Y.dtype)))
    blocks = [source.read(start, start + 50) for start in range(0, 2000, 50)]
    assert_array_equal(np.concatenate(blocks), Y)
    assert computed == [500] * 4
    whole = dask_source(chunked())
    assert_array_equal(whole.read(3, 5), pickle.loads(pickle.dumps(whole)).read(3, 5))


@pytest.mark.parametrize("options", [{}, {"chunk_size": 37}, {"threads": 1}])
def test_threads_fit_a_dask_array_where_there_is_no_client(options):
    with cluster_for(None, dask_source(chunked())) as engine:
        assert engine is None
    same_record(lm_fit(chunked(), X, **options), lm_fit(Y, X, **options))
    same_record(lm_fit(chunked(700, 3), X, **options), lm_fit(Y, X, **options))


@pytest.mark.parametrize(
    ("chunks", "options"),
    [((300, 10), {}), ((700, 3), {"weights": np.abs(Y)}), ((700, 10), {"ndups": 2, "correlation": 0.1})],
)
def test_workers_compute_and_fit_the_chunks(client, chunks, options):
    y = chunked(*chunks)
    same_record(lm_fit(y, X, chunk_size=130, scheduler=client, **options), lm_fit(Y, X, chunk_size=130, **options))
    mapped = as_feature_matrix(y).map(lambda values: values**2).map(np.sqrt)
    same_record(lm_fit(mapped, X, scheduler=client), lm_fit(np.sqrt(Y**2), X))


def test_chunks_stay_on_the_workers_and_the_active_client_is_taken(client):
    """The array is kept on the workers, and every chunk says where it was made."""
    y = client.persist(chunked())
    with client.as_current():
        with cluster_for(None, dask_source(y)) as engine:
            assert engine.client is client
        with cluster_for(None, as_feature_matrix(Y).source) as engine:
            assert engine is None
        same_record(lm_fit(y, X), lm_fit(Y, X))
        assert_array_equal(DaskSource(y).read(10, 20), Y[10:20])
    same_record(lm_fit(y, X, scheduler=client), lm_fit(Y, X))


def test_sparse_and_masked_chunks_are_filled_up():
    zeros = np.where(Y > 1, Y, 0)
    pieces = da.from_array(zeros, chunks=(300, 10)).map_blocks(sparse.csr_array, dtype=Y.dtype)
    assert_array_equal(dask_source(pieces[:300]).read(0, 300), zeros[:300])
    masked = da.ma.masked_where(chunked() > 1, chunked())
    assert_array_equal(dask_source(masked).read(0, 40), np.where(Y > 1, np.nan, Y)[:40])


@pytest.mark.parametrize("dtype", ["i1", "u2", "i8", "?", "f4"])
def test_masked_values_of_any_type_are_missing(dtype, client):
    numbers, mask = (abs(Y) * 20).astype(dtype), np.arange(len(Y))[:, None] % 11 == np.arange(10)
    wanted = np.where(mask, np.nan, numbers)
    for masked in (
        da.from_array(np.ma.masked_array(numbers, mask), chunks=(40, 10)),
        da.ma.masked_array(da.from_array(numbers, chunks=(40, 4)), da.from_array(mask, chunks=(40, 4))),
    ):
        assert_array_equal(dask_source(masked).read(30, 90), wanted[30:90])
    if dtype == "i1":
        same_record(lm_fit(masked[:200], X, scheduler=client), lm_fit(wanted[:200], X))


def test_masks_that_the_array_does_not_tell_of_are_refused():
    whole = np.ones((300, 10), np.int64)
    hidden = da.from_array(whole, chunks=(100, 10)).map_blocks(
        lambda values: np.ma.masked_array(values, values > 0), dtype=np.int64, meta=np.empty((0, 0), np.int64)
    )
    with pytest.raises(DataError, match=r"masked.*astype\(float\)"):
        lm_fit(hidden, X)


def test_a_vector_is_one_feature():
    assert as_feature_matrix(da.from_array(Y[0], chunks=4)).shape == (1, 10)


def test_arrays_that_are_no_matrix_are_refused():
    for array, said in (
        (da.zeros((3, 3, 3)), "two dimensions"),
        (chunked()[chunked()[:, 0] > 0], "sizes of its chunks"),
        (da.from_array(Y.astype(complex)), "real numbers"),
        (da.from_array(Y.astype(str)), "real numbers"),
        (da.zeros((0, 3)), "0 features"),
    ):
        with pytest.raises(DataError, match=said):
            as_feature_matrix(array)
    with pytest.raises(ArgumentTypeError, match="dask array"):
        as_feature_matrix({})


@pytest.mark.parametrize("by_workers", [False, True])
@pytest.mark.parametrize("lie", [lambda values: values[:-1], lambda values: values.astype(np.float64), str])
def test_chunks_that_are_not_what_the_array_says_are_refused(client, lie, by_workers):
    y = chunked().map_blocks(lie, dtype=np.float32, meta=np.empty((0, 0), np.float32))
    with pytest.raises(DataError, match="says that these rows are float32"):
        lm_fit(y[:300], X, scheduler=client if by_workers else None)
