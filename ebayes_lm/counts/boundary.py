"""Where counts come in: whatever holds them becomes a DGEList."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ebayes_lm.data.blocks import Running
from ebayes_lm.data.containers import EList
from ebayes_lm.data.count_list import DGEList, counts_in_memory
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.errors import ArgumentTypeError


def as_count_list(
    counts: Any, samples: pd.DataFrame | None = None, *, layer: str | None = None, running: Running | None = None
) -> DGEList:
    """Whatever holds counts of features x samples, as a DGEList.

    Parameters
    ----------
    counts : DGEList, array, DataFrame, scipy sparse matrix, AnnData, dask array or FeatureMatrix
        A DGEList is taken as it is; the others get column sums as library sizes.
    samples : DataFrame, optional
        Sample table, in place of that of a DGEList (whose library sizes and factors stay) or AnnData.
    layer : str, optional
        Layer of an AnnData to read in place of X.
    running : Running, optional
        How counts are read that are not in memory.

    Raises
    ------
    ArgumentTypeError
        A type that holds no counts.
    DataError
        Counts that are negative, missing or infinite.
    """
    if isinstance(counts, DGEList):
        if layer is not None:
            raise ArgumentTypeError(f"layer={layer!r} names a layer of an AnnData, and counts are a DGEList")
        return counts if samples is None else counts.with_samples(samples)
    if isinstance(counts, EList):
        raise ArgumentTypeError(
            "counts are an EList, whose values are logarithms already; give the counts that it was made of"
        )
    matrix = as_feature_matrix(counts, layer=layer)
    return DGEList(counts_in_memory(matrix, running or Running()), samples=samples)
