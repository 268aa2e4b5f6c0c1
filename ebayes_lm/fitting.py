"""The verbs that make linear fits: lm_fit from a matrix, contrasts_fit from a fit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import IntArray
from ebayes_lm.core.linear_plan import linear_plan
from ebayes_lm.core.mixed_plan import MixedPlan, mixed_plan
from ebayes_lm.core.ols import LeastSquares, least_squares
from ebayes_lm.core.qr import RANK_TOLERANCE
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.cluster import cluster_for
from ebayes_lm.data.marks import warn_of_adjustment
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.weights import matrix_weights
from ebayes_lm.design.boundary import carried_design, matrix_and_table
from ebayes_lm.design.estimability import describe_dependencies
from ebayes_lm.errors import ArgumentError, DesignError, DesignWarning, listing, warn
from ebayes_lm.results.arguments import choice, whole_number
from ebayes_lm.results.correlated import Arranged, arranged, by_feature, sample_blocks
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.linear_rows import fit_linear
from ebayes_lm.results.mixed_rows import fit_mixed
from ebayes_lm.results.resuming import checked_folder, require_apart, resumable
from ebayes_lm.results.stages import require_linear
from ebayes_lm.results.streaming import laid_out

if TYPE_CHECKING:
    from ebayes_lm.design.design_matrix import Design


def lm_fit(
    y: Any,
    design: Any = None,
    *,
    samples: pd.DataFrame | None = None,
    weights: ArrayLike | pd.Series[float] | pd.DataFrame | FeatureMatrix | None = None,
    block: Any = None,
    correlation: Any = None,
    ndups: int | None = None,
    spacing: int | None = None,
    method: str = "ls",
    max_iter: int = 20,
    tol: float = RANK_TOLERANCE,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    inf: str = "error",
    min_observed: int | None = None,
    compat: str | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    scheduler: Any = None,
) -> LinearFit:
    """Fit the same linear model to every feature: by least squares, weighted, generalised or robust.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix, dask array, EList or what open_matrix() returns
        Features x samples (AnnData: samples x features), on a log scale for expression data. NaN is missing; each
        feature is fitted to what it has.
    design : str, Design, DataFrame or array, optional
        A formula such as ``"~ group + batch"``, or a matrix samples x coefficients. By default what the container
        carries, else a column of ones.
    samples : DataFrame, optional
        Sample table, matched to the samples of y by label; by default what the container carries.
    weights : (n,), (G,) or (G, n) array_like, Series, DataFrame or FeatureMatrix, optional
        Weights of samples, of features or of single observations: inverse variances up to a factor. An observation of
        weight zero is missing. They take the place of weights that the container carries. Weights of observations are
        referred to, not copied: contrasts compute standard errors from them again, so leave the array as it is. Those
        that :func:`open_matrix` opens are read in blocks.
    block : str or (n,) array_like, optional
        Samples that are correlated, such as those of one patient: a column of ``samples`` or one value a sample.
    correlation : float, object with ``consensus`` or "feature", optional
        Correlation within blocks, or between duplicates of a feature. "feature" estimates one within blocks for every
        feature: a mixed model with a random intercept per block.
    ndups, spacing : int, optional
        Rows that each feature has in y, and how far apart they stand (by default 1, next to each other).
    method : {"ls", "robust"}
        Least squares, or Huber's M-estimation, in which outlying observations lose weight. Its p-values are too small
        in small samples; ``ebayes(robust=True)`` and array weights are the safer answers to outliers.
    max_iter : int
        Iterations of a robust fit.
    tol : float
        A column of the design counts as aliased when its predecessors leave less than this share of it.
    layer : str, optional
        Layer of an AnnData.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features.
    inf : {"error", "missing"}
        What infinite values are.
    min_observed : int, optional
        Features with fewer observations are not fitted.
    compat : {None, "limma"}
        With "limma", coefficients and standard errors of contrasts are limma's also where limma approximates: see
        Notes.
    threads, chunk_size : int, optional
        Threads, and features in a block; by default all processors, and blocks of four million values, fewer where
        rows have gaps. Of a file that holds samples one after another, a block is as many values of some samples.
    max_memory : int or str, optional
        Room for blocks, and for what a store unpacks beside them, such as "1GB"; results and names come on top.
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.
    checkpoint : path, optional
        A folder in which blocks are kept as they are done. The same call with the same folder goes on where an earlier
        one ended, killed or not, and gives the same numbers to the last bit, whatever the threads. The folder stays,
        and may be deleted when the fit is there.
    out : path, optional
        Where estimates are laid as blocks are done, in place of memory. A folder becomes what :meth:`LinearFit.save`
        writes, and the fit that is returned reads from it. A name that ends in ".parquet" or ".zarr" becomes a table of
        the estimates, or a group of arrays.
    scheduler : str or distributed.Client, optional
        Workers of a Dask cluster fit the blocks: those of the scheduler at an address such as "tcp://10.0.0.1:8786", or
        of a client. By default threads of this process do, but the active client where y is a dask array.

    Returns
    -------
    LinearFit
        Estimates; :meth:`LinearFit.contrast` and :meth:`LinearFit.ebayes` go on from there. With
        ``correlation="feature"`` a :class:`MixedFit`, which does the same.

    Raises
    ------
    DataError
        Values are infinite or not numeric, or weights cannot be used.
    AlignmentError
        Labels of samples do not match.
    DesignError
        The design cannot be used.
    ArgumentError
        Arguments that do not go together, or a value outside what is allowed; or ``checkpoint`` holds other things, or
        blocks of another input, design, weighting or version.
    StorageError
        The disk is full, or another run works in the folder.

    Notes
    -----
    Smyth (2004) Statistical Applications in Genetics and Molecular Biology 3(1), article 3, section 2; correlated
    samples and duplicates as in Smyth, Michaud & Scott (2005) Bioinformatics 21, 2067-2075. One QR decomposition of
    the design serves all complete features, every other one has its own; residuals are computed in a second pass.

    A coefficient that the observed samples of a feature cannot estimate is NaN, and so is a contrast; what they can
    estimate is the same in every coding of the design. limma drops the column and goes on, so that with group A
    missing the coefficient ``groupB`` of ``~ group`` becomes a difference from another group. limma also takes the
    correlation of coefficients from the unweighted design, so that standard errors of contrasts are approximate under
    weights of observations and missing values; here they are exact. ``compat="limma"`` gives limma's numbers.

    ``correlation="feature"`` fits a variance within blocks and one between them to each feature, by residual maximum
    likelihood; the correlation may be negative. Degrees of freedom are Satterthwaite's (Giesbrecht & Burns 1985,
    Biometrics 41, 477-486), and :func:`ebayes` moderates contrast by contrast. One correlation for all features counts
    each feature's between-block tests as if it were known: where correlations differ, too many of them are significant.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.array([[1.0, 2.0, 5.0, 6.0], [3.0, 3.5, 3.0, np.nan]])
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AABB")}))
    >>> fit.coefficients["groupB"].round(6).tolist()
    [4.0, -0.25]
    """
    _check_options(tol, inf, min_observed, compat)
    iterations = _iterations(method, max_iter, block, ndups)
    running = Running(threads, chunk_size, max_memory, progress)
    matrix, table = matrix_and_table(y, samples, layer=layer, feature_columns=feature_columns)
    warn_of_adjustment(matrix.adjusted)
    checked = carried_design(design, matrix, table)
    blocks = None if block is None else sample_blocks(block, matrix, table)
    plain = Arranged(matrix, checked.matrix, matrix_weights(weights, matrix, running))
    _check_enough(min_observed, matrix.shape[1])
    folder = checked_folder(checkpoint, "checkpoint")
    require_apart(folder, out)
    if by_feature(correlation, blocks, ndups, compat):
        mixed = _mixed_plan(plain, blocks, checked, tol, min_observed or 0)
        with cluster_for(scheduler, matrix.source) as engine, laid_out(out, matrix) as place:
            kept = resumable(replace(running, engine=engine, room=place.room), folder, plain, mixed, tol)
            return place.kept(fit_mixed(matrix, mixed, checked, plain.weights, kept, inf=inf))
    to = arranged(plain, blocks, correlation, ndups, spacing)
    # limma takes all rows singly, and what follows from them as approximate, where it sees weights as a matrix
    sampled = to.weights.samples if compat == "limma" else None
    singly = sampled is not None and (to.duplicates is not None or not sampled.all())
    plan = linear_plan(to.x, to.weights.samples, to.correlation, tol, min_observed or 0, iterations, singly)
    _check_plan(plan.shared, checked)
    with cluster_for(scheduler, to.matrix.source) as engine, laid_out(out, matrix) as place:
        kept = resumable(replace(running, engine=engine, room=place.room), folder, to, plan, tol)
        return place.kept(fit_linear(to, plan, checked, kept, inf=inf, max_iter=max_iter, compat=compat))


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


def _mixed_plan(plain: Arranged, blocks: IntArray | None, design: Design, tol: float, min_observed: int) -> MixedPlan:
    samples = plain.weights.samples
    _check_plan(least_squares(plain.x, samples, tol), design)
    alone = np.arange(len(plain.x)) if blocks is None else blocks
    return mixed_plan(plain.x, alone, samples, tol, min_observed)


def _check_options(tol: Any, inf: Any, min_observed: Any, compat: Any) -> None:
    if not isinstance(tol, (float, int)) or not 0.0 <= tol < 1.0:
        raise ArgumentError(f"tol is a share of a column's length, from 0 to below 1 (1e-7 is usual); got {tol!r}")
    choice(inf, ("error", "missing"), "inf", "'error' or 'missing'")
    if min_observed is not None:
        whole_number(min_observed, "min_observed", "the fewest observations of a feature that is fitted")
    if compat is not None:
        choice(compat, ("limma",), "compat", "None or 'limma'")


def _check_enough(min_observed: int | None, n: int) -> None:
    if min_observed is not None and min_observed > n:
        raise ArgumentError(
            f"min_observed={min_observed} asks for more observations than the {n} that a feature can have; at most {n} "
            "leaves any to fit"
        )


def _iterations(method: Any, max_iter: Any, block: Any, ndups: Any) -> int:
    """Rounds of a robust fit, 0 for least squares."""
    choice(method, ("ls", "robust"), "method", "'ls' or 'robust'")
    whole_number(max_iter, "max_iter", "the most iterations of a robust fit")
    if method == "ls":
        return 0
    if block is not None or ndups is not None:
        raise ArgumentError(
            "a robust fit takes samples as independent; leave out block= and ndups=, or use method='ls'"
        )
    return int(max_iter)


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
            topic="batch",
        )
