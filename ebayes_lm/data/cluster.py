"""Blocks as tasks of a Dask cluster, on this machine or on many."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from time import monotonic, sleep
from typing import Any

from ebayes_lm.data.blocks import BLOCK_CELLS
from ebayes_lm.data.dask_array import DaskSource, active_client
from ebayes_lm.data.engines import Parts, Work
from ebayes_lm.data.errands import HOME, Divisible, Errand, Failed, Sent, own_version, run_errand
from ebayes_lm.data.mapped import MappedSource
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.data.sources import ArraySource, Source, SparseSource
from ebayes_lm.errors import ArgumentError, ArgumentTypeError

#: Tasks that are under way for each thread of the workers: enough to keep them busy, and all that a scheduler holds.
_UNDER_WAY = 4
#: The same where values are sent from here.
_UNDER_WAY_WITH_VALUES = 2
#: Cells of a task at most; rows that are stored together go into one as long as they have no more than the second.
_TASK_CELLS, _GRAIN_CELLS = BLOCK_CELLS, 1 << 25
#: Seconds until a scheduler has answered.
_TIMEOUT = 30
#: Until a cluster is asked again how many threads it has.
_SECONDS_BETWEEN_QUESTIONS = 2.0


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
        from distributed import as_completed

        tasks = _Tasks(self.client, source, work, self.retries)
        waiting = deque((group, 0) for group in _groups(bounds, source, _threads(self.client)))
        under_way: dict[Any, tuple[list[slice], int]] = {}
        completed = as_completed(loop=self.client.loop, with_results=True, raise_errors=False)
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


class _Tasks:
    """Makes tasks. What all share is a task itself, so that a cluster that loses a worker makes it again."""

    def __init__(self, client: Any, source: Source, work: Work, retries: int) -> None:
        import dask

        self._client, self._work, self._retries = client, work, retries
        innermost, functions = _unwrapped(source)
        self._base = source if functions is None else innermost
        self._lazy = isinstance(self._base, DaskSource)
        self._here = not self._lazy and isinstance(innermost, (ArraySource, SparseSource, DaskSource))
        self._divided = isinstance(work, Divisible) and work.part(slice(0, 1)) is not work
        errand = Errand(
            source.shape[1] if functions is None else innermost.shape[1],
            self._base.dtype,
            None if self._lazy or self._here else source,
            None if self._divided else work,
            functions or (),
            own_version(),
            HOME,
        )
        # of a design of very many samples; it is sent once
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "4GiB"}):
            self._errand = client.submit(_same, errand, pure=False)
        self._most, self._asked = 0, -_SECONDS_BETWEEN_QUESTIONS

    @property
    def most(self) -> int:
        """Tasks that may be under way; workers come and go."""
        if monotonic() - self._asked > _SECONDS_BETWEEN_QUESTIONS:
            each = _UNDER_WAY_WITH_VALUES if self._here or self._divided else _UNDER_WAY
            self._most, self._asked = each * _threads(self._client), monotonic()
        return self._most

    def submit(self, group: list[slice]) -> Any:
        """A task, on its way."""
        at = slice(group[0].start, group[-1].stop)
        sent, computed = None, None
        if self._here or self._divided:
            part = self._work.part(at) if self._divided and isinstance(self._work, Divisible) else None
            values = self._base.read(at.start, at.stop) if self._here else None
            sent = self._sent(Sent(values, part))
        if self._lazy and isinstance(self._base, DaskSource):
            computed = self._client.compute(self._base.rows(at.start, at.stop), retries=self._retries)
        return self._client.submit(run_errand, self._errand, group, sent, computed, pure=False, retries=self._retries)

    def end(self, under_way: list[Any]) -> None:
        """Call off what is under way; an error that is kept does not keep futures."""
        if under_way:
            self._client.cancel(under_way, force=True)
        for future in (*under_way, self._errand):
            future.release()

    def _sent(self, what: Sent) -> Any:
        """Values on a worker, another one where that has just died."""
        for attempt in range(self._retries):
            try:
                return self._client.scatter(what, hash=False)
            except OSError:
                sleep(0.5 * 2**attempt)
        return self._client.scatter(what, hash=False)


def _same(errand: Errand) -> Errand:
    return errand


def _unwrapped(source: Source) -> tuple[Source, tuple[Callable[..., Any], ...] | None]:
    """The source below all others, and the functions on its values; None where another thing is done with them."""
    functions: tuple[Callable[..., Any], ...] | None = ()
    while isinstance(below := getattr(source, "source", None), Source):
        mapped = functions is not None and isinstance(source, MappedSource)
        functions = (source.fn, *functions) if mapped else None
        source = below
    return source, functions


def _groups(bounds: Sequence[slice], source: Source, threads: int) -> Iterator[list[slice]]:
    """Neighbouring blocks for one task each: large enough to be worth sending, small enough for all threads to share.

    What a block gives does not depend on the task that it is in.
    """
    features, samples = source.shape
    room = max(_TASK_CELLS // samples, source.grain if source.grain * samples <= _GRAIN_CELLS else 1)
    room = min(room, max(source.grain, features // (_UNDER_WAY * threads)))
    group: list[slice] = []
    for at in bounds:
        if group and at.stop - group[0].start > room:
            yield group
            group = []
        group.append(at)
    yield group


def _threads(client: Any) -> int:
    return max(1, sum(client.nthreads().values()))


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
        client = active_client() if isinstance(_unwrapped(source)[0], DaskSource) else None
        yield None if client is None else Cluster(client)
        return
    require_extra("distributed", "scale", "scheduler=")
    import distributed

    if isinstance(scheduler, distributed.Client):
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
    from distributed import Client

    try:
        client = Client(address, timeout=_TIMEOUT, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise ArgumentError(
            f"no Dask scheduler answers at {address!r} ({str(error).strip() or type(error).__name__}); an "
            "address looks like 'tcp://10.0.0.1:8786'"
        ) from None
    with client:
        yield client


@contextmanager
def local_cluster(workers: int) -> Iterator[Any]:
    """A client of so many worker processes of this machine, one thread each, that end with it.

    They listen on the loopback interface alone, and there is no dashboard. Other users of the machine can reach that,
    too: where the package cryptography is installed, processes know each other by certificates made for this run.
    """
    require_extra("distributed", "scale", "a cluster of processes")
    import dask
    from distributed import Client, LocalCluster

    quiet = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    with (
        dask.config.set(quiet),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            security=True if find_spec("cryptography") else None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client
