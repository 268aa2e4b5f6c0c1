from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from threadpoolctl import threadpool_info

import ebayes_lm as el
from ebayes_lm.data.blocks import BLOCK_CELLS, Running, blas_threads, memory_bytes, run_blocks
from ebayes_lm.errors import ArgumentError

#: Matrix products of blocks of different heights sum in different orders.
ACROSS_BLOCKS = 1e-13


def problem(g=700, n=300, p=20, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(8, 1, size=(g, n)), np.column_stack([np.ones(n), rng.normal(size=(n, p - 1))])


def arrays_of(fit):
    return [getattr(fit.record, name) for name in fit.record.declared_axes()]


class TestResults:
    @pytest.mark.parametrize("chunk_size", [1, 7, 250, 699, 700, 10_000])
    def test_agree_across_block_sizes(self, chunk_size):
        y, x = problem()
        for a, b in zip(arrays_of(el.lm_fit(y, x)), arrays_of(el.lm_fit(y, x, chunk_size=chunk_size)), strict=True):
            assert_allclose(a, b, rtol=ACROSS_BLOCKS, atol=ACROSS_BLOCKS * 10)

    @pytest.mark.parametrize("chunk_size", [None, 5, 64])
    @pytest.mark.parametrize("size", [(700, 300, 20), (3000, 300, 20), (300, 1000, 40), (5, 4, 2)])
    def test_are_the_same_bits_whatever_the_threads(self, chunk_size, size):
        y, x = problem(*size)
        one, *others = (el.lm_fit(y, x, chunk_size=chunk_size, threads=k) for k in (1, 2, 5))
        for other in others:
            for a, b in zip(arrays_of(one), arrays_of(other), strict=True):
                assert_array_equal(a, b)

    def test_of_the_kernel_are_the_same_bits_in_any_blocks(self):
        y, x = problem(26_000, 40, 6)
        assert y.size >= 1_000_000
        whole = el.lm_fit(y, x, threads=2)
        for options in ({"chunk_size": 1000, "threads": 1}, {"chunk_size": 333, "threads": 3}, {"max_memory": "5MB"}):
            for a, b in zip(arrays_of(whole), arrays_of(el.lm_fit(y, x, **options)), strict=True):
                assert_array_equal(a, b)


class TestRunBlocks:
    @pytest.mark.parametrize("chunk_size", [1, 3, 10, 11])
    def test_lays_arrays_end_to_end(self, chunk_size):
        def block(at):
            rows = np.arange(at.start, at.stop)
            return rows, np.column_stack([rows, -rows]), rows.astype(np.int8)

        rows, pairs, small = run_blocks(block, 10, 4, Running(chunk_size=chunk_size, threads=2))
        assert_array_equal(rows, np.arange(10))
        assert_array_equal(pairs, np.column_stack([np.arange(10), -np.arange(10)]))
        assert small.dtype == np.int8

    def test_every_row_once(self):
        seen = []
        run_blocks(
            lambda at: (seen.append((at.start, at.stop)), (np.zeros(at.stop - at.start),))[1],
            10,
            4,
            Running(chunk_size=4),
        )
        assert sorted(seen) == [(0, 4), (4, 8), (8, 10)]

    @pytest.mark.parametrize("broken", [0, 3, 9])
    def test_an_error_inside_a_block_comes_out_and_stops_the_rest(self, broken):
        calls = []

        def block(at):
            calls.append(at.start)
            if at.start == broken:
                raise ZeroDivisionError("inside")
            if at.start > broken:
                threading.Event().wait(0.05)
            return (np.zeros(1),)

        before = threading.active_count()
        with pytest.raises(ZeroDivisionError, match="inside"):
            run_blocks(block, 10, 4, Running(chunk_size=1, threads=1))
        assert max(calls) <= broken + 2
        assert threading.active_count() == before

    def test_at_most_so_many_at_once(self):
        lock, now, most = threading.Lock(), [0], [0]

        def block(at):
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            threading.Event().wait(0.005)
            with lock:
                now[0] -= 1
            return (np.zeros(1),)

        run_blocks(block, 12, 4, Running(chunk_size=1, threads=3))
        assert 1 <= most[0] <= 3


def blas_limits():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


class TestBlasThreads:
    @pytest.mark.parametrize("chunk_size", [None, 2])
    @pytest.mark.parametrize("threads", [None, 1, 4])
    def test_blocks_have_one_each(self, chunk_size, threads):
        inside = []

        def block(at):
            inside.extend(blas_limits())
            return (np.zeros(at.stop - at.start),)

        with blas_threads(2):
            before = blas_limits()
            run_blocks(block, 6, 4, Running(chunk_size=chunk_size, threads=threads))
            assert blas_limits() == before
        assert set(inside) <= {1}

    def test_are_given_back_after_an_error(self):
        def broken(at):
            raise ValueError("inside")

        with blas_threads(2):
            before = blas_limits()
            with pytest.raises(ValueError, match="inside"):
                run_blocks(broken, 6, 4, Running())
            assert blas_limits() == before


class TestBlockRows:
    def test_by_cells(self):
        assert Running().block_rows(100) == BLOCK_CELLS // 100
        assert Running().block_rows(BLOCK_CELLS * 3) == 1
        assert Running(threads=7).block_rows(100) == Running(threads=1).block_rows(100)

    def test_as_asked(self):
        assert Running(chunk_size=17).block_rows(100) == 17

    @pytest.mark.parametrize("threads", [1, 2, 8])
    @pytest.mark.parametrize("size", ["1MB", "64 KiB", 10_000_000])
    def test_blocks_of_all_threads_fit_in_the_room(self, threads, size):
        running = Running(threads=threads, max_memory=size)
        rows = running.block_rows(50)
        # four copies as float64 in every thread
        assert rows * 50 * 8 * 4 * threads <= memory_bytes(size)
        assert (rows + 1) * 50 * 8 * 4 * threads > memory_bytes(size) or rows == BLOCK_CELLS // 50

    def test_room_and_rows_together(self):
        assert Running(threads=1, chunk_size=3, max_memory="1GB").block_rows(50) == 3
        assert Running(threads=1, chunk_size=10**6, max_memory="1MB").block_rows(50) == 625

    def test_no_room_for_one_row(self):
        with pytest.raises(ArgumentError, match=r"max_memory='1KB' does not hold one row of 1,000 samples"):
            Running(max_memory="1KB").block_rows(1000)
        with pytest.raises(ArgumentError, match="does not hold one row"):
            el.lm_fit(np.zeros((3, 1000)), max_memory=100)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (1, 1),
        (np.int64(12), 12),
        (2e9, 2_000_000_000),
        ("1", 1),
        ("2KB", 2000),
        ("1.5 MB", 1_500_000),
        ("1gb", 10**9),
        ("1 GiB", 2**30),
        (" 3 kib ", 3072),
    ],
)
def test_sizes(size, expected):
    assert memory_bytes(size) == expected


NO_SIZES = [0, -1, True, False, -2.5, np.inf, "", "GB", "1TB", "-1GB", "1 GB or so", "0", "1e9", "9" * 40, [1]]


@pytest.mark.parametrize("size", NO_SIZES)
def test_what_is_no_size(size):
    with pytest.raises(ArgumentError, match="max_memory must be a number of bytes or a size such as '2GB'"):
        Running(max_memory=size)


@pytest.mark.parametrize("name", ["threads", "chunk_size"])
@pytest.mark.parametrize("value", [0, -1, 1.0, "2", True, np.nan, [2]])
def test_what_is_no_number(name, value):
    with pytest.raises(ArgumentError, match=f"{name} must be a positive integer"):
        el.lm_fit(np.zeros((3, 4)), **{name: value})


@pytest.mark.parametrize("value", [1, "yes", 0.0])
def test_progress_is_a_switch(value):
    with pytest.raises(ArgumentError, match="progress must be True, False or None"):
        Running(progress=value)
