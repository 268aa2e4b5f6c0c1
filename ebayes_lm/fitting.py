"""The verbs that make linear fits: lm_fit from a matrix, contrasts_fit from a fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import AnyArray
from ebayes_lm.core.ols import KERNEL_CELLS, LeastSquares, RowFits, least_squares, linear_record
from ebayes_lm.core.qr import RANK_TOLERANCE
from ebayes_lm.data.alignment import is_positional
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.data.vectors import sample_weights
from ebayes_lm.design.boundary import as_design
from ebayes_lm.design.estimability import describe_dependencies
from ebayes_lm.errors import ArgumentError, DataError, DesignError, DesignWarning, counted, listing, warn
from ebayes_lm.results.axes import Labels
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.stages import require_linear

if TYPE_CHECKING:
    from ebayes_lm.design.design_matrix import Design


def lm_fit(
    y: Any,
    design: Any = None,
    *,
    samples: pd.DataFrame | None = None,
    weights: ArrayLike | pd.Series[float] | None = None,
    tol: float = RANK_TOLERANCE,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> LinearFit:
    """Fit the same linear model to every feature by least squares.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples (AnnData: samples x features), on a log scale for expression data. A feature without any
        value is kept and has no estimates; one with some values missing is an error.
    design : str, Design, DataFrame or array, optional
        A formula such as ``"~ group + batch"``, or a matrix samples x coefficients. By default what the container
        carries, else a column of ones.
    samples : DataFrame, optional
        Sample table, matched to the samples of y by label; by default what the container carries.
    weights : (n,) array_like or Series, optional
        One weight a sample, not negative. A sample with weight zero does not take part.
    tol : float
        A column of the design counts as aliased when its predecessors leave less than this share of it.
    layer : str, optional
        Layer of an AnnData.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features.
    threads, chunk_size : int, optional
        Threads, and features in a block; by default all processors, and blocks of four million values.
    max_memory : int or str, optional
        Room for blocks, such as "1GB".
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.

    Returns
    -------
    LinearFit
        Estimates; :meth:`LinearFit.contrast` and :meth:`LinearFit.ebayes` go on from there.

    Raises
    ------
    DataError
        Values are infinite or partly missing, or not numeric.
    AlignmentError
        Labels of samples do not match.
    DesignError
        The design cannot be used.

    Notes
    -----
    Smyth (2004) Statistical Applications in Genetics and Molecular Biology 3(1), article 3, section 2. One QR
    decomposition of the design serves all features; residuals are computed from the data in a second pass.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.array([[1.0, 2.0, 5.0, 6.0], [3.0, 3.5, 3.0, 3.5]])
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AABB")}))
    >>> fit.coefficients["groupB"].tolist()
    [4.0, 0.0]
    """
    _check_tolerance(tol)
    running = Running(threads, chunk_size, max_memory, progress)
    matrix = as_feature_matrix(y, layer=layer, feature_columns=feature_columns)
    matrix = _with_sample_names(matrix, samples)
    wanted = matrix.design if design is None else design
    table = matrix.sample_table if samples is None else samples
    labels = matrix.samples if matrix.has_sample_names else None
    checked = as_design(wanted, samples=table, sample_labels=labels, n_samples=matrix.shape[1])
    plan = least_squares(checked.matrix, sample_weights(weights, matrix), tol)
    _check_plan(plan, checked)
    rows = _fit_rows(matrix, plan, running)
    _refuse_incomplete(rows, matrix.features, plan.n_used)
    return LinearFit(
        record=linear_record(plan, rows),
        labels=Labels(matrix.features, pd.Index(checked.names)),
        design=checked,
        plan=plan,
        annotation=matrix.annotation,
        contrast_matrix=np.eye(len(checked.names)),
    )


def contrasts_fit(fit: LinearFit, contrasts: Any = None, *, coefficients: Any = None) -> LinearFit:
    """Estimate contrasts of the coefficients of a fit, or keep some of its coefficients.

    Parameters
    ----------
    fit : LinearFit
    contrasts : str, list of str, dict, array or DataFrame, optional
        Text such as ``"B - A"``, or a matrix coefficients x contrasts.
    coefficients : name, position or list of these, optional
        Coefficients to keep, in place of contrasts.

    Returns
    -------
    LinearFit

    Raises
    ------
    ArgumentError
        Neither or both of contrasts and coefficients are given.
    ContrastError
        A contrast does not parse, or the design cannot estimate it.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.array([[1.0, 2.0, 5.0, 6.0]])
    >>> fit = el.lm_fit(y, "~ 0 + group", samples=pd.DataFrame({"group": list("AABB")}))
    >>> el.contrasts_fit(fit, "groupB - groupA").coefficients.to_numpy()
    array([[4.]])
    """
    fit = require_linear(fit, "contrasts_fit")
    if (contrasts is None) == (coefficients is None):
        raise ArgumentError("contrasts_fit() takes either contrasts or coefficients=, one of the two")
    return fit.contrast(contrasts) if coefficients is None else fit.select(coefs=coefficients)


def _check_tolerance(tol: Any) -> None:
    if not isinstance(tol, (float, int)) or not 0.0 <= tol < 1.0:
        raise ArgumentError(f"tol is a share of a column's length, from 0 to below 1 (1e-7 is usual); got {tol!r}")


def _with_sample_names(matrix: FeatureMatrix, samples: pd.DataFrame | None) -> FeatureMatrix:
    """A bare array takes its sample names from the sample table, in whose order it then has to be."""
    if samples is None or matrix.has_sample_names or not isinstance(samples, pd.DataFrame):
        return matrix
    if is_positional(samples.index) or len(samples) != matrix.shape[1]:
        return matrix
    return replace(matrix, samples=samples.index)


def _check_plan(plan: LeastSquares, design: Design) -> None:
    """Say what is not estimable, or refuse a design that holds nothing."""
    if plan.qr.rank == 0:
        raise DesignError("every column of the design is zero for the samples that take part; nothing can be estimated")
    if len(plan.qr.aliased):
        lost = [design.names[j] for j in plan.qr.aliased]
        reasons = "; ".join(describe_dependencies(design, plan.qr))
        warn(
            f"coefficients not estimable: {listing(lost, 10)}, because {reasons}. They are NaN; contrasts that do not "
            "rest on them can be tested",
            DesignWarning,
        )


def _fit_rows(matrix: FeatureMatrix, plan: LeastSquares, running: Running) -> RowFits:
    use_kernel = matrix.shape[0] * matrix.shape[1] >= KERNEL_CELLS

    def block(values: AnyArray, at: slice) -> tuple[AnyArray, ...]:
        return plan.rows(values, use_kernel=use_kernel)

    return RowFits(*matrix.map_blocks(block, running))


def _refuse_incomplete(rows: RowFits, features: pd.Index, n_used: int) -> None:
    """Complete rows and empty rows can be fitted; anything between cannot."""
    infinite = np.flatnonzero(rows.n_infinite)
    if len(infinite):
        values, where = counted(rows.n_infinite.sum(), "value"), counted(len(infinite), "feature")
        raise DataError(
            f"infinite: {values} in {where} ({listing(features[infinite])}); a logarithm of zero is the usual cause. "
            "Add an offset before it, or drop what it concerns"
        )
    partly = np.flatnonzero((rows.n_missing > 0) & (rows.n_missing < n_used))
    if len(partly):
        raise DataError(
            f"some but not all values are missing in {len(partly):,} of {counted(len(rows.sigma), 'feature')} "
            f"({listing(features[partly])}); drop these (y.dropna() of a DataFrame) or impute before the fit"
        )
