"""Covariances of the coefficients where features do not share one: kept as their causes, computed again when asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, FloatRows, IntArray
from ebayes_lm.core.rooms import MEMORY, let_go
from ebayes_lm.core.wls import RowDesigns
from ebayes_lm.errors import DataError


@dataclass(frozen=True, eq=False)
class OwnCovariances:
    """What features were fitted to that have an unscaled covariance of their own, for G features in all.

    Storing a covariance for each would take coefficients squared times as much room as the coefficients; the samples
    that a feature lacks, packed to bits, and a reference to the weights say the same.

    Attributes
    ----------
    designs : RowDesigns
        The r columns of the design that all samples together can estimate.
    columns : (r,) integer array
        Their positions among the p columns of the design.
    n_features : int
        G.
    rows : (v,) integer array
        Features with a covariance of their own, in rising order.
    missing : (v, ceil(n / 8)) array
        Samples without a value, as bits.
    sample_weights : (n,) array
        Weights that all features share.
    weights : (G, n) array or what reads its rows, or None
        Weights of single observations, which take the place of those.
    scale : (v,) array or None
        What the weights of features multiply their standard deviations by.
    deficient : (d,) integer array
        Features whose samples cannot estimate every column, in rising order.
    solutions : (d, p) array
        Coefficients that fit these, one of many solutions: what they say of an estimable contrast is the same in all.
    """

    designs: RowDesigns
    columns: IntArray
    n_features: int
    rows: IntArray
    missing: AnyArray
    sample_weights: FloatArray
    weights: FloatRows | None
    scale: FloatArray | None
    deficient: IntArray
    solutions: FloatArray
    _total: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        for name in ("rows", "missing", "deficient", "solutions"):
            view = getattr(self, name).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)
        object.__setattr__(self, "_total", self._sum())

    def __len__(self) -> int:
        return len(self.rows)

    def _sum(self) -> float:
        if not isinstance(self.weights, np.ndarray):  # what is read or computed is no array of the caller's
            return 0.0
        total = 0.0
        for at in MEMORY.blocks(len(self.weights)):
            total += float(self.weights[at].sum())
            let_go(self.weights)
        return total

    def require_unchanged(self) -> None:
        """Refuse weights that are no longer those of the fit: they are the caller's own array, not a copy.

        Raises
        ------
        DataError
            Their sum has changed.
        """
        if self._sum() != self._total:
            raise DataError(
                "the array of weights has changed since the fit, which refers to it and does not keep a copy; fit "
                "again, or hand lm_fit() a copy: weights=weights.copy()"
            )

    def take(self, features: Any) -> Self:
        """Of some features, given by position, slice or mask, in that order."""
        chosen = np.arange(self.n_features)[features]
        own, own_at = _found(chosen, self.rows, self.n_features)
        deficient, deficient_at = _found(chosen, self.deficient, self.n_features)
        return replace(
            self,
            n_features=len(chosen),
            rows=own,
            missing=self.missing[own_at],
            weights=None if self.weights is None else self.weights.take(chosen, axis=0),
            scale=None if self.scale is None else self.scale[own_at],
            deficient=deficient,
            solutions=self.solutions[deficient_at],
        )

    def row_weights(self, at: Any) -> FloatArray:
        """Weights (b, n) of the features ``rows[at]``, zero where there is no value."""
        n = self.designs.columns.shape[1]
        absent = np.unpackbits(self.missing[at], axis=1, count=n).view(np.bool_)
        weights = self.sample_weights if self.weights is None else self.weights[self.rows[at]]
        return np.where(absent, 0.0, weights)

    def stdev(self, at: Any, contrasts: FloatArray) -> FloatArray:
        """Unscaled standard deviations (b, k) of contrasts (p, k); NaN where samples cannot estimate one."""
        stdev = self.designs.stdev(self.row_weights(at), contrasts[self.columns])
        return stdev if self.scale is None else stdev * self.scale[at][:, None]

    def f(self, at: Any, contrasts: FloatArray, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """F (b,) of contrasts (p, k) from their t statistics (b, k), and its numerator df (b,)."""
        return self.designs.f(self.row_weights(at), contrasts[self.columns], t)


def packed(absent: AnyArray) -> AnyArray:
    """Truth values (g, n) as bits (g, ceil(n / 8))."""
    return np.packbits(absent, axis=1)


def inverse_root(weights: FloatArray) -> FloatArray:
    """One over the root of weights, NaN where they are zero."""
    root: FloatArray = 1.0 / np.sqrt(np.where(weights == 0, np.nan, weights))
    return root


def _found(chosen: IntArray, rows: IntArray, n_features: int) -> tuple[IntArray, IntArray]:
    """Which of the chosen features are among ``rows``: their new positions, and where they stand there."""
    place = np.full(n_features, -1, dtype=np.intp)
    place[rows] = np.arange(len(rows))
    at = place[chosen]
    new = np.flatnonzero(at >= 0)
    return new, at[new]
