"""remove_batch_effect: values less what batches and covariates explain of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.batch.nuisance import Nuisance, batch_effect, covariate_effect, warn_of_confounding
from ebayes_lm.core.removal import Removal, removal
from ebayes_lm.data.blocks import ROW_CELLS, Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.returning import adjusted_kind, is_read_in_blocks, same_kind
from ebayes_lm.data.weights import Weights, matrix_weights
from ebayes_lm.design.boundary import design_of, matrix_and_table
from ebayes_lm.errors import ArgumentError, DesignWarning, warn
from ebayes_lm.results.arguments import choice
from ebayes_lm.results.correlated import Arranged, arranged, sample_blocks
from ebayes_lm.results.rows import refuse_infinite

#: Cells in a block: threads share them evenly, and handing one out costs nothing.
_CELLS = 1 << 18


def remove_batch_effect(
    y: Any,
    batch: Any = None,
    *,
    batch2: Any = None,
    covariates: Any = None,
    design: Any = None,
    group: Any = None,
    weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None,
    samples: pd.DataFrame | None = None,
    block: Any = None,
    correlation: Any = None,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    inf: str = "error",
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> Any:
    """Take effects of batches and covariates out of the values, for plots, clustering and prediction.

    A test belongs on the values as they were, with the batch in its design: ``lm_fit(y, "~ group + batch")``. The
    result is marked, and :func:`lm_fit` warns of the mark.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples (AnnData: samples x features), on a log scale for expression data. NaN is missing.
    batch, batch2 : str or (n,) array_like, optional
        Batches, as a column of ``samples`` or one value a sample. Effects of the two add up.
    covariates : str, list of str, (n,) or (n, k) array_like, Series or DataFrame, optional
        Numbers of which the values depend linearly, such as age or a quality score; or columns of ``samples``.
    design : str, Design, DataFrame or array, optional
        What is to be kept, such as ``"~ group"``; the batch has no place in it. By default a column of ones, also where
        the container carries a design.
    group : str or (n,) array_like, optional
        Groups whose differences are to be kept, in place of a design.
    weights : (n,), (G,) or (G, n) array_like, Series or DataFrame, optional
        Weights of samples, of features or of single observations. Those that the container carries do not count, as in
        limma; pass them here.
    samples : DataFrame, optional
        Sample table, matched to the samples of y by label; by default what the container carries.
    block : str or (n,) array_like, optional
        Samples that are correlated.
    correlation : float or object with ``consensus``, optional
        Correlation within blocks.
    layer : str, optional
        Layer of an AnnData to read, and to put the result into.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features.
    inf : {"error", "missing"}
        What infinite values are.
    threads, chunk_size : int, optional
        Threads, and features in a block.
    max_memory : int or str, optional
        Room for blocks, such as "1GB".
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.

    Returns
    -------
    array, DataFrame, AnnData, EList or FeatureMatrix
        As y, with what else it holds; an array where y is sparse. The mark, in words, is ``attrs["adjusted"]`` of a
        DataFrame, ``adjusted`` of an EList or a FeatureMatrix and ``uns["adjusted"]`` of an AnnData. Where there is
        nothing to remove, such as a single batch, values stay as they are and are not marked. Of what
        :func:`open_matrix` returns, and of a dask array, comes a FeatureMatrix whose values are adjusted as they are
        read: ``.write("adjusted.zarr")`` puts them on disk.

    Raises
    ------
    ArgumentError
        ``design`` and ``group`` are both given, or no such column.
    DataError
        Values are infinite, weights cannot be used, or a sample has no batch.
    AlignmentError
        Labels do not match.
    DesignError
        The design or the covariates cannot be used.

    Warns
    -----
    DesignWarning
        The design holds some of what is to be removed; that leaves nothing but what is kept; or data carry a design and
        none is given.

    Notes
    -----
    A linear model of the design, of batches against their mean and of covariates less theirs is fitted to each feature,
    and the second and third part subtracted. Without ``design`` and ``group``, differences between groups that are
    unevenly spread over batches are removed with these. A feature with missing values loses what its own values
    can tell. Of effects that determine each other, there or by the design, the later ones count as zero, as in limma:
    batches within a group become alike, and where that group then lies is arbitrary.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> el.remove_batch_effect(np.array([[1.0, 2.0, 5.0, 6.0]]), ["a", "a", "b", "b"])
    array([[3., 4., 3., 4.]])
    """
    choice(inf, ("error", "missing"), "inf", "'error' or 'missing'")
    running = Running(threads, chunk_size, max_memory, progress)
    matrix, table = matrix_and_table(y, samples, layer=layer, feature_columns=feature_columns)
    given = [("batch", batch), ("batch2", batch2)]
    terms = [batch_effect(value, matrix, table, name) for name, value in given if value is not None]
    if covariates is not None:
        terms.append(covariate_effect(covariates, matrix, table))
    terms = [term for term in terms if term.columns.any()]
    kept = _kept(design, group, matrix, table, asked=bool(terms))
    known = matrix_weights(weights, replace(matrix, weights=None))
    blocks = None if block is None else sample_blocks(block, matrix, table)
    plain = arranged(Arranged(matrix, kept, known), blocks, correlation, None, None)
    if not terms:
        return _as_it_is(y, matrix, layer)
    warn_of_confounding(terms, kept)
    without = _Without.of(plain, terms)
    return adjusted_kind(
        y,
        matrix,
        without,
        running,
        cells=without.at_once,
        layer=layer,
        adjusted=f"remove_batch_effect: {', '.join(term.name for term in terms)}",
        refuse=(lambda n_infinite: refuse_infinite(n_infinite, matrix.features)) if inf == "error" else None,
    )


def _as_it_is(y: Any, matrix: FeatureMatrix, layer: str | None) -> Any:
    """Values from which nothing is removed."""
    if is_read_in_blocks(y):
        return y if isinstance(y, FeatureMatrix) else matrix
    return same_kind(matrix.source.read(0, matrix.shape[0]).astype(np.float64), y, matrix, layer=layer)


def _kept(design: Any, group: Any, matrix: FeatureMatrix, table: Any, *, asked: bool) -> FloatArray:
    """Columns (n, p) whose effects are kept."""
    if group is not None:
        if design is not None:
            raise ArgumentError("group= and design= both say what is to be kept; give one of them")
        groups = batch_effect(group, matrix, table, "group")
        return np.column_stack([np.ones(matrix.shape[1]), groups.columns])
    if asked and design is None and matrix.design is not None:
        warn(
            "the design that the data carry is not used, as in limma: differences between groups that are unevenly "
            "spread over batches are removed with these. Give group=, or design= without the batch",
            DesignWarning,
            topic="batch",
        )
    return design_of(design, matrix, table).matrix


@dataclass(frozen=True, eq=False)
class _Without:
    """Takes nuisance out of rows.

    Attributes
    ----------
    removal : Removal
    weights : Weights
        Of features or of observations, where they matter: one weight for all of a feature changes nothing, unless it
        is zero.
    """

    removal: Removal
    weights: Weights

    @classmethod
    def of(cls, plain: Arranged, terms: Sequence[Nuisance]) -> _Without:
        nuisance = np.column_stack([term.columns for term in terms])
        known = plain.weights
        matter = known.features is not None and not known.features.all()
        return cls(
            removal(plain.x, nuisance, known.samples, plain.correlation),
            Weights(features=known.features if matter else None, cells=known.cells),
        )

    @property
    def at_once(self) -> int:
        """Cells to work on at once."""
        return _CELLS if self.weights.features is None and self.weights.cells is None else ROW_CELLS

    def __call__(self, values: AnyArray, at: slice, out: FloatArray) -> AnyArray:
        """Adjust rows, and count what is infinite in them."""
        return self.removal.rows(values, out, self._cells(at))

    def _cells(self, at: slice) -> FloatArray | None:
        if self.weights.features is not None:
            weights = self.weights.features[at]
            return np.broadcast_to(weights[:, None], (len(weights), self.removal.nuisance.shape[1]))
        return None if self.weights.cells is None else self.weights.cells[at]
