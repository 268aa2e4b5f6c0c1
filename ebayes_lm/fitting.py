"""The verbs of an analysis: fit, contrast, moderate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.ols import KERNEL_CELLS, LeastSquares, RowFits, least_squares, linear_record
from ebayes_lm.core.qr import RANK_TOLERANCE
from ebayes_lm.data.alignment import align, is_positional
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.design.boundary import as_design
from ebayes_lm.design.estimability import describe_dependencies
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, DesignError, DesignWarning, listing, warn
from ebayes_lm.results.axes import Labels
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.moderated import moderated_fit, ordinary_fit
from ebayes_lm.results.stages import require_linear

if TYPE_CHECKING:
    from ebayes_lm.design.design_matrix import Design
    from ebayes_lm.results.moderated import ModeratedFit


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
        Threads, and features in a block; by default all processors, and blocks of a million values.
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
    running = Running(threads, chunk_size, max_memory, progress)
    matrix = as_feature_matrix(y, layer=layer, feature_columns=feature_columns)
    matrix = _with_sample_names(matrix, samples)
    wanted = matrix.design if design is None else design
    table = matrix.sample_table if samples is None else samples
    labels = matrix.samples if matrix.has_sample_names else None
    checked = as_design(wanted, samples=table, sample_labels=labels, n_samples=matrix.shape[1])
    plan = least_squares(checked.matrix, _sample_weights(weights, matrix), tol)
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


def ebayes(
    fit: LinearFit,
    *,
    proportion: float = 0.01,
    stdev_coef_lim: tuple[float, float] = (0.1, 4.0),
    trend: bool | ArrayLike | pd.Series[float] = False,
) -> ModeratedFit:
    """Moderate the variances of all features and test every coefficient.

    Parameters
    ----------
    fit : LinearFit
    proportion : float
        Share of features held to be affected; it enters the log odds only.
    stdev_coef_lim : pair of float
        Bounds of the standard deviation of true effects, in the units of the data; for the log odds only.
    trend : bool, (G,) array_like or Series
        Let the prior variance follow the mean of the feature, or a covariate.

    Returns
    -------
    ModeratedFit
        t, p, log odds and F of every feature.

    Raises
    ------
    StageError
        ``fit`` is not a LinearFit.
    DataError
        No feature has residual degrees of freedom.
    ArgumentError
        A bound outside its range, or a covariate that does not fit.

    Notes
    -----
    Smyth (2004) Statistical Applications in Genetics and Molecular Biology 3(1), article 3; trend as in Sartor et al.
    (2006) BMC Bioinformatics 7, 538.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(0).normal(size=(100, 6))
    >>> mod = el.ebayes(el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")})))
    >>> mod.t.shape
    (100, 2)
    """
    return moderated_fit(fit, proportion=proportion, stdev_coef_lim=stdev_coef_lim, trend=trend)


def ordinary(fit: LinearFit) -> ModeratedFit:
    """Test with each feature's own variance: ordinary t and F tests.

    Parameters
    ----------
    fit : LinearFit

    Returns
    -------
    ModeratedFit
        With prior df of zero; prior variance and log odds are NaN.

    Raises
    ------
    StageError
        ``fit`` is not a LinearFit.
    DataError
        No feature has residual degrees of freedom.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.array([[1.0, 2.0, 5.0, 6.0]])
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AABB")}))
    >>> el.ordinary(fit).t["groupB"].round(3).tolist()
    [5.657]
    """
    return ordinary_fit(fit)


def _with_sample_names(matrix: FeatureMatrix, samples: pd.DataFrame | None) -> FeatureMatrix:
    """A bare array takes its sample names from the sample table, in whose order it then has to be."""
    from dataclasses import replace

    if samples is None or matrix.has_sample_names or not isinstance(samples, pd.DataFrame):
        return matrix
    if is_positional(samples.index) or len(samples) != matrix.shape[1]:
        return matrix
    return replace(matrix, samples=samples.index)


def _sample_weights(weights: Any, matrix: FeatureMatrix) -> FloatArray | None:
    """One weight a sample in the order of the matrix, or None."""
    weights = matrix.weights if weights is None else weights
    if weights is None:
        return None
    n = matrix.shape[1]
    if isinstance(weights, pd.Series):
        weights = weights.to_numpy()[align(weights.index, matrix.samples, n, what="weights")]
    elif np.shape(weights) == (n,) and n == matrix.shape[0]:
        raise ArgumentError(
            f"a weight vector of length {n} could belong to the features or to the samples, there are {n} of both; "
            "give weights of samples as a Series with their names, or in shape (1, n)"
        )
    values = np.asarray(weights)
    if values.shape == (1, n):
        values = values[0]
    if values.dtype.kind not in "biuf":
        raise ArgumentTypeError(f"weights must be numbers, not {values.dtype}")
    if values.shape != (n,):
        raise DataError(f"weights must be one number for each of {n} samples, and have shape {values.shape}")
    values = values.astype(np.float64)
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise DataError(
            f"weights must be finite and not negative; {wrong.sum()} of them are not, such as that of "
            f"{listing(matrix.samples[wrong][:3])}. Weight 0 leaves a sample out"
        )
    if not (values > 0).any():
        raise DataError("every weight is zero, which leaves no sample to fit")
    return values


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
        raise DataError(
            f"{rows.n_infinite.sum():,} values are infinite, in {len(infinite):,} features "
            f"({listing(features[infinite[:5]])}); a logarithm of zero is the usual cause: add an offset "
            "before it, or drop these features"
        )
    partly = np.flatnonzero((rows.n_missing > 0) & (rows.n_missing < n_used))
    if len(partly):
        raise DataError(
            f"{len(partly):,} of {len(rows.sigma):,} features have some values missing "
            f"({listing(features[partly[:5]])}); drop them (y.dropna() of a DataFrame) or impute before the fit"
        )
