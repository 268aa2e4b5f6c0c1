"""Tasks of a cluster: blocks in groups, and what goes with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import monotonic, sleep
from typing import Any

from ebayes_lm.data.blocks import BLOCK_CELLS
from ebayes_lm.data.dask_array import DaskSource
from ebayes_lm.data.derived import DerivedSource
from ebayes_lm.data.engines import Work
from ebayes_lm.data.errands import HOME, Divisible, Errand, Sent, own_version, run_errand
from ebayes_lm.data.mapped import MappedSource
from ebayes_lm.data.sources import ArraySource, Source, SparseSource

#: Tasks that are under way for each thread of the workers: enough to keep them busy, and all that a scheduler holds.
_UNDER_WAY = 4
#: The same where values are sent from here.
_UNDER_WAY_WITH_VALUES = 2
#: Cells of a task at most; rows that are stored together go into one as long as they have no more than the second.
_TASK_CELLS, _GRAIN_CELLS = BLOCK_CELLS, 1 << 25
#: Until a cluster is asked again how many threads it has.
_SECONDS_BETWEEN_QUESTIONS = 2.0


class Tasks:
    """Makes tasks. What all share is a task itself, so that a cluster that loses a worker makes it again."""

    def __init__(self, client: Any, source: Source, work: Work, retries: int) -> None:
        self._client, self._work, self._retries = client, work, retries
        innermost, functions = unwrapped(source)
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
        self._errand = _shared(client, errand)
        self._most, self._asked = 0, -_SECONDS_BETWEEN_QUESTIONS

    @property
    def most(self) -> int:
        """Tasks that may be under way; workers come and go."""
        if monotonic() - self._asked > _SECONDS_BETWEEN_QUESTIONS:
            each = _UNDER_WAY_WITH_VALUES if self._here or self._divided else _UNDER_WAY
            self._most, self._asked = each * threads_of(self._client), monotonic()
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


def _shared(client: Any, errand: Errand) -> Any:
    """What all tasks share, as a task; it may be large where there are very many samples, and is sent once."""
    import dask

    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "4GiB"}):
        return client.submit(_same, errand, pure=False)


def _same(errand: Errand) -> Errand:
    return errand


def unwrapped(source: Source) -> tuple[Source, tuple[Callable[..., Any], ...] | None]:
    """The source below all others, and the functions on its values; None where another thing is done with them."""
    functions: tuple[Callable[..., Any], ...] | None = ()
    while isinstance(source, DerivedSource):
        functions = (source.fn, *functions) if isinstance(source, MappedSource) and functions is not None else None
        source = source.source
    return source, functions


def groups(bounds: Sequence[slice], source: Source, threads: int) -> Iterator[list[slice]]:
    """Neighbouring blocks for one task each: large enough to be worth sending, small enough for all threads to share.

    What a block gives does not depend on the task that it is in. Blocks between them may be missing: done before.
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
    if group:
        yield group


def threads_of(client: Any) -> int:
    return max(1, sum(int(threads) for threads in client.nthreads().values()))
