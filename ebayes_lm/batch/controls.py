"""Unwanted variation by control features, as columns of the design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.batch.control_remarks import few_controls, scatter_of_controls, warn_of_confounding
from ebayes_lm.batch.control_rows import ScaledRows, rows_and_controls
from ebayes_lm.batch.factors import Factors
from ebayes_lm.batch.second_opinion import second_opinion, warn_of_dispute
from ebayes_lm.core.control_factors import Controls, Regression, f_of_regression, inverse, regressed, shared
from ebayes_lm.core.shared_directions import Spaces, spaces
from ebayes_lm.core.signs import upright
from ebayes_lm.data.blocks import Running
from ebayes_lm.design.boundary import carried_design, matrix_and_table
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.errors import ArgumentError, DataError, DesignError, counted, listing
from ebayes_lm.results.arguments import choice, truth, whole_number

_NAMES = {"RUV4": "RUV-4", "RUVinv": "RUV-inverse", "RUV2": "RUV-2"}
#: A constant that the design leaves this little of is in its span.
_IN_SPAN = 1e-7


def ruv(
    y: Any,
    design: Any,
    controls: Any,
    k: int | None = None,
    *,
    method: str = "RUV4",
    corrected: bool = True,
    samples: pd.DataFrame | None = None,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> Factors:
    """Find unwanted variation by control features, which nothing of interest changes, and append it to the design.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples (AnnData: samples x features) on a log scale, complete. Weights are not used.
    design : str, Design, DataFrame or array
        The model without hidden factors; None is the one that y carries. Its terms of interest are what controls do not
        depend on; without any, all columns but the intercept.
    controls : labels, mask, Series or str
        Labels of the control features; a truth value for each feature, by label where it is a Series; or the name of a
        boolean column of the annotation. Positions where features have no labels.
    k : int, optional
        How many factors; one too few harms far more than two too many. "RUVinv" has one for each column of interest,
        and k more that leave its estimates as they are and take variation out of the residuals; by default none.
    method : {"RUV4", "RUVinv", "RUV2"}
        Factors from residuals of all features, whose association with the columns of interest the controls tell; a
        prediction of effects from all residual directions, learnt from the controls; or factors from the controls
        alone.
    corrected : bool
        Count features by their precision, and in "RUV4" allow for errors of the loadings. False is as published.
    samples : DataFrame, optional
        Sample table, matched by label.
    layer : str, optional
        Layer of an AnnData.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features.
    threads, chunk_size : int, optional
        Threads, and features in a block.
    max_memory : int or str, optional
        Room for blocks, such as "1GB".
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.

    Returns
    -------
    Factors
        ``lm_fit(y, factors.design)`` gives the estimates of the method. ``confounding`` has for each column of
        interest the share that the factors explain (``r_squared``, beside what else is known), and F with its p-value
        of there being no association.

    Raises
    ------
    DataError
        Values are missing or infinite, or residuals are all zero.
    AlignmentError
        Controls or samples that are not those of the matrix.
    DesignError
        A design without a column of interest, or without residual degrees of freedom for the method.
    ArgumentError
        More factors than controls or residual degrees of freedom allow, or no k where it is needed.

    Notes
    -----
    Gagnon-Bartsch and Speed (2012) Biostatistics 13, 539-552 (RUV-2); Gagnon-Bartsch, Jacob and Speed (2013) Technical
    Report 820, Statistics, UC Berkeley (RUV-4, RUV-inverse).

    Standard errors are those of least squares with the factors as known columns. In RUV-4 the error of their
    association with the columns of interest is not in them, about k over the number of controls of the variance; in
    RUV-2 factors err in all directions alike, so that residuals hold it. As published, RUV-4 takes loadings for free
    of error, which leaves some confounding in the estimates. RUV-inverse leaves the unwanted variation in the residual
    variance, and tests are conservative: with one to three strong factors, p < 0.05 in 1 to 4 % of unaffected features
    and hardly any power. The authors take variances from the effects of random regressors instead; here ``k``
    directions bring tests near their level, and a little over it with few controls.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> group, hidden = np.repeat([0, 1], 6), rng.normal(size=12) + np.repeat([0, 1], 6)
    >>> y = rng.normal(size=(1000, 12)) + np.outer(rng.normal(size=1000), hidden)
    >>> factors = el.ruv(y, np.column_stack([np.ones(12), group]), controls=range(400), k=1)
    >>> factors.method
    'by RUV-4 with 400 controls'
    >>> float(abs(np.corrcoef(factors.values["W1"], hidden)[0, 1]).round(2))
    1.0
    """
    choice(method, _NAMES, "method", "'RUV4', 'RUVinv' or 'RUV2'")
    truth(corrected, "corrected")
    running = Running(threads, chunk_size, max_memory, progress)
    matrix, table = matrix_and_table(y, samples, layer=layer, feature_columns=feature_columns)
    made = carried_design(design, matrix, table)
    split = _split(made)
    if k is not None:
        k = whole_number(k, "k", "the number of factors")
    rows, found = rows_and_controls(matrix, controls, running)
    wanted = _allowed(k, method, split.at, len(found.positions))
    values, regression = _estimated(rows, found, split, wanted, method, corrected)
    opinion = second_opinion(matrix, made, values, running)
    warn_of_dispute(opinion, f"factors by {_NAMES[method]}")
    return _told(made, split, found, values, regression, method, () if opinion is None else opinion.remarks())


class Split(NamedTuple):
    """Columns of interest (n, J) beside what is known, with their names, and the spaces of the design."""

    names: list[str]
    columns: FloatArray
    at: Spaces


def _split(design: Design) -> Split:
    """What is known and what is of interest; a constant that the design can make is known."""
    interest = _of_interest(design)
    others = [name for name in design.names if name not in interest]
    matrix = design.frame
    known = matrix[others].to_numpy()
    basis = np.linalg.qr(design.matrix)[0]
    constant = np.ones((len(basis), 1))
    if np.linalg.norm(constant - basis @ (basis.T @ constant)) < _IN_SPAN * np.sqrt(len(basis)):
        known = np.hstack([constant, known])
    at = spaces(known, matrix[interest].to_numpy())
    if not at.interest.shape[1]:
        raise DesignError(
            f"the design {design.formula or 'of ' + listing(design.names)} has no column of interest, so there is "
            "nothing that controls could be free of; ruvg() finds factors without one"
        )
    columns = matrix[interest].to_numpy()
    beside = columns - at.known @ (at.known.T @ columns)
    there = np.linalg.norm(beside, axis=0) > _IN_SPAN * np.linalg.norm(columns, axis=0)
    return Split([name for name, kept in zip(interest, there, strict=True) if kept], beside[:, there], at)


def _of_interest(design: Design) -> list[str]:
    if design.of_interest is not None:
        return [name for term in design.of_interest for name in design.terms[term]]
    return [name for name in design.names if name != INTERCEPT and name not in design.nuisance]


def _allowed(k: int | None, method: str, at: Spaces, n_controls: int) -> int:
    """The number of factors that are asked for, where data and design allow it."""
    m, p = at.residual.shape[1], at.interest.shape[1]
    if method == "RUVinv":
        if n_controls <= m:
            raise ArgumentError(
                f"RUVinv regresses on all {counted(m, 'residual degree')} of freedom and needs {m + 1} controls at "
                f'least; there are {n_controls}. method="RUV4" with a small k needs fewer'
            )
        most, bound = m - p - 1, f"{counted(m, 'residual degree')} of freedom less {p} for the columns of interest"
    else:
        if k is None:
            raise ArgumentError(
                f"{method} needs k, the number of factors; num_sv(y, design) estimates it, and it is better a little "
                "too large than too small"
            )
        most = min(m, n_controls) - 1
        bound = f"{counted(n_controls, 'control')} and {counted(m, 'residual degree')} of freedom, less one"
    if most < (method != "RUVinv"):
        raise DesignError(f"{method} has no factor to find: there are {bound}; a simpler design or more data would do")
    if (k or 0) > most:
        raise ArgumentError(f"k={k} is too large: at most {most} with {bound}")
    return k or 0


def _estimated(
    rows: ScaledRows, controls: Controls, split: Split, k: int, method: str, corrected: bool
) -> tuple[FloatArray, Regression | None]:
    """Factors (n, k or more), and the regression that tells their association where there is one."""
    inside = controls.rows @ split.at.residual
    if not np.abs(inside).max() > 1e-13 * np.abs(controls.rows).max():
        raise DataError("the controls do not vary beside the design, so they tell nothing of hidden factors")
    if method == "RUV2":
        return shared(rows, split.at, controls, k, corrected=corrected), None
    if method == "RUV4":
        return regressed(rows, split.at, controls, k, corrected=corrected)
    return inverse(rows, split.at, controls, split.columns, k, corrected=corrected)


def _told(
    design: Design, split: Split, controls: Controls, values: FloatArray, regression: Regression | None, method: str,
    opinion: tuple[str, ...],
) -> Factors:  # fmt: skip
    n_controls, p = len(controls.positions), split.at.interest.shape[1]
    values = upright(values)
    confounding = _confounding(split, values, regression)
    warn_of_confounding(confounding)
    hidden = {"RUV4": values.shape[1], "RUVinv": values.shape[1] - p}.get(method, 0)
    remarks = few_controls(n_controls, hidden)
    used = values.shape[1] if regression is None else regression.predictors.shape[1]
    remarks += scatter_of_controls(controls.rows, split.at, values, used)
    if method == "RUVinv" and not hidden:
        remarks += ("Residual variances hold the unwanted variation, so that tests are conservative; k= takes it out",)
    remarks += opinion
    words = f"by {_NAMES[method]} with {counted(n_controls, 'control')}"
    return Factors.appended(design, values, prefix="W", method=words, confounding=confounding, remarks=remarks)


def _confounding(split: Split, values: FloatArray, regression: Regression | None) -> pd.DataFrame:
    """For each column of interest, how much of it the factors explain, and F of there being no association."""
    from scipy.special import fdtrc

    at = split.at
    basis = np.linalg.qr(values - at.known @ (at.known.T @ values))[0]
    found = []
    for column in split.columns.T:
        share = float(np.square(basis.T @ column).sum() / np.square(column).sum())
        if regression is None:
            f, df1, df2 = f_of_regression(*_beside_known(column, values, at))
        else:
            direction = at.interest.T @ column
            f, df1, df2 = f_of_regression(regression.responses @ direction, *regression[1:])
        found.append((share, f, float(fdtrc(df1, df2, f)) if np.isfinite(f) else np.nan))
    return pd.DataFrame(found, index=pd.Index(split.names), columns=["r_squared", "F", "p_value"])


def _beside_known(column: FloatArray, values: FloatArray, at: Spaces) -> tuple[FloatArray, FloatArray, FloatArray]:
    """A column and the factors in the space that what is known leaves."""
    basis = np.hstack([at.interest, at.residual])
    return basis.T @ column, basis.T @ values, np.ones(basis.shape[1])
