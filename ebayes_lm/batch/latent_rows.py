"""Rows in the coordinates of a design: effects of its columns of interest, and what the design leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.linalg import solve_triangular

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.batch.turned_rows import TurnedRows, cross_in_blocks
from ebayes_lm.core.factor_analysis import HeldRows, Rows
from ebayes_lm.core.qr import RANK_TOLERANCE, pivoted_qr
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.estimability import describe_dependencies
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.errors import DataError, DesignError, counted, listing
from ebayes_lm.results.rows import refuse_infinite

#: What the design leaves of a row that it determines is this share of its values at most.
_ROUNDING = 1e-13


class Coordinates(NamedTuple):
    """A design turned, so that its columns of interest come last and the rest of the space after them.

    Attributes
    ----------
    names : list of str
        The columns of interest.
    columns : (n, c) array
        As they stand in the design.
    fitted : (n, p) array
        Orthonormal basis of the design, the last c of them of interest.
    residual : (n, m) array
        Orthonormal basis of the rest.
    triangle : (c, c) array
        Takes coefficients of interest to the last c coordinates.
    """

    names: list[str]
    columns: FloatArray
    fitted: FloatArray
    residual: FloatArray
    triangle: FloatArray

    @property
    def unscaled(self) -> FloatArray:
        """Variances of the coefficients of interest (c,), in units of the noise."""
        inverse = solve_triangular(self.triangle, np.eye(len(self.names)))
        return np.asarray(np.square(inverse).sum(axis=1))

    def effects(self, y: FloatArray) -> FloatArray:
        """Coefficients of interest (g, c) of rows (g, n)."""
        c = len(self.names)
        last = y @ self.fitted[:, self.fitted.shape[1] - c :]
        return np.asarray(solve_triangular(self.triangle, last.T).T)


def coordinates(design: Design) -> Coordinates:
    """Turn a design. Where it spans a constant, that is known, and effects are differences.

    Raises
    ------
    DesignError
        Its columns depend on each other.
    """
    qr = pivoted_qr(design.matrix)
    if len(qr.aliased):
        reasons = "; ".join(describe_dependencies(design, qr))
        raise DesignError(f"hidden factors need a design without dependent columns, and {reasons}; leave these out")
    interest = of_interest(design)
    others = [design.names.index(name) for name in design.names if name not in interest]
    known = design.matrix[:, others]
    if _within(np.ones(len(known)), qr.q):
        known = np.column_stack([np.ones(len(known)), known])
    # of groups without an intercept the first is what others differ from: it comes last, and is lost there
    backwards = [design.names.index(name) for name in reversed(interest)]
    kept = pivoted_qr(np.hstack([known, design.matrix[:, backwards]])).estimable - known.shape[1]
    names = [interest[-1 - k] for k in reversed(kept[kept >= 0])]
    columns = design.matrix[:, [design.names.index(name) for name in names]]
    first = pivoted_qr(np.hstack([known, columns]))
    ordered = np.hstack([known, columns])[:, first.estimable]
    p, c = ordered.shape[1], len(names)
    basis, triangle = np.linalg.qr(ordered, mode="complete")
    return Coordinates(names, columns, basis[:, :p], basis[:, p:], triangle[p - c : p, p - c :])


def _within(column: FloatArray, basis: FloatArray) -> bool:
    """Whether a column is in the span of an orthonormal basis."""
    rest = column - basis @ (basis.T @ column)
    return bool(np.linalg.norm(rest) < RANK_TOLERANCE * np.linalg.norm(column))


def of_interest(design: Design) -> list[str]:
    """Columns of the terms of interest; without these all but intercept and nuisance."""
    if design.of_interest is not None:
        return [name for term in design.of_interest for name in design.terms[term]]
    constant = (design.matrix == design.matrix[0]).all(axis=0)
    aside = {INTERCEPT, *design.nuisance, *(name for name, same in zip(design.names, constant, strict=True) if same)}
    return [name for name in design.names if name not in aside]


class LatentRows(NamedTuple):
    """Rows of a matrix in the coordinates of a design, times a power of two.

    Attributes
    ----------
    effects : (G, c) array
    residuals : (G, m) array
        Of no row where they would take more than the room that is allowed: they are then taken again each time.
    n_missing : (G,) integer array
        Missing values; what such a row has here is nothing yet.
    constant : (G,) bool array
        Complete rows that do not vary beside the design.
    unit : float
        The power of two.
    turned : TurnedRows
        What takes residuals again.
    """

    effects: FloatArray
    residuals: FloatArray
    n_missing: AnyArray
    constant: BoolArray
    unit: float
    turned: TurnedRows

    def at(self, used: IntArray, places: IntArray | None = None, instead: FloatArray | None = None) -> Rows:
        """Residuals of rows in rising order; those at some ``places`` among them are others (v, m) ``instead``."""
        if not len(self.residuals):
            turned = replace(self.turned, used=used)
            return turned if places is None or instead is None else replace(turned, places=places, instead=instead)
        residuals = self.residuals if len(used) == len(self.residuals) else self.residuals[used]
        if places is not None:
            residuals = residuals.copy() if residuals is self.residuals else residuals
            residuals[np.searchsorted(used, places)] = instead
        return HeldRows(residuals, cross_in_blocks(self.turned.running))


def latent_rows(matrix: FeatureMatrix, at: Coordinates, running: Running) -> LatentRows:
    """Turn all rows, after a look at what is missing, infinite, and how large the rest is."""

    def look(y: AnyArray, _: slice) -> tuple[AnyArray, ...]:
        size = np.abs(y).max(axis=1).astype(np.float64)
        if np.isfinite(size).all():
            none = np.zeros(len(y), dtype=np.int32)
            return none, none, size
        size = np.abs(np.where(np.isfinite(y), y, 0)).max(axis=1).astype(np.float64)
        return np.isinf(y).sum(axis=1, dtype=np.int32), np.isnan(y).sum(axis=1, dtype=np.int32), size

    infinite, n_missing, size = matrix.map_blocks(look, running)
    refuse_infinite(infinite, matrix.features, choice=False)
    unit = float(np.ldexp(1.0, -int(np.frexp(size.max(initial=0.0))[1])))
    turned = TurnedRows(matrix, at.residual, unit, running)
    held = turned.can_be_held

    def turn(y: AnyArray, _: slice) -> tuple[AnyArray, ...]:
        y = turned.in_unit(y)
        residuals = y @ at.residual
        constant = np.abs(residuals).max(axis=1) <= _ROUNDING * np.abs(y).max(axis=1)
        return at.effects(y), constant, *((residuals,) if held else ())

    effects, constant, *kept = matrix.map_blocks(turn, running)
    residuals = kept[0] if held else np.empty((0, at.residual.shape[1]))
    return LatentRows(effects, residuals, n_missing, constant & (n_missing == 0), unit, turned)


def refuse_missing(missing: BoolArray, features: pd.Index) -> None:
    """Say where values are missing.

    Raises
    ------
    DataError
        Any is.
    """
    if missing.any():
        raise DataError(
            f"missing values in {counted(int(missing.sum()), 'feature')} of {len(missing):,} "
            f'({listing(features[missing], 3)}): missing="omit" finds factors from the complete features, which serve '
            'the others as well, and missing="impute" fills the gaps by the model meanwhile'
        )
