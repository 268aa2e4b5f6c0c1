from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm.data.blocks import BLOCK_CELLS, Running
from ebayes_lm.data.sample_blocks import (
    blocks_held,
    reads_by_samples,
    run_samples,
    sample_bounds,
    times_read,
)
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.errors import ArgumentError
from tests.data.sample_stores import SHORT, Samples

Y = np.random.default_rng(1).normal(size=(9_000, 37)).astype(np.float32)


def huge(features, samples, together=1):
    """A store whose values are never read."""
    return Samples(np.broadcast_to(np.float32(0), (features, samples)), together)


class TestBounds:
    def sizes(self, source, **options):
        return [at.stop - at.start for at in sample_bounds(source, Running(**options))]

    def test_cover_all_samples_once(self):
        bounds = sample_bounds(huge(100_000, 1000), Running())
        assert bounds[0].start == 0
        assert bounds[-1].stop == 1000
        assert all(a.stop == b.start for a, b in pairwise(bounds))

    def test_do_not_depend_on_threads(self):
        for options in ({}, {"max_memory": "200MB"}, {"chunk_size": 500}):
            one, other = (sample_bounds(huge(100_000, 1000, 7), Running(threads=k, **options)) for k in (1, 8))
            assert one == other

    def test_hold_so_many_values_and_some_samples_at_least(self):
        assert self.sizes(huge(100_000, 1000))[0] == BLOCK_CELLS // 100_000
        assert self.sizes(huge(10_000_000, 1000))[0] == 16
        assert self.sizes(huge(100_000, 1000), chunk_size=500)[0] == 5
        assert self.sizes(huge(100_000, 10), chunk_size=500)[0] == 1

    @pytest.mark.parametrize("together", [30, 100, 600])
    def test_hold_whole_grains_where_there_is_room(self, together):
        bounds = sample_bounds(huge(100_000, 1000, together), Running())
        assert all(at.start % together == 0 for at in bounds)
        assert times_read(bounds, together, 1000) == 1

    def test_cut_grains_evenly_where_there_is_none(self):
        source = huge(100_000, 1000, 100)
        bounds = sample_bounds(source, Running(max_memory="100MB"))
        assert bounds[0].stop == 25
        assert times_read(bounds, 100, 1000) == 4

    def test_are_read_one_at_a_time_rather_than_in_pieces_of_grains(self):
        source = huge(100_000, 1000, 100)
        for room, held in (("110MB", 1), ("220MB", 2), ("500MB", 4)):
            running = Running(threads=3, max_memory=room)
            assert sample_bounds(source, running)[0].stop == 100
            assert blocks_held(source, running) == held

    @pytest.mark.parametrize("together", [1, 100, 1000])
    @pytest.mark.parametrize("room", [10_000_000, 200_000_000, 3_000_000_000])
    def test_leave_a_quarter_of_the_room(self, together, room):
        source, running = huge(100_000, 1000, together), Running(threads=8, max_memory=room)
        size = sample_bounds(source, running)[0].stop
        assert blocks_held(source, running) * 2 * size * 400_000 <= 0.75 * room

    def test_room_for_less_than_a_sample_is_an_error(self):
        with pytest.raises(ArgumentError, match="one sample of 100,000 features"):
            sample_bounds(huge(100_000, 10), Running(max_memory="1MB"))


def test_small_matrices_and_those_by_features_do_not_go_by_samples():
    assert reads_by_samples(huge(1000, BLOCK_CELLS // 1000 + 1), Running())
    assert not reads_by_samples(huge(1000, BLOCK_CELLS // 1000), Running())
    assert reads_by_samples(huge(1000, 100), Running(max_memory=SHORT))
    assert not reads_by_samples(ArraySource(huge(10_000, 10_000).values), Running())


class TestRunSamples:
    @pytest.mark.parametrize("threads", [1, 2, 5])
    @pytest.mark.parametrize("together", [1, 4, 50])
    def test_every_value_once_and_samples_in_order(self, threads, together):
        source, seen, last = Samples(Y, together), np.zeros_like(Y), {}

        def work(values, samples, features):
            assert last.get(features.start, 0) == samples.start
            last[features.start] = samples.stop
            seen[features, samples] += values.T

        run_samples(work, source, Running(threads=threads, max_memory="2MB"))
        assert_array_equal(seen, Y)
        assert sum(stop - start for start, stop in source.reads) == Y.shape[1]
        assert len(source.reads) > 3

    @pytest.mark.parametrize("threads", [1, 3])
    def test_an_error_comes_out_and_stops_the_rest(self, threads):
        source, before = Samples(Y), threading.active_count()

        def work(values, samples, features):
            raise ZeroDivisionError("inside")

        with pytest.raises(ZeroDivisionError, match="inside"):
            run_samples(work, source, Running(threads=threads, max_memory="2MB"))
        assert threading.active_count() == before
        assert len(source.reads) <= 4

    def test_an_error_of_reading_comes_out(self):
        class Broken(Samples):
            def read_samples(self, start, stop):
                if start:
                    raise OSError("gone")
                return super().read_samples(start, stop)

        with pytest.raises(OSError, match="gone"):
            run_samples(lambda *_: None, Broken(Y), Running(threads=2, max_memory="2MB"))

    def test_no_more_blocks_are_held_than_said(self):
        lock, now, most = threading.Lock(), [0], [0]

        class Counting(Samples):
            def read_samples(self, start, stop):
                with lock:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                return super().read_samples(start, stop)

        def work(values, samples, features):
            if features.stop == len(Y):
                with lock:
                    now[0] -= 1

        running = Running(threads=4, max_memory="2MB")
        run_samples(work, Counting(Y), running)
        assert 1 <= most[0] <= blocks_held(Samples(Y), running) == 3
