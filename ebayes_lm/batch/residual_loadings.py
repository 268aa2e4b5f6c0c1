"""How far each feature's residuals go along with the components that lead them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.batch.annotations import Annotation
from ebayes_lm.batch.fitted_rows import FittedRows, residual_rows
from ebayes_lm.batch.residual_pass import residual_pass
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.core.residual_directions import correlations, directions
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.values import same_matrix

#: What the design leaves of a column that is less than this share of it comes from rounding.
_ROUNDING = 1e-9


class ResidualLoadings(NamedTuple):
    """Loadings of features on residual components.

    Attributes
    ----------
    by_feature : (G, k) array
        In units of the feature's residual standard deviation, as if the component varied by one per sample; NaN
        without residual df.
    shares : (k,) array
        Share of the residual variance that each component holds.
    vectors : (m, k) array
        The components over the samples that take part, as weights and correlation turn them.
    noise : (G,) array
        Variance of the loadings, times df, that comes from a feature's own residuals: their mean square in all other
        directions.
    df : int
        Residual df of a complete feature.
    names : tuple of str
    """

    by_feature: FloatArray
    shares: FloatArray
    vectors: FloatArray
    noise: FloatArray
    df: int
    names: tuple[str, ...]


def residual_loadings(fit: LinearFit, y: FeatureMatrix, k: int, running: Running) -> ResidualLoadings:
    """Loadings on the first k residual components, in two passes over the data that were fitted.

    Raises
    ------
    DataError
        y is not what was fitted.
    """
    matrix, order = same_matrix(fit, y)
    fitted = FittedRows(fit, matrix, order, residual_rows(fit))
    done = residual_pass(fitted, running, np.random.default_rng(0))
    df = int(fit.plan.df_residual)
    found = directions(done.sums.cross, df, done.sums.n_rows)
    k = min(k, df)

    def block(values: AnyArray, at: slice) -> tuple[Any, ...]:
        rows = fitted.values(values)
        rest = fitted.rows.complete(rows, use_kernel=fitted.use_kernel, least=np.inf)
        if fitted.has_single:
            fitted.single_rows(rows, at, rest)
        return (correlations(rest.residuals, rest.df, found.vectors[:, :k]),)

    (loadings,) = matrix.map_blocks(block, running, fitted.cells)
    # squares of standardised residuals sum to df, those of correlations with all directions to one
    noise = np.maximum(1.0 - np.square(loadings).sum(axis=1), 0.0) * df / max(df - k, 1)
    names = tuple(f"residual component {j + 1}" for j in range(k))
    return ResidualLoadings(loadings, found.shares[:k], found.vectors[:, :k], noise, df, names)


def annotation_of_component(fit: LinearFit, vector: FloatArray, annotations: list[Annotation]) -> tuple[str, float]:
    """The annotation that explains a component (m,) best, and its R2 less what chance gives; none where none does.

    What the design explains of an annotation does not count, since residuals know nothing of it.
    """
    used = slice(None) if fit.plan.used is None else fit.plan.used
    repeats = 1 if fit.duplicates is None else fit.duplicates.count  # measurements of a sample side by side
    best, most = "", 0.0
    for annotation in annotations:
        columns = np.zeros((len(annotation.known), annotation.columns().shape[1]))
        columns[annotation.known] = annotation.columns()
        columns, known = np.repeat(columns, repeats, axis=0)[used], np.repeat(annotation.known, repeats)[used]
        turned = (
            columns * np.sqrt(fit.plan.weights)[:, None] if fit.plan.whitener is None else fit.plan.whitener @ columns
        )
        rest = turned - fit.plan.qr.q @ (fit.plan.qr.q.T @ turned)
        qr = pivoted_qr(np.where(np.abs(rest) > _ROUNDING * np.abs(turned).max(initial=0.0), rest, 0.0))
        df = len(vector) - fit.plan.qr.rank
        if not known.all() or not 0 < qr.rank < df:
            continue
        r2 = float(np.square(qr.q.T @ vector).sum())
        adjusted = 1.0 - (1.0 - r2) * df / (df - qr.rank)
        if adjusted > most:
            best, most = annotation.name, adjusted
    return best, most
