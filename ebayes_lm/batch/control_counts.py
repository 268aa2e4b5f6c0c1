"""Unwanted variation of counts by control features, without a design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.batch.control_rows import rows_and_controls
from ebayes_lm.batch.factors import Factors
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.core.sample_variances import ArrayRows
from ebayes_lm.core.shared_directions import main_directions, spaces
from ebayes_lm.core.signs import upright
from ebayes_lm.counts.library import effective_sizes
from ebayes_lm.counts.normalization import norm_lib_sizes
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.containers import EList
from ebayes_lm.data.count_list import DGEList
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.design.boundary import carried_design, with_sample_names
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, DesignError, counted
from ebayes_lm.results.arguments import truth, whole_number


def ruvg(
    y_or_counts: Any,
    controls: Any,
    k: int,
    *,
    log: bool | None = None,
    design: Any = None,
    corrected: bool = True,
    samples: pd.DataFrame | None = None,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> Factors:
    """Find unwanted variation in counts or log values by what control features share, and append it to a design.

    Parameters
    ----------
    y_or_counts : DGEList, array, DataFrame, AnnData, sparse matrix or EList
        Counts, or values on a log scale, features x samples (AnnData: samples x features).
    controls : labels, mask, Series or str
        Labels of the control features; a truth value for each feature, by label where it is a Series; or the name of a
        boolean column of the annotation. Positions where features have no labels.
    k : int
        How many factors.
    log : bool, optional
        Whether to take logarithms of counts. By default of a DGEList and of whole numbers that are not negative.
    design : str, Design, DataFrame or array, optional
        What factors are appended to, by default what the data carry or else an intercept; it has no part in finding
        them.
    corrected : bool
        Count controls by their precision beside the factors. False is as published.
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
        ``voom(counts, factors.design)`` or ``lm_fit(y, factors.design)`` take them into account.

    Raises
    ------
    DataError
        Values are missing or infinite, counts are negative, or controls do not vary.
    AlignmentError
        Controls or samples that are not those of the matrix.
    DesignError
        A design that leaves no residual degree of freedom to a factor.
    ArgumentError
        More factors than controls or the design allow.

    Notes
    -----
    Risso, Ngai, Speed and Dudoit (2014) Nature Biotechnology 32, 896-902. Factors are the first left singular vectors
    of the controls, samples x controls, each centred and, unless as published, of equal scatter beside them. Counts are
    divided by effective library sizes (those of a DGEList where it has factors, else by upper quartiles), multiplied by
    their geometric mean, and become ``log(counts + 1)``. For another normalisation give log values.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> hidden = rng.normal(size=8)
    >>> means = np.exp(5 + rng.normal(size=(500, 1)) + 0.5 * rng.normal(size=(500, 1)) * hidden)
    >>> factors = el.ruvg(rng.poisson(means), controls=range(100), k=1)
    >>> factors
    1 factor (W1) by RUVg with 100 controls, appended to the design of '(Intercept)'
    From log(counts + 1), normalised by upper quartiles.
    >>> float(abs(np.corrcoef(factors.values["W1"], hidden)[0, 1]).round(2))
    1.0
    """
    truth(corrected, "corrected")
    number = whole_number(k, "k", "the number of factors")
    running = Running(threads, chunk_size, max_memory, progress)
    values = _log_values(y_or_counts, log, layer, feature_columns)
    matrix = with_sample_names(values.matrix, samples)
    table = matrix.sample_table if samples is None else samples
    made = carried_design(design, matrix, table)
    _, found = rows_and_controls(matrix, controls, running)
    _allowed(number, len(found.rows), pivoted_qr(made.matrix).rank, len(made))
    factors = upright(_shared(found.rows, number, corrected))
    words = f"by RUVg with {counted(len(found.rows), 'control')}"
    return Factors.appended(made, factors, prefix="W", method=words, remarks=values.remarks)


class LogValues(NamedTuple):
    """A matrix on a log scale, and how it came about."""

    matrix: FeatureMatrix
    remarks: tuple[str, ...]


def _log_values(
    given: Any, log: bool | None, layer: str | None, feature_columns: str | Sequence[str] | None
) -> LogValues:
    if isinstance(given, DGEList):
        if layer is not None or feature_columns is not None:
            raise ArgumentTypeError("layer= and feature_columns= are of an AnnData or a DataFrame, not of a DGEList")
        if log is not None and not truth(log, "log"):
            raise ArgumentError("log=False is for values on a log scale, and a DGEList holds counts")
        plain = as_feature_matrix(given.counts)
        return _of_counts(given, replace(plain, annotation=given.genes, sample_table=given.samples))
    matrix = as_feature_matrix(given, layer=layer, feature_columns=feature_columns)
    if log is None:
        log = not isinstance(given, EList) and _are_counts(matrix)
    if not truth(log, "log"):
        return LogValues(matrix, ("From values taken to be on a log scale",))
    if isinstance(given, EList):
        raise ArgumentError("log=True is for counts, and the values of an EList are logarithms already")
    counts = pd.DataFrame(
        matrix.source.read(0, matrix.shape[0]), index=matrix.features, columns=matrix.samples, copy=False
    )
    return _of_counts(DGEList(counts), matrix)


def _are_counts(matrix: FeatureMatrix) -> bool:
    """Whether all values are whole numbers and none is negative."""

    def whole(y: AnyArray, _: slice) -> tuple[AnyArray]:
        return ((y.dtype.kind in "bu") | ((y >= 0) & (np.floor(y) == y)).all(axis=1),)

    return bool(matrix.map_blocks(whole, Running(progress=False))[0].all())


def _of_counts(d: DGEList, matrix: FeatureMatrix) -> LogValues:
    own = bool((d.samples["norm_factors"] != 1.0).any())
    sizes = effective_sizes(d if own else norm_lib_sizes(d, method="upperquartile"))
    scale = np.exp(np.log(sizes).mean()) / sizes
    values: FloatArray = np.log1p(d.counts.to_numpy() * scale)
    words = "normalised by the library sizes and factors of the DGEList" if own else "normalised by upper quartiles"
    return LogValues(replace(matrix, source=ArraySource(values)), (f"From log(counts + 1), {words}",))


def _allowed(k: int, n_controls: int, rank: int, n: int) -> None:
    most = min(n_controls - 1, n - rank - 1)
    bound = f"{counted(n_controls, 'control')} and {n - rank} residual df of the design, less one"
    if most < 1:
        raise DesignError(f"ruvg has no factor to find: there are {bound}; a simpler design or more data would do")
    if k > most:
        raise ArgumentError(f"k={k} is too large: at most {most} with {bound}")


def _shared(rows: FloatArray, k: int, corrected: bool) -> FloatArray:
    """Main directions (n, k) of rows beside their means."""
    constant = np.ones((rows.shape[1], 1))
    basis = spaces(constant, constant[:, :0]).residual
    if not np.abs(rows @ basis).max() > 1e-13 * np.abs(rows).max():
        raise DataError("the controls are the same in all samples, so they tell nothing of hidden factors")
    factors: FloatArray = basis @ main_directions(ArrayRows(rows), basis, k, weigh=corrected).axes
    return factors
