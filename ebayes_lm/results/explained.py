"""Shares of each feature's variance that the terms of the design explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.core.ols import LeastSquares
from ebayes_lm.core.qr import PivotedQR, pivoted_qr
from ebayes_lm.core.wls import row_designs
from ebayes_lm.results.values import measured, same_matrix

if TYPE_CHECKING:
    from ebayes_lm.results.linear import LinearFit

#: The ones vector counts as part of the design's span when projection leaves less than this of it.
_IN_SPAN = 1e-10


def r_squared(fit: LinearFit, y: Any) -> pd.Series[float]:
    """Explained share of each feature's sum of squares."""
    explained = variance_explained(fit, y)
    return (1.0 - explained["residual"]).rename("r_squared")


def variance_explained(fit: LinearFit, y: Any) -> pd.DataFrame:
    """Share of the sum of squares that each term adds, and the residual share."""
    fit.design_only("variance_explained()")
    matrix, order = same_matrix(fit, y)
    x, owner_of, terms = _in_order(fit)
    qr = pivoted_qr(_whitened(fit.plan, x.T).T)
    owner = owner_of[qr.estimable]
    own = fit.covariances
    designs = None if own is None else row_designs(x[:, qr.estimable], own.designs.correlation)

    def block(values: AnyArray, at: slice) -> tuple[FloatArray]:
        values = values[:, order].astype(np.float64, copy=False)
        with np.errstate(invalid="ignore"):
            squares, rest = _shared_squares(qr, _whitened(fit.plan, values))
        if own is not None and designs is not None:
            low, high = np.searchsorted(own.rows, (at.start, at.stop))
            rows, weights = own.rows[low:high] - at.start, own.row_weights(slice(low, high))
            fits = designs.fit(np.where(weights > 0, values[rows], 0.0), weights)
            squares[rows] = np.square(fits.effects)
            df = np.count_nonzero(weights, axis=1) - fits.rank
            rest[rows] = np.where(df > 0, df * np.square(fits.sigma), 0.0)
        shares = np.zeros((len(values), len(terms) + 1))
        np.add.at(shares.T, owner[owner >= 0], squares[:, owner >= 0].T)
        shares[:, -1] = rest
        with np.errstate(invalid="ignore"):
            return (shares / shares.sum(axis=1, keepdims=True),)

    (whole,) = matrix.map_blocks(block)
    return pd.DataFrame(whole, index=fit.labels.features, columns=pd.Index([*terms, "residual"]))


def _shared_squares(qr: PivotedQR, whitened: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sequential sums of squares (g, r) of rows, and what is left (g,)."""
    effects = whitened @ qr.q
    rest = whitened - effects @ qr.q.T
    return np.square(effects), np.einsum("ij,ij->i", rest, rest)


def _whitened(plan: LeastSquares, rows: FloatArray) -> FloatArray:
    """Rows (g, n) over the samples that take part, uncorrelated and of equal variance."""
    used = rows if plan.used is None else rows[:, plan.used]
    return used * np.sqrt(plan.weights) if plan.whitener is None else used @ plan.whitener.T


def _in_order(fit: LinearFit) -> tuple[FloatArray, IntArray, list[str]]:
    """Columns in the order of the terms, the term that owns each, and the terms; the mean (-1) comes first."""
    x = measured(fit, fit.design.matrix)
    one, q = _whitened(fit.plan, np.ones((1, len(x))))[0], fit.plan.qr.q
    centred = bool(np.linalg.norm(one - q @ (q.T @ one)) <= _IN_SPAN * np.linalg.norm(one))
    terms = [t for t in fit.design.terms if not (centred and t == "(Intercept)")]
    position = {name: k for k, name in enumerate(fit.design.names)}
    columns = [(position[name], k) for k, term in enumerate(terms) for name in fit.design.terms[term]]
    parts = [np.ones((len(x), 1))] if centred else []
    owner = np.array([-1] * len(parts) + [k for _, k in columns], dtype=np.intp)
    return np.hstack([*parts, x[:, [c for c, _ in columns]]]), owner, terms
