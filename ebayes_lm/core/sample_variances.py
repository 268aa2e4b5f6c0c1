"""Weights of samples from how much they scatter about a model of their means (Ritchie et al 2006)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray
from ebayes_lm.core.in_order import Sums
from ebayes_lm.core.pooled_scoring import SMALLEST_VARIANCE, Scoring
from ebayes_lm.core.qr import RANK_TOLERANCE
from ebayes_lm.core.row_layout import floats, pieces
from ebayes_lm.core.variance_model import VarianceModel, variance_model
from ebayes_lm.errors import ArgumentError, DataError

#: What a block of rows gives: its values, the weights of its cells or None, and where it lies.
Work = Callable[[AnyArray, FloatArray | None, slice], Sums]


class Rows(Protocol):
    """Rows (G, n) with weights of their cells, read block by block."""

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of samples."""

    @property
    def weighted(self) -> bool:
        """Whether cells have weights."""

    def in_order(self) -> Iterator[tuple[AnyArray, FloatArray | None]]:
        """Blocks of values and weights, first to last."""

    def total(self, work: Work) -> Sums:
        """What ``work`` gives for every block, added up in the order of the blocks."""


@dataclass(frozen=True, eq=False)
class ArrayRows:
    """Rows of an array in memory, as one block."""

    y: AnyArray
    weights: FloatArray | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of samples."""
        return self.y.shape[0], self.y.shape[1]

    @property
    def weighted(self) -> bool:
        """Whether cells have weights."""
        return self.weights is not None

    def in_order(self) -> Iterator[tuple[AnyArray, FloatArray | None]]:
        """All rows."""
        yield self.y, self.weights

    def total(self, work: Work) -> Sums:
        """What ``work`` gives for all rows."""
        return work(self.y, self.weights, slice(0, len(self.y)))


class SampleWeights(NamedTuple):
    """Weights (n,) of samples, inverse variances with geometric mean one, and how they were reached.

    Attributes
    ----------
    weights : (n,) array
    method : {"genebygene", "reml"} or None
        None where there was too little to learn from.
    n_incomplete : int
        Rows that "reml" left out.
    stopped : str
        Why an iteration ended before it converged: "limit", "stalled", or "" where it did not.
    """

    weights: FloatArray
    method: str | None
    n_incomplete: int = 0
    stopped: str = ""


def sample_weights(
    y: AnyArray, x: FloatArray, z: FloatArray | None = None, weights: FloatArray | None = None, *,
    prior_n: float = 10.0, method: str = "auto", max_iter: int = 50, tol: float = 1e-5,
) -> SampleWeights:  # fmt: skip
    """Weights of the samples of an array y (G, n), missing values NaN, on a design x (n, p).

    ``z`` (n, k) is a model of log variances, ``weights`` (G, n) are known beforehand and multiply, zero where an
    observation is missing. What the others mean, see :func:`estimated_weights`.
    """
    rows = ArrayRows(np.asarray(y), None if weights is None else np.asarray(weights, dtype=np.float64))
    return estimated_weights(rows, variance_model(x, z), prior_n=prior_n, method=method, max_iter=max_iter, tol=tol)


def estimated_weights(
    rows: Rows, model: VarianceModel, *, prior_n: float, method: str, max_iter: int, tol: float
) -> SampleWeights:
    """Weights of samples by one of two methods.

    Parameters
    ----------
    rows : Rows
    model : VarianceModel
    prior_n : float
        Rows that are added in which all samples scatter alike.
    method : {"auto", "genebygene", "reml"}
        Row after row, each with one scoring step from the weights that those before it gave; or all rows together
        until it converges. "auto" is the latter where rows are complete and unweighted.
    max_iter : int
    tol : float
        Of "reml".
    """
    n = model.n_samples
    few = SampleWeights(np.ones(n), None)
    if rows.shape[0] < 2 or model.df_residual < 2:
        return few
    if method == "genebygene" or (method == "auto" and rows.weighted):
        return SampleWeights(learnt_in_order(rows, model, prior_n), "genebygene")
    complete, usable = survey(rows, model)
    if method == "auto" and not complete.all():
        return SampleWeights(learnt_in_order(rows, model, prior_n), "genebygene")
    taken = complete if rows.weighted else usable
    incomplete = int(len(complete) - complete.sum())
    if taken.sum() < 2:
        return few._replace(n_incomplete=incomplete)
    weights, stopped = pooled(rows, model, taken, prior_n, max_iter, tol)
    return SampleWeights(weights, "reml", incomplete, stopped)


def learnt_in_order(rows: Rows, model: VarianceModel, prior_n: float) -> FloatArray:
    """Weights (n,) from rows one after the other; another order gives other weights.

    Raises
    ------
    ArgumentError
        Without a prior, the first rows do not determine a step.
    DataError
        Values are too large to be squared.
    """
    from ebayes_lm.kernels.sample_variances import learn_row_by_row

    n = model.n_samples
    if model.is_free:
        # steps sum to zero, whatever information there is on their sum; some is needed to solve for them
        directions, information = np.empty((0, n)), prior_n * np.eye(n) + 1.0 / n
    else:
        directions, information = model.directions, prior_n * np.eye(len(model.directions))
    log_weights = np.zeros(n)
    for y, cells in rows.in_order():
        determined = learn_row_by_row(
            floats(y), np.empty((0, n)) if cells is None else np.ascontiguousarray(cells), model.columns, directions,
            RANK_TOLERANCE, SMALLEST_VARIANCE, information, log_weights,
        )  # fmt: skip
        if not determined:
            raise ArgumentError(
                f"with prior_n={prior_n:g} the first features do not say how variable every sample is; "
                "prior_n=10 is usual, and makes up for what they lack"
            )
    return _finite(np.exp(log_weights))


def survey(rows: Rows, model: VarianceModel) -> tuple[BoolArray, BoolArray]:
    """Which rows (G,) lack no value, and which of these have a residual variance."""
    complete, usable = np.empty(rows.shape[0], dtype=np.bool_), np.empty(rows.shape[0], dtype=np.bool_)
    q = model.basis.T

    def look(y: AnyArray, cells: FloatArray | None, at: slice) -> Sums:
        with np.errstate(invalid="ignore", over="ignore"):
            rss = np.concatenate([_squares(piece, q).sum(axis=1) for piece in pieces(y)])
        usable[at] = rss >= model.df_residual * SMALLEST_VARIANCE
        complete[at] = np.isfinite(rss) | np.isfinite(y).all(axis=1)
        if cells is not None:
            complete[at] &= (cells > 0).all(axis=1)
        usable[at] &= complete[at]
        return ()

    rows.total(look)
    return complete, usable


def _squares(y: AnyArray, q: FloatArray) -> FloatArray:
    rest = y.astype(np.float64)
    rest -= (rest @ q) @ q.T
    rest *= rest
    return rest


def pooled(
    rows: Rows, model: VarianceModel, taken: BoolArray, prior_n: float, max_iter: int, tol: float
) -> tuple[FloatArray, str]:
    """Weights (n,) from all rows that are ``taken``, and why the iteration stopped before it converged, or nothing."""
    scoring = Scoring(model, int(taken.sum()), prior_n, rows.weighted)
    whole = bool(taken.all())
    coefficients, criterion = np.zeros(len(model.directions)), np.inf
    for _ in range(max_iter):
        weights = scoring.weights(coefficients)

        def sums(y: AnyArray, cells: FloatArray | None, at: slice, weights: FloatArray = weights) -> Sums:
            if not whole:
                y, cells = y[taken[at]], None if cells is None else cells[taken[at]]
            return scoring.sums(floats(y), cells, weights)

        step, before = scoring.step(weights, rows.total(sums)), criterion
        criterion = scoring.criterion(step)
        _finite(np.array(criterion))
        if not criterion < before and not rows.weighted:
            return weights, "stalled"  # under weights of cells limma goes on, and may still converge
        coefficients = coefficients + step.move
        if criterion < tol:
            return _finite(scoring.weights(coefficients)), ""
    return _finite(scoring.weights(coefficients)), "limit"


def _finite(numbers: FloatArray) -> FloatArray:
    if not np.isfinite(numbers).all():
        raise DataError(
            "the variances of samples cannot be computed: values are too large to be squared, or one sample holds "
            "nearly all of the scatter; check the scale of the matrix, or raise prior_n"
        )
    return numbers
