"""Values given back as the kind of thing that they came as."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.containers import EList
from ebayes_lm.data.marks import MARK, joined_notes, mark_key
from ebayes_lm.data.matrix import FeatureMatrix, is_anndata


def same_kind(
    values: AnyArray, y: Any, matrix: FeatureMatrix, *, layer: str | None = None, adjusted: str | None = None
) -> Any:
    """New values as the same kind of thing as what the caller gave, with everything else that it holds.

    Parameters
    ----------
    values : (G, n) array
    y : array, DataFrame, AnnData, sparse matrix, EList or FeatureMatrix
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
        An array, too, where y is a FeatureMatrix or sparse: zeros do not stay zeros. An AnnData that is backed by a
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
