"""One pass over the matrix of a fit: residuals, standardised and added up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.batch.drawn_residuals import DrawnResiduals
from ebayes_lm.batch.fitted_rows import FittedRows
from ebayes_lm.core.in_order import InOrder, Sums, added
from ebayes_lm.core.permutation_null import DrawnRows
from ebayes_lm.core.residual_rows import ResidualRows
from ebayes_lm.core.sample_spread import square_of_p
from ebayes_lm.data.blocks import Running
from ebayes_lm.errors import DataError, counted, listing

#: Cells that are worked on at once: so many that calls cost little beside the work, and few beside a block.
_PIECE_CELLS = 1 << 20
#: P-values of a feature's largest residual are told up to here.
LARGEST_P = 0.05


class ResidualSums(NamedTuple):
    """What residuals of all features add up to, over the m samples that take part.

    Attributes
    ----------
    cross : (m, m) array
        Cross products of standardised residuals.
    free : (m,) array
        What the design leaves of samples, added up over features.
    roots : (m,) array
        Roots of the weights, as features have them in the mean.
    missing : (m,) array
        Missing values, or such of weight zero.
    level : (m,) array
        Mean over drawn features, each about its own mean and in its residual standard deviations.
    n_rows : int
        Features that have residuals.
    """

    cross: FloatArray
    free: FloatArray
    roots: FloatArray
    missing: FloatArray
    level: FloatArray
    n_rows: int


class ResidualPass(NamedTuple):
    """The sums, the largest residual of each feature, zero where its p is above ``LARGEST_P``, and those of some."""

    rows: ResidualRows
    sums: ResidualSums
    df: FloatArray
    largest: FloatArray
    sample: IntArray
    drawn: DrawnRows


def residual_pass(fitted: FittedRows, running: Running, rng: np.random.Generator) -> ResidualPass:
    """Go through the matrix once.

    Raises
    ------
    DataError
        These are not the data of the fit.
    """
    n = fitted.n
    drawn = DrawnResiduals(fitted, rng)
    total = InOrder(added)

    def block(values: AnyArray, at: slice) -> tuple[AnyArray, ...]:
        sums = _Block(fitted, len(values))
        parts = [sums.piece(fitted, drawn, values, at, piece) for piece in _pieces(at, values.shape[1])]
        whole = tuple(np.concatenate(part) for part in zip(*parts, strict=True))
        sums.level, sums.count = drawn.levels(values, whole[0], at)
        total.add(sums.parts(), at)
        return whole

    sigma, df, largest, sample = fitted.matrix.map_blocks(block, running, fitted.cells)
    _require_same(fitted, sigma, drawn)
    cross, free, roots, missing, level, count, rows = total.whole
    known = max(float(rows[0]), 1.0)
    level = np.divide(level, count, out=np.full(n, np.nan), where=count > 0)
    sums = ResidualSums((cross + cross.T) / 2.0, free, roots / known, missing, level, int(rows[0]))
    return ResidualPass(fitted.rows, sums, df, largest, sample.astype(np.intp), drawn.rows())


def _pieces(at: slice, samples: int) -> Iterator[slice]:
    """Rows of a block, some at a time, so that their residuals take little room; one piece at least."""
    step = max(1, _PIECE_CELLS // samples)
    return (slice(start, min(at.stop, start + step)) for start in range(at.start, at.stop, step))


class _Block:
    """Sums over one block."""

    def __init__(self, fitted: FittedRows, rows: int) -> None:
        n = fitted.n
        self.cross = np.zeros((n, n))
        self.free, self.roots, self.missing, self.level, self.count = (np.zeros(n) for _ in range(5))
        self.n_rows = 0
        self._shared_roots = _unit_roots(fitted.fit.plan.weights[None, :])[0]
        self._room = np.empty((min(rows, max(1, _PIECE_CELLS // fitted.matrix.shape[1])), n))
        samples = float(np.count_nonzero(fitted.rows.free))
        self._least = square_of_p(LARGEST_P, float(fitted.fit.plan.df_residual), samples)

    def piece(
        self, fitted: FittedRows, drawn: DrawnResiduals, values: AnyArray, block: slice, at: slice
    ) -> tuple[AnyArray, ...]:
        """Add some rows of the block; standard deviations, df and the largest residual of each."""
        y = fitted.values(values[at.start - block.start : at.stop - block.start])
        found = fitted.complete_rows(y, at, self._room, self._least)
        free = fitted.rows.free[None, :]
        usable = int(np.count_nonzero(found.df))
        if fitted.has_single:
            free, weights, rows = fitted.single_rows(y, at, found)
            varying = found.df > 0
            usable = int(np.count_nonzero(varying)) - int(np.count_nonzero(varying[rows]))
            self.roots += _unit_roots(weights[varying[rows]]).sum(axis=0)
            self.missing += np.count_nonzero(weights == 0, axis=0)
            self.free += free[varying].sum(axis=0)
            self.n_rows += int(np.count_nonzero(varying[rows]))
        else:
            self.free += free[0] * usable
        self.roots += self._shared_roots * usable
        self.n_rows += usable
        self.cross += found.residuals.T @ found.residuals
        drawn.keep(found.residuals, free, at)
        return found.sigma, found.df, found.largest, found.sample

    def parts(self) -> Sums:
        """All sums."""
        rows = np.array([float(self.n_rows)])
        return self.cross, self.free, self.roots, self.missing, self.level, self.count, rows


def _unit_roots(weights: FloatArray) -> FloatArray:
    """Roots of weights (g, n), those of a row about one."""
    present = np.maximum(np.count_nonzero(weights, axis=1), 1)
    mean = weights.sum(axis=1) / present
    roots: FloatArray = np.sqrt(weights / np.where(mean > 0, mean, 1.0)[:, None])
    return roots


def _require_same(fitted: FittedRows, sigma: FloatArray, drawn: DrawnResiduals) -> None:
    """Refuse data that are not those of the fit."""
    own = fitted.fit.covariances
    lost = np.isnan(sigma)
    if own is not None:
        lost[own.rows] = False
    if lost.any():
        names = listing(fitted.fit.labels.features[lost])
        raise DataError(
            f"y has missing values in {counted(int(lost.sum()), 'feature')} ({names}) that the fit had complete; give "
            "the matrix that was fitted"
        )
    other = int(np.count_nonzero(drawn.other))
    if other:
        raise DataError(
            f"y is not what was fitted: means of {other:,} of {len(drawn.at):,} features that were looked at differ "
            "from amean of the fit. Give the matrix of the fit; after voom_lm_fit() that is fit.elist"
        )
