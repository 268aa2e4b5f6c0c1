"""wsva: surrogate variables by weighted effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.batch.row_passes import RowPasses
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.core.weighted_effects import weighted_effects
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import ArgumentError, DataError, DesignError, counted, listing
from ebayes_lm.results.arguments import truth, whole_number
from ebayes_lm.weights.quality import inputs


def wsva(
    y: Any,
    design: Any,
    *,
    n_sv: int = 1,
    weight_by_sd: bool = False,
    samples: pd.DataFrame | None = None,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Surrogate variables: what residuals of many features share, as columns for a design.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples (AnnData: samples x features), without missing values.
    design : str, Design, DataFrame, array or None
        What is known of the samples; None is what the container carries, else a column of ones.
    n_sv : int
        How many surrogate variables, at most the residual degrees of freedom.
    weight_by_sd : bool
        Whether features weigh by their residual standard deviation, too. Surrogate variables are then found one after
        another.
    samples : DataFrame, optional
        Sample table, matched to the samples of y by label; by default what the container carries.
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
    DataFrame, samples x n_sv
        ``SV1``, ``SV2``, ..., each with mean square one and its largest entry positive.

    Raises
    ------
    DataError
        Values are missing or infinite, or residuals of fewer directions are left than ``n_sv``.
    ArgumentError
        More than the residual degrees of freedom.
    DesignError
        The design cannot be used, or leaves no residual degrees of freedom.

    Notes
    -----
    A surrogate variable is a sum of the features as they are, each weighted by how far its residuals go along with a
    direction that residuals share. It follows the design, too, where such features do: put it into the design of the
    fit, ``Design.with_nuisance(wsva(...))``, beside what is tested. Numbers are those of limma, where the sign
    is arbitrary.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> hidden = np.array([1.0, -1, 1, -1, 1, -1])
    >>> y = rng.normal(size=(200, 6)) + 3 * np.outer(rng.normal(size=200), hidden)
    >>> found = el.wsva(y, np.repeat(np.eye(2), 3, axis=0))
    >>> bool(abs(np.corrcoef(found["SV1"], hidden)[0, 1]) > 0.99)
    True
    """
    wanted = whole_number(n_sv, "n_sv", "the number of surrogate variables")
    by_sd = truth(weight_by_sd, "weight_by_sd")
    running = Running(threads, chunk_size, max_memory, progress)
    given = inputs(y, design, samples, layer, feature_columns, carried=True)
    matrix, x = given.matrix, given.design.matrix
    left = len(x) - pivoted_qr(x).rank
    if not left:
        raise DesignError("the design leaves no residual degrees of freedom, so that there is nothing hidden to find")
    if wanted > left:
        raise ArgumentError(
            f"n_sv={wanted} asks for more than {counted(left, 'residual degree')} of freedom; give less"
        )
    exponent = _size_of(matrix, running)
    found = weighted_effects(RowPasses(matrix, running), x, wanted, by_sd=by_sd, exponent=exponent)
    if found.shape[1] < wanted:
        raise DataError(
            f"residuals lie in {counted(found.shape[1], 'direction')}, and n_sv={wanted} asks for more; give "
            + ("less" if found.shape[1] else "features that the design does not explain in full")
        )
    return pd.DataFrame(found, index=matrix.samples, columns=pd.Index([f"SV{k + 1}" for k in range(wanted)]))


def _size_of(matrix: FeatureMatrix, running: Running) -> int:
    """The power of two above all values, once they are known to be there."""

    def look(values: AnyArray, _: slice) -> tuple[AnyArray, ...]:
        return (np.abs(values.astype(np.float64, copy=False)).max(axis=1),)  # NaN where any value is

    (largest,) = matrix.map_blocks(look, running)
    gaps = np.flatnonzero(~np.isfinite(largest))
    if len(gaps):
        raise DataError(
            f"values are missing or infinite in {counted(len(gaps), 'feature')} of {len(largest):,} "
            f"({listing(matrix.features[gaps])}); leave these features out, as in y[np.isfinite(y).all(axis=1)], or "
            "fill in what is missing"
        )
    return int(np.frexp(largest.max())[1])
