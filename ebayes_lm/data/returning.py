"""Values given back as the kind of thing that they came as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.adjusted import Adjust, AdjustedSource
from ebayes_lm.data.blocks import ROW_CELLS, Running
from ebayes_lm.data.containers import EList
from ebayes_lm.data.dask_array import is_dask_array
from ebayes_lm.data.marks import MARK, joined_notes, mark_key
from ebayes_lm.data.matrix import FeatureMatrix, is_anndata


def adjusted_kind(
    y: Any, matrix: FeatureMatrix, adjust: Adjust, running: Running, *, cells: int = ROW_CELLS,
    layer: str | None = None, adjusted: str | None = None, refuse: Callable[[AnyArray], None] | None = None,
) -> Any:  # fmt: skip
    """Adjusted values as the same kind of thing as what the caller gave, with everything else that it holds.

    Parameters
    ----------
    y, matrix, layer, adjusted
        As for :func:`same_kind`.
    adjust : callable
        What is done to rows.
    running : Running
    cells : int
        Cells that are adjusted at once.
    refuse : callable, optional
        Looks at what ``adjust`` counts in all rows, and may raise.

    Returns
    -------
    array, DataFrame, AnnData, EList or FeatureMatrix
        A FeatureMatrix where y is one, or a dask array: its values are adjusted as they are read, so that they take
        the room of a block.
    """
    source = AdjustedSource(matrix.source, adjust, cells)
    if not is_read_in_blocks(y):
        values = np.empty(matrix.shape)
        counts = matrix.map_blocks(lambda given, at: source.put(given, at, values[at]), running, cells)
    elif refuse is not None:
        counts = matrix.map_blocks(lambda given, at: source.put(given, at, np.empty(given.shape)), running, cells)
    if refuse is not None:
        refuse(*counts)
    if not is_read_in_blocks(y):
        return same_kind(values, y, matrix, layer=layer, adjusted=adjusted)
    given = y if isinstance(y, FeatureMatrix) else matrix
    return replace(given, source=source, adjusted=joined_notes(given.adjusted, adjusted))


def is_read_in_blocks(y: Any) -> bool:
    """Whether y may be larger than the memory, so that what is made of it has to be read in blocks, too."""
    return isinstance(y, FeatureMatrix) or is_dask_array(y)


def same_kind(
    values: AnyArray, y: Any, matrix: FeatureMatrix, *, layer: str | None = None, adjusted: str | None = None
) -> Any:
    """New values as the same kind of thing as what the caller gave, with everything else that it holds.

    Parameters
    ----------
    values : (G, n) array
    y : array, DataFrame, AnnData, sparse matrix or EList
        What the caller gave; it is not changed.
    matrix : FeatureMatrix
        What ``as_feature_matrix`` made of it.
    layer : str, optional
        Layer of an AnnData that was read, and that the values take the place of.
    adjusted : str, optional
        What was removed, in words such as "combat: 3 batches". It marks the result, in addition to what y is marked
        with, and :func:`lm_fit` warns of it. Arrays have no place for a mark.

    Returns
    -------
    array, DataFrame, AnnData or EList
        An array, too, where y is sparse: zeros do not stay zeros. An AnnData that is backed by a
        file comes into memory, and the file stays as it is.
    """
    note = joined_notes(matrix.adjusted, adjusted)
    if isinstance(y, EList):
        frame = pd.DataFrame(values, index=y.E.index, columns=y.E.columns, copy=False)
        # the note stands in the field alone
        frame.attrs = {name: kept for name, kept in y.E.attrs.items() if name != MARK}
        return replace(y, E=frame, adjusted=note)
    if isinstance(y, pd.DataFrame):
        return _as_table(values, y, matrix, note)
    if is_anndata(y):
        return _as_anndata(values, y, layer, note)
    return values.reshape(y.shape) if isinstance(y, np.ndarray) else values


def _as_table(values: AnyArray, y: pd.DataFrame, matrix: FeatureMatrix, note: str | None) -> pd.DataFrame:
    """Samples anew, columns that describe features as they are, all of them where they stood."""
    table = pd.DataFrame(values, index=y.index, columns=matrix.samples, copy=False)
    table.columns.name = y.columns.name
    if len(table.columns) < len(y.columns):
        described = y[[name for name in y.columns if name not in table.columns]]
        table = pd.concat([described, table], axis=1)[list(y.columns)]
    table.attrs = dict(y.attrs) | ({MARK: note} if note else {})
    return table


def _as_anndata(values: AnyArray, y: Any, layer: str | None, note: str | None) -> Any:
    copied = y.to_memory() if y.isbacked else y.copy()
    turned = np.ascontiguousarray(values.T)
    if layer is None:
        copied.X = turned
    else:
        copied.layers[layer] = turned
    if note:
        copied.uns[mark_key(layer)] = note
    return copied
