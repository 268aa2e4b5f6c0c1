"""Samples that were sequenced more than once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, IntArray
from ebayes_lm.counts.boundary import as_count_list
from ebayes_lm.counts.library import by_block
from ebayes_lm.data.alignment import align
from ebayes_lm.data.count_list import DGEList
from ebayes_lm.data.groups import sample_groups


def sum_tech_reps(counts: Any, ids: Any, *, layer: str | None = None) -> DGEList:
    """Sum the counts of technical replicates.

    Parameters
    ----------
    counts : DGEList, array, DataFrame, scipy sparse matrix or AnnData
        Counts of features x samples.
    ids : str or (samples,) array_like
        The sample that each column is a replicate of, or the column of the sample table that says so.
    layer : str, optional
        Layer of an AnnData to read in place of X.

    Returns
    -------
    DGEList
        One column an id, in the order in which they appear, with the sample table of its first replicate. Library
        sizes are summed, as are those that offsets stand for; normalisation factors are the geometric means.

    Raises
    ------
    DataError
        A replicate without an id.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> d = el.sum_tech_reps(np.array([[1, 2, 3], [10, 20, 30]]), ["b", "a", "b"])
    >>> d.counts
        b   a
    0   4   2
    1  40  20
    """
    d = as_count_list(counts, layer=layer)
    codes = sample_groups(ids, d.counts.columns, d.samples, what="ids")
    first = np.unique(codes, return_index=True)[1]
    values = d.samples[ids] if isinstance(ids, str) else pd.Series(_in_order(ids, d))
    names = pd.Index(values.iloc[first])
    table = d.samples.iloc[first].set_axis(names)
    shares = np.bincount(codes)
    sums = by_block(d, lambda block, _: _summed(block, codes))
    return DGEList(
        pd.DataFrame(sums, index=d.counts.index, columns=names),
        samples=table.assign(
            lib_size=np.bincount(codes, d.samples["lib_size"]),
            norm_factors=np.exp(np.bincount(codes, np.log(d.samples["norm_factors"])) / shares),
        ),
        genes=d.genes,
        offset=None if d.offset is None else np.log(_summed(np.exp(d.offset), codes)),
    )


def _in_order(ids: Any, d: DGEList) -> AnyArray:
    if isinstance(ids, pd.Series):
        ids = ids.iloc[align(ids.index, d.counts.columns, d.shape[1], what="ids")]
    return np.asarray(ids)


def _summed(values: AnyArray, codes: IntArray) -> AnyArray:
    """Columns added by code."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    wide = np.int64 if values.dtype.kind in "iu" else np.float64
    summed: AnyArray = np.add.reduceat(values[:, order], starts, axis=1, dtype=wide)
    return summed
