"""Blocks of features scanned, and the tables that come of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.core.frisch_waugh import covariates_of
from ebayes_lm.core.ols import Status
from ebayes_lm.core.pair_tests import Found, joined
from ebayes_lm.core.predictors import Predictors, predictors
from ebayes_lm.data.blocks import BLOCK_CELLS, Running, blas_threads
from ebayes_lm.data.engines import Parts, Threads, Work, working
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.progress import Progress
from ebayes_lm.data.scratch import by_features
from ebayes_lm.data.sources import Source
from ebayes_lm.results.rows import refuse_infinite

#: Outcomes that are worked on at once.
_MOST_OUTCOMES = 1024
#: Cells in a block: so few that threads share them evenly.
_CELLS = BLOCK_CELLS // 4
#: Numbers that are kept of a test.
_KEPT = 10
#: Blocks that may wait to be collected.
_WAITING = 64
#: Tests, and outcomes among them, from which inflation is told where not all are kept.
_TOLD, _TOLD_OUTCOMES = 1 << 18, 256
_STATUS_NAMES = np.array([status.name for status in Status], dtype=object)


class OutcomeSet(NamedTuple):
    """Outcomes with the same missing values: their numbers, samples that have a value, and what these are ready for."""

    numbers: IntArray
    present: AnyArray
    predictors: Predictors


@dataclass(frozen=True, eq=False)
class ScannedBlocks:
    """Scans blocks of features for all outcomes, and keeps the tests with p up to ``keep_p``.

    Of every so many features and outcomes, ``told``, it keeps the p-values in any case.
    """

    sets: tuple[OutcomeSet, ...]
    keep_p: float | None
    use_kernel: bool
    told: tuple[int, int] | None

    def __call__(self, values: AnyArray, at: slice) -> Parts:
        """Tests of a block, how many there were by outcome, and rows of the matrix with infinite values."""
        found, tests = [], np.zeros(sum(len(some.numbers) for some in self.sets), dtype=np.intp)
        for numbers, present, ready in self.sets:
            part, number = ready.find(
                values if present.all() else values[:, present], self.keep_p, use_kernel=self.use_kernel
            )
            found.append(part._replace(row=part.row + at.start, outcome=numbers[part.outcome]))
            tests[numbers] = number
        return Parts((), (*joined(found), tests, self._p_values(values, at), *_infinite(values, at.start)))

    def _p_values(self, values: AnyArray, at: slice) -> FloatArray:
        """Of some of the tests, which blocks have no part in choosing."""
        if self.told is None:
            return np.empty(0)
        every, step = self.told
        some = values[-at.start % every :: every]
        found = [np.empty(0)]
        for numbers, present, ready in self.sets:
            wanted = np.flatnonzero(numbers % step == 0)
            if len(wanted) and len(some):
                part, _ = ready.some(wanted).find(some[:, present], None, use_kernel=False)
                found.append(part.p_value)
        return np.concatenate(found)


class Scanned(NamedTuple):
    """Tests of some features, how many there were by outcome (q,), and p-values that tell of those not kept."""

    found: Found
    tests: IntArray
    p_values: FloatArray


def outcome_sets(outcomes: FloatArray, covariates: FloatArray, factors: FloatArray) -> tuple[OutcomeSet, ...]:
    """Outcomes (q, n) by what they miss, ready for features.

    They are freed of covariates (n, p) and of factors (m, n) that features are multiplied by.
    """
    x = np.column_stack([covariates, factors.T])
    patterns, place = np.unique(np.isfinite(outcomes), axis=0, return_inverse=True)
    sets = []
    for k, present in enumerate(patterns):
        alike = np.flatnonzero(place.reshape(-1) == k)
        shared = covariates_of(x[present])
        for start in range(0, len(alike), _MOST_OUTCOMES):
            numbers = alike[start : start + _MOST_OUTCOMES]
            ready = predictors(shared, outcomes[numbers][:, present], factors[:, present])
            sets.append(OutcomeSet(numbers, present, ready))
    return tuple(sets)


def told_of(features: int, outcomes: int) -> tuple[int, int]:
    """Steps between the features, and between the outcomes, whose p-values are kept in any case."""
    step = -(-outcomes // _TOLD_OUTCOMES)
    return max(1, features * -(-outcomes // step) // _TOLD), step


def scanned(matrix: FeatureMatrix, work: ScannedBlocks, n_outcomes: int, running: Running) -> Iterator[Scanned]:
    """Work through a matrix, a few blocks at a time, in the order of features.

    Raises
    ------
    DataError
        Values are infinite.
    """
    source, samples = by_features(matrix.source, running), matrix.shape[1]
    cells = _CELLS if work.keep_p is not None else _CELLS * samples // max(samples, _KEPT * n_outcomes)
    bounds = running.bounds_in(source, max(1, cells))
    engine = running.engine or FewAtATime(running.n_threads)
    with (
        blas_threads(1),
        Progress(source.shape[0], running.progress) as progress,
        working(_in_order(engine.run(source, work, bounds))) as blocks,
    ):
        for at, parts in blocks:
            *found, tests, p_values, rows, counts = parts.loose
            if len(rows):
                refuse_infinite(counts, matrix.features[rows], choice=False)
            progress.advance(at.stop - at.start)
            yield Scanned(Found(*found), tests, p_values)


@dataclass(frozen=True)
class FewAtATime:
    """So many threads of this process, which do not run far ahead of whoever takes what blocks give."""

    number: int

    def run(self, source: Source, work: Work, bounds: Sequence[slice]) -> Iterator[tuple[slice, Parts]]:
        """Each block and what it gives, in their order."""
        engine, most = Threads(self.number), max(_WAITING, 8 * self.number)
        for first in range(0, len(bounds), most):
            with working(engine.run(source, work, bounds[first : first + most])) as blocks:
                yield from blocks


def _in_order(blocks: Iterator[tuple[slice, Parts]]) -> Iterator[tuple[slice, Parts]]:
    """Blocks by where they begin; those that come too early wait."""
    early: dict[int, tuple[slice, Parts]] = {}
    begin = 0
    with working(blocks) as coming:
        for block in coming:
            early[block[0].start] = block
            while begin in early:
                at, parts = early.pop(begin)
                begin = at.stop
                yield at, parts


def _infinite(values: AnyArray, start: int) -> tuple[IntArray, IntArray]:
    """Rows that hold infinite values, and how many each."""
    if values.dtype.kind != "f":
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    with np.errstate(all="ignore"):
        odd = np.flatnonzero(~np.isfinite(values @ np.zeros(values.shape[1], dtype=values.dtype)))
    counts = np.isinf(values[odd]).sum(axis=1)
    return odd[counts > 0] + start, counts[counts > 0]


def table_of(found: Found, columns: int) -> pd.DataFrame:
    """Statistics of tests of so many columns, under the names that tables of the package have."""
    if columns == 1:
        first = {"beta": found.estimate, "SE": found.error, "t": found.statistic}
    else:
        first = {"F": found.statistic, "df1": np.full(len(found.row), columns)}
    rest = {"df": found.df, "n": found.n, "P.Value": found.p_value, "neg_log10_p": found.neg_log10_p}
    table = pd.DataFrame({**first, **rest})
    table["status"] = pd.Series(_STATUS_NAMES[found.status], dtype=object).astype(str)
    return table


def with_annotation(
    table: pd.DataFrame, annotation: pd.DataFrame | None, rows: IntArray, labels: int = 0
) -> pd.DataFrame:
    """What is known of the features behind so many columns of labels; ``table`` has a row for each of ``rows``."""
    if annotation is None:
        return table
    shown = annotation.iloc[rows].set_axis(table.index, axis=0)
    shown = shown.rename(columns={c: f"{c}.annotation" for c in shown.columns if c in table.columns})
    return pd.concat([table.iloc[:, :labels], shown, table.iloc[:, labels:]], axis=1)


def collected(parts: Sequence[Scanned]) -> Scanned:
    """Tests of all features."""
    found, tests, p_values = zip(*parts, strict=True)
    return Scanned(joined(found), np.sum(tests, axis=0), np.concatenate(p_values))
