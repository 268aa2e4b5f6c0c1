"""Directions of samples along which residuals of many features go together."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.in_order import Sums
from ebayes_lm.core.qr import complement, pivoted_qr
from ebayes_lm.core.row_layout import squared_lengths
from ebayes_lm.core.sample_variances import Work
from ebayes_lm.core.squeeze import squeeze_var

#: Residuals with less than this share of the squares of a row are its rounding.
_ROUNDING = 1e-26
#: Beside directions that leave less than this share of a row's squares, residuals are computed one by one.
_CANCELLED = 1e-4
#: No feature counts more than so many times as much as a typical one.
_MOST = 1e4
#: Directions and variances are found in turn so often; once more changes directions by less than their error.
_TURNS = 3


class Rows(Protocol):
    """Rows (G, n) read block by block."""

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of samples."""

    def total(self, work: Work) -> Sums:
        """What ``work`` gives for every block, added up in the order of the blocks."""


class Spaces(NamedTuple):
    """Orthonormal bases of what is known of samples (n, z), what is of interest besides (n, p), and the rest (n, m)."""

    known: FloatArray
    interest: FloatArray
    residual: FloatArray


class Directions(NamedTuple):
    """Directions (m, k) in a basis of residuals, and variances (G,) of rows beside them, NaN of constant ones."""

    axes: FloatArray
    variances: FloatArray


def spaces(known: FloatArray, interest: FloatArray) -> Spaces:
    """Split the space of samples; columns that others determine do not matter."""
    qr = pivoted_qr(np.hstack([known, interest]))
    z = int((qr.estimable < known.shape[1]).sum())
    return Spaces(qr.q[:, :z], qr.q[:, z:], np.ascontiguousarray(complement(qr.q)))


def leading_axes(moment: FloatArray, k: int) -> FloatArray:
    """The k eigenvectors (m, k) of a symmetric matrix with the largest eigenvalues."""
    axes: FloatArray = np.linalg.eigh(moment)[1][:, ::-1][:, :k]
    return axes


def residual_moment(rows: Rows, basis: FloatArray, precision: FloatArray | None = None) -> FloatArray:
    """Sum of squares and products (m, m) of residuals in a basis (n, m), each row times its precision."""

    def work(y: AnyArray, _: FloatArray | None, at: slice) -> tuple[FloatArray]:
        residuals = y @ basis
        if precision is not None:
            residuals *= np.sqrt(precision[at, None])
        return (residuals.T @ residuals,)  # of one array, which costs half of a product of two

    (moment,) = rows.total(work)
    return moment


class Squares(NamedTuple):
    """Sums of squares (G,) of rows, and of their residuals."""

    whole: FloatArray
    residual: FloatArray


def squares_of(rows: Rows, basis: FloatArray) -> Squares:
    """Sums of squares of rows, and of their residuals in a basis (n, m)."""
    found = Squares(np.empty(rows.shape[0]), np.empty(rows.shape[0]))

    def work(y: AnyArray, _: FloatArray | None, at: slice) -> tuple[FloatArray]:
        residuals = y @ basis
        found.whole[at] = squared_lengths(y)
        found.residual[at] = squared_lengths(residuals)
        return (np.zeros(1),)

    rows.total(work)
    return found


def row_variances(rows: Rows, basis: FloatArray, axes: FloatArray, before: Squares) -> FloatArray:
    """Mean squares (G,) of residuals beside some directions, squeezed towards their prior; NaN of constant rows."""
    squares = before.residual.copy()
    df, along = basis.shape[1] - axes.shape[1], basis @ axes

    def work(y: AnyArray, _: FloatArray | None, at: slice) -> tuple[FloatArray]:
        inside = y @ along
        left = squares[at]
        left -= squared_lengths(inside)
        few = np.flatnonzero(left < _CANCELLED * before.residual[at])  # a difference of sums has lost its digits
        residuals = y[few] @ basis
        residuals -= (residuals @ axes) @ axes.T
        left[few] = squared_lengths(residuals)
        return (np.zeros(1),)

    if axes.shape[1]:
        rows.total(work)
    found = np.where(squares <= _ROUNDING * before.whole, np.nan, squares / df)
    varying = ~np.isnan(found)
    if varying.any():
        squeezed = squeeze_var(found[varying], float(df)).var_post
        found[varying] = np.maximum(squeezed, np.median(squeezed) / _MOST)
    return found


def precision_of(variances: FloatArray) -> FloatArray:
    """Inverse variances, zero of constant rows."""
    return np.where(np.isnan(variances), 0.0, 1.0 / variances)


def main_directions(rows: Rows, basis: FloatArray, k: int, *, weigh: bool) -> Directions:
    """The k main directions of residuals, of all rows alike or, to ``weigh``, of each by its precision beside them."""
    if not (weigh and k):
        axes = leading_axes(residual_moment(rows, basis), k)
        return Directions(axes, row_variances(rows, basis, axes, squares_of(rows, basis)))
    # a row that outdoes all others beside a direction of its own would look precise, so the first turn is beside none
    before = squares_of(rows, basis)
    variances = row_variances(rows, basis, np.empty((basis.shape[1], 0)), before)
    for _ in range(_TURNS):
        axes = leading_axes(residual_moment(rows, basis, precision_of(variances)), k)
        variances = row_variances(rows, basis, axes, before)
    return Directions(axes, variances)
