from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from scipy.sparse import csr_array

import ebayes_lm as el
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.chosen_samples import with_samples
from ebayes_lm.data.plan import ReadingPlan
from ebayes_lm.data.sources import ArraySource, Band, Source, SparseSource
from ebayes_lm.errors import ArgumentError, StorageWarning
from tests.data.sample_stores import SHORT, matrix_of, sampled

G, N = 900, 41
Y = np.random.default_rng(2).normal(size=(G, N))
X = np.column_stack([np.ones(N), np.arange(N) % 2])


@dataclass(frozen=True, eq=False)
class Rows(Source):
    """Rows of an array, a few of them stored together; ``reads`` lists what was asked for."""

    values: np.ndarray
    together: int = 1
    reads: list = field(default_factory=list)
    beside: Band = field(default_factory=Band)

    @property
    def band(self):
        return self.beside

    @property
    def shape(self):
        return self.values.shape

    @property
    def dtype(self):
        return self.values.dtype

    @property
    def grain(self):
        return self.together

    def read(self, start, stop):
        self.reads.append((start, stop))
        return self.values[start:stop]


@pytest.mark.parametrize("together", [1, 7, 2000])
@pytest.mark.parametrize("positions", [[], [0], [3, 4, 6, 7, 899], [899, 7, 3, 7, 4], list(range(0, G, 13))])
def test_some_rows_are_read_without_the_others(together, positions):
    source = Rows(Y, together)
    found = matrix_of(source).rows_at(np.array(positions, dtype=np.intp), Running())
    np.testing.assert_array_equal(found, Y[positions])
    assert chunks_read(source.reads, together) == len({j // together for j in positions}) * together


@pytest.mark.parametrize("source", [ArraySource(Y), ArraySource(np.asfortranarray(Y)), SparseSource(csr_array(Y))])
@pytest.mark.parametrize("positions", [[], [3, 4, 6, 7, 899], [899, 7, 3, 7, 4]])
def test_some_rows_of_what_is_in_memory(source, positions):
    found = source.rows_at(np.array(positions, dtype=np.intp))
    np.testing.assert_array_equal(found, Y[positions])
    assert found.flags.c_contiguous


def chunks_read(reads, together):
    """Bytes of the chunks that were touched."""
    return sum(-(-stop // together) - start // together for start, stop in reads) * together


@pytest.mark.parametrize("together", [1, 100])
@pytest.mark.parametrize("options", [{}, {"max_memory": "1MB"}, {"chunk_size": 60}, {"threads": 1}])
def test_rows_are_read_as_planned(together, options):
    matrix = matrix_of(Rows(Y, together))
    plan = matrix.plan(**options)
    assert matrix.source.reads == []
    el.lm_fit(matrix, X, **options)
    look, *blocks = matrix.source.reads
    assert look == (0, plan.block_size)
    assert len(blocks) == plan.n_blocks
    assert max(stop - start for start, stop in blocks) == plan.block_size
    assert (plan.by, plan.passes) == ("features", 1)
    assert plan.nbytes == Y.nbytes
    assert plan.times_read * G == chunks_read(blocks, together)
    assert plan.bytes_read == (chunks_read(blocks, together) + plan.block_size) * N * 8


@pytest.mark.parametrize("together", [1, 10, 41])
@pytest.mark.parametrize("options", [{}, {"chunk_size": 90}, {"threads": 1}])
def test_samples_are_read_as_planned(together, options):
    matrix, options = sampled(Y, together), {"max_memory": SHORT, **options}
    plan = matrix.plan(**options)
    assert (matrix.source.reads, matrix.source.rows_read) == ([], [])
    el.lm_fit(matrix, X, **options)
    reads = matrix.source.reads
    assert (plan.by, plan.passes) == ("samples", 2)
    assert len(reads) == 2 * plan.n_blocks
    assert max(stop - start for start, stop in reads) == plan.block_size
    touched = sum(-(-stop // together) - start // together for start, stop in reads)
    assert plan.times_read * 2 * -(-N // together) == touched
    assert plan.bytes_read == pytest.approx(2 * plan.times_read * Y.nbytes, abs=1)
    assert plan.block_memory <= 750_000
    assert (plan.times_read > 1) == any("up to" in note for note in plan.notes)
    assert matrix.source.rows_read == []


def test_a_small_store_of_samples_is_read_once_and_held():
    matrix = sampled(Y)
    plan = matrix.plan()
    el.lm_fit(matrix, X)
    assert (plan.by, plan.n_blocks, plan.passes, plan.bytes_read) == ("features", 1, 1, Y.nbytes)
    assert sum((stop - start) * G * 8 for start, stop in matrix.source.reads) == plan.bytes_read


def test_a_rewritten_store_is_as_large_as_the_plan_says():
    matrix = sampled(Y)
    (note,) = (note for note in matrix.plan(max_memory=SHORT).notes if "scratch" in note)
    with pytest.warns(StorageWarning, match=r"295\.2 kB"):
        el.lm_fit(matrix, X, method="robust", max_memory=SHORT)
    assert "295.2 kB" in note


def test_a_parsed_file_is_in_the_notes(tmp_path):
    path = tmp_path / "y.csv"
    path.write_text("gene,a,b\n" + "".join(f"g{k},{k},{k}.5\n" for k in range(50)))
    matrix = el.open_matrix(path)
    for which in (matrix, matrix.map(np.log1p), with_samples(matrix, [1, 0])):
        (note,) = (note for note in which.plan().notes if "parsed" in note)
        assert "800 bytes" in note
    assert not any("parsed" in note for note in matrix_of(Rows(Y)).plan().notes)


def test_results_take_the_room_that_the_fit_takes():
    plan = matrix_of(Rows(Y)).plan(coefficients=2)
    record = el.lm_fit(Y, X).record
    kept = [record.coefficients, record.sigma, record.amean]
    assert sum(array.nbytes for array in kept) < plan.result_memory < 1.5 * sum(array.nbytes for array in kept)
    assert matrix_of(Rows(Y)).plan(coefficients=12).result_memory == plan.result_memory + 10 * G * 8


def test_it_prints_in_words():
    plan = sampled(np.broadcast_to(np.float32(0), (1_000_000, 1_000)), 100).plan(threads=2, max_memory="4GB")
    assert isinstance(plan, ReadingPlan)
    text = repr(plan).splitlines()
    assert text[0] == "1,000,000 features x 1,000 samples, 4.0 GB as they are read"
    assert text[1] == "10 blocks of 100 samples, two passes, 8.0 GB read in all"
    assert text[2].startswith("memory: up to 2.4 GB for blocks in 2 threads, ")
    assert all(len(line) < 160 for line in text)
    assert "one pass," in repr(matrix_of(Rows(Y)).plan())


def test_options_are_checked_as_those_of_a_fit():
    with pytest.raises(ArgumentError, match="threads"):
        sampled(Y).plan(threads=0)
    with pytest.raises(ArgumentError, match="one sample"):
        sampled(np.broadcast_to(np.float32(0), (1_000_000, 1_000))).plan(max_memory=SHORT)


@pytest.mark.parametrize("kept", [300_000, 600_000])
def test_what_stores_hold_counts_within_max_memory(kept):
    matrix = matrix_of(Rows(Y, 500, beside=Band(kept, 100_000)))
    within = matrix.plan(max_memory="1MB", threads=2)
    assert within.block_memory <= 1_000_000
    assert within.block_memory > within.block_size * 41 * 32 * 2 + kept
    assert within.times_read == 1.0
    assert within.block_size < matrix_of(Rows(Y, 500)).plan(max_memory="1MB", threads=2).block_size
    el.lm_fit(matrix, X, max_memory="1MB")


def test_chunks_that_do_not_fit_are_said():
    matrix = matrix_of(Rows(Y, 500, beside=Band(900_000, 900_000)))
    assert matrix.plan(max_memory="1MB").block_memory > 1_800_000
    with pytest.warns(StorageWarning, match=r"cannot be kept to.*takes 1\.8 MB.*\.write\("):
        el.lm_fit(matrix, X, max_memory="1MB")
    el.lm_fit(matrix, X, max_memory="20MB")
