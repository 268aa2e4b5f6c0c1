"""Blocks as tasks of a Dask cluster, on this machine or on many."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ebayes_lm.data.cluster_tasks import Tasks, groups, threads_of, unwrapped
from ebayes_lm.data.dask_array import DaskSource, active_client
from ebayes_lm.data.engines import Parts, Work
from ebayes_lm.data.errands import Failed, run_errand
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.data.sources import Source
from ebayes_lm.errors import ArgumentError, ArgumentTypeError

#: Seconds until a scheduler has answered.
_TIMEOUT = 30


@dataclass(frozen=True, eq=False)
class Cluster:
    """Workers of a Dask cluster.

    Attributes
    ----------
    client : distributed.Client
    retries : int
        How often a task is tried again that met an error which is not about the data, or whose values were lost.
    """

    client: Any
    retries: int = 2

    def run(self, source: Source, work: Work, bounds: Sequence[slice]) -> Iterator[tuple[slice, Parts]]:
        """Each block and what it gives, as tasks complete."""
        _require_package(self.client)
        tasks = Tasks(self.client, source, work, self.retries)
        waiting = deque((group, 0) for group in groups(bounds, source, threads_of(self.client)))
        under_way: dict[Any, tuple[list[slice], int]] = {}
        completed = _distributed("a cluster").as_completed(loop=self.client.loop, with_results=True, raise_errors=False)
        try:
            while waiting or under_way:
                while waiting and len(under_way) < tasks.most:
                    group, lost = waiting.popleft()
                    future = tasks.submit(group)
                    under_way[future] = (group, lost)
                    completed.add(future)
                future, result = next(completed)
                (group, lost), status = under_way.pop(future), future.status
                future.release()
                if status in ("cancelled", "lost") and lost < self.retries:
                    waiting.append((group, lost + 1))
                else:
                    yield from _blocks(status, result)
        finally:
            tasks.end(list(under_way))


def _require_package(client: Any) -> None:
    """Refuse workers that cannot import the package: what they are sent would wait for ever.

    Raises
    ------
    ArgumentError
        One cannot.
    """
    try:
        client.run(import_module, run_errand.__module__)
    except ImportError as error:
        raise ArgumentError(
            f"a worker of the cluster cannot import ebayes_lm ({error}); install the version that this process has on "
            "all of them, with what belongs to it: pip install 'ebayes-lm[scale]'"
        ) from None


def _blocks(status: str, result: Any) -> list[tuple[slice, Parts]]:
    """What a task gave, or its error."""
    if isinstance(result, Failed):
        raise result.error
    if status == "error":
        result = result[1]
    if isinstance(result, BaseException):
        raise result
    blocks: list[tuple[slice, Parts]] = result
    return blocks


def _distributed(why: str) -> Any:
    require_extra("distributed", "scale", why)
    return import_module("distributed")


@contextmanager
def cluster_for(scheduler: Any, source: Source) -> Iterator[Cluster | None]:
    """The cluster that is wanted: an address, a client, or None, which is the active client for a dask array.

    Raises
    ------
    ArgumentError
        No scheduler answers there.
    ArgumentTypeError
        Neither an address nor a client.
    """
    if scheduler is None:
        client = active_client() if isinstance(unwrapped(source)[0], DaskSource) else None
        yield None if client is None else Cluster(client)
        return
    if isinstance(scheduler, _distributed("scheduler=").Client):
        with scheduler.as_current():
            yield Cluster(scheduler)
    elif isinstance(scheduler, str):
        with _connected(scheduler) as client, client.as_current():
            yield Cluster(client)
    else:
        raise ArgumentTypeError(
            "scheduler= is the address of a Dask scheduler, such as 'tcp://10.0.0.1:8786', or a distributed.Client; "
            f"got {type(scheduler).__name__}"
        )


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    distributed = _distributed("scheduler=")
    try:
        _require_address(address)
        client = _new_client(distributed, address)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise ArgumentError(
            f"no Dask scheduler answers at {address!r} ({str(error).strip() or type(error).__name__}); an "
            "address looks like 'tcp://10.0.0.1:8786'"
        ) from None
    with client:
        yield client


def _new_client(distributed: Any, address: str) -> Any:
    """A client of the scheduler at an address.

    Its greeting has to come alone: where a busy scheduler sends its first news along, distributed fails an assertion,
    and the next try is a matter of chance again.
    """
    try:
        return distributed.Client(address, timeout=_TIMEOUT, set_as_default=False)
    except AssertionError:
        return distributed.Client(address, timeout=_TIMEOUT, set_as_default=False)


def _require_address(address: str) -> None:
    """Look at an address before there is a client: one that fails as it begins is a minute in ending.

    Raises
    ------
    ValueError
        It is none.
    """
    comm = import_module("distributed.comm")
    scheme, place = comm.parse_address(address)
    comm.registry.get_backend(scheme)
    if scheme in ("tcp", "tls"):
        comm.parse_host_port(place)


@contextmanager
def local_cluster(workers: int) -> Iterator[Any]:
    """A client of so many worker processes of this machine, one thread each, that end with it.

    They listen on the loopback interface alone, and there is no dashboard. Other users of the machine can reach that,
    too: where the package cryptography is installed, processes know each other by certificates made for this run.
    """
    distributed = _distributed("a cluster of processes")
    import dask

    quiet: dict[str, Any] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    with (
        dask.config.set(quiet),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            security=True if find_spec("cryptography") else None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client
