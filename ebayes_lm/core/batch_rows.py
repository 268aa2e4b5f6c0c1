"""Rows in batches: what each row says of its batches, and its values with that taken out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.qr import RANK_TOLERANCE, PivotedQR, pivoted_qr

#: Residuals of a row below so many roundings of its largest value are nothing else.
_ROUNDINGS = 16.0 * np.finfo(np.float64).eps


@dataclass(frozen=True, eq=False)
class BatchModel:
    """A level for every batch, and slopes on covariates that all batches share.

    Attributes
    ----------
    codes : (n,) integer array
        Batch of each sample, from 0.
    covariates : (n, k) array
        Independent of the batches and of each other.
    reference : int or None
        Batch that the others are brought to.
    """

    codes: IntArray
    covariates: FloatArray
    reference: int | None = None

    @cached_property
    def members(self) -> FloatArray:
        """Which sample belongs to which batch, (n, b) of zeros and ones."""
        return np.equal.outer(self.codes, np.arange(self.codes.max() + 1)).astype(np.float64)

    @cached_property
    def sizes(self) -> FloatArray:
        """Samples of each batch, (b,)."""
        sizes: FloatArray = self.members.sum(axis=0)
        return sizes

    @cached_property
    def explained(self) -> BoolArray:
        """Batches (b,) whose samples leave no residual in any row: of one sample, or with a column for each other."""
        left = self.members.T @ (1.0 - np.square(self.qr.q).sum(axis=1))
        return np.asarray(left < RANK_TOLERANCE)

    @cached_property
    def matrix(self) -> FloatArray:
        """Columns of the batches, then the covariates, (n, b + k)."""
        return np.hstack([self.members, self.covariates])

    @cached_property
    def qr(self) -> PivotedQR:
        """Factors of the matrix, which has full rank."""
        return pivoted_qr(self.matrix)


class BatchRows(NamedTuple):
    """What rows say of their batches, each field with the row as its first axis.

    Attributes
    ----------
    levels : (G, b) array
        Fitted level of each batch at covariates of zero, NaN where the row has no value in the batch.
    slopes : (G, k) array
    scatter : (G, b) array
        Sums of squared residuals.
    counts : (G, b) array
        Observed values.
    flat : (G,) boolean array
        Complete and constant in a batch of several samples, or nothing but what the model explains.
    estimable : (G,) boolean array
        Whether what is observed tells the batches from the covariates.
    n_infinite : (G,) integer array
    """

    levels: FloatArray
    slopes: FloatArray
    scatter: FloatArray
    counts: FloatArray
    flat: BoolArray
    estimable: BoolArray
    n_infinite: IntArray

    def of(self, chosen: BoolArray) -> BatchRows:
        """Some of the rows."""
        return BatchRows(*(field[chosen] for field in self))  # type: ignore[arg-type]


# missing values of R are signalling NaN, of which arithmetic warns
@np.errstate(invalid="ignore")
def batch_rows(y: AnyArray, model: BatchModel) -> BatchRows:
    """Fit the model to every row by least squares on what is observed of it.

    Parameters
    ----------
    y : (g, n) array
        NaN is missing.
    model : BatchModel
    """
    values = np.asarray(y, dtype=np.float64)
    infinite = np.isinf(values)
    if infinite.any():
        values = np.where(infinite, np.nan, values)
    seen = ~np.isnan(values)
    partial = np.flatnonzero(~seen.all(axis=1))
    centre, residuals, coefficients = _complete_fits(values, model)
    counts = np.broadcast_to(model.sizes, (len(values), len(model.sizes))).copy()
    estimable = np.ones(len(values), dtype=np.bool_)
    if len(partial):
        fits = _partial_fits(values[partial], seen[partial], model)
        centre[partial], residuals[partial], coefficients[partial], estimable[partial] = fits
        counts[partial] = seen[partial] @ model.members
    batches = len(model.sizes)
    levels = coefficients[:, :batches] + centre
    levels[counts == 0] = np.nan
    scatter = np.square(residuals) @ model.members
    return BatchRows(
        levels, coefficients[:, batches:], scatter, counts, _flat(values, scatter, model), estimable,
        infinite.sum(axis=1, dtype=np.intp),
    )  # fmt: skip


def _complete_fits(values: FloatArray, model: BatchModel) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Row means, and residuals and coefficients of what differs from them: far from zero rounding stays small."""
    centre = values.mean(axis=1, keepdims=True)
    residuals = values - centre
    effects = residuals @ model.qr.q
    residuals -= effects @ model.qr.q.T
    return centre, residuals, model.qr.solve(effects)


def _partial_fits(
    values: FloatArray, seen: BoolArray, model: BatchModel
) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """The same for rows with missing values: each has a design of its own.

    A batch without any value gets a row of its own that says that its level is zero, so that the rank stays full.
    """
    rows, batches = len(values), len(model.sizes)
    absent = (seen @ model.members) == 0
    x = np.zeros((rows, len(model.codes) + batches, model.matrix.shape[1]))
    x[:, :-batches] = model.matrix * seen[:, :, None]
    x[:, np.arange(batches) - batches, np.arange(batches)] = absent
    centre = np.where(seen, values, 0.0).sum(axis=1, keepdims=True) / np.maximum(seen.sum(axis=1, keepdims=True), 1)
    centred = np.zeros(x.shape[:2])
    centred[:, :-batches] = np.where(seen, values - centre, 0.0)
    q, r = np.linalg.qr(x)
    lengths = np.sqrt(np.square(x).sum(axis=1))
    left = np.abs(np.diagonal(r, axis1=1, axis2=2))
    estimable: BoolArray = (left > RANK_TOLERANCE * lengths).all(axis=1)
    effects = np.einsum("rnp,rn->rp", q, centred)
    residuals = (centred - np.einsum("rnp,rp->rn", q, effects))[:, :-batches] * seen
    coefficients = np.full(effects.shape, np.nan)
    coefficients[estimable] = np.linalg.solve(r[estimable], effects[estimable, :, None])[..., 0]
    return centre, residuals, coefficients, estimable


def _flat(values: FloatArray, scatter: FloatArray, model: BatchModel) -> BoolArray:
    flat = np.zeros(len(values), dtype=np.bool_)
    for batch in np.flatnonzero(model.sizes > 1):
        part = values[:, model.codes == batch]
        flat |= (part == part[:, :1]).all(axis=1)
    pooled = scatter.sum(axis=1) if model.reference is None else scatter[:, model.reference]
    largest = np.fmax.reduce(np.abs(values), axis=1)
    flat |= pooled <= len(model.codes) * np.square(_ROUNDINGS * largest)
    return flat


@np.errstate(invalid="ignore")
def adjusted_rows(
    y: AnyArray, model: BatchModel, slopes: FloatArray, centre: FloatArray, shift: FloatArray, ratio: FloatArray | None
) -> FloatArray:
    """Rows (g, n) about what the covariates say, without the shifts of their batches and in one scale.

    Parameters
    ----------
    y : (g, n) array
    model : BatchModel
    slopes : (g, k) array
    centre : (g,) array
        Level that all batches are brought to.
    shift : (g, b) array
        How far each batch lies from it, zero where nothing is to be done.
    ratio : (g, b) array or None
        Standard deviation of each batch over that of the row; None leaves them as they are.
    """
    if ratio is None:
        moved: FloatArray = y - shift[:, model.codes]
        return moved
    expected = centre[:, None] + slopes @ model.covariates.T
    moved = y - expected
    moved -= shift[:, model.codes]
    moved /= ratio[:, model.codes]
    moved += expected
    return moved
