"""Fits by worker processes: the bits of threads, whatever happens to the workers."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
import types
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm import lm_fit, open_matrix
from ebayes_lm.data.cluster import Cluster, _connected, cluster_for, local_cluster
from ebayes_lm.data.cluster_tasks import groups
from ebayes_lm.data.engines import Parts, Threads
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, VarianceWarning

pytest.importorskip("distributed")

RNG = np.random.default_rng(5)
Y = RNG.normal(size=(3000, 12)).astype(np.float32)
GAPS = np.where(RNG.random(Y.shape) < 0.02, np.nan, Y)
WEIGHTS = RNG.random(Y.shape)
X = np.column_stack([np.ones(12), np.arange(12) % 2, np.arange(12) // 4])
BOUNDS = [slice(start, start + 100) for start in range(0, 3000, 100)]


@pytest.fixture
def stored(tmp_path):
    np.save(tmp_path / "y.npy", Y)
    return open_matrix(tmp_path / "y.npy")


def futures_held(client):
    """Futures that remain, once those have gone that are on their way."""
    for _ in range(200):
        if not client.futures:
            break
        gc.collect()
        time.sleep(0.1)
    return list(client.futures)


def same_record(one, other):
    for field in fields(one.record):
        assert_array_equal(getattr(one.record, field.name), getattr(other.record, field.name), err_msg=field.name)


@pytest.mark.parametrize(
    ("y", "options"),
    [
        (Y, {}),
        (GAPS, {}),
        (GAPS, {"weights": WEIGHTS}),
        (Y, {"method": "robust", "max_iter": 500}),
        (Y, {"ndups": 2, "correlation": 0.3}),
        (Y, {"block": np.arange(12) // 2, "correlation": 0.3}),
    ],
)
def test_values_of_this_process_are_fitted_to_the_bit(client, y, options):
    same_record(lm_fit(y, X, chunk_size=130, scheduler=client, **options), lm_fit(y, X, chunk_size=130, **options))


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (None, {}),
        (lambda values: values**2 + 1, {"weights": WEIGHTS}),
        (lambda values: values**2 + 1, {"ndups": 2, "spacing": 3, "correlation": 0.3}),
    ],
)
def test_files_are_fitted_to_the_bit(client, stored, function, options):
    y = stored if function is None else stored.map(function)
    same_record(lm_fit(y, X, chunk_size=70, scheduler=client, **options), lm_fit(y, X, chunk_size=70, **options))


def test_mixed_models_are_fitted_to_the_bit(client):
    """Features of which only one block was measured are fitted again, at the correlation of the others."""
    y = GAPS[:200].copy()
    y[7::50, 2:] = np.nan
    for weights in (None, WEIGHTS[:200]):
        with pytest.warns(VarianceWarning, match="cannot tell variance within blocks"):
            one, other = (
                lm_fit(y, X[:, :1], block=np.arange(12) // 2, correlation="feature", weights=weights, **engine)
                for engine in ({"scheduler": client, "chunk_size": 90}, {"chunk_size": 90})
            )
        same_record(one, other)
        assert_array_equal(one.rho, other.rho)


def test_a_file_that_workers_do_not_see_is_an_error(client, stored):
    stored.source.path.rename(stored.source.path.with_name("elsewhere.npy"))
    with pytest.raises(DataError, match="a worker does not see"):
        list(Cluster(client).run(stored.source, _means, BOUNDS))


def test_a_scheduler_is_named_by_its_address(client):
    same_record(lm_fit(Y, X, scheduler=client.scheduler.address), lm_fit(Y, X))


def test_values_of_a_file_do_not_pass_through_this_process(client, stored):
    """The task tells in which process a block was read."""

    def where(values: Any, at: slice) -> Parts:
        return Parts((np.full(len(values), os.getpid()),))

    workers = {info["pid"] for info in client.run(lambda: {"pid": os.getpid()}).values()}
    found = [parts.rows[0][0] for _, parts in Cluster(client).run(stored.source, where, BOUNDS)]
    assert set(found) <= workers
    assert len(found) == len(BOUNDS)


def test_few_tasks_are_under_way_and_none_remain(client, stored):
    seen = []
    for _ in Cluster(client).run(stored.source, _means, [slice(at, at + 1) for at in range(3000)]):
        seen.append(len(client.futures))
    assert max(seen) <= 4 * 2 + 1
    assert futures_held(client) == []


def _means(values: Any, at: slice) -> Parts:
    return Parts((values.mean(axis=1),))


@dataclass(frozen=True)
class Dying:
    """Kills its process at one block, the first time."""

    mark: Path
    at: int

    def __call__(self, values: Any, at: slice) -> Parts:
        if at.start == self.at and not self.mark.exists():
            self.mark.touch()
            os._exit(1)
        return _means(values, at)


@pytest.mark.parametrize("in_memory", [False, True])
def test_the_death_of_a_worker_changes_nothing(client, stored, tmp_path, in_memory):
    source = ArraySource(Y) if in_memory else stored.source
    work = Dying(tmp_path / "died", 1700)
    found = sorted((at.start, parts.rows[0]) for at, parts in Cluster(client).run(source, work, BOUNDS))
    assert work.mark.exists()
    client.wait_for_workers(2)
    assert_array_equal([start for start, _ in found], [at.start for at in BOUNDS])
    assert_array_equal(np.concatenate([means for _, means in found]), Y.mean(axis=1))


@dataclass(frozen=True)
class Faltering:
    """Fails at one block, so many times."""

    folder: Path
    times: int

    def __call__(self, values: Any, at: slice) -> Parts:
        tried = len(list(self.folder.glob("tried*")))
        if at.start == 500 and tried < self.times:
            (self.folder / f"tried{tried}").touch()
            raise OSError("the file server does not answer")
        return _means(values, at)


def test_what_passes_is_tried_again(client, stored, tmp_path):
    for times in (2, 3):
        folder = tmp_path / str(times)
        folder.mkdir()
        run = Cluster(client, retries=2).run(stored.source, Faltering(folder, times), BOUNDS)
        if times == 2:
            assert len(list(run)) == len(BOUNDS)
        else:
            with pytest.raises(OSError, match="file server"):
                list(run)
        assert len(list(folder.iterdir())) == times


def test_errors_of_the_package_are_raised_at_once_and_the_rest_is_called_off(client, stored, tmp_path):
    class Refusing:
        def __call__(self, values: Any, at: slice) -> Parts:
            (tmp_path / f"{at.start}").touch()
            raise DataError("row 3 is no number")

    with pytest.raises(DataError, match="row 3 is no number"):
        list(Cluster(client).run(stored.source, Refusing(), BOUNDS))
    assert len(list(tmp_path.iterdir())) < len(BOUNDS)
    assert futures_held(client) == []
    infinite = Y.copy()
    infinite[5, 5] = np.inf
    with pytest.raises(DataError, match="infinite: 1 value"):
        lm_fit(infinite, X, scheduler=client)


def test_blocks_that_were_done_before_are_left_out(client, stored):
    for bounds in ([], BOUNDS[3:4], BOUNDS[1:4] + BOUNDS[9:12] + BOUNDS[29:]):
        found = {at.start: parts.rows[0] for at, parts in Cluster(client).run(stored.source, _means, bounds)}
        assert sorted(found) == [at.start for at in bounds]
        assert all(np.array_equal(found[at.start], Y[at].mean(axis=1)) for at in bounds)


def test_workers_of_another_version_are_refused(client, stored, monkeypatch):
    monkeypatch.setattr("ebayes_lm.data.cluster_tasks.own_version", lambda: "0.0.0")
    with pytest.raises(ArgumentError, match="must be the same"):
        list(Cluster(client).run(stored.source, _means, BOUNDS))


def test_workers_without_the_package_are_refused(stored):
    """Dask itself would wait for them without end."""

    def removed():
        import sys

        for name in [name for name in sys.modules if name.startswith("ebayes_lm")]:
            del sys.modules[name]
        sys.modules["ebayes_lm"] = None

    with local_cluster(1) as client:
        client.run(removed)
        with pytest.raises(ArgumentError, match="a worker of the cluster cannot import ebayes_lm"):
            list(Cluster(client).run(stored.source, _means, BOUNDS))


def test_linear_algebra_of_workers_keeps_to_one_thread():
    """In a process that nobody started so, from a thread, as workers have them."""
    script = """
import threading, numpy
from threadpoolctl import threadpool_info
from ebayes_lm.data.engines import Parts
from ebayes_lm.data.errands import Errand, Sent, own_version, run_errand

def threads(*_):
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}

def work(values, at):
    inside.append(threads())
    return Parts(())

inside, values = [], numpy.ones((2, 2))
before = threads()
errand = Errand(2, values.dtype, None, work, version=own_version(), home="elsewhere")
for _ in range(2):
    task = threading.Thread(target=run_errand, args=(errand, [slice(0, 2)], Sent(values)))
    task.start()
    task.join()
print(before, inside)
"""
    many = {"OPENBLAS_NUM_THREADS": "2", "MKL_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    run = [sys.executable, "-c", script]
    said = subprocess.run(run, env={**os.environ, **many}, check=True, capture_output=True, text=True).stdout
    assert said.strip() == "{2} [{1}, {1}]"


@pytest.mark.parametrize("rows", [1, 7, 130, 3000])
@pytest.mark.parametrize("threads", [1, 2, 500])
def test_groups_hold_every_block_once_in_order(rows, threads):
    bounds = [slice(start, min(3000, start + rows)) for start in range(0, 3000, rows)]
    found = list(groups(bounds, ArraySource(Y), threads))
    assert [at for group in found for at in group] == bounds
    assert len(found) <= max(4 * threads, 1) * 2
    big = replace(ArraySource(np.broadcast_to(np.float32(1), (10**6, 500))))
    sizes = [
        group[-1].stop - group[0].start for group in groups([slice(a, a + 1000) for a in range(0, 10**6, 1000)], big, 2)
    ]
    assert max(sizes) * 500 <= 1 << 22


def test_what_is_no_scheduler_is_refused():
    with pytest.raises(ArgumentTypeError, match="tcp://"):
        lm_fit(Y, X, scheduler=3)
    with pytest.MonkeyPatch.context() as patched:  # a client that fails as it begins is a minute in ending
        patched.setattr("distributed.Client.__init__", lambda *_, **__: pytest.fail("a client was half made"))
        for address in ("nowhere", "http://127.0.0.1:8787", "tcp://", ""):
            with pytest.raises(ArgumentError, match="no Dask scheduler answers"):
                lm_fit(Y, X, scheduler=address)


def test_threads_work_where_no_cluster_is_named(client):
    with cluster_for(None, ArraySource(Y)) as engine:
        assert engine is None
    assert [at for at, _ in Threads(2).run(ArraySource(Y), _means, BOUNDS)] == BOUNDS


def test_a_cluster_of_our_own_listens_to_this_machine_alone(client):
    addresses = [client.scheduler.address, *client.scheduler_info(n_workers=-1)["workers"]]
    assert {address.split(":")[1] for address in addresses} == {"//127.0.0.1"}
    assert client.cluster.scheduler.http_server.address == "127.0.0.1"
    assert not client.cluster.scheduler.http_application.applications
    assert set(client.nthreads().values()) == {1}


def test_a_greeting_that_comes_with_news_is_tried_once_more(client, monkeypatch):
    """distributed asserts that a scheduler's first message comes alone, which a busy one cannot promise."""
    real, tries = type(client), []

    def stumbling(*args, **options):
        tries.append(args)
        assert len(tries) > 1
        return real(*args, **options)

    monkeypatch.setattr("ebayes_lm.data.cluster._distributed", lambda why: types.SimpleNamespace(Client=stumbling))
    with _connected(client.scheduler.address) as connected:
        assert connected.scheduler is not None
    assert len(tries) == 2
