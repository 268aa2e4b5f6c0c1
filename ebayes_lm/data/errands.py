"""What is sent to the workers of a cluster, and what they do with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, NamedTuple, Protocol, runtime_checkable
from uuid import uuid4

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.allocation import keep_freed_memory
from ebayes_lm.data.dask_array import plain_rows
from ebayes_lm.data.engines import Parts, Work
from ebayes_lm.data.mapped import mapped
from ebayes_lm.data.sources import ArraySource, Source
from ebayes_lm.errors import ArgumentError, DataError, EbayesLMError

#: Names this process among all that take part.
HOME = uuid4().hex


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
    home : str
        The process that sends it.
    """

    samples: int
    dtype: np.dtype[Any]
    source: Source | None
    work: Work | None
    functions: tuple[Callable[[AnyArray], AnyArray], ...] = ()
    version: str = ""
    home: str = ""

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
        if errand.home != HOME:  # where workers are threads of the process that asks, it holds itself to one
            _settle()
        return [(at, work(rows[at.start - start : at.stop - start], at)) for at in group]
    except EbayesLMError as error:
        return Failed(_unseen(error.__cause__) if isinstance(error.__cause__, FileNotFoundError) else error)
    except FileNotFoundError as error:
        return Failed(_unseen(error))


def _unseen(error: FileNotFoundError) -> DataError:
    where = error.filename or error
    return DataError(f"a worker does not see {where}; every worker must find the file under this path")


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


@cache
def _settle() -> None:
    """Hold linear algebra of a worker process to one thread, for good, and let it keep its memory between arrays.

    Dask starts its workers with one thread, but not those that have no nanny. Only the thread that sets this can lift
    it.
    """
    keep_freed_memory()
    import scipy.linalg  # noqa: F401  # a library of its own, which must be there to be held
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")
