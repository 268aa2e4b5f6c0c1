"""Batches brought to one level and one scale, with what all features together say of each batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ebayes_lm._typing import BoolArray
from ebayes_lm.batch.covariates import kept_covariates
from ebayes_lm.batch.shrinkage import Adjustment, Wanted, effects_of, shrunken_effects
from ebayes_lm.core.batch_rows import BatchModel, BatchRows, batch_rows
from ebayes_lm.data.blocks import ROW_CELLS, Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.returning import adjusted_kind
from ebayes_lm.design.boundary import design_of, matrix_and_table
from ebayes_lm.errors import (
    ArgumentError,
    DataError,
    DesignWarning,
    EbayesLMWarning,
    counted,
    listing,
    nearest,
    warn,
)
from ebayes_lm.results.arguments import shown, truth
from ebayes_lm.results.correlated import named_blocks
from ebayes_lm.results.rows import refuse_infinite


def combat(
    y: Any,
    batch: Any,
    design: Any = None,
    *,
    parametric: bool = True,
    mean_only: bool = False,
    reference_batch: Any = None,
    samples: pd.DataFrame | None = None,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> Any:
    """Bring batches to one level and one scale by empirical Bayes (ComBat).

    For plots, clustering and prediction. **Not for tests**: put the batch into the design instead, as in
    ``lm_fit(y, "~ group + batch", samples)``. A fit to adjusted values takes what the batches cost for known, and
    where groups and batches are unbalanced its p-values are far too small; :func:`lm_fit` warns of such data.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples (AnnData: samples x features), on a log scale. NaN is missing and stays missing.
    batch : str or (n,) array_like or Series
        A column of ``samples``, or the batch of each sample.
    design : str, Design, DataFrame or array, optional
        What to keep, such as "~ group"; constant columns do not count. By default nothing but the mean.
    parametric : bool
        Whether effects of batches have a normal and an inverse gamma prior; else the other features are the prior, one
        by one, which takes time that grows with the square of their number.
    mean_only : bool
        Leave variances as they are. So it is, with a warning, where a batch has one sample, or the design explains it
        in full.
    reference_batch : label, optional
        Batch that is left as it is, and that the others are brought to; by default their mean.
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
    array, DataFrame, AnnData, EList or FeatureMatrix
        As y, with new values, and marked as adjusted. Features stay as they are, with a warning, that are constant in
        a batch of several samples, or whose own values cannot tell batches from covariates. Of what
        :func:`open_matrix` returns, and of a dask array, comes a FeatureMatrix whose values are adjusted as they are
        read: ``.write("adjusted.zarr")`` puts them on disk.

    Raises
    ------
    DataError
        Values are infinite or not numeric, or fewer than two features can be adjusted.
    AlignmentError
        Labels of samples do not match.
    DesignError
        The design cannot be used, or cannot be told from the batches.
    ArgumentError
        A single batch, or a reference that is none of the batches, has one sample or is explained in full by the
        design.

    See Also
    --------
    remove_batch_effect : Least squares for each feature alone.

    Notes
    -----
    Johnson, Li and Rabinovic (2007) Biostatistics 8, 118-127. Numbers are those of ComBat in sva, also with missing
    values.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> batch = np.repeat(["monday", "tuesday"], 5)
    >>> y = np.random.default_rng(1).normal(size=(200, 10)) + 3 * (batch == "tuesday")
    >>> adjusted = el.combat(y, batch)
    >>> [round(v[:, 5:].mean() - v[:, :5].mean()) for v in (y, adjusted)]
    [3, 0]
    """
    parametric, mean_only = truth(parametric, "parametric"), truth(mean_only, "mean_only")
    running = Running(threads, chunk_size, max_memory, progress)
    matrix, table = matrix_and_table(y, samples, layer=layer, feature_columns=feature_columns)
    model, names = _model(matrix, batch, design, table, reference_batch)
    if not mean_only and model.explained.any():
        _warn_of_explained(model, names)
        mean_only = True
    rows = BatchRows(*matrix.map_blocks(lambda values, _: batch_rows(values, model), running, ROW_CELLS))
    used = _adjustable(rows, model, matrix.features)
    effects = effects_of(rows, used, model, names)
    shrunken = shrunken_effects(effects, model, Wanted(parametric, mean_only, running), names)
    adjust = Adjustment.of(rows, used, model, effects, shrunken, mean_only=mean_only)
    return adjusted_kind(y, matrix, adjust, running, layer=layer, adjusted=f"combat: {len(names)} batches")


def _model(matrix: FeatureMatrix, batch: Any, design: Any, table: Any, wanted: Any) -> tuple[BatchModel, pd.Index]:
    """Batches, covariates and the reference, in the order of the matrix."""
    codes, names = named_blocks(batch, matrix, table, "batch")
    if len(names) < 2:
        raise ArgumentError(f"all samples are in one batch, {names[0]!r}; there is nothing to bring together")
    coded = None
    if design is not None:
        coded = design_of(design, matrix, table)
    elif matrix.design is not None:
        warn(
            "the design that the data carry is not used: without design=, what goes along with the batches is removed "
            "with them; pass it as design=",
            DesignWarning,
            topic="batch",
        )
    reference = None if wanted is None else _reference(wanted, names)
    model = BatchModel(codes, kept_covariates(coded, codes, names), reference)
    if reference is not None and model.explained[reference]:
        what = "has one sample" if model.sizes[reference] == 1 else "is explained in full by the design"
        raise ArgumentError(
            f"reference_batch={shown(wanted)} {what}, and the others cannot be measured by a scatter that it does not "
            "show; take another batch, or none"
        )
    return model, names


def _warn_of_explained(model: BatchModel, names: pd.Index) -> None:
    alone, several = (names[model.explained & which] for which in (model.sizes == 1, model.sizes > 1))
    why = [f"a batch of one sample ({listing(alone)}) has no variance"] if len(alone) else []
    if len(several):
        why.append(f"the design explains the samples of {listing(several)} in full, so that no variance shows")
    warn(f"only means are adjusted, because {'; and '.join(why)}", EbayesLMWarning)


def _reference(wanted: Any, names: pd.Index) -> int:
    single = pd.api.types.is_scalar(wanted)
    at = [k for k, name in enumerate(names) if single and name == wanted]
    # numbers may have become text where a table was read, as they do in R
    at = at or [k for k, name in enumerate(names) if single and str(name) == str(wanted)]
    if not at:
        known = listing(sorted(names, key=str), 10)
        raise ArgumentError(
            f"reference_batch={shown(wanted)} is none of the batches; they are {known}.{nearest(wanted, names)}"
        )
    return at[0]


def _adjustable(rows: BatchRows, model: BatchModel, features: pd.Index) -> BoolArray:
    """Which rows can be adjusted, with a warning about those that cannot."""
    refuse_infinite(rows.n_infinite, features, choice=False)
    present = rows.counts > 0
    known = rows.estimable & (present.sum(axis=1) > 1)
    if model.reference is not None:
        known &= rows.counts[:, model.reference] > 1
    used: BoolArray = known & ~rows.flat
    if used.sum() < 2:
        raise DataError(
            f"{counted(used.sum(), 'feature')} of {len(used):,} can be adjusted, and two are needed to learn from: a "
            "feature has to vary within every batch"
        )
    _warn_of_rows(rows.flat, features, "constant in a batch, or in all but what the design explains")
    _warn_of_rows(~known & ~rows.flat, features, "without the values that tell batches apart and from the design")
    return used


def _warn_of_rows(which: BoolArray, features: pd.Index, what: str) -> None:
    if which.any():
        left = counted(which.sum(), "feature")
        warn(f"{left} left as given, being {what}: {listing(features[which])}", EbayesLMWarning)
