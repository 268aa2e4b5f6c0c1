"""Values that a fit implies: fitted, residual, predicted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.ols import LinearRecord
from ebayes_lm.data.alignment import align
from ebayes_lm.data.blocks import BLOCK_CELLS, Running
from ebayes_lm.data.duplicates import with_duplicates
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.errors import DataError

if TYPE_CHECKING:
    from ebayes_lm.results.linear import LinearFit

#: What stages with tests say of variances, in the order of their tables.
VARIANCES = ("sigma", "df_residual", "amean", "s2_prior", "df_prior", "s2_post", "df_total")


def fitted(fit: LinearFit) -> pd.DataFrame:
    """Fitted values, features x samples."""
    fit.design_only("fitted()")
    return pd.DataFrame(_means(fit, fit.design.matrix), index=fit.labels.features, columns=fit.design.samples)


def _means(fit: LinearFit, x: FloatArray) -> FloatArray:
    """Expected values (G, m) under conditions (m, p); NaN where a feature's samples tell nothing of one."""
    used = fit.plan.qr.estimable
    means: FloatArray = fit.record.coefficients[:, used] @ x[:, used].T
    lacking = np.empty(0, dtype=np.intp) if fit.covariances is None else fit.covariances.deficient
    if len(lacking):
        means[lacking] = _combined(fit[lacking], x).coefficients
    return means


def _combined(fit: LinearFit, x: FloatArray) -> LinearRecord:
    """The conditions (m, p) as combinations of coefficients, with their exact standard deviations."""
    return replace(fit, compat=None).combined(x.T, x.T)


def residuals(fit: LinearFit, y: Any) -> pd.DataFrame:
    """Data minus fitted values, features x samples; duplicates of a feature side by side."""
    (whole,) = map_residuals(fit, y, lambda rest, _: (rest,))
    return pd.DataFrame(whole, index=fit.labels.features, columns=measured(fit, fit.design.samples))


def map_residuals(
    fit: LinearFit, y: Any, work: Callable[[FloatArray, slice], tuple[AnyArray, ...]], running: Running | None = None,
    cells: int = BLOCK_CELLS,
) -> tuple[AnyArray, ...]:  # fmt: skip
    """What ``work`` makes of the residuals of blocks of rows and of where these lie, laid end to end."""
    fit.design_only("residuals()")
    matrix, order = same_matrix(fit, y)
    x = measured(fit, fit.design.matrix)

    def block(values: AnyArray, at: slice) -> tuple[AnyArray, ...]:
        rest = values[:, order] - _means(fit[at], x)
        return work(np.where(np.isinf(rest), np.nan, rest), at)  # infinite values were taken for missing

    return matrix.map_blocks(block, running, cells)


def measured(fit: LinearFit, samples: Any) -> Any:
    """What belongs to samples, once for each measurement of a feature in them."""
    return samples if fit.duplicates is None else samples[np.repeat(np.arange(len(samples)), fit.duplicates.count)]


def predict(fit: LinearFit, new_samples: Any, se: bool) -> pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]:
    """Expected values of new samples, and their standard errors."""
    fit.design_only("predict()")
    design = fit.design.apply(new_samples)
    means = pd.DataFrame(_means(fit, design.matrix), index=fit.labels.features, columns=design.samples)
    if not se:
        return means
    errors = fit.record.sigma[:, None] * _combined(fit, design.matrix).stdev_unscaled
    return means, pd.DataFrame(errors, index=fit.labels.features, columns=design.samples)


def to_frame(fit: Any, names: tuple[str, ...]) -> pd.DataFrame:
    """Components of a stage side by side; those with a value for each coefficient as ``component.coef``."""
    components = [(name, getattr(fit, name)) for name in names]
    parts = [c.add_prefix(f"{name}.") if isinstance(c, pd.DataFrame) else c.to_frame() for name, c in components]
    whole: pd.DataFrame = pd.concat(parts, axis=1)
    return whole


def same_matrix(fit: LinearFit, y: Any) -> tuple[FeatureMatrix, AnyArray]:
    """The matrix a fit was made from, and the order that brings its samples to the design's."""
    matrix = as_feature_matrix(y)
    repeats = 1 if fit.duplicates is None else fit.duplicates.count
    fitted_shape = (fit.shape[0] * repeats, len(fit.design.samples))
    for given, wanted, what in zip(matrix.shape, fitted_shape, ("features", "samples"), strict=True):
        if given != wanted and (what == "features" or not matrix.has_sample_names):
            raise DataError(f"y has {given:,} {what} and the fit {wanted:,}; give the matrix it was fitted to")
    labels = matrix.sample_labels
    order = align(labels, fit.design.samples, len(fit.design.samples), what="y")
    if fit.duplicates is None:
        return matrix, order
    repeated = (np.repeat(order * repeats, repeats).reshape(-1, repeats) + np.arange(repeats)).ravel()
    return with_duplicates(matrix, fit.duplicates), repeated
