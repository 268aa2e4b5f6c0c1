"""Hidden factors by factor analysis of residuals, and how they go along with what is tested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import BoolArray, IntArray
from ebayes_lm.batch.control_features import control_positions
from ebayes_lm.batch.factors import Factors
from ebayes_lm.batch.latent_estimates import Estimated, associated, estimated, gaps_of
from ebayes_lm.batch.latent_remarks import confounding_table, remarks_on, warn_of
from ebayes_lm.batch.latent_rows import (
    Coordinates,
    LatentRows,
    coordinates,
    latent_rows,
    refuse_missing,
)
from ebayes_lm.batch.second_opinion import second_opinion, warn_of_dispute
from ebayes_lm.data.blocks import Running, blas_threads
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.boundary import design_of, matrix_and_table
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, DesignError, counted
from ebayes_lm.results.arguments import choice, shown

_METHODS = {"robust": "by robust factor adjustment", "negative-controls": "by factor adjustment with {}"}


def latent_factors(
    y: Any,
    design: Any,
    k: int | None = None,
    *,
    method: str = "robust",
    controls: Any = None,
    missing: str = "error",
    seed: int | None = None,
    samples: pd.DataFrame | None = None,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> Factors:
    """Find hidden factors, also such as go along with what is tested, and append them to the design.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples (AnnData: samples x features) on a log scale, many more features than samples. Weights are
        not used.
    design : str, Design, DataFrame or array
        The model without hidden factors. Its terms of interest may be associated with them; without any, all columns
        but the intercept.
    k : int, optional
        How many factors. By default those that lower the error of features that took no part in finding them.
    method : {"robust", "negative-controls"}
        What tells factors from effects: that most features have no effect, or effects that have nothing to do with
        the loadings; or features that are known to have none.
    controls : labels, mask, Series or str, optional
        Those features: labels; a truth value for each feature, by label where it is a Series; or the name of a boolean
        column of the annotation. Positions where features have no labels.
    missing : {"error", "omit", "impute"}
        What to do about features with missing values: refuse them; find factors from the others; or fill the gaps by
        design and factors while these are estimated.
    seed : int, optional
        Of the partition of features by which their number is found; without k only. The same without one, too.
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
        Factors have a variance of one beside the design. ``confounding`` has a row for each column of interest:
        ``statistic``, ``df`` and ``p_value`` of there being no association; the ``share`` of the column, beside the
        rest of the design, that goes along with the factors; ``alpha1``, ... by how much factors change with it, with
        standard errors ``se1``, ...; and ``added_variance``, what these errors add to the variance of effects, which
        no later standard error holds, as a share of it in the mean of features.

    Raises
    ------
    DataError
        Values are missing or infinite, or too few features vary beside the design.
    AlignmentError
        Controls or samples that are not those of the matrix.
    DesignError
        Columns that depend on each other, or too few residual degrees of freedom.
    ArgumentError
        More factors than residual degrees of freedom or controls allow.

    Notes
    -----
    Wang, Zhao, Hastie & Owen (2017) Annals of Statistics 45, 1863-1894. Loadings and factors beside the design come
    from a factor analysis by quasi-maximum likelihood (Bai & Li 2012, Annals of Statistics 40, 436-465) with moderated
    variances; their association with a column of interest is a regression of its naive effects on the loadings, which
    allows for errors of the loadings. With the factors in the design, least squares gives the adjusted effects. The
    number of factors is found by bi-cross-validation (Owen & Wang 2016, Statistical Science 31, 119-139).

    No method can tell effects from factors where effects follow the loadings. The test of association is Hotelling's;
    the chi-squared of the paper is its limit in many samples.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> group, hidden = np.repeat([0, 1], 6), rng.normal(size=12) + np.repeat([0, 2], 6)
    >>> y = rng.normal(size=(500, 12)) + np.outer(rng.normal(size=500), hidden)
    >>> factors = el.latent_factors(y, np.column_stack([np.ones(12), group]))
    >>> factors.n_factors
    1
    >>> float(abs(np.corrcoef(factors.values["F1"], hidden)[0, 1]).round(2))
    1.0
    """
    choice(method, _METHODS, "method", "'robust' or 'negative-controls'")
    choice(missing, ("error", "omit", "impute"), "missing", "'error', 'omit' or 'impute'")
    running = Running(threads, chunk_size, max_memory, progress)
    matrix, table = matrix_and_table(y, samples, layer=layer, feature_columns=feature_columns)
    made = design_of(design, matrix, table)
    at = coordinates(made)
    wanted = _allowed(k, at)
    chosen = _controls(method, controls, matrix)
    rows = latent_rows(matrix, at, running)
    if missing == "error":
        refuse_missing(rows.n_missing > 0, matrix.features)
    gaps = gaps_of(matrix, rows, made.shape[1] + (wanted or 1) + 1, running) if missing == "impute" else None
    _check_rows(rows, gaps is not None)
    with blas_threads(1):
        found = estimated(rows, gaps, at, wanted, _seed(seed))
        findings = associated(rows, found, at, None if chosen is None else _inside(chosen, found, matrix.shape[0]))
    table = confounding_table(findings)
    warn_of(findings, table)
    opinion = None
    if chosen is not None and findings.n_factors:
        opinion = second_opinion(matrix, made, findings.values, running)
        warn_of_dispute(opinion, "factor adjustment by controls")
    n_controls = findings.n_controls
    return Factors.appended(
        made,
        findings.values,
        prefix="F",
        method=_METHODS[method].format("" if n_controls is None else counted(n_controls, "control")),
        confounding=table,
        loadings=_loadings(found, rows, matrix.features),
        remarks=remarks_on(findings, table, missing, searched=k is None, weighted=matrix.weights is not None)
        + (() if opinion is None else opinion.remarks()),
    )


def _allowed(k: Any, at: Coordinates) -> int | None:
    """The number of factors asked for, where the design leaves room for them."""
    m = at.residual.shape[1]
    if m < 3:
        raise DesignError(
            f"the design leaves {counted(m, 'residual degree')} of freedom, and hidden factors need 3 at least; more "
            "samples or a simpler design would do"
        )
    if k is None:
        return None
    if isinstance(k, (bool, np.bool_)) or not isinstance(k, (int, np.integer)):
        raise ArgumentTypeError(f"k is the number of factors, a whole number or None; got {shown(k)}")
    if not 0 <= k <= m - 2:
        raise ArgumentError(
            f"k is the number of factors, from 0 to {m - 2} with {m} residual degrees of freedom; got {k}"
        )
    return int(k)


def _seed(seed: Any) -> int | None:
    if seed is None:
        return None
    if isinstance(seed, (int, np.integer)) and not isinstance(seed, bool) and seed >= 0:
        return int(seed)
    raise ArgumentTypeError(f"seed must be a whole number from 0, or None; got {shown(seed)}")


def _controls(method: str, controls: Any, matrix: FeatureMatrix) -> IntArray | None:
    if method == "robust":
        if controls is not None:
            raise ArgumentError('controls= serves method="negative-controls"; "robust" takes all features')
        return None
    if controls is None:
        raise ArgumentError('method="negative-controls" needs controls=, the features that nothing of interest changes')
    return control_positions(controls, matrix)


def _check_rows(rows: LatentRows, impute: bool) -> None:
    """Refuse rows that cannot tell factors from noise."""
    m = rows.residuals.shape[1]
    varying = int(np.count_nonzero(~rows.constant & (impute | (rows.n_missing == 0))))
    if varying <= m:
        raise DataError(
            f"{counted(varying, 'feature')} can be used, and {m} residual degrees of freedom ask for many more; hidden "
            "factors are what many features share"
        )


def _inside(chosen: IntArray, found: Estimated, n_features: int) -> BoolArray:
    """Which of the features that took part are controls."""
    mask = np.zeros(n_features, dtype=np.bool_)
    mask[chosen] = True
    inside: BoolArray = mask[found.used]
    k = found.factors.scores.shape[1]
    if inside.sum() < k + 1:
        raise ArgumentError(
            f"{counted(int(inside.sum()), 'control')} can be used, and {counted(k, 'factor')} need {k + 1} at least, "
            f"and {25 * k} for a good estimate; give more, or fewer factors with k="
        )
    return inside


def _loadings(found: Estimated, rows: LatentRows, features: pd.Index) -> pd.DataFrame:
    whole = np.full((len(features), found.factors.loadings.shape[1]), np.nan)
    whole[found.used] = found.factors.loadings / rows.unit
    whole[rows.constant] = 0.0
    return pd.DataFrame(whole, index=features)
