"""Which variances of samples may differ: a linear model of their logarithms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.qr import RANK_TOLERANCE, pivoted_qr
from ebayes_lm.core.wls import row_designs


@dataclass(frozen=True, eq=False)
class VarianceModel:
    """Means and log variances of samples, ``E y = X b`` and ``log var y = constant - directions' c``.

    Attributes
    ----------
    columns : (r, n) array
        Columns of the design that the others do not give, in units of the order of one.
    basis : (r, n) array
        The same made orthonormal. Samples of some row may see one of these only as rounding errors, which its own
        columns are free of: rows with gaps go by the columns.
    directions : (k, n) array
        Orthonormal basis of what log variances may follow; each sums to zero.
    """

    columns: FloatArray
    basis: FloatArray
    directions: FloatArray

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return int(self.columns.shape[1])

    @property
    def df_residual(self) -> int:
        """Residual degrees of freedom of a complete row."""
        return self.n_samples - len(self.columns)

    @property
    def is_free(self) -> bool:
        """Whether every sample has a variance of its own."""
        return len(self.directions) == self.n_samples - 1


def variance_model(x: FloatArray, z: FloatArray | None = None) -> VarianceModel:
    """Model of samples with the design x (n, p) of their means and z (n, k) of their log variances.

    Without z every sample has a variance of its own. Columns of z are centred, so that the geometric mean of the
    weights is one, and those that follow from others add nothing.
    """
    n = len(x)
    qr = pivoted_qr(x)
    columns, basis = row_designs(x[:, qr.estimable]).columns, np.ascontiguousarray(qr.q.T)
    given = np.eye(n)[:, 1:] if z is None else np.asarray(z, dtype=np.float64)
    centred = given - given.mean(axis=0)
    # a column of one value is zero but for rounding, which is no direction
    varies = np.abs(centred).max(axis=0, initial=0.0) > RANK_TOLERANCE * np.abs(given).max(axis=0, initial=0.0)
    directions = np.ascontiguousarray(pivoted_qr(centred[:, varies]).q.T)
    return VarianceModel(columns, basis, directions)


def group_directions(groups: IntArray) -> FloatArray:
    """One column (n, k) a group, numbered from 0."""
    indicators: FloatArray = np.eye(int(groups.max()) + 1)[groups]
    return indicators
