"""Values that a fit implies: fitted, residual, explained, predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.qr import PivotedQR, pivoted_qr
from ebayes_lm.data.alignment import align
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.errors import DataError

if TYPE_CHECKING:
    from ebayes_lm.results.linear import LinearFit

#: The ones vector counts as part of the design's span when projection leaves less than this of it.
_IN_SPAN = 1e-10


def fitted(fit: LinearFit) -> pd.DataFrame:
    """Fitted values, features x samples."""
    fit.design_only("fitted()")
    return pd.DataFrame(_means(fit, fit.design.matrix), index=fit.labels.features, columns=fit.design.samples)


def _means(fit: LinearFit, x: FloatArray) -> FloatArray:
    used = fit.plan.qr.estimable
    means: FloatArray = fit.record.coefficients[:, used] @ x[:, used].T
    return means


def residuals(fit: LinearFit, y: Any) -> pd.DataFrame:
    """Data minus fitted values, features x samples."""
    fit.design_only("residuals()")
    matrix, order = _same_matrix(fit, y)
    x, used = fit.design.matrix, fit.plan.qr.estimable

    def block(values: AnyArray, at: slice) -> tuple[FloatArray]:
        return (values[:, order] - fit.record.coefficients[at][:, used] @ x[:, used].T,)

    (whole,) = matrix.map_blocks(block)
    return pd.DataFrame(whole, index=fit.labels.features, columns=fit.design.samples)


def r_squared(fit: LinearFit, y: Any) -> pd.Series[float]:
    """Explained share of each feature's sum of squares."""
    explained = variance_explained(fit, y)
    return (1.0 - explained["residual"]).rename("r_squared")


def variance_explained(fit: LinearFit, y: Any) -> pd.DataFrame:
    """Share of the sum of squares that each term adds, and the residual share."""
    fit.design_only("variance_explained()")
    matrix, order = _same_matrix(fit, y)
    used = np.arange(matrix.shape[1]) if fit.plan.used is None else fit.plan.used
    root = np.sqrt(fit.plan.weights)
    qr, terms, owner = _sequential(fit, fit.design.matrix[used] * root[:, None], root)

    def block(values: AnyArray, at: slice) -> tuple[FloatArray]:
        scaled = values[:, order][:, used].astype(np.float64, copy=False) * root
        effects = scaled @ qr.q
        rest = scaled - effects @ qr.q.T
        shares = np.zeros((len(values), len(terms) + 1))
        np.add.at(shares.T, owner[owner >= 0], np.square(effects[:, owner >= 0]).T)
        shares[:, -1] = np.einsum("ij,ij->i", rest, rest)
        with np.errstate(invalid="ignore"):
            return (shares / shares.sum(axis=1, keepdims=True),)

    (whole,) = matrix.map_blocks(block)
    return pd.DataFrame(whole, index=fit.labels.features, columns=pd.Index([*terms, "residual"]))


def _sequential(fit: LinearFit, x: FloatArray, root: FloatArray) -> tuple[PivotedQR, list[str], AnyArray]:
    """Orthogonal directions in the order of the terms, and the term that owns each; the mean (-1) comes first."""
    q = fit.plan.qr.q
    centred = bool(np.linalg.norm(root - q @ (q.T @ root)) <= _IN_SPAN * np.linalg.norm(root))
    terms = [t for t in fit.design.terms if not (centred and t == "(Intercept)")]
    position = {name: k for k, name in enumerate(fit.design.names)}
    columns = [(position[name], k) for k, term in enumerate(terms) for name in fit.design.terms[term]]
    parts = [root[:, None]] if centred else []
    qr = pivoted_qr(np.hstack([*parts, x[:, [c for c, _ in columns]]]))
    owner = np.array([-1] * len(parts) + [k for _, k in columns], dtype=np.intp)
    return qr, terms, owner[qr.estimable]


def predict(fit: LinearFit, new_samples: Any, se: bool) -> pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]:
    """Expected values of new samples, and their standard errors."""
    fit.design_only("predict()")
    design = fit.design.apply(new_samples)
    means = pd.DataFrame(_means(fit, design.matrix), index=fit.labels.features, columns=design.samples)
    if not se:
        return means
    factor = fit.plan.qr.covariance_factor()
    spread = np.linalg.norm(design.matrix[:, fit.plan.qr.estimable] @ factor, axis=1)
    errors = fit.record.sigma[:, None] * spread
    return means, pd.DataFrame(errors, index=fit.labels.features, columns=design.samples)


def to_frame(fit: Any, matrices: tuple[str, ...], vectors: tuple[str, ...]) -> pd.DataFrame:
    """Components of a stage side by side."""
    parts = [getattr(fit, name).add_prefix(f"{name}.") for name in matrices]
    parts += [getattr(fit, name).to_frame() for name in vectors]
    whole: pd.DataFrame = pd.concat(parts, axis=1)
    return whole


def _same_matrix(fit: LinearFit, y: Any) -> tuple[FeatureMatrix, AnyArray]:
    """The matrix a fit was made from, and the order that brings its samples to the design's."""
    matrix = as_feature_matrix(y)
    fitted_shape = (fit.shape[0], len(fit.design.samples))
    for given, wanted, what in zip(matrix.shape, fitted_shape, ("features", "samples"), strict=True):
        if given != wanted and (what == "features" or not matrix.has_sample_names):
            raise DataError(f"y has {given:,} {what} and the fit {wanted:,}; give the matrix it was fitted to")
    labels = matrix.samples if matrix.has_sample_names else None
    order = align(labels, fit.design.samples, len(fit.design.samples), what="y")
    return matrix, order
