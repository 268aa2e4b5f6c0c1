"""What is sent to the workers of a cluster, and what they do with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from threading import Lock
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.blocks import blas_threads
from ebayes_lm.data.dask_array import plain_rows
from ebayes_lm.data.engines import Parts, Work
from ebayes_lm.data.mapped import mapped
from ebayes_lm.data.sources import ArraySource, Source
from ebayes_lm.errors import ArgumentError, EbayesLMError


@runtime_checkable
class Divisible(Protocol):
    """Work that carries values of every row, such as weights."""

    def part(self, at: slice) -> Work:
        """The same work for these rows alone; itself where it carries nothing of the kind."""


class Failed(NamedTuple):
    """An error that another attempt would meet again."""

    error: EbayesLMError


@dataclass(frozen=True, eq=False)
class Sent:
    """What only one task needs: values of its rows, or work for them alone; None for what it has from elsewhere."""

    values: AnyArray | None = None
    work: Work | None = None


@dataclass(frozen=True, eq=False)
class Errand:
    """What all tasks share; it goes to a worker once.

    Attributes
    ----------
    samples : int
    dtype : dtype
        Of values, as they are sent or computed.
    source : Source or None
        Where a worker reads rows; None where their values come with each task.
    work : callable or None
        None where it comes with each task.
    functions : tuple of callables
        What is applied to values that come.
    version : str
        Of the package that sends it.
    """

    samples: int
    dtype: np.dtype[Any]
    source: Source | None
    work: Work | None
    functions: tuple[Callable[[AnyArray], AnyArray], ...] = ()
    version: str = ""

    def rows(self, start: int, stop: int, values: Any) -> AnyArray:
        """Rows ``start`` to ``stop``, which came or are read here."""
        if self.source is not None:
            return self.source.read(start, stop)
        rows: Source = ArraySource(plain_rows(values, (stop - start, self.samples), self.dtype))
        for function in self.functions:
            rows = mapped(rows, function)
        return rows.read(0, stop - start)


def run_errand(
    errand: Errand, group: Sequence[slice], sent: Sent | None = None, computed: Any = None
) -> list[tuple[slice, Parts]] | Failed:
    """Work through neighbouring blocks, whose rows are read at once: those that were sent, or those of a dask array."""
    start, stop = group[0].start, group[-1].stop
    try:
        _require_version(errand.version)
        sent = sent or Sent()
        rows = errand.rows(start, stop, computed if sent.values is None else sent.values)
        work = errand.work or sent.work
        if work is None:
            raise ArgumentError("a task came without its work")
        with _one_thread:
            return [(at, work(rows[at.start - start : at.stop - start], at)) for at in group]
    except EbayesLMError as error:
        return Failed(error)


@cache
def own_version() -> str:
    """Version of the package in this process."""
    return version("ebayes-lm")


def _require_version(wanted: str) -> None:
    if wanted != own_version():
        raise ArgumentError(
            f"a worker of the cluster has ebayes_lm {own_version()} and this process {wanted}; they must be the same, "
            "or numbers could differ"
        )


class _OneThread:
    """Holds linear algebra to one thread while any task of this process runs, not only until the first one ends."""

    def __init__(self) -> None:
        self._lock, self._tasks, self._limit = Lock(), 0, ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if self._tasks == 0:
                self._limit.enter_context(blas_threads(1))
            self._tasks += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._tasks -= 1
            if self._tasks == 0:
                self._limit.close()


_one_thread = _OneThread()
